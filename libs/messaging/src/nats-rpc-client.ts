import { setTimeout as delay } from 'node:timers/promises';
import { AppError, Code } from '@reelmesh/domain';
import { errors, type Msg } from 'nats';
import { DISCONNECTED, type Link } from './connection.ts';
import { ERROR_CODE_HEADER, ERROR_HEADER, isStream, requestHeaders } from './nats-rpc-wire.ts';
import { maxPayloadBytes } from './publisher.ts';
import type { CallOptions, Client, MethodDefinition, ServiceDefinition } from './rpc.ts';
import { bareError, checkSize, decodeStatus, DEFAULT_TIMEOUT_MS } from './status.ts';

/** A service that is just starting is waited for so long. */
const START_PATIENCE_MS = 2_000;

/** 10 s for each call unless it says otherwise. */
export function natsClient<D extends ServiceDefinition>(link: Link, definition: D): Client<D> {
  const methods = Object.entries(definition.methods).map(([key, method]) => {
    const what = `${definition.fullName}/${method.name}`;
    return [key, isStream(method) ? refuseStream(what) : callUnary(link, definition, method, what)];
  });
  return Object.fromEntries(methods) as Client<D>;
}

function callUnary(link: Link, definition: ServiceDefinition, method: MethodDefinition, what: string) {
  const subject = `rpc.${definition.fullName}.${method.name}`;

  return async (request: unknown, options: CallOptions = {}): Promise<unknown> => {
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const until = performance.now() + timeoutMs;
    const bytes = method.requestType.encode(request).finish();
    checkSize(what, bytes, maxPayloadBytes(link));
    const patientUntil = Math.min(until, performance.now() + START_PATIENCE_MS);
    // a call that was cut off may have been carried out: only what may be done twice is sent again, once
    let mayResend = method.options.idempotencyLevel !== undefined;
    for (let pauseMs = 25; ; pauseMs *= 2) {
      const leftMs = Math.max(1, Math.round(until - performance.now()));
      if (!link.connected) await unlessAborted(link.untilConnected(leftMs), options.signal);
      const sent = link.nc.request(subject, bytes, {
        timeout: leftMs,
        headers: requestHeaders(options.headers, leftMs),
      });
      let reply: Msg;
      try {
        reply = await unlessAborted(link.whileConnected(sent), options.signal);
      } catch (error) {
        // nobody was there to receive it: safe to send again, whatever the method does
        if (isNoResponders(error) && performance.now() + pauseMs < patientUntil) {
          await unlessAborted(delay(pauseMs), options.signal);
          continue;
        }
        if (mayResend && error instanceof AppError && error.reason === DISCONNECTED) {
          mayResend = false;
          continue;
        }
        throw callError(what, error, timeoutMs);
      }
      return readReply(method, reply);
    }
  };
}

function readReply(method: MethodDefinition, msg: Msg): unknown {
  if (msg.headers === undefined || !msg.headers.has(ERROR_HEADER))
    return method.responseType.decode(msg.data);
  throw (
    decodeStatus(msg.data) ??
    bareError(Number(msg.headers.get(ERROR_CODE_HEADER)), msg.headers.get(ERROR_HEADER))
  );
}

function callError(what: string, error: unknown, timeoutMs: number): AppError {
  if (error instanceof AppError) return error;
  if (isNoResponders(error)) {
    return new AppError(Code.UNAVAILABLE, `${what}: no instance of the service is running`, {
      reason: 'NO_RESPONDERS',
      cause: error,
    });
  }
  if (error instanceof errors.TimeoutError) {
    return new AppError(Code.DEADLINE_EXCEEDED, `${what}: no answer within ${timeoutMs} ms`, {
      retryable: true,
      cause: error,
    });
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return new AppError(Code.CANCELLED, `${what}: cancelled by the caller`, { cause: error });
  }
  return AppError.from(error);
}

/** NATS cannot take a request back: the caller stops waiting, the service finishes it. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(new DOMException('cancelled by the caller', 'AbortError'));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function refuseStream(what: string) {
  return async function* (): AsyncGenerator<never> {
    throw new AppError(Code.UNIMPLEMENTED, `${what}: streams are served over gRPC, not over NATS`, {
      reason: 'STREAM_OVER_NATS',
    });
  };
}

function isNoResponders(error: unknown): boolean {
  return (
    error instanceof errors.NoRespondersError ||
    (error instanceof errors.RequestError && error.isNoResponders())
  );
}
