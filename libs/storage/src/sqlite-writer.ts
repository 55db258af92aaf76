/**
 * The thread that owns the writing connection. While it commits, messages wait in its port; it then takes all of them
 * into the next transaction, so the busier the store, the more facts share one fsync.
 */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { FACT_COLUMNS } from './fact-row.ts';
import type { FactRow } from './fact-row.ts';
import { isBusy, toFailure } from './sqlite-error.ts';
import type { SqliteFailure } from './sqlite-error.ts';

/** Facts to commit together or not at all; `null` asks to close. */
export type WriterRequest = readonly FactRow[] | null;

/** The fate of the oldest `requests` requests that are not yet answered: all of them shared one transaction. */
export interface WriterReply {
  readonly requests: number;
  /** Places, counted over those requests, of facts whose id was there already. */
  readonly existing: readonly number[];
  readonly failure?: SqliteFailure;
}

export interface WriterOptions {
  readonly path: string;
  /** Longest wait for the write lock, which other processes may hold. */
  readonly busyTimeoutMs: number;
}

/** Bounds a transaction, and with it the wait of the callers in it. */
const MAX_FACTS_PER_COMMIT = 2000;

const { path, busyTimeoutMs } = workerData as WriterOptions;
const port = parentPort as MessagePort;
const database = new DatabaseSync(path, { timeout: busyTimeoutMs });
// Pages of the log between checkpoints, 16 MiB: a quarter more facts a second than SQLite's 1000 (bench/append.ts).
database.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000');
const begin = database.prepare('BEGIN IMMEDIATE');
const insert = database.prepare(
  `INSERT INTO fact (${FACT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
);
const commit = database.prepare('COMMIT');
// From here on `lock` waits: SQLite's own handler sleeps in steps of up to 100 ms, a commit takes less than one.
database.exec('PRAGMA busy_timeout = 0');
const sleepCell = new Int32Array(new SharedArrayBuffer(4));

port.on('message', (first: WriterRequest) => {
  const requests: (readonly FactRow[])[] = [];
  let facts = 0;
  let request: WriterRequest | undefined = first;
  while (request) {
    requests.push(request);
    facts += request.length;
    request = facts < MAX_FACTS_PER_COMMIT ? receive() : undefined;
  }
  if (requests.length > 0) port.postMessage(write(requests));
  if (request === null) {
    database.close();
    port.close();
  }
});
port.postMessage('ready');

function receive(): WriterRequest | undefined {
  return (receiveMessageOnPort(port) as { message: WriterRequest } | undefined)?.message;
}

function write(requests: readonly (readonly FactRow[])[]): WriterReply {
  const existing: number[] = [];
  try {
    lock();
    let place = 0;
    for (const rows of requests) {
      for (const row of rows) {
        if (insert.run(...row).changes === 0) existing.push(place);
        place += 1;
      }
    }
    commit.run();
    return { requests: requests.length, existing };
  } catch (error) {
    // SQLite itself has rolled back after some errors, a full disk among them.
    if (database.isTransaction) database.exec('ROLLBACK');
    return { requests: requests.length, existing: [], failure: toFailure(error) };
  }
}

function lock(): void {
  const giveUpAt = performance.now() + busyTimeoutMs;
  for (;;) {
    try {
      begin.run();
      return;
    } catch (error) {
      if (!isBusy(toFailure(error)) || performance.now() > giveUpAt) throw error;
    }
    // Uneven, so that processes that collided once do not go on colliding.
    Atomics.wait(sleepCell, 0, 0, 0.1 + Math.random());
  }
}
