import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;

export interface HeldLock {
  release(): void;
}

/**
 * Takes a lock that the operating system gives back however this process ends, kill -9 included: an exclusive
 * transaction on an otherwise empty SQLite file. Undefined while another process holds it.
 */
export function tryLock(path: string): HeldLock | undefined {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
  return { release: () => database.close() };
}
