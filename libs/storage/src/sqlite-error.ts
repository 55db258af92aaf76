import { AppError, Code } from '@reelmesh/domain';
import type { AppErrorOptions } from '@reelmesh/domain';

/** What survives the way out of a worker thread: structured clone keeps neither class nor code of an error. */
export interface SqliteFailure {
  /** Extended result code of SQLite; 0 when the failure is not SQLite's. */
  readonly errcode: number;
  readonly message: string;
}

// Primary result codes: https://sqlite.org/rescode.html
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;
/** The wal-index could not be grown: there is no other cause than lack of room. */
const IOERR_SHMSIZE = 4874;

export function toFailure(error: unknown): SqliteFailure {
  const errcode = (error as { errcode?: unknown } | null)?.errcode;
  return {
    errcode: typeof errcode === 'number' ? errcode : 0,
    message: error instanceof Error ? error.message : String(error),
  };
}

export function isBusy(failure: SqliteFailure): boolean {
  const code = failure.errcode & 0xff;
  return code === BUSY || code === LOCKED;
}

/**
 * - no room: RESOURCE_EXHAUSTED, DISK_FULL, retryable
 * - locked by another process: UNAVAILABLE, FACTS_BUSY, retryable
 * - not a database, not ours to write, not to be opened: FAILED_PRECONDITION
 * - damaged: DATA_LOSS, FACTS_CORRUPT
 * - anything else: INTERNAL, FACTS_FAILED
 */
export function sqliteError(failure: SqliteFailure, path: string, cause?: unknown): AppError {
  const make = (code: Code, reason: string, text: string, retryable = false): AppError => {
    const options: AppErrorOptions = { reason, retryable, details: { path }, cause };
    return new AppError(code, `${text} (sqlite: ${failure.message})`, options);
  };
  const primary = failure.errcode & 0xff;
  if (primary === FULL || failure.errcode === IOERR_SHMSIZE) {
    return make(
      Code.RESOURCE_EXHAUSTED,
      'DISK_FULL',
      `no room left on the disk of ${path}: free some and try again`,
      true,
    );
  }
  if (primary === BUSY || primary === LOCKED) {
    return make(Code.UNAVAILABLE, 'FACTS_BUSY', `${path} is locked by another process: try again`, true);
  }
  if (primary === NOTADB) {
    return make(
      Code.FAILED_PRECONDITION,
      'FACTS_NOT_A_DATABASE',
      `${path} is not an SQLite database: move it away or choose another path`,
    );
  }
  if (primary === CANTOPEN || primary === READONLY) {
    return make(
      Code.FAILED_PRECONDITION,
      'FACTS_NOT_WRITABLE',
      `${path} cannot be opened for writing: check that it is a file, that this user may write it and its directory, and that the disk has room`,
    );
  }
  if (primary === CORRUPT) {
    return make(Code.DATA_LOSS, 'FACTS_CORRUPT', `${path} is damaged: restore it from a backup`);
  }
  return make(Code.INTERNAL, 'FACTS_FAILED', `${path}: the statement failed`);
}
