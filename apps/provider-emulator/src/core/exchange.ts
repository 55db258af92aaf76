import type { IncomingMessage, ServerResponse } from 'node:http';
import { logBody, type CallLog, type LoggedCall } from './call-log.ts';
import type { EmulatorClock } from './clock.ts';
import { distort, isAccepted, scriptedReply } from './distort.ts';
import { parseForm } from './forms.ts';
import type { FaultScript, Verdict } from './fault-script.ts';
import { parseJson, pause, readBody, send } from './http.ts';
import type { Call, Provider, Reply, Route } from './provider.ts';

interface ExchangeDeps {
  readonly clock: EmulatorClock;
  readonly calls: CallLog;
  readonly script: FaultScript;
  /** Fires when the emulator stops: ends scripted waits. */
  readonly stopped: AbortSignal;
}

/** One HTTP call to a provider, from the first byte to the log line, with what the script does to it on the way. */
export async function exchange(
  deps: ExchangeDeps,
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const method = request.method ?? 'GET';
  const route = provider.route(method, url);
  const operation = 'reply' in route ? 'unrouted' : route.operation;
  const path = url.pathname + url.search;
  const logged = deps.calls.open({ at: deps.clock.now(), provider: provider.name, operation, method, path });
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished && logged.outcome === 'open') logged.outcome = 'abandoned';
    gone.abort();
  });

  if ('reply' in route) {
    await readBody(request, 0);
    await answer(route.reply, request, response, logged, gone.signal);
    return;
  }
  const unread = deps.script.takeUnread({ provider: provider.name, operation: route.operation, path });
  if (unread !== undefined) {
    logged.rules.push(unread.id);
    reset(request, logged);
    return;
  }
  const body = await readBody(request, route.maxBodyBytes);
  if (body === undefined) {
    await answer(provider.refuseLargeBody(route.maxBodyBytes), request, response, logged, gone.signal);
    return;
  }
  const json = parseJson(body);
  const form = await parseForm(body, request.headers['content-type']);
  logBody(logged, body, { json, form });
  const verdict = deps.script.take({
    provider: provider.name,
    operation: route.operation,
    path,
    prompt: route.promptOf({ json, form }),
  });
  logged.rules.push(...verdict.rules);
  const call = { method, url, headers: request.headers, body, json, form, outcome: verdict.outcome };
  const reply = await carryOut(deps, provider, route, call, verdict, logged);
  if (reply === 'reset') reset(request, logged);
  else await answer(reply, request, response, logged, gone.signal);
}

/** Runs the request as far as the script lets it, and says what goes back. */
async function carryOut(
  deps: ExchangeDeps,
  provider: Provider,
  route: Route,
  call: Omit<Call, 'now'>,
  { wire }: Verdict,
  logged: LoggedCall,
): Promise<Reply | 'reset'> {
  const delayMs = wire?.type === 'delay' ? wire.ms : 0;
  const acceptsLast = wire?.type === 'delay' && wire.accept === 'last';
  if (acceptsLast) await pause(delayMs, deps.stopped);
  const handled = isAccepted(wire) ? await route.handle({ ...call, now: deps.clock.now() }) : undefined;
  if (handled?.taskId !== undefined) logged.taskId = handled.taskId;
  if (delayMs > 0 && !acceptsLast) await pause(delayMs, deps.stopped);
  if (wire?.type === 'restart') provider.restart();
  const scripted = wire === undefined ? undefined : scriptedReply(wire, call.url, provider.refusals);
  if (scripted !== undefined) return scripted;
  if (handled === undefined || wire?.type === 'reset_after_accepting') return 'reset';
  return wire === undefined ? handled : distort(handled, wire, provider.fields);
}

async function answer(
  reply: Reply,
  request: IncomingMessage,
  response: ServerResponse,
  logged: LoggedCall,
  gone: AbortSignal,
): Promise<void> {
  logged.status = reply.status;
  if (gone.aborted) return;
  await send(reply, request, response, gone);
  if (logged.outcome !== 'open') return;
  const isCut = 'cutAfterBytes' in reply && reply.cutAfterBytes !== undefined;
  logged.outcome = isCut ? 'reset' : gone.aborted && !response.writableFinished ? 'abandoned' : 'answered';
}

/** Drops the connection with a TCP reset, as a crashed proxy does. */
function reset(request: IncomingMessage, logged: LoggedCall): void {
  logged.outcome = 'reset';
  request.socket.resetAndDestroy();
}
