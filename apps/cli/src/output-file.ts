import { createHash } from 'node:crypto';
import { mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError, Code, invalid } from '@reelmesh/domain';

/** A file with this name is being written; it is renamed once it is whole and on the disk. */
const partOf = (path: string): string => join(dirname(path), `.${basename(path)}.part`);

/**
 * Finds out, before a film is made, whether it could be put there. Leaves nothing behind.
 * OUTPUT_UNUSABLE names the path and what is wrong with it; DISK_FULL.
 */
export async function checkOutput(output: string, script?: string): Promise<void> {
  const path = resolve(output);
  const existing = await stat(path).catch(() => undefined);
  if (existing?.isDirectory() === true) throw unusable(output, 'is a directory: name a file in it');
  if (existing !== undefined && !existing.isFile()) throw unusable(output, 'is not a regular file');
  const isThere = existing !== undefined && script !== undefined;
  if (isThere && (await realpath(path)) === (await realpath(script))) {
    throw unusable(output, 'is the script itself, which would be overwritten');
  }
  const directory = await nearestDirectory(dirname(path), output);
  const probe = partOf(join(directory, basename(path)));
  try {
    const file = await open(probe, 'w');
    await file.close();
    await rm(probe);
  } catch (error) {
    throw asUnusable(output, error);
  }
}

/** The directory itself, or the nearest one above that exists: the rest is made when there is a film to put there. */
async function nearestDirectory(directory: string, output: string): Promise<string> {
  const found = await stat(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw asUnusable(output, error);
  });
  if (found === undefined) return nearestDirectory(dirname(directory), output);
  if (!found.isDirectory()) throw unusable(output, `cannot be made: ${directory} is not a directory`);
  return directory;
}

export interface ExpectedFile {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/**
 * Writes the file so that it is there whole or not at all: beside its place, checked, fsynced, renamed.
 * DATA_LOSS (OUTPUT_DAMAGED) when the bytes are not those expected, OUTPUT_UNUSABLE, DISK_FULL.
 */
export async function writeOutput(
  output: string,
  chunks: AsyncIterable<Uint8Array>,
  expected: ExpectedFile,
): Promise<void> {
  const path = resolve(output);
  const part = partOf(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    const hash = createHash('sha256');
    let size = 0;
    const file = await open(part, 'w');
    try {
      for await (const chunk of chunks) {
        await file.writeFile(chunk);
        hash.update(chunk);
        size += chunk.length;
      }
      await file.sync();
    } finally {
      await file.close();
    }
    if (size !== expected.sizeBytes || hash.digest('hex') !== expected.sha256) {
      throw new AppError(
        Code.DATA_LOSS,
        `${output}: the film arrived damaged (${size} of ${expected.sizeBytes} bytes): run the same command again`,
        { reason: 'OUTPUT_DAMAGED', retryable: true },
      );
    }
    await rename(part, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    throw error instanceof AppError ? error : asUnusable(output, error);
  }
}

/** Without this a power cut may undo the rename. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function asUnusable(output: string, error: unknown): AppError {
  const cause = AppError.from(error);
  if (cause.reason === 'DISK_FULL') {
    return new AppError(
      cause.code,
      `${output} cannot be written: no room left on the disk; make room and run the same command again`,
      {
        reason: cause.reason,
        cause: error,
      },
    );
  }
  return unusable(output, `cannot be written (${cause.message}): choose another place with -o FILE`);
}

function unusable(output: string, what: string): AppError {
  return invalid('OUTPUT_UNUSABLE', `output ${output} ${what}`);
}
