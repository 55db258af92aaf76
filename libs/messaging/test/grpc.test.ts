import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { DownloadCutResponse } from '@reelmesh/contracts/film';
import {
  DownloadCutRequest,
  FilmServiceDefinition,
  GetFilmRequest,
  WatchFilmRequest,
  WatchFilmResponse,
} from '@reelmesh/contracts/film';
import { AppError, Code } from '@reelmesh/domain';
import { startNats, testKit } from '@reelmesh/testing';
import { afterEach, expect, test, vi } from 'vitest';
import {
  connectBus,
  createGrpcServer,
  grpcClient,
  grpcService,
  HealthDefinition,
  type GrpcClient,
  type GrpcServer,
  type Handlers,
} from '../src/index.ts';

type Film = typeof FilmServiceDefinition;
type Streams = Pick<Handlers<Film>, 'downloadCut' | 'watchFilm'>;

const { log } = testKit();
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(handlers: Partial<Streams>): Promise<{ server: GrpcServer; client: GrpcClient<Film> }> {
  // the other methods are not called here
  const services = [grpcService(FilmServiceDefinition, handlers as Handlers<Film>)];
  const server = await createGrpcServer({ host: '127.0.0.1', port: 0, services, log });
  cleanups.push(() => server.stop(200));
  const client = grpcClient(FilmServiceDefinition, `127.0.0.1:${server.port}`);
  cleanups.push(() => client.close());
  return { server, client };
}

const part = (size: number): DownloadCutResponse => ({
  part: { $case: 'chunk', value: new Uint8Array(size) },
});
const news = WatchFilmResponse.fromPartial({});
const sizeOf = (response: DownloadCutResponse) =>
  response.part?.$case === 'chunk' ? response.part.value.length : -1;
const request = DownloadCutRequest.fromPartial({});

test('a stream arrives whole and in order', async () => {
  const { client } = await serve({
    async *downloadCut() {
      for (let size = 1; size <= 100; size += 1) yield part(size);
    },
  });

  const sizes: number[] = [];
  for await (const response of client.downloadCut(request)) sizes.push(sizeOf(response));

  expect(sizes).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
});

test('a slow reader holds the source back', async () => {
  let produced = 0;
  const { client } = await serve({
    async *downloadCut() {
      for (; produced < 1_000; produced += 1) yield part(256 * 1024);
    },
  });

  const stream = client.downloadCut(request)[Symbol.asyncIterator]();
  await stream.next();
  const before = await vi.waitFor(async () => {
    const seen = produced;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(produced).toBe(seen);
    return seen;
  }, 5_000);
  await stream.return?.();

  expect(before).toBeLessThan(100);
});

test.each(['break', 'throw', 'abort'] as const)('a reader that leaves by %s ends the source', async (way) => {
  const cleaned = Promise.withResolvers<void>();
  const abort = new AbortController();
  const { client } = await serve({
    async *watchFilm(_request, { signal }) {
      try {
        yield news;
        await new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        );
      } finally {
        cleaned.resolve();
      }
    },
  });
  const read = async () => {
    for await (const _ of client.watchFilm(WatchFilmRequest.fromPartial({}), { signal: abort.signal })) {
      if (way === 'break') break;
      if (way === 'throw') throw new Error('reader failed');
      abort.abort();
    }
    return 'left';
  };

  const outcome = await read().catch(
    (error: unknown) => (error as AppError).code ?? (error as Error).message,
  );

  expect(outcome).toBe({ break: 'left', throw: 'reader failed', abort: 'CANCELLED' }[way]);
  await cleaned.promise;
});

test('an error in mid-stream comes after what was sent, with reason and details', async () => {
  const { client } = await serve({
    async *downloadCut() {
      yield part(1);
      throw new AppError(Code.NOT_FOUND, 'film f1: no cut', {
        reason: 'CUT_MISSING',
        details: { film: 'f1' },
      });
    },
  });
  const sizes: number[] = [];
  const read = async () => {
    for await (const response of client.downloadCut(request)) sizes.push(sizeOf(response));
  };

  await expect(read()).rejects.toMatchObject({
    code: 'NOT_FOUND',
    reason: 'CUT_MISSING',
    details: { film: 'f1' },
  });

  expect(sizes).toEqual([1]);
});

test('a stopping server gives streams their grace time and then ends them', async () => {
  const { client, server } = await serve({
    async *watchFilm(_request, { signal }) {
      yield news;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
  });
  const stream = client.watchFilm(WatchFilmRequest.fromPartial({}))[Symbol.asyncIterator]();
  await stream.next();

  const next = expect(stream.next()).rejects.toMatchObject({ code: 'UNAVAILABLE', reason: 'SHUTTING_DOWN' });
  await server.stop(50);

  await next;
});

test('a taken port is named', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  cleanups.push(() => other.close());
  const { port } = other.address() as AddressInfo;

  const started = createGrpcServer({ host: '127.0.0.1', port, services: [], log });

  await expect(started).rejects.toMatchObject({ code: 'FAILED_PRECONDITION', reason: 'PORT_IN_USE' });
  await expect(started).rejects.toThrow(`127.0.0.1:${port}`);
});

test('a server that is not there is UNAVAILABLE and named', async () => {
  const client = grpcClient(FilmServiceDefinition, '127.0.0.1:1');
  cleanups.push(() => client.close());

  const call = client.getFilm(GetFilmRequest.fromPartial({}));

  await expect(call).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  await expect(call).rejects.toThrow('127.0.0.1:1');
});

test('a method without a handler is UNIMPLEMENTED', async () => {
  const { client } = await serve({});

  await expect(client.getFilm(GetFilmRequest.fromPartial({}))).rejects.toMatchObject({
    code: 'UNIMPLEMENTED',
  });
});

test('health says what the server says, to Check and to Watch', async () => {
  const { server } = await serve({});
  const health = grpcClient(HealthDefinition, `127.0.0.1:${server.port}`);
  cleanups.push(() => health.close());
  const watch = health.watch({ service: '' })[Symbol.asyncIterator]();

  const first = await watch.next();
  const own = await health.check({ service: FilmServiceDefinition.fullName });
  server.setServing(false);
  const second = await watch.next();

  expect([first.value, own, second.value]).toEqual([{ status: 1 }, { status: 1 }, { status: 2 }]);
  await expect(health.check({ service: 'none' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await watch.return?.();
});

test('a stream over nats is refused, naming gRPC', async () => {
  const nats = await startNats();
  cleanups.push(() => nats.stop());
  const bus = await connectBus({ servers: nats.url, name: 'x', queueGroup: 'x', log });
  cleanups.push(() => bus.close());

  const first = bus
    .client(FilmServiceDefinition)
    .watchFilm(WatchFilmRequest.fromPartial({}))
    [Symbol.asyncIterator]()
    .next();

  await expect(first).rejects.toMatchObject({ code: 'UNIMPLEMENTED', reason: 'STREAM_OVER_NATS' });
});
