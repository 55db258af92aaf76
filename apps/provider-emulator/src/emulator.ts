import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveAdmin, type AdminDeps } from './admin.ts';
import { CallLog } from './core/call-log.ts';
import { EmulatorClock } from './core/clock.ts';
import { Deliveries } from './core/deliveries.ts';
import { exchange } from './core/exchange.ts';
import { FaultScript } from './core/fault-script.ts';
import { ChargeLedger } from './core/ledger.ts';
import { MediaLibrary, requireFfmpeg } from './core/media.ts';
import type { Provider, ProviderDeps } from './core/provider.ts';
import { ark } from './ark/ark.ts';
import { fal } from './fal/fal.ts';
import { kling } from './kling/kling.ts';
import { nameOf, recorded } from './recorded/recorded.ts';
import type { RecordedFile } from './recorded/recorded-file.ts';
import { Runway } from './runway/runway.ts';
import { OPENAI, SGLANG, VLLM_OMNI } from './videos/profiles.ts';
import { videoServer } from './videos/videos.ts';
import { zhipu } from './zhipu/zhipu.ts';

export interface EmulatorOptions {
  /** 0 for a free one. */
  readonly port: number;
  readonly host: string;
  /** As the body of `POST /admin/config`: settings by provider. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Files of the gateway's: each is a provider that answers as recorded. */
  readonly recorded?: readonly RecordedFile[];
}

export interface Emulator {
  readonly port: number;
  /** Closes the port, ends open connections and scripted waits. */
  stop(): Promise<void>;
}

/** Every emulated provider, under the name that rules and settings call it. */
const OPENERS: Readonly<Record<string, (deps: ProviderDeps, settings: unknown) => Provider>> = {
  runway: (deps, settings) => new Runway(deps, settings),
  fal,
  zhipu,
  sglang: (deps, settings) => videoServer(SGLANG, deps, settings),
  'vllm-omni': (deps, settings) => videoServer(VLLM_OMNI, deps, settings),
  'openai-videos': (deps, settings) => videoServer(OPENAI, deps, settings),
  kling,
  ark,
};
export const PROVIDERS = Object.keys(OPENERS);

/**
 * Starts all emulated providers on one port.
 * @throws ShapeError for bad settings, Error when ffmpeg is missing or the port is taken
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  await requireFfmpeg();
  const clock = new EmulatorClock();
  const ledger = new ChargeLedger();
  const calls = new CallLog();
  const script = new FaultScript();
  const stopping = new AbortController();
  const deliveries = new Deliveries({ clock, calls, script, stopped: stopping.signal });
  const providers = openProviders({ clock, ledger, media: new MediaLibrary(), deliveries }, options);
  const admin: AdminDeps = { clock, ledger, calls, script, deliveries, providers };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = URL.parse(request.url ?? '/', 'http://localhost');
    if (url === null) {
      response.writeHead(400).end('the request target is no valid path\n');
      return;
    }
    const prefix = url.pathname.split('/')[1] ?? '';
    const provider = providers.find(({ prefixes }) => prefixes.includes(prefix));
    if (prefix === 'admin') await serveAdmin(admin, request, response, url);
    else if (provider !== undefined) {
      await exchange({ clock, calls, script, stopped: stopping.signal }, provider, request, response, url);
    } else {
      const known = ['admin', ...providers.flatMap(({ prefixes }) => prefixes)];
      response
        .writeHead(404)
        .end(`no such provider; paths start with ${known.map((name) => `/${name}`).join(', ')}\n`);
    }
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => fail(error, request, response));
  });
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      stopping.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function openProviders(
  deps: ProviderDeps,
  { config, recorded: files = [] }: EmulatorOptions,
): readonly Provider[] {
  return [
    ...Object.entries(OPENERS).map(([name, open]) => open(deps, config[name])),
    ...files.map((file) => recorded(file, deps, config[nameOf(file)])),
  ];
}

function listen(server: Server, { port, host }: EmulatorOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      reject(
        isTaken
          ? new Error(`port ${port} of ${host} is taken; choose another with --port, 0 for a free one`)
          : error,
      );
    });
    server.listen(port, host, resolve);
  });
}

/** A client that left in mid-body is its own affair; anything else is a bug here, and must not look like a provider. */
function fail(error: unknown, request: IncomingMessage, response: ServerResponse): void {
  if (request.destroyed && !request.complete) return;
  process.stderr.write(`provider-emulator: ${request.method} ${request.url}: ${String(error)}\n`);
  if (response.headersSent) response.destroy();
  else response.writeHead(500).end(`provider-emulator failed: ${String(error)}\n`);
}
