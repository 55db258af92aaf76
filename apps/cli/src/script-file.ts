import { readFile, stat } from 'node:fs/promises';
import { AppError, Code, invalid } from '@reelmesh/domain';
import type { Document } from '@reelmesh/contracts/script';

export const MAX_SCRIPT_BYTES = 8 * 1024 * 1024;

export interface ScriptFile {
  readonly bytes: Uint8Array;
  readonly document: Document;
}

/**
 * Reads and parses a script before anything is started for it.
 * SCRIPT_NOT_FOUND, SCRIPT_UNREADABLE, SCRIPT_TOO_LARGE and the parser's own reasons; each message names the file.
 */
export async function readScript(path: string): Promise<ScriptFile> {
  const bytes = await readBytes(path);
  const { parseScript } = await import('@reelmesh/script-parser/module');
  try {
    return { bytes, document: parseScript(bytes) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, `${path}: ${error.message}`, { reason: error.reason, cause: error });
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const file = await stat(path);
    if (!file.isFile()) throw invalid('SCRIPT_UNREADABLE', `${path} is not a file: name a script`);
    if (file.size > MAX_SCRIPT_BYTES) {
      const size = (file.size / 1024 / 1024).toFixed(1);
      throw invalid(
        'SCRIPT_TOO_LARGE',
        `${path} has ${size} MiB: a script may have 8 MiB; make a film of each part`,
      );
    }
    return await readFile(path);
  } catch (error) {
    if (error instanceof AppError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new AppError(Code.NOT_FOUND, `${path} does not exist: check the path of the script`, {
        reason: 'SCRIPT_NOT_FOUND',
      });
    }
    throw invalid('SCRIPT_UNREADABLE', `${path} cannot be read: ${message}`);
  }
}
