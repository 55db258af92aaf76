import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '@reelmesh/domain';
import type { Logger, Metrics } from '@reelmesh/service';
import { PortInUseError } from '@reelmesh/service';
import { takeIn, webhookOutcomes } from './fal-webhooks.ts';
import type { FalWebhookDeps, WebhookOutcome } from './fal-webhooks.ts';

export interface WebhookServerDeps extends FalWebhookDeps {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly log: Logger;
  readonly metrics: Metrics;
}

export interface WebhookServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** A result is an address and some figures. What is larger is not read: the poll finds it. */
const MAX_BODY_BYTES = 256 * 1024;
const LIMITS = { headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 5_000 };
const MAX_CONNECTIONS = 200;

/** Listens for fal's webhooks. Answers with a status and nothing else. @throws PortInUseError */
export async function startWebhooks(deps: WebhookServerDeps): Promise<WebhookServer> {
  const { host, log } = deps;
  const counter = deps.metrics.counter(
    'reelmesh_webhooks_total',
    'webhooks of providers by what became of them',
    ['provider', 'outcome'],
  );
  const server = createServer(LIMITS, (request, response) => {
    outcomeOf(request, deps)
      .catch((reason: unknown): WebhookOutcome => {
        const error = AppError.from(reason);
        if (error.code !== 'CANCELLED') log.warn({ err: error }, 'webhook could not be taken in');
        return 'failed';
      })
      .then((outcome) => {
        counter.inc({ provider: 'fal', outcome });
        answer(response, webhookOutcomes[outcome]);
      })
      .catch((error: unknown) => log.error({ err: error }, 'webhook could not be answered'));
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(deps.port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new PortInUseError(host, deps.port, { cause: error });
  }
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function outcomeOf(request: IncomingMessage, deps: FalWebhookDeps): Promise<WebhookOutcome> {
  const [path = ''] = (request.url ?? '').split('?', 1);
  // Nothing of a stranger's is read.
  if (request.method !== 'POST' || deps.addresses.takeAt(path) === undefined) return 'not_found';
  const body = await read(request);
  return body === undefined ? 'too_large' : takeIn({ path, headers: request.headers, body }, deps);
}

/** Undefined for more than is allowed; the rest of it is thrown away as it comes. */
async function read(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  // A stream that is destroyed could not be answered any more.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      request.resume();
      return undefined;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** What was not read to its end ends the connection. */
function answer(response: ServerResponse, status: number): void {
  const headers = { 'content-length': 0, 'cache-control': 'no-store' };
  const connection = response.req.complete ? {} : { connection: 'close' };
  if (!response.destroyed) response.writeHead(status, { ...headers, ...connection }).end();
}
