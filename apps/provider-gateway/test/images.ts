import { randomBytes } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import type { BlobRef } from '@reelmesh/contracts/common';
import type { ImageRole, ShotImage } from '@reelmesh/contracts/shot';
import { AppError, sha256Hex } from '@reelmesh/domain';
import { ImageSource } from '../src/image-source.ts';

/** A picture of one grey pixel, and any number of bytes that no decoder reads. */
export function png(padding = 0): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(1, 0);
  header.writeUInt32BE(1, 4);
  header[8] = 8;
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('reEl', randomBytes(padding)),
    chunk('IDAT', deflateSync(Buffer.from([0, 127]))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  // Nobody here checks the sum.
  return Buffer.concat([length, Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]);
}

export const refOf = (bytes: Uint8Array, mediaType = 'image/png'): BlobRef => ({
  sha256: sha256Hex(bytes),
  sizeBytes: bytes.length,
  mediaType,
});

export const small = png();
/** Too large for a data URI at Runway. */
export const large = png(4_000_000);

const store = new Map([small, large].map((bytes) => [sha256Hex(bytes), bytes]));

export const images = new ImageSource({
  async readAll(sha256) {
    const bytes = store.get(sha256);
    if (bytes === undefined) throw new AppError('NOT_FOUND', `blob ${sha256} does not exist`);
    return bytes;
  },
});

export const imageOf = (role: ImageRole, bytes: Uint8Array = small): ShotImage => ({
  blob: refOf(bytes),
  role,
});

export const firstFrame = imageOf('IMAGE_ROLE_FIRST_FRAME');
export const lastFrame = imageOf('IMAGE_ROLE_LAST_FRAME');
export const reference = imageOf('IMAGE_ROLE_REFERENCE');
