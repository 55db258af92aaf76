import type { IncomingHttpHeaders } from 'node:http';
import type { OutcomeAction } from './actions.ts';

export const OPERATIONS = ['create', 'get', 'delete', 'organization', 'upload', 'download'] as const;
/** What a call is for, in words that all providers share: faults and assertions are written in them. */
export type Operation = (typeof OPERATIONS)[number];

/** A request that has been read to its end. */
export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body parsed, when it is JSON. */
  readonly json: unknown;
  /** Emulator time at which it was handled. */
  readonly now: number;
  /** How the script wants the task of this create to end. */
  readonly outcome?: OutcomeAction | undefined;
}

export interface JsonReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json: unknown;
  readonly taskId?: string;
}

export interface BytesReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  /** Whether `Range` is honoured. */
  readonly ranges: boolean;
  readonly taskId?: string;
  /** Send only so many bytes and then drop the connection, Content-Length unchanged. */
  readonly cutAfterBytes?: number;
  readonly bytesPerSecond?: number;
}

export type Reply = JsonReply | BytesReply;

/** One operation of one provider, found from method and path. */
export interface Route {
  readonly operation: Operation;
  readonly maxBodyBytes: number;
  /** The prompt that this call is about, for rules that look for words in it. */
  promptOf(json: unknown): string | undefined;
  handle(call: Call): Reply | Promise<Reply>;
}

/** A request that the provider knows nothing of, with the answer it gives then. */
export interface NoRoute {
  readonly reply: JsonReply;
}

/** An emulated provider. A new one is a folder beside `runway/` and a line in `emulator.ts`. */
export interface Provider {
  readonly name: string;
  /** First path segments that belong to this provider: `runway`, `runway-cdn`. */
  readonly prefixes: readonly string[];
  route(method: string, url: URL): Route | NoRoute;
  /** The answer to a body above the route's limit. */
  refuseLargeBody(limitBytes: number): JsonReply;
  /** Every task ever accepted, deleted ones too, for assertions. */
  tasks(): readonly object[];
  config(): object;
  /** Takes a partial configuration; throws ShapeError on one that it does not understand. */
  configure(values: unknown): void;
  reset(): void;
}
