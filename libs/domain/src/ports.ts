import type { BlobRef } from '@reelmesh/contracts/common';

/** Wall clock, milliseconds since 1970. Injected, so that time can be simulated. */
export interface Clock {
  now(): number;
}

/** Makes ids of lower-case letters and digits, safe in subjects, paths and keys. */
export interface Ids {
  /** A new id that starts with the prefix, 20 random characters (100 bits). */
  next(prefix: string): string;
}

/**
 * An immutable record. The id is deterministic: inserting it again is refused by the store and means "already done".
 * Bodies are plain JSON: no Date, no bytes, no undefined, money as integer micro-units.
 */
export interface Fact<B = unknown> {
  /** For example `film/f3k…/000002`. At most 512 bytes. */
  readonly id: string;
  /** What the fact is about: `film/f3k…`. State is the fold of a stream. */
  readonly stream: string;
  /** Place in the stream as its writer counts it; read order. Two facts may share it only if their order does not matter. */
  readonly seq: number;
  /** `film.created`, `take.intent`, … */
  readonly kind: string;
  readonly tenant: string;
  readonly atMs: number;
  /** Fencing number of the writer's ownership; 0 where nothing is owned. */
  readonly epoch: number;
  readonly body: B;
}

export type AppendResult = 'inserted' | 'exists';

export interface FactScan {
  readonly kinds: readonly string[];
  readonly tenant?: string;
  /** Opaque, from the page before. */
  readonly cursor?: string;
  /** 1 to 1000. */
  readonly limit: number;
  /** Order of insertion; `oldest` first unless said otherwise. */
  readonly order?: 'oldest' | 'newest';
}

export interface FactPage {
  readonly facts: readonly Fact[];
  /** Absent on the last page. */
  readonly cursor?: string;
}

/**
 * Insert-only. The one atomic step is "insert, unless that id exists"; a batch may be split by a crash at any fact,
 * but never reordered. A resolved append is durable.
 */
export interface FactStore {
  /** One result for each fact, in order. An existing id is left as it is. */
  append(facts: readonly Fact[]): Promise<readonly AppendResult[]>;
  get(id: string): Promise<Fact | undefined>;
  /** All facts of a stream, by seq. */
  read(stream: string): Promise<readonly Fact[]>;
  /** The same for many streams in one query, each stream once, in no order among streams. */
  readMany(streams: readonly string[]): Promise<readonly Fact[]>;
  /** All facts of the streams whose name begins so, by stream and seq. */
  readPrefix(prefix: string): Promise<readonly Fact[]>;
  scan(query: FactScan): Promise<FactPage>;
  close(): Promise<void>;
}

/**
 * Immutable files under the hash of their bytes, and names that point to them. A resolved put is durable and complete;
 * a failed one leaves nothing behind.
 */
export interface BlobStore {
  put(content: Uint8Array | AsyncIterable<Uint8Array>, mediaType: string): Promise<BlobRef>;
  /** Takes the bytes of a local file; with `move` the file may be renamed away. */
  putFile(path: string, mediaType: string, options?: { readonly move?: boolean }): Promise<BlobRef>;
  /** NOT_FOUND (BLOB_MISSING) when it does not exist. */
  read(sha256: string): AsyncIterable<Uint8Array>;
  /** RESOURCE_EXHAUSTED (BLOB_TOO_LARGE) above maxBytes. */
  readAll(sha256: string, maxBytes: number): Promise<Uint8Array>;
  /** A local, read-only file with the bytes, for programs that need a path. NOT_FOUND (BLOB_MISSING). */
  localPath(sha256: string): Promise<string>;
  has(sha256: string): Promise<boolean>;
  delete(sha256: string): Promise<void>;
  /** Points a name (`a-z 0-9 - _ . /`) at a blob; overwrites. For derived files that can be made again. */
  link(name: string, ref: BlobRef): Promise<void>;
  /** Undefined when the name or its blob is missing. */
  resolve(name: string): Promise<BlobRef | undefined>;
}
