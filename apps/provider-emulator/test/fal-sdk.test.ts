import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ApiError, createFalClient, ValidationError } from '@fal-ai/client';
import type { FalClient } from '@fal-ai/client';
import { EMULATOR_FAL_KEY, startEmulator, type TestEmulator } from '@reelmesh/testing';
import { INPUT, PIKA, PIKA_MICROS, falClient } from './fal-client.ts';

let emulator: TestEmulator;
let sdk: FalClient;

beforeAll(async () => {
  emulator = await startEmulator();
  sdk = sdkWith(EMULATOR_FAL_KEY);
});
afterAll(() => emulator.stop());
beforeEach(async () => {
  await emulator.reset();
  await emulator.configure({ fal: { queueMs: 0, renderMs: 0 } });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await emulator.setClock('real');
});

/** Its hosts are fixed, so they are changed on the way. */
function sdkWith(credentials: string): FalClient {
  const redirected = (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const url = input instanceof Request ? input.url : input.toString();
    return fetch(url.replace('https://queue.fal.run', emulator.falUrl), init);
  };
  return createFalClient({ credentials, fetch: redirected });
}

/** It waits one, two and four seconds between sends, and cannot be told otherwise. */
function shortenBackoff(): void {
  const real = globalThis.setTimeout;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation((run: () => void, ms = 0, ...more: unknown[]) =>
    real(run, more.length === 0 && ms >= 750 && ms <= 5000 ? 5 : ms, ...(more as [])),
  );
}

const input = { ...INPUT, aspect_ratio: '9:16', resolution: '720p', duration: '5' } as const;
const submit = () => sdk.queue.submit(PIKA, { input });
const errorOf = (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error);
const onCreate = { provider: 'fal', operation: 'create' } as const;

describe('the official client', () => {
  test('submits, follows the request through the queue and gets an address of the clip', async () => {
    await emulator.configure({ fal: { queueMs: 1000, renderMs: 1000 } });
    await emulator.setClock('virtual');
    const seen: string[] = [];

    const { data, requestId } = await sdk.subscribe(PIKA, {
      input,
      pollInterval: 10,
      onQueueUpdate({ status }) {
        seen.push(status);
        void emulator.advanceClock(400);
      },
    });

    const clip = await fetch(data.video.url);
    expect([...new Set(seen)]).toEqual(['IN_QUEUE', 'IN_PROGRESS', 'COMPLETED']);
    expect(clip.headers.get('content-type')).toBe('video/mp4');
    expect(await emulator.tasks()).toMatchObject([{ id: requestId, status: 'SUCCEEDED' }]);
    expect((await emulator.ledger()).totals).toMatchObject({ charges: 1, netMicros: PIKA_MICROS });
  });

  test('is given the addresses that it would build itself', async () => {
    const submitted = await submit();

    const { status } = await sdk.queue.status(PIKA, { requestId: submitted.request_id, logs: true });
    const built = (await emulator.calls()).at(-1)?.path.split('?')[0];

    expect(submitted).toMatchObject({ status: 'IN_QUEUE' });
    expect(new URL(submitted.status_url).pathname).toBe(built);
    expect(status).toBe('COMPLETED');
  });

  test('cancels a request', async () => {
    await emulator.configure({ fal: { queueMs: 60_000 } });
    const { request_id: requestId } = await submit();

    await sdk.queue.cancel(PIKA, { requestId });

    expect(await emulator.tasks()).toMatchObject([{ status: 'CANCELLED' }]);
    expect((await emulator.ledger()).totals.netMicros).toBe(0);
  });

  test('asks for a webhook in the address of the submit', async () => {
    await sdk.queue.submit(PIKA, {
      input,
      webhookUrl: 'http://127.0.0.1:9/hook?take=t1',
    });

    const [call] = await emulator.calls();
    expect(call?.path).toContain(`fal_webhook=${encodeURIComponent('http://127.0.0.1:9/hook?take=t1')}`);
  });
});

describe('the client maps refusals to its classes', () => {
  test('a bad key to ApiError 401', async () => {
    const stranger = sdkWith('nobody');

    expect(await errorOf(stranger.queue.submit(PIKA, { input }))).toMatchObject({
      name: 'ApiError',
      status: 401,
    });
  });

  test('an invalid input to ValidationError with its places', async () => {
    const refused = await errorOf(sdk.queue.submit(PIKA, { input: { prompt: '' } }));

    expect(refused).toBeInstanceOf(ValidationError);
    expect((refused as ValidationError).fieldErrors).toMatchObject([{ loc: ['body', 'prompt'] }]);
  });

  test('a moderated prompt to ValidationError when it asks for the result: COMPLETED is not success', async () => {
    await emulator.script({
      match: onCreate,
      action: { type: 'fail', failureCode: 'content_policy_violation', failure: 'flagged' },
    });
    const { request_id: requestId } = await submit();

    const status = await sdk.queue.status(PIKA, { requestId });
    const failure = await errorOf(sdk.queue.result(PIKA, { requestId }));

    expect(status.status).toBe('COMPLETED');
    expect(failure).toBeInstanceOf(ValidationError);
    expect((failure as ValidationError).fieldErrors).toMatchObject([{ type: 'content_policy_violation' }]);
  });

  test('a result that is asked for too early to ApiError 400', async () => {
    await emulator.configure({ fal: { queueMs: 60_000 } });
    const { request_id: requestId } = await submit();

    expect(await errorOf(sdk.queue.result(PIKA, { requestId }))).toMatchObject({
      status: 400,
      body: { detail: 'Request is still in progress' },
    });
  });

  test('an unknown request to ApiError 404', async () => {
    const failure = await errorOf(sdk.queue.status(PIKA, { requestId: 'nobody' }));

    expect(failure).toBeInstanceOf(ApiError);
    expect(failure).toMatchObject({ status: 404 });
  });
});

describe('a connection dropped after the request was read', () => {
  beforeEach(async () => {
    shortenBackoff();
    await emulator.script({ match: onCreate, times: null, action: { type: 'reset_after_accepting' } });
  });

  test('is paid four times by the client', async () => {
    expect(await errorOf(submit())).toMatchObject({ message: 'fetch failed' });

    expect((await emulator.ledger()).totals).toMatchObject({ charges: 4, netMicros: 4 * PIKA_MICROS });
  });

  test('is paid once by a plain fetch', async () => {
    await expect(falClient(emulator).submit()).rejects.toThrow('fetch failed');

    expect((await emulator.ledger()).totals).toMatchObject({ charges: 1, netMicros: PIKA_MICROS });
  });
});

test('the client comes back after a 429 without heeding Retry-After', async () => {
  shortenBackoff();
  await emulator.script({
    match: onCreate,
    action: { type: 'respond', status: 429, headers: { 'retry-after': '3600' }, body: { detail: 'slow' } },
  });

  await submit();

  expect((await emulator.calls()).map(({ status }) => status)).toEqual([429, 200]);
});
