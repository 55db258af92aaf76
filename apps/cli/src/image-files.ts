import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { BlobRef } from '@reelmesh/contracts/common';
import type { FilmImage } from '@reelmesh/contracts/film';
import type { ImageRole } from '@reelmesh/contracts/shot';
import { AppError, Code, invalid } from '@reelmesh/domain';
import type { FilmFlags, ImageFlag } from './film-options.ts';
import type { Films } from './session.ts';

export interface ImageFiles {
  /** For the film's options: what an upload will make of them. */
  readonly images: readonly FilmImage[];
  /** Each file once, by its hash. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const maxBytes = 8 * 1024 * 1024;

const roles: readonly (readonly ['image' | 'lastFrame' | 'reference', ImageRole])[] = [
  ['image', 'IMAGE_ROLE_FIRST_FRAME'],
  ['lastFrame', 'IMAGE_ROLE_LAST_FRAME'],
  ['reference', 'IMAGE_ROLE_REFERENCE'],
];

/**
 * Reads the images that flags name, before anything is started for them. IMAGE_NOT_FOUND, IMAGE_UNREADABLE, and the
 * server's own IMAGE_UNSUPPORTED and IMAGE_TOO_LARGE; each message names the file.
 */
export async function readImages(flags: FilmFlags): Promise<ImageFiles> {
  const files = new Map<string, Uint8Array>();
  const images: FilmImage[] = [];
  for (const [flag, role] of roles) {
    for (const { path, shots } of flags[flag] ?? []) {
      const { blob, bytes } = await readImage(path);
      files.set(blob.sha256, bytes);
      images.push({ blob, role, shots: [...shots] });
    }
  }
  return { images, files };
}

/** Brings them to the server; what it has already it keeps. */
export async function uploadImages(films: Pick<Films, 'uploadImage'>, { files }: ImageFiles): Promise<void> {
  for (const [sha256, data] of files) {
    const { image } = await films.uploadImage({ data });
    if (image?.sha256 !== sha256) throw new AppError(Code.DATA_LOSS, `image ${sha256}: arrived as another`);
  }
}

async function readImage(
  path: ImageFlag['path'],
): Promise<{ readonly blob: BlobRef; readonly bytes: Uint8Array }> {
  const bytes = await readBytes(path);
  const { checkImage } = await import('@reelmesh/api/module');
  const mediaType = checkImage(bytes, path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { blob: { sha256, sizeBytes: bytes.length, mediaType }, bytes };
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const file = await stat(path);
    if (!file.isFile()) throw invalid('IMAGE_UNREADABLE', `${path} is not a file: name an image`);
    if (file.size > maxBytes) {
      const size = (file.size / 1024 / 1024).toFixed(1);
      throw invalid('IMAGE_TOO_LARGE', `${path} has ${size} MiB: an image may have 8 MiB`);
    }
    return await readFile(path);
  } catch (error) {
    if (error instanceof AppError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new AppError(Code.NOT_FOUND, `${path} does not exist: check the path of the image`, {
        reason: 'IMAGE_NOT_FOUND',
      });
    }
    throw invalid('IMAGE_UNREADABLE', `${path} cannot be read: ${message}`);
  }
}
