import {
  CacheServiceDefinition,
  GetStatsResponse,
  PutClipResponse,
  ReleaseClipsResponse,
  ResolveClipsResponse,
  ResolvedClip,
} from '@reelmesh/contracts/cache';
import { AppError, Code } from '@reelmesh/domain';
import { startNats, testKit, type TestNats } from '@reelmesh/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  connectBus,
  createGrpcServer,
  grpcClient,
  grpcService,
  type Client,
  type Handlers,
} from '../src/index.ts';

type Cache = typeof CacheServiceDefinition;
interface Served {
  readonly client: Client<Cache>;
  /** The server alone; the client stays. */
  stopServer?(): Promise<void>;
  stop(): Promise<void>;
}

const { log } = testKit();
let nats: TestNats;
let served: Served | undefined;

beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats.stop());
afterEach(async () => {
  await served?.stop();
  served = undefined;
});

async function overGrpc(handlers: Handlers<Cache>): Promise<Served> {
  const services = [grpcService(CacheServiceDefinition, handlers)];
  const server = await createGrpcServer({
    host: '127.0.0.1',
    port: 0,
    services,
    maxMessageBytes: 900_000,
    log,
  });
  const client = grpcClient(CacheServiceDefinition, `127.0.0.1:${server.port}`, { maxMessageBytes: 900_000 });
  return {
    client,
    stopServer: () => server.stop(5_000),
    async stop() {
      client.close();
      await server.stop(500);
    },
  };
}

async function overNats(handlers: Handlers<Cache>): Promise<Served> {
  const options = { servers: nats.url, name: 'rpc', log, stopGraceMs: 500 };
  const [server, caller] = await Promise.all([
    connectBus({ ...options, queueGroup: 'cache' }),
    connectBus({ ...options, queueGroup: 'caller' }),
  ]);
  await server.serve(CacheServiceDefinition, handlers);
  return {
    client: caller.client(CacheServiceDefinition),
    stopServer: () => server.close(),
    async stop() {
      await caller.close();
      await server.close();
    },
  };
}

const defaults: Handlers<Cache> = {
  resolveClips: async () => ResolveClipsResponse.fromPartial({}),
  putClip: async () => PutClipResponse.fromPartial({}),
  releaseClips: async () => ReleaseClipsResponse.fromPartial({}),
  getStats: async () => GetStatsResponse.fromPartial({}),
};

