import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

const READ_ONLY = 0o444;

/** A new file, read-only and fsynced. When the content fails half-way, the caller removes what there is. */
export async function writeNew(path: string, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.chmod(READ_ONLY);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a foreign file's bytes durable and read-only where it lies. */
export async function seal(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.chmod(READ_ONLY);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Moves within a file system, durably; makes the one directory that may be missing. */
export async function moveDurably(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await rename(from, to);
  await syncEntry(to);
}

/**
 * An entry of a directory survives a power cut only after this. The directory above too: whoever made this one,
 * perhaps another process just now, may not have come to it yet.
 */
export async function syncEntry(path: string): Promise<void> {
  await syncDirectory(dirname(path));
  await syncDirectory(dirname(dirname(path)));
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
