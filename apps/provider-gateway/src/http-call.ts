import { request as httpRequest } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { GuardedLookup } from './addresses.ts';

export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** 4 MiB when absent. */
  readonly maxAnswerBytes?: number;
  /** For an address that is not the operator's word. */
  readonly lookup?: GuardedLookup;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A call that got no complete answer. `sent` says whether the server may have read the request. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  readonly sent: boolean;

  constructor(message: string, sent: boolean, cause?: unknown) {
    super(message, { cause });
    this.sent = sent;
  }
}

/** No provider answers a create, a poll or a cancel with more. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/**
 * One HTTP call on a fresh connection, no retries, no redirects followed. A fresh connection makes the one question that
 * matters for money answerable: until it stands, not a byte of the request has left, so the call was surely not sent.
 */
export function httpCall(call: HttpCall): Promise<HttpAnswer> {
  const { maxAnswerBytes = MAX_ANSWER_BYTES } = call;
  const secure = call.url.protocol === 'https:';
  const options: RequestOptions = {
    method: call.method,
    headers: {
      ...call.headers,
      ...(call.body === undefined ? {} : { 'content-length': Buffer.byteLength(call.body) }),
    },
    agent: false,
    ...(call.lookup === undefined ? {} : { lookup: call.lookup }),
    signal: AbortSignal.any([call.signal, AbortSignal.timeout(call.timeoutMs)]),
  };
  return new Promise((resolve, reject) => {
    let sent = false;
    const fail = (error: unknown): void => {
      const text = error instanceof Error ? error.message : String(error);
      reject(new HttpFailure(`${call.method} ${call.url.host}: ${text}`, sent, error));
    };
    const request = (secure ? httpsRequest : httpRequest)(call.url, options, (answer) => {
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxAnswerBytes) answer.destroy(new Error(`answer of more than ${maxAnswerBytes} bytes`));
        else chunks.push(chunk);
      });
      answer.on('error', fail);
      answer.on('end', () => {
        if (!answer.complete) return fail(new Error('the answer was cut off'));
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        });
      });
    });
    request.on('socket', (socket) => socket.once(secure ? 'secureConnect' : 'connect', () => (sent = true)));
    request.on('error', fail);
    request.end(call.body);
  });
}

/** The body as JSON, or undefined when it is none (an HTML error page, a truncated answer). */
export function jsonOf(answer: HttpAnswer): unknown {
  try {
    return JSON.parse(answer.body);
  } catch {
    return undefined;
  }
}
