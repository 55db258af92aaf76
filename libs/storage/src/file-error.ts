import { AppError, Code } from '@reelmesh/domain';

/** What an operator has to set right before the directory can be used at all. */
const UNUSABLE: readonly unknown[] = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'];

/**
 * Names the store's directory in errors of the file system:
 * - no room: RESOURCE_EXHAUSTED, DISK_FULL, retryable
 * - no right, no directory: FAILED_PRECONDITION, BLOB_DIR_UNUSABLE
 * - any other system error: as `AppError.from` has it
 * - errors of other kinds, such as a source's own: as `AppError.from` has them, without the directory
 */
export function fileError(error: unknown, dir: string): AppError {
  const known = AppError.from(error);
  const code = systemCode(error);
  if (code === undefined) return known;
  const unusable = UNUSABLE.includes(code);
  return new AppError(
    unusable ? Code.FAILED_PRECONDITION : known.code,
    `blob directory ${dir}: ${known.message}`,
    {
      reason: unusable ? 'BLOB_DIR_UNUSABLE' : known.reason,
      retryable: known.retryable,
      details: { dir },
      cause: error,
    },
  );
}

/** For example `ENOENT`; undefined for errors that no system call made. */
export function systemCode(error: unknown): string | undefined {
  const { code, syscall } = (error ?? {}) as { code?: unknown; syscall?: unknown };
  return typeof code === 'string' && typeof syscall === 'string' ? code : undefined;
}

export function isMissing(error: unknown): boolean {
  return systemCode(error) === 'ENOENT';
}

export async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