describe.each([
  ['grpc', overGrpc],
  ['nats', overNats],
])('a service over %s', (_, start) => {
  const serve = async (handlers: Partial<Handlers<Cache>>): Promise<Client<Cache>> => {
    served = await start({ ...defaults, ...handlers });
    return served.client;
  };
  const failWith = (error: Error) => serve({ getStats: () => Promise.reject(error) });

  test('answers with what its handler resolves', async () => {
    const client = await serve({
      resolveClips: async ({ shotKeys }) => ({
        clips: shotKeys.map((shotKey) => ResolvedClip.fromPartial({ shotKey, costMicros: 12 })),
      }),
    });

    const { clips } = await client.resolveClips({
      tenant: 't',
      filmId: 'f',
      shotKeys: ['k1', '镜头'],
      peek: false,
    });

    expect(clips.map(({ shotKey, costMicros }) => [shotKey, costMicros])).toEqual([
      ['k1', 12],
      ['镜头', 12],
    ]);
  });

  test('an empty request and an empty response are no errors', async () => {
    const client = await serve({});

    expect(await client.getStats({ tenant: '' })).toEqual(GetStatsResponse.fromPartial({}));
  });

  test('hands headers over, in lower case', async () => {
    const seen: (string | undefined)[] = [];
    const client = await serve({
      getStats: async (_request, { headers }) => {
        seen.push(headers['traceparent']);
        return GetStatsResponse.fromPartial({});
      },
    });

    await client.getStats({ tenant: 't' }, { headers: { traceparent: '00-abc-def-01' } });

    expect(seen).toEqual(['00-abc-def-01']);
  });

  test('an AppError comes out as it went in: code, reason, message, details, retry time', async () => {
    const client = await failWith(
      new AppError(Code.RESOURCE_EXHAUSTED, 'tenant acme: 5 films 同时', {
        reason: 'FILM_QUOTA',
        retryable: true,
        retryAfterMs: 1500,
        details: { limit: '5', tenant: 'acme' },
      }),
    );

    const error = await caught(client.getStats({ tenant: 'acme' }));

    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      message: 'tenant acme: 5 films 同时',
      reason: 'FILM_QUOTA',
      retryable: true,
      retryAfterMs: 1500,
      details: { limit: '5', tenant: 'acme' },
    });
  });

  test.each(Object.values(Code))('code %s survives', async (code) => {
    const client = await failWith(new AppError(code, 'message\nof two lines'));

    expect(await caught(client.getStats({ tenant: 't' }))).toMatchObject({
      code,
      message: 'message\nof two lines',
    });
  });

  test.each([
    [Code.UNAVAILABLE, false],
    [Code.ABORTED, true],
  ])('%s with retryable %s keeps it, without a retry time', async (code, retryable) => {
    const client = await failWith(new AppError(code, 'said by the server', { retryable }));

    const error = await caught(client.getStats({ tenant: 't' }));

    expect(error).toMatchObject({ code, retryable, retryAfterMs: undefined });
  });

  test.each([
    ['an unforeseen error', new TypeError('secret path /etc/x')],
    ['a thrown string', 'secret path /etc/x' as unknown as Error],
  ])('%s reaches the caller as a bare INTERNAL', async (_name, thrown) => {
    const client = await failWith(thrown);

    const error = await caught(client.getStats({ tenant: 't' }));

    expect(error).toMatchObject({ code: 'INTERNAL', retryable: false, details: {} });
    expect(`${error.message} ${String(error.cause)}`).not.toContain('secret');
  });

  test('the caller gives up at its deadline, and the handler is told', async () => {
    const told = Promise.withResolvers<void>();
    const client = await serve({
      getStats: (_request, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            told.resolve();
            reject(signal.reason as Error);
          });
        }),
    });

    const error = await caught(client.getStats({ tenant: 't' }, { timeoutMs: 150 }));

    expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED', retryable: true });
    await told.promise;
  });

  test('a caller that aborts gets CANCELLED at once', async () => {
    const entered = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const client = await serve({
      getStats: async () => {
        entered.resolve();
        await release.promise;
        return GetStatsResponse.fromPartial({});
      },
    });
    const abort = new AbortController();

    const answer = caught(client.getStats({ tenant: 't' }, { signal: abort.signal }));
    await entered.promise;
    abort.abort();

    expect(await answer).toMatchObject({ code: 'CANCELLED' });
    expect(await caught(client.getStats({ tenant: 't' }, { signal: abort.signal }))).toMatchObject({
      code: 'CANCELLED',
    });
    release.resolve();
  });

  test('carries 800 kB both ways', async () => {
    const client = await serve({
      resolveClips: async ({ shotKeys }) => ({
        clips: [ResolvedClip.fromPartial({ shotKey: shotKeys[0] ?? '' })],
      }),
    });
    const large = 'x'.repeat(800_000);

    const { clips } = await client.resolveClips({ tenant: 't', filmId: 'f', shotKeys: [large], peek: false });

    expect(clips[0]?.shotKey).toHaveLength(800_000);
  });

  test.each(['request', 'response'] as const)(
    'a %s over the limit is refused with both sizes',
    async (where) => {
      const client = await serve({
        resolveClips: async ({ tenant }) => ({
          clips: [ResolvedClip.fromPartial({ shotKey: tenant.repeat(2_000_000) })],
        }),
      });
      const shotKeys = where === 'request' ? ['x'.repeat(2_000_000)] : [];

      const error = await caught(client.resolveClips({ tenant: 't', filmId: 'f', shotKeys, peek: false }));

      expect(error).toMatchObject({
        code: 'RESOURCE_EXHAUSTED',
        reason: 'MESSAGE_TOO_LARGE',
        retryable: false,
      });
      expect(Number(error.details['bytes'])).toBeGreaterThan(Number(error.details['limit_bytes']));
    },
  );

  test('200 calls at once get each its own answer', async () => {
    const client = await serve({
      getStats: async ({ tenant }) => GetStatsResponse.fromPartial({ clips: Number(tenant) }),
    });
    const numbers = Array.from({ length: 200 }, (_value, n) => n);

    const answers = await Promise.all(numbers.map((n) => client.getStats({ tenant: String(n) })));

    expect(answers.map(({ clips }) => clips)).toEqual(numbers);
  });

  test('a stopping service finishes the call it has begun', async () => {
    const entered = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const client = await serve({
      getStats: async () => {
        entered.resolve();
        await release.promise;
        return GetStatsResponse.fromPartial({ clips: 7 });
      },
    });

    const answer = client.getStats({ tenant: 't' });
    await entered.promise;
    const stopped = served?.stopServer?.();
    release.resolve();

    expect(await answer).toMatchObject({ clips: 7 });
    await stopped;
  });
});

test('a call over nats waits for a service that is just starting', async () => {
  const options = { servers: nats.url, name: 'rpc', log };
  const server = await connectBus({ ...options, queueGroup: 'cache' });
  const caller = await connectBus({ ...options, queueGroup: 'caller' });
  served = {
    client: caller.client(CacheServiceDefinition),
    stop: () => Promise.all([caller.close(), server.close()]).then(),
  };

  const answer = served.client.getStats({ tenant: 't' });
  await caller.isAlive('a-round-trip');
  await server.serve(CacheServiceDefinition, defaults);

  expect(await answer).toEqual(GetStatsResponse.fromPartial({}));
});

test('a call over nats to a service that does not run is UNAVAILABLE', async () => {
  const caller = await connectBus({ servers: nats.url, name: 'rpc', queueGroup: 'caller', log });
  served = { client: caller.client(CacheServiceDefinition), stop: () => caller.close() };

  const error = await caught(served.client.getStats({ tenant: 't' }, { timeoutMs: 300 }));

  expect(error).toMatchObject({ code: 'UNAVAILABLE', reason: 'NO_RESPONDERS', retryable: true });
});

test('two instances share the calls over nats, one answers each', async () => {
  const options = { servers: nats.url, name: 'rpc', queueGroup: 'cache', log };
  const buses = await Promise.all([connectBus(options), connectBus(options), connectBus(options)]);
  const counts = [0, 0];
  const counting = (index: 0 | 1): Handlers<Cache> => ({
    ...defaults,
    getStats: async () => {
      counts[index]! += 1;
      return GetStatsResponse.fromPartial({});
    },
  });
  await buses[0].serve(CacheServiceDefinition, counting(0));
  await buses[1].serve(CacheServiceDefinition, counting(1));
  const client = buses[2].client(CacheServiceDefinition);
  served = { client, stop: () => Promise.all(buses.map((bus) => bus.close())).then() };

  await Promise.all(Array.from({ length: 100 }, () => client.getStats({ tenant: 't' })));

  expect(counts[0]! + counts[1]!).toBe(100);
  expect(Math.min(...counts)).toBeGreaterThan(0);
});

async function caught(work: Promise<unknown>): Promise<AppError> {
  return work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as AppError,
  );
}
