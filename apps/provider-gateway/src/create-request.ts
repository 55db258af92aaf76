import type { BlobRef } from '@reelmesh/contracts/common';
import { AppError, Code } from '@reelmesh/domain';
import { fillSlots } from './image-slots.ts';
import type { ImageSource } from './image-source.ts';
import { FormFile, multipart } from './multipart.ts';

/** A create call as it is kept with the take: everything but the secret and the bytes of its images. */
export interface CreateRequest {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or text that goes as it is under the content type of `headers`. May hold image slots. */
  readonly body?: unknown;
  /** Goes as multipart/form-data instead, its image slots as files. */
  readonly form?: Readonly<Record<string, unknown>>;
}

export interface Content {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** What the provider accepts in the place of an image: a data URI, an address of an upload. */
export type PlaceImage = (image: BlobRef) => Promise<string>;

/**
 * The bytes of a create call, with its images in their places. INVALID_ARGUMENT when an image is not there.
 * @param images absent where requests have none
 * @param placed absent: data URIs
 */
export async function contentOf(
  { headers = {}, body, form }: CreateRequest,
  images: ImageSource | undefined,
  placed: PlaceImage = async (image) => sourceOf(images).dataUri(image),
): Promise<Content> {
  if (form !== undefined) {
    const asFile = async (image: BlobRef): Promise<FormFile> =>
      new FormFile(await sourceOf(images).bytes(image), image.mediaType, image.sha256);
    const filled = multipart((await fillSlots(form, asFile)) as Readonly<Record<string, unknown>>);
    return { headers: { ...headers, 'content-type': filled.contentType }, body: filled.body };
  }
  if (typeof body === 'string') return { headers, body };
  return { headers, body: JSON.stringify(await fillSlots(body, placed)) };
}

function sourceOf(images: ImageSource | undefined): ImageSource {
  if (images === undefined) throw new AppError(Code.INTERNAL, 'nobody said where images are read from');
  return images;
}
