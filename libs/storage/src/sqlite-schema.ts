import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, Code } from '@reelmesh/domain';
import { isBusy, sqliteError, toFailure } from './sqlite-error.ts';

/** "REEL": tells our files from other programs' databases, see https://sqlite.org/pragma.html#pragma_application_id. */
const APPLICATION_ID = 0x5245454c;

/** Longest wait for another process that is creating or migrating the same file. */
const OPEN_TIMEOUT_MS = 10_000;

/** A reader waits only while another process repairs the log after a crash; it blocks its thread meanwhile. */
const READ_TIMEOUT_MS = 1000;

/**
 * Entry n brings version n to n + 1. Never edited, only added to.
 * `place` is the order of insertion: there is one writer at a time and nothing is deleted, so it grows in commit order,
 * and who has seen a place has seen all before it.
 * Each index ends in the rowid, which is `place`.
 */
const MIGRATIONS = [
  `CREATE TABLE fact (
     place INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     stream TEXT NOT NULL,
     seq INTEGER NOT NULL,
     kind TEXT NOT NULL,
     tenant TEXT NOT NULL,
     at_ms INTEGER NOT NULL,
     epoch INTEGER NOT NULL,
     body TEXT NOT NULL
   ) STRICT;
   CREATE INDEX fact_by_stream ON fact (stream, seq);
   CREATE INDEX fact_by_kind ON fact (kind);
   CREATE INDEX fact_by_tenant ON fact (tenant, kind);`,
];

/**
 * Opens the file, creating or migrating it as needed, and leaves a connection that can only read.
 * FAILED_PRECONDITION: FACTS_NOT_A_DATABASE, FACTS_FOREIGN, FACTS_NEWER, FACTS_NOT_WRITABLE, FACTS_NO_WAL.
 */
export async function openDatabase(path: string): Promise<DatabaseSync> {
  const giveUpAt = performance.now() + OPEN_TIMEOUT_MS;
  for (;;) {
    try {
      return open(path);
    } catch (error) {
      if (error instanceof AppError) throw error;
      const failure = toFailure(error);
      if (!isBusy(failure) || performance.now() > giveUpAt) throw sqliteError(failure, path, error);
    }
    await sleep(5);
  }
}

function open(path: string): DatabaseSync {
  createParent(path);
  const database = new DatabaseSync(path, { timeout: READ_TIMEOUT_MS });
  try {
    checkOwner(database, path);
    useWriteAheadLog(database, path);
    migrate(database, path);
    database.exec('PRAGMA query_only = ON');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function createParent(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw new AppError(
      Code.FAILED_PRECONDITION,
      `the directory of ${path} cannot be made: ${AppError.from(error).message}`,
      { reason: 'FACTS_NOT_WRITABLE', details: { path }, cause: error },
    );
  }
}

/** Before anything is written: another program's database must stay as it is. */
function checkOwner(database: DatabaseSync, path: string): void {
  const version = pragma(database, 'user_version');
  const tables = database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get();
  if (tables !== undefined && pragma(database, 'application_id') !== APPLICATION_ID) {
    throw unusable('FACTS_FOREIGN', `${path} is the database of another program: choose another path`, path);
  }
  if (version > MIGRATIONS.length) {
    throw unusable(
      'FACTS_NEWER',
      `${path} was written by a newer reelmesh (schema ${version}, this one knows ${MIGRATIONS.length}): update reelmesh or choose another path`,
      path,
    );
  }
}

function useWriteAheadLog(database: DatabaseSync, path: string): void {
  const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode'];
  if (mode === 'wal') return;
  throw unusable(
    'FACTS_NO_WAL',
    `${path}: the file system offers no shared memory, which write-ahead logging needs: use a local disk`,
    path,
  );
}

function migrate(database: DatabaseSync, path: string): void {
  if (pragma(database, 'user_version') === MIGRATIONS.length) return;
  database.exec('PRAGMA synchronous = FULL; BEGIN IMMEDIATE');
  try {
    // Again, now that no other process can be at it.
    checkOwner(database, path);
    const version = pragma(database, 'user_version');
    for (const sql of MIGRATIONS.slice(version)) database.exec(sql);
    database.exec(
      `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}; COMMIT`,
    );
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function unusable(reason: string, message: string, path: string): AppError {
  return new AppError(Code.FAILED_PRECONDITION, message, { reason, details: { path } });
}
