import { createHash } from 'node:crypto';
import { describeForm } from './forms.ts';
import type { Operation, RequestBody } from './provider.ts';

/** Bodies above this stay in the log as a digest only: a data URI of megabytes helps no assertion. */
const MAX_LOGGED_BODY_BYTES = 64 * 1024;
/** The oldest calls go first, so that a soak test does not fill the memory. */
const MAX_CALLS = 50_000;

export interface LoggedCall {
  readonly seq: number;
  /** Emulator time, ms since the epoch. */
  readonly at: number;
  readonly provider: string;
  /** `unrouted`: no such path or method at this provider. */
  readonly operation: Operation | 'unrouted';
  readonly method: string;
  readonly path: string;
  /** The status that was sent or would have been; absent while open and after a reset. */
  status?: number;
  /**
   * - `open`: not answered yet
   * - `answered`: the whole answer was written
   * - `reset`: a scripted fault dropped the connection
   * - `abandoned`: the client left before the answer was complete; of a webhook, nobody answered
   * - `lost`: a webhook that the script never sent
   */
  outcome: 'open' | 'answered' | 'reset' | 'abandoned' | 'lost';
  bodyBytes?: number;
  /** SHA-256 in hex. */
  bodyDigest?: string;
  /** Parsed where it is JSON or a form, of at most 64 KiB. */
  body?: unknown;
  taskId?: string;
  /** Ids of the scripted rules that shaped this call. */
  readonly rules: string[];
}

export class CallLog {
  #calls: LoggedCall[] = [];
  #seq = 0;

  open(call: Pick<LoggedCall, 'at' | 'provider' | 'operation' | 'method' | 'path'>): LoggedCall {
    this.#seq += 1;
    const logged: LoggedCall = { seq: this.#seq, ...call, outcome: 'open', rules: [] };
    this.#calls.push(logged);
    if (this.#calls.length > MAX_CALLS) this.#calls = this.#calls.slice(-MAX_CALLS / 2);
    return logged;
  }

  calls(): readonly LoggedCall[] {
    return this.#calls;
  }

  clear(): void {
    this.#calls = [];
    this.#seq = 0;
  }
}

export function logBody(call: LoggedCall, body: Buffer, { json, form }: RequestBody): void {
  if (body.length === 0) return;
  call.bodyBytes = body.length;
  call.bodyDigest = createHash('sha256').update(body).digest('hex');
  const parsed = form === undefined ? json : describeForm(form);
  if (parsed !== undefined && body.length <= MAX_LOGGED_BODY_BYTES) call.body = parsed;
}
