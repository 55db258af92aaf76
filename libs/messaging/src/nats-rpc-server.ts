import { setTimeout as delay } from 'node:timers/promises';
import { AppError, Code } from '@reelmesh/domain';
import type { Logger } from '@reelmesh/service';
import type { Msg } from 'nats';
import type { Running } from './bus.ts';
import type { Link } from './connection.ts';
import { errorHeaders, isStream, readHeaders, TIMEOUT_HEADER } from './nats-rpc-wire.ts';
import { maxPayloadBytes } from './publisher.ts';
import { decodeRequest } from './request.ts';
import type { CallContext, Handlers, MethodDefinition, ServiceDefinition } from './rpc.ts';
import { checkSize, DEFAULT_TIMEOUT_MS, encodeStatus, publicError } from './status.ts';

/** What aborted calls have to end by themselves. */
const ABORTED_GRACE_MS = 500;

type Unary = (request: unknown, context: CallContext) => Promise<unknown>;

/**
 * Answers `rpc.<service>.<Method>`, one of the queue group at a time. Methods that stream are left out: NATS has neither
 * flow control nor a cancel message.
 */
export async function serveNats<D extends ServiceDefinition>(
  link: Link,
  queueGroup: string,
  definition: D,
  handlers: Handlers<D>,
  settings: { readonly log: Logger; readonly stopGraceMs: number },
): Promise<Running> {
  const methods = new Map(
    Object.entries(definition.methods)
      .filter(([, method]) => !isStream(method))
      .map(([key, method]) => [
        method.name,
        { method, handle: handlers[key as keyof typeof handlers] as Unary },
      ]),
  );
  const active = new Set<Promise<void>>();
  const stopping = new AbortController();

  const answer = async (msg: Msg) => {
    const name = msg.subject.slice(msg.subject.lastIndexOf('.') + 1);
    const what = `${definition.fullName}/${name}`;
    try {
      const entry = methods.get(name);
      if (entry === undefined) throw unimplemented(what);
      const reply = await call(entry.method, entry.handle, msg, stopping.signal);
      checkSize(what, reply, maxPayloadBytes(link));
      msg.respond(reply);
    } catch (reason) {
      const error = publicError(reason, settings.log, what);
      msg.respond(encodeStatus(error), { headers: errorHeaders(error) });
    }
  };
  const subscription = link.nc.subscribe(`rpc.${definition.fullName}.*`, {
    queue: queueGroup,
    callback: (_, msg) => {
      const done = answer(msg).finally(() => active.delete(done));
      active.add(done);
    },
  });
  // else a call made right after could find nobody
  await link.nc.flush();
  return {
    async stop() {
      if (link.connected) await subscription.drain().catch(() => undefined);
      else subscription.unsubscribe();
      const idle = Promise.allSettled(active);
      if (await settlesWithin(idle, settings.stopGraceMs)) return;
      stopping.abort(new AppError(Code.UNAVAILABLE, 'the service is stopping', { reason: 'SHUTTING_DOWN' }));
      await settlesWithin(idle, ABORTED_GRACE_MS);
    },
  };
}

async function call(
  method: MethodDefinition,
  handle: Unary,
  msg: Msg,
  stopping: AbortSignal,
): Promise<Uint8Array> {
  const timeoutMs = Number(msg.headers?.get(TIMEOUT_HEADER) || DEFAULT_TIMEOUT_MS);
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new AppError(Code.DEADLINE_EXCEEDED, 'the deadline has passed')),
    timeoutMs,
  );
  try {
    const request: unknown = decodeRequest(method, msg.data);
    const response = await handle(request, {
      signal: AbortSignal.any([late.signal, stopping]),
      headers: readHeaders(msg.headers),
    });
    return method.responseType.encode(response).finish();
  } finally {
    clearTimeout(timer);
  }
}

async function settlesWithin(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const timer = new AbortController();
  const late = delay(timeoutMs, false, { signal: timer.signal }).catch(() => false);
  const settled = await Promise.race([work.then(() => true), late]);
  timer.abort();
  return settled;
}

function unimplemented(what: string): AppError {
  return new AppError(Code.UNIMPLEMENTED, `${what}: the service has no such method`, {
    reason: 'METHOD_UNKNOWN',
  });
}
