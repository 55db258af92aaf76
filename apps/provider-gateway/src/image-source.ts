import type { BlobRef } from '@reelmesh/contracts/common';
import { AppError, Code, invalid } from '@reelmesh/domain';
import type { BlobStore } from '@reelmesh/domain';

/** The api takes in no larger ones. */
const MAX_IMAGE_BYTES = 8 * 2 ** 20;

/** The images that requests name: read when a request is sent, kept nowhere. */
export class ImageSource {
  readonly #blobs: Pick<BlobStore, 'readAll'>;

  constructor(blobs: Pick<BlobStore, 'readAll'>) {
    this.#blobs = blobs;
  }

  /** INVALID_ARGUMENT (IMAGE_MISSING) for an image that is not there, or is none of ours by its size. */
  async bytes({ sha256 }: BlobRef): Promise<Uint8Array> {
    try {
      return await this.#blobs.readAll(sha256, MAX_IMAGE_BYTES);
    } catch (error) {
      const { code, message } = AppError.from(error);
      if (code !== Code.NOT_FOUND && code !== Code.RESOURCE_EXHAUSTED) throw error;
      throw invalid('IMAGE_MISSING', `image ${sha256.slice(0, 12)}: ${message}`);
    }
  }

  /** As an address that holds its own content. */
  async dataUri(image: BlobRef): Promise<string> {
    const bytes = await this.bytes(image);
    return `data:${image.mediaType};base64,${Buffer.from(bytes).toString('base64')}`;
  }
}
