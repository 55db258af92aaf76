import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AppError, Code, invalid } from '@reelmesh/domain';
import type { BlobStore } from '@reelmesh/domain';
import type { BlobRef } from '@reelmesh/contracts/common';
import type { Logger } from '@reelmesh/service';
import { checkName, checkSha256 } from './blob-key.ts';
import { moveDurably, seal, syncEntry, writeNew } from './durable-file.ts';
import { fileError, isMissing, systemCode, unlessMissing } from './file-error.ts';
import { removeStale, temporaryName } from './temporary-files.ts';

export interface FileBlobsOptions {
  /** Made when missing. On one file system, shared by any number of processes. */
  readonly dir: string;
  readonly log?: Logger;
}

/**
 * Blobs as files:
 * - `sha256/<first two digits>/<64 digits>`: the bytes, read-only
 * - `names/<name, "/" as "+">`: a blob reference as JSON; flat, so that `a` and `a/b` can both exist
 * - `temporary/`: being written
 *
 * Beside the errors of the port: DISK_FULL (retryable), BLOB_DIR_UNUSABLE, SHA256_INVALID, BLOB_NAME_INVALID,
 * FILE_MISSING and NOT_A_FILE of putFile. An error of a source comes out as `AppError.from` makes it.
 */
export async function openFileBlobs(options: FileBlobsOptions): Promise<BlobStore> {
  const dir = resolve(options.dir);
  const blobs = join(dir, 'sha256');
  const names = join(dir, 'names');
  const temporary = join(dir, 'temporary');
  const pathOf = (sha256: string): string => join(blobs, checkSha256(sha256).slice(0, 2), sha256);
  const pathOfName = (name: string): string => join(names, checkName(name).replaceAll('/', '+'));

  async function guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw fileError(error, dir);
    }
  }

  /** False when it must be written: it is not there, or a broken disk left it with another size. */
  async function isStored(ref: BlobRef): Promise<boolean> {
    const path = pathOf(ref.sha256);
    if ((await sizeOf(path)) !== ref.sizeBytes) return false;
    await syncEntry(path);
    return true;
  }

  /** Moves a finished file into place, or drops it where the bytes are stored already. */
  async function place(from: string, ref: BlobRef): Promise<BlobRef> {
    if (await isStored(ref)) await rm(from);
    else await moveDurably(from, pathOf(ref.sha256));
    return ref;
  }

  async function put(content: AsyncIterable<Uint8Array>, mediaType: string): Promise<BlobRef> {
    const meter = measure(content);
    return throughTemporary(meter.bytes(), (path) => place(path, meter.ref(mediaType)));
  }

  async function putBytes(bytes: Uint8Array, mediaType: string): Promise<BlobRef> {
    const ref = {
      sha256: createHash('sha256').update(bytes).digest('hex'),
      sizeBytes: bytes.byteLength,
      mediaType,
    };
    if (await isStored(ref)) return ref;
    return throughTemporary(bytes, (path) => place(path, ref));
  }

  async function throughTemporary<T>(
    content: Uint8Array | AsyncIterable<Uint8Array>,
    use: (path: string) => Promise<T>,
  ): Promise<T> {
    const path = join(temporary, temporaryName());
    try {
      await writeNew(path, content);
      return await use(path);
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  async function putByMove(path: string, mediaType: string): Promise<BlobRef> {
    const meter = measure(createReadStream(path));
    for await (const _chunk of meter.bytes());
    const ref = meter.ref(mediaType);
    await seal(path);
    return place(path, ref);
  }

  async function* read(sha256: string): AsyncGenerator<Uint8Array> {
    const path = pathOf(sha256);
    try {
      for await (const chunk of createReadStream(path)) yield chunk as Uint8Array;
    } catch (error) {
      throw isMissing(error) ? missing(sha256) : fileError(error, dir);
    }
  }

  await guard(async () => {
    for (const directory of [blobs, names, temporary]) await mkdir(directory, { recursive: true });
    await syncEntry(blobs);
    const removed = await removeStale(temporary, Date.now());
    if (removed > 0) options.log?.info({ dir, removed }, 'temporary files of dead processes removed');
  });

  return {
    put: (content, mediaType) =>
      guard(() => (content instanceof Uint8Array ? putBytes(content, mediaType) : put(content, mediaType))),

    putFile: (path, mediaType, { move = false } = {}) =>
      guard(async () => {
        const movable = await checkFile(path);
        if (!move) return put(createReadStream(path), mediaType);
        try {
          if (movable) return await putByMove(path, mediaType);
        } catch (error) {
          if (systemCode(error) !== 'EXDEV') throw error;
        }
        const ref = await put(createReadStream(path), mediaType);
        await rm(path);
        return ref;
      }),

    read,

    readAll: (sha256, maxBytes) =>
      guard(async () => {
        const path = pathOf(sha256);
        const size = (await sizeOf(path)) ?? 0;
        if (size > maxBytes) {
          throw new AppError(
            Code.RESOURCE_EXHAUSTED,
            `blob ${sha256} has ${size} bytes, the limit is ${maxBytes}`,
            {
              reason: 'BLOB_TOO_LARGE',
              retryable: false,
              details: { sha256 },
            },
          );
        }
        const bytes = await unlessMissing(readFile(path));
        if (bytes === undefined) throw missing(sha256);
        return bytes;
      }),

    localPath: (sha256) =>
      guard(async () => {
        const path = pathOf(sha256);
        if ((await sizeOf(path)) === undefined) throw missing(sha256);
        return path;
      }),

    has: (sha256) => guard(async () => (await sizeOf(pathOf(sha256))) !== undefined),

    delete: (sha256) => guard(() => rm(pathOf(sha256), { force: true })),

    link: (name, ref) =>
      guard(async () => {
        const target = pathOfName(name);
        const { sha256, sizeBytes, mediaType } = ref;
        checkSha256(sha256);
        const json = Buffer.from(JSON.stringify({ sha256, sizeBytes, mediaType }));
        await throughTemporary(json, (path) => moveDurably(path, target));
      }),

    resolve: (name) =>
      guard(async () => {
        const json = await unlessMissing(readFile(pathOfName(name), 'utf8'));
        if (json === undefined) return undefined;
        const ref = JSON.parse(json) as BlobRef;
        return (await sizeOf(pathOf(ref.sha256))) === undefined ? undefined : ref;
      }),
  };
}

/** Passes the bytes through and knows their reference at the end. */
function measure(content: AsyncIterable<Uint8Array>): {
  bytes(): AsyncGenerator<Uint8Array>;
  ref(mediaType: string): BlobRef;
} {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  return {
    async *bytes() {
      for await (const chunk of content) {
        hash.update(chunk);
        sizeBytes += chunk.byteLength;
        yield chunk;
      }
    },
    ref: (mediaType) => ({ sha256: hash.digest('hex'), sizeBytes, mediaType }),
  };
}

/**
 * Whether it may be renamed into the store: not so a link, whose bytes lie elsewhere, nor a file that has another name,
 * through which the bytes could change later.
 */
async function checkFile(path: string): Promise<boolean> {
  const entry = await unlessMissing(lstat(path));
  if (!entry) throw new AppError(Code.NOT_FOUND, `file ${path} does not exist`, { reason: 'FILE_MISSING' });
  if (!entry.isFile() && !entry.isSymbolicLink()) throw invalid('NOT_A_FILE', `${path} is not a file`);
  return entry.isFile() && entry.nlink === 1;
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await unlessMissing(stat(path)))?.size;
}

function missing(sha256: string): AppError {
  return new AppError(Code.NOT_FOUND, `blob ${sha256} does not exist`, {
    reason: 'BLOB_MISSING',
    details: { sha256 },
  });
}
