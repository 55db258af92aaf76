import type { IncomingHttpHeaders } from 'node:http';
import type { OutcomeAction, RefusalReason } from './actions.ts';
import type { EmulatorClock } from './clock.ts';
import type { Deliveries } from './deliveries.ts';
import type { ChargeLedger } from './ledger.ts';
import type { MediaLibrary } from './media.ts';
import type { TaskView } from './task-book.ts';

export const OPERATIONS = [
  ...(['create', 'get', 'delete', 'organization', 'upload', 'download'] as const),
  ...(['result', 'list', 'health', 'lora', 'webhook'] as const),
] as const;
/** What a call is for, in words that all providers share: faults and assertions are written in them. */
export type Operation = (typeof OPERATIONS)[number];

/** A body as it was understood. */
export interface RequestBody {
  /** The body parsed, when it is JSON. */
  readonly json: unknown;
  /** The body parsed, when it is a multipart form. */
  readonly form?: FormData | undefined;
}

/** A request that has been read to its end. */
export interface Call extends RequestBody {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Emulator time at which it was handled. */
  readonly now: number;
  /** How the script wants the task of this call to go on. */
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
  promptOf(body: RequestBody): string | undefined;
  handle(call: Call): Reply | Promise<Reply>;
}

/** A request that the provider knows nothing of, with the answer it gives then. */
export interface NoRoute {
  readonly reply: JsonReply;
}

/** Where a task's answer keeps what the script may bend: paths of keys. */
export interface AnswerFields {
  readonly status: readonly string[];
  /** An ISO date, or seconds or milliseconds since the epoch. */
  readonly createdAt?: readonly string[];
}

/** The provider's own words for the refusals that it knows. */
export type Refusals = Readonly<Partial<Record<RefusalReason, JsonReply>>>;

/** An emulated provider. A new one is a folder beside `runway/` and a line in `emulator.ts`. */
export interface Provider {
  readonly name: string;
  /** First path segments that belong to this provider: `runway`, `runway-cdn`. */
  readonly prefixes: readonly string[];
  readonly fields: AnswerFields;
  readonly refusals: Refusals;
  route(method: string, url: URL): Route | NoRoute;
  /** The answer to a body above the route's limit. */
  refuseLargeBody(limitBytes: number): JsonReply;
  /** Every task ever accepted, deleted ones too, for assertions. */
  tasks(): readonly TaskView<unknown>[];
  config(): object;
  /** Checks a partial configuration; it holds when the result is called. Throws ShapeError on one that does not fit. */
  configure(values: unknown): () => void;
  reset(): void;
  /** The service crashes and comes back. */
  restart(): void;
}

export interface ProviderDeps {
  readonly clock: EmulatorClock;
  readonly ledger: ChargeLedger;
  readonly media: MediaLibrary;
  readonly deliveries: Deliveries;
}
