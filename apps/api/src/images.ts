import type { BlobRef } from '@reelmesh/contracts/common';
import type { FilmImage, FilmOptions } from '@reelmesh/contracts/film';
import { AppError, Code, invalid } from '@reelmesh/domain';
import type { BlobStore } from '@reelmesh/domain';
import { imageSize } from 'image-size';

export const maxImageBytes = 8 * 2 ** 20;
const maxPixels = 20_000_000;

/** By their first bytes; whatever a file is called, this is what a provider sees. */
const kinds: readonly (readonly [string, RegExp])[] = [
  ['image/png', /^\x89PNG\r\n\x1a\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/webp', /^RIFF[^]{4}WEBP/],
];

/**
 * The media type of an image that may be uploaded. INVALID_ARGUMENT: IMAGE_UNSUPPORTED for what is no PNG, JPEG or WebP,
 * IMAGE_TOO_LARGE above 8 MiB or 20 megapixels.
 */
export function checkImage(data: Uint8Array, field: string): string {
  if (data.length > maxImageBytes) {
    const megabytes = (data.length / 2 ** 20).toFixed(1);
    throw refused('IMAGE_TOO_LARGE', field, `has ${megabytes} MiB: at most 8 MiB are taken`);
  }
  const head = Buffer.from(data.subarray(0, 12)).toString('latin1');
  const mediaType = kinds.find(([, magic]) => magic.test(head))?.[0];
  if (mediaType === undefined) throw refused('IMAGE_UNSUPPORTED', field, 'is neither PNG, JPEG nor WebP');
  const { width, height } = sizeOf(data);
  if (!(width > 0 && height > 0)) {
    throw refused('IMAGE_UNSUPPORTED', field, `is no ${mediaType.slice(6)} that can be read`);
  }
  if (width * height > maxPixels) {
    throw refused('IMAGE_TOO_LARGE', field, `has ${width}x${height} pixels: at most 20 megapixels are taken`);
  }
  return mediaType;
}

/**
 * The options with each image as it is in the store, whatever the caller says of it. INVALID_ARGUMENT: IMAGE_MISSING for
 * one that is not there, IMAGE_UNSUPPORTED for a file that is none.
 */
export async function withStoredImages(
  options: FilmOptions,
  blobs: Pick<BlobStore, 'readAll'>,
): Promise<FilmOptions> {
  const known = new Map<string, BlobRef>();
  const images: FilmImage[] = [];
  // One after the other: a hundred of them at once would be much to hold.
  for (const [index, image] of options.images.entries()) {
    const sha256 = image.blob?.sha256 ?? '';
    const blob = known.get(sha256) ?? (await stored(sha256, blobs, `options.images[${index}].blob`));
    known.set(sha256, blob);
    images.push({ ...image, blob });
  }
  return { ...options, images };
}

async function stored(sha256: string, blobs: Pick<BlobStore, 'readAll'>, field: string): Promise<BlobRef> {
  let data: Uint8Array;
  try {
    data = await blobs.readAll(sha256, maxImageBytes);
  } catch (error) {
    const { code } = AppError.from(error);
    if (code === Code.NOT_FOUND) {
      throw refused('IMAGE_MISSING', field, `${sha256}: is not in the store; upload it first`);
    }
    if (code !== Code.RESOURCE_EXHAUSTED) throw error;
    throw refused('IMAGE_UNSUPPORTED', field, `${sha256}: is no image, for it has more than 8 MiB`);
  }
  return { sha256, sizeBytes: data.length, mediaType: checkImage(data, field) };
}

function sizeOf(data: Uint8Array): { readonly width: number; readonly height: number } {
  try {
    return imageSize(data);
  } catch {
    return { width: 0, height: 0 };
  }
}

function refused(reason: string, field: string, rule: string): AppError {
  return invalid(reason, `${field}: ${rule}`, { field });
}
