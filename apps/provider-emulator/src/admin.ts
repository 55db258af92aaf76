import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallLog } from './core/call-log.ts';
import type { EmulatorClock } from './core/clock.ts';
import type { Deliveries } from './core/deliveries.ts';
import type { FaultScript } from './core/fault-script.ts';
import { parseJson, readBody } from './core/http.ts';
import type { ChargeLedger } from './core/ledger.ts';
import type { Provider } from './core/provider.ts';
import { peaksOf } from './core/peaks.ts';
import { choice, integer, isObject, object, optional, read, ShapeError, text } from './core/shape.ts';

const MAX_BODY_BYTES = 1024 * 1024;
const MAX_ADVANCE_MS = 10 * 365 * 86_400_000;

export interface AdminDeps {
  readonly clock: EmulatorClock;
  readonly ledger: ChargeLedger;
  readonly calls: CallLog;
  readonly script: FaultScript;
  readonly deliveries: Deliveries;
  readonly providers: readonly Provider[];
}

const clockChange = object({
  mode: optional(choice('real', 'virtual')),
  advanceMs: optional(integer(0, MAX_ADVANCE_MS)),
});

type Endpoint = (deps: AdminDeps, body: unknown) => object;

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  'GET /admin/ledger': ({ ledger, providers }) => {
    // reading the tasks settles them: refunds that are due by now belong into the answer
    for (const provider of providers) provider.tasks();
    return { totals: ledger.totals(), entries: ledger.entries() };
  },
  'GET /admin/calls': ({ calls }) => ({ calls: calls.calls() }),
  'GET /admin/tasks': ({ providers }) => ({ tasks: providers.flatMap((provider) => provider.tasks()) }),
  'GET /admin/peaks': ({ providers }) => ({
    peaks: peaksOf(providers.flatMap((provider) => provider.tasks())),
  }),
  'GET /admin/script': ({ script }) => ({ rules: script.rules() }),
  'POST /admin/script': ({ script, providers }, body) => ({
    ids: script.add(body, providers),
  }),
  'DELETE /admin/script': ({ script }) => {
    script.clear();
    return { rules: [] };
  },
  'GET /admin/clock': ({ clock }) => clockView(clock),
  'POST /admin/clock': ({ clock }, body) => {
    const { mode, advanceMs } = read(clockChange, body);
    if (mode !== undefined) clock.setMode(mode);
    clock.advance(advanceMs ?? 0);
    return clockView(clock);
  },
  'GET /admin/config': ({ providers }) => configView(providers),
  'POST /admin/config': ({ providers }, body) => {
    configure(providers, body);
    return configView(providers);
  },
  'POST /admin/restart': ({ providers }, body) => {
    const { provider: name } = read(object({ provider: text(40) }), body);
    const provider = providers.find((candidate) => candidate.name === name);
    if (provider === undefined) {
      const known = providers.map((candidate) => candidate.name).join(', ');
      throw new ShapeError([`body.provider: must be one of ${known}`]);
    }
    provider.restart();
    return { restarted: name };
  },
  'POST /admin/reset': ({ ledger, calls, script, deliveries, providers }) => {
    deliveries.clear();
    for (const provider of providers) provider.reset();
    ledger.clear();
    calls.clear();
    script.clear();
    return configView(providers);
  },
};

/** The side entrance of tests: what happened, what shall go wrong, what time it is. */
export async function serveAdmin(
  deps: AdminDeps,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const bytes = await readBody(request, MAX_BODY_BYTES);
  const endpoint = ENDPOINTS[`${request.method} ${url.pathname}`];
  if (endpoint === undefined) {
    reply(response, 404, { error: `unknown admin call; known are ${Object.keys(ENDPOINTS).join(', ')}` });
    return;
  }
  if (bytes === undefined) {
    reply(response, 413, { error: `body: must be at most ${MAX_BODY_BYTES} bytes` });
    return;
  }
  const body = parseJson(bytes);
  if (bytes.length > 0 && body === undefined) {
    reply(response, 400, { error: 'body: must be JSON' });
    return;
  }
  try {
    reply(response, 200, endpoint(deps, body));
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    reply(response, 400, { error: error.message, problems: error.problems });
  }
}

/** All providers or none: a problem with one leaves the others as they were. */
function configure(providers: readonly Provider[], body: unknown): void {
  const names = providers.map(({ name }) => name);
  if (!isObject(body))
    throw new ShapeError([`body: must be an object with settings by provider (${names.join(', ')})`]);
  const unknown = Object.keys(body).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new ShapeError(
      unknown.map((name) => `body.${name}: unknown provider; known are ${names.join(', ')}`),
    );
  }
  const changes = providers
    .filter(({ name }) => body[name] !== undefined)
    .map((provider) => provider.configure(body[provider.name]));
  for (const change of changes) change();
}

function configView(providers: readonly Provider[]): object {
  return Object.fromEntries(providers.map((provider) => [provider.name, provider.config()]));
}

function clockView(clock: EmulatorClock): object {
  const now = clock.now();
  return { mode: clock.mode, nowMs: now, now: new Date(now).toISOString() };
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
