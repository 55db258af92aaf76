import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MetricsRegistry } from './metrics.ts';
import type { ProcessReadiness } from './lifecycle.ts';

export interface AdminOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly ready: () => Promise<ProcessReadiness>;
  readonly metrics: Pick<MetricsRegistry, 'text' | 'contentType'>;
}

export interface Admin {
  /** The one that was taken. */
  readonly port: number;
  stop(): Promise<void>;
}

/** Something else listens there. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError';
  readonly code = 'PORT_IN_USE';
  readonly host: string;
  readonly port: number;

  constructor(host: string, port: number, options?: ErrorOptions) {
    super(`port ${port} on ${host} is taken by another program: stop it or choose another port`, options);
    this.host = host;
    this.port = port;
  }
}

/** A probe that waits longer than this for the services' answer is told that they are not ready. */
const readyTimeoutMs = 5_000;

/**
 * Serves `/livez` (the process answers), `/readyz` (200 or 503, with every service's word) and `/metrics`.
 * @throws PortInUseError
 */
export async function startAdmin(options: AdminOptions): Promise<Admin> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      reply(response, 405, 'text/plain', 'only GET and HEAD\n');
      return;
    }
    const path = request.url?.split('?', 1)[0];
    answer(path, options, response).catch((error: unknown) => {
      reply(response, 500, 'text/plain', `${error instanceof Error ? error.message : String(error)}\n`);
    });
  });
  await listen(server, options.host, options.port);
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  path: string | undefined,
  options: AdminOptions,
  response: ServerResponse,
): Promise<void> {
  switch (path) {
    case '/livez':
      reply(response, 200, 'text/plain', 'ok\n');
      return;
    case '/readyz': {
      const state = await askReady(options.ready);
      reply(response, state.ready ? 200 : 503, 'application/json', `${JSON.stringify(state)}\n`);
      return;
    }
    case '/metrics':
      reply(response, 200, options.metrics.contentType, await options.metrics.text());
      return;
    default:
      reply(response, 404, 'text/plain', 'try /livez, /readyz or /metrics\n');
  }
}

async function askReady(
  ready: () => Promise<ProcessReadiness>,
): Promise<ProcessReadiness & { detail?: string }> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`no answer within ${readyTimeoutMs} ms`)),
    readyTimeoutMs,
  );
  try {
    return await Promise.race([ready(), late.promise]);
  } catch (error) {
    return { ready: false, services: {}, detail: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

function reply(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  const listening = Promise.withResolvers<void>();
  server.once('listening', listening.resolve).once('error', listening.reject).listen(port, host);
  try {
    await listening.promise;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
      throw new PortInUseError(host, port, { cause: error });
    throw error;
  }
}
