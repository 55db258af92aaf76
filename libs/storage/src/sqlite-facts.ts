import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { AppError, Code } from '@reelmesh/domain';
import type { AppendResult, Fact, FactPage, FactScan, FactStore } from '@reelmesh/domain';
import type { Logger } from '@reelmesh/service';
import { toRow } from './fact-row.ts';
import type { FactRow } from './fact-row.ts';
import { sqliteError, toFailure } from './sqlite-error.ts';
import { createSqliteReader } from './sqlite-reader.ts';
import type { SqliteReader } from './sqlite-reader.ts';
import { openDatabase } from './sqlite-schema.ts';
import type { WriterOptions, WriterReply, WriterRequest } from './sqlite-writer.ts';

export interface SqliteFactsOptions {
  /** The database file, made when missing, with its directory. On a local disk; any number of processes may share it. */
  readonly path: string;
  readonly log?: Logger;
  /** Longest wait for the write lock before an append is refused as FACTS_BUSY; default 10,000. */
  readonly busyTimeoutMs?: number;
}

/** Since the store was opened, by this instance. */
export interface SqliteFactsStats {
  /** Successful transactions, each with one fsync. */
  readonly commits: number;
  /** Facts they held, new or not. */
  readonly facts: number;
}

export interface SqliteFacts extends FactStore {
  stats(): SqliteFactsStats;
}

/**
 * Facts in one SQLite file. Appends are committed by a thread of their own, many to a transaction; reads run on the
 * caller's thread, where fetching a row costs less than sending it between threads.
 *
 * Errors of append: DISK_FULL and FACTS_BUSY (retryable), FACTS_FAILED, FACTS_WRITER_DIED, FACTS_CLOSED, and those of a
 * malformed fact, see `toRow`. A refused append may be repeated: what got in after all is then found to exist.
 * Errors of opening: see `openDatabase`.
 */
export async function openSqliteFacts(options: SqliteFactsOptions): Promise<SqliteFacts> {
  const { path, log, busyTimeoutMs = 10_000 } = options;
  const database = await openDatabase(path);
  try {
    const reader = createSqliteReader(database);
    const worker = await startWriter({ path, busyTimeoutMs });
    return new SqliteFactStore(path, worker, reader, log);
  } catch (error) {
    database.close();
    throw error instanceof AppError ? error : sqliteError(toFailure(error), path, error);
  }
}

async function startWriter(workerData: WriterOptions): Promise<Worker> {
  // No inherited flags: a loader or inspector of the host has no business in this thread.
  const worker = new Worker(new URL('./sqlite-writer.ts', import.meta.url), { workerData, execArgv: [] });
  await once(worker, 'message');
  return worker;
}

interface Append {
  readonly facts: number;
  resolve(results: readonly AppendResult[]): void;
  reject(error: AppError): void;
}

class SqliteFactStore implements SqliteFacts {
  readonly #path: string;
  readonly #worker: Worker;
  readonly #reader: SqliteReader;
  readonly #exited: Promise<unknown>;
  /** Appends of the current turn of the event loop: they travel to the writer in one message. */
  #gathered: Append[] = [];
  #rows: FactRow[] = [];
  /** Appends under way, one entry for each message sent, oldest first: the writer answers in that order. */
  readonly #sent: Append[][] = [];
  #closing: Promise<void> | undefined;
  #death: AppError | undefined;
  #commits = 0;
  #facts = 0;

  constructor(path: string, worker: Worker, reader: SqliteReader, log: Logger | undefined) {
    this.#path = path;
    this.#worker = worker;
    this.#reader = reader;
    let cause: Error | undefined;
    worker.on('message', (reply: WriterReply) => this.#settle(reply));
    worker.on('error', (error: Error) => {
      cause = error;
    });
    this.#exited = new Promise((resolve) => {
      worker.on('exit', (exitCode) => {
        if (exitCode !== 0 || !this.#closing) {
          log?.error({ path, exitCode, cause: cause?.message }, 'fact writer died');
          this.#death = writerDied(path, cause);
          this.#rejectSent(this.#death);
        }
        resolve(exitCode);
      });
    });
  }

  async append(facts: readonly Fact[]): Promise<readonly AppendResult[]> {
    if (this.#death) throw this.#death;
    this.#refuseIfClosed();
    const rows = facts.map(toRow);
    if (rows.length === 0) return [];
    const { promise, resolve, reject } = Promise.withResolvers<readonly AppendResult[]>();
    // The next tick comes when the promise jobs of this turn are done, and with them the appends they make.
    if (this.#gathered.length === 0) process.nextTick(() => this.#send());
    this.#gathered.push({ facts: rows.length, resolve, reject });
    for (const row of rows) this.#rows.push(row);
    return promise;
  }

  async get(id: string): Promise<Fact | undefined> {
    return this.#read((reader) => reader.get(id));
  }

  async read(stream: string): Promise<readonly Fact[]> {
    return this.#read((reader) => reader.read(stream));
  }

  async readMany(streams: readonly string[]): Promise<readonly Fact[]> {
    return this.#read((reader) => [...new Set(streams)].flatMap((stream) => reader.read(stream)));
  }

  async readPrefix(prefix: string): Promise<readonly Fact[]> {
    return this.#read((reader) => reader.readPrefix(prefix));
  }

  async scan(query: FactScan): Promise<FactPage> {
    return this.#read((reader) => reader.scan(query));
  }

  stats(): SqliteFactsStats {
    return { commits: this.#commits, facts: this.#facts };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#send();
    // First, so that the last connection to go is the writer's: it moves the log into the database, off this thread.
    this.#reader.close();
    this.#post(null);
    await this.#exited;
  }

  #send(): void {
    if (this.#gathered.length === 0) return;
    this.#sent.push(this.#gathered);
    this.#post(this.#rows);
    this.#gathered = [];
    this.#rows = [];
    if (this.#death) this.#rejectSent(this.#death);
  }

  #post(request: WriterRequest): void {
    this.#worker.postMessage(request);
  }

  #settle(reply: WriterReply): void {
    const appends = this.#sent.splice(0, reply.requests).flat();
    if (reply.failure) {
      const error = sqliteError(reply.failure, this.#path);
      for (const append of appends) append.reject(error);
      return;
    }
    this.#commits += 1;
    const existing = new Set(reply.existing);
    let place = 0;
    for (const append of appends) {
      const start = place;
      append.resolve(
        Array.from({ length: append.facts }, (_, n) => (existing.has(start + n) ? 'exists' : 'inserted')),
      );
      place += append.facts;
    }
    this.#facts += place;
  }

  #rejectSent(error: AppError): void {
    for (const append of this.#sent.splice(0).flat()) append.reject(error);
  }

  #read<T>(query: (reader: SqliteReader) => T): T {
    this.#refuseIfClosed();
    try {
      return query(this.#reader);
    } catch (error) {
      throw error instanceof AppError ? error : sqliteError(toFailure(error), this.#path, error);
    }
  }

  #refuseIfClosed(): void {
    if (!this.#closing) return;
    throw new AppError(Code.FAILED_PRECONDITION, `${this.#path} was closed`, {
      reason: 'FACTS_CLOSED',
      details: { path: this.#path },
    });
  }
}

function writerDied(path: string, cause: unknown): AppError {
  return new AppError(
    Code.UNAVAILABLE,
    `the thread that writes ${path} died: restart the process; unanswered appends may or may not be stored`,
    { reason: 'FACTS_WRITER_DIED', details: { path }, cause },
  );
}
