import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import RunwayML, {
  APIConnectionError,
  APIConnectionTimeoutError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
  TaskFailedError,
} from '@runwayml/sdk';
import { startEmulator, type TestEmulator } from '@reelmesh/testing';
import { CREATE, CREATE_CREDITS, PNG, runwayClient } from './runway-client.ts';

let emulator: TestEmulator;
let sdk: RunwayML;

beforeAll(async () => {
  emulator = await startEmulator();
  sdk = sdkWith({});
});
afterAll(() => emulator.stop());
beforeEach(async () => {
  await emulator.reset();
  await emulator.configure({ runway: { queueMs: 0, renderMs: 0 } });
});
afterEach(() => {
  vi.restoreAllMocks();
});

function sdkWith(options: { apiKey?: string; maxRetries?: number; timeout?: number }): RunwayML {
  return new RunwayML({
    baseURL: emulator.runwayUrl,
    apiKey: emulator.apiKey,
    maxRetries: 0,
    logLevel: 'off',
    ...options,
  });
}

const create = { ...CREATE, model: 'gen4.5', ratio: '720:1280' } as const;

/** The SDK polls every 4.5 to 7.5 s and cannot be told otherwise. */
function shortenPolling(): void {
  const real = globalThis.setTimeout;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation((run: () => void, ms = 0) =>
    real(run, ms >= 4500 && ms <= 7500 ? 20 : ms),
  );
}

describe('the official SDK', () => {
  test('creates a task, waits for it and gets an address of the film clip', async () => {
    shortenPolling();
    await emulator.configure({ runway: { queueMs: 20, renderMs: 60 } });

    const task = await sdk.textToVideo.create(create).waitForTaskOutput();

    const clip = await fetch(task.output[0] ?? '');
    expect(task).toMatchObject({ status: 'SUCCEEDED', cost: { credits: CREATE_CREDITS } });
    expect(clip.headers.get('content-type')).toBe('video/mp4');
  });

  test('sees a failure as TaskFailedError with code, text and cost', async () => {
    await emulator.script({
      match: { provider: 'runway', operation: 'create' },
      action: { type: 'fail', failureCode: 'SAFETY.INPUT.TEXT', failure: 'Input text was rejected' },
    });
    const { id } = await sdk.textToVideo.create(create);

    const failure: unknown = await sdk.tasks
      .retrieve(id)
      .waitForTaskOutput()
      .catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(TaskFailedError);
    expect((failure as TaskFailedError).taskDetails).toMatchObject({
      status: 'FAILED',
      failureCode: 'SAFETY.INPUT.TEXT',
      failure: 'Input text was rejected',
      cost: { credits: CREATE_CREDITS },
    });
  });

  test('cancels a task', async () => {
    await emulator.configure({ runway: { queueMs: 60_000 } });
    const { id } = await sdk.textToVideo.create(create);

    await sdk.tasks.delete(id);

    expect(await sdk.tasks.retrieve(id)).toMatchObject({ status: 'CANCELLED', cost: { credits: 0 } });
  });

  test('uploads a picture in two steps and uses it', async () => {
    const { uri } = await sdk.uploads.createEphemeral({ file: new File([PNG], 'first.png') });

    const task = await sdk.imageToVideo.create({ model: 'gen4_turbo', promptImage: uri, ratio: '720:1280' });

    expect(uri).toMatch(/^runway:\/\//);
    expect(task.estimatedCost.credits).toBe(50);
  });

  test('reads organization and usage', async () => {
    await sdk.textToVideo.create(create);

    const organization = await sdk.organization.retrieve();
    const usage = await sdk.organization.retrieveUsage();

    expect(organization.creditBalance).toBe(100_000 - CREATE_CREDITS);
    expect(organization.usage.models['gen4.5']).toEqual({ dailyGenerations: 1 });
    expect(usage.results[0]?.usedCredits).toEqual([{ model: 'gen4.5', amount: CREATE_CREDITS }]);
  });
});

describe('the SDK maps refusals to its classes', () => {
  test('a bad key to AuthenticationError', async () => {
    const stranger = sdkWith({ apiKey: 'key_short' });

    await expect(stranger.organization.retrieve()).rejects.toBeInstanceOf(AuthenticationError);
  });

  test('an invalid body to BadRequestError with the issues', async () => {
    const refused = await sdk.textToVideo
      .create({ ...create, duration: 11 })
      .catch((error: unknown) => error as BadRequestError);

    expect(refused).toBeInstanceOf(BadRequestError);
    expect((refused as BadRequestError).error).toMatchObject({
      error: 'Validation of body failed',
      issues: [{ code: 'too_big', path: ['duration'] }],
    });
  });

  test('an unknown task to NotFoundError', async () => {
    await expect(sdk.tasks.retrieve('nobody')).rejects.toBeInstanceOf(NotFoundError);
  });

  test('the daily quota to RateLimitError', async () => {
    await emulator.configure({ runway: { dailyQuota: 0 } });

    await expect(sdk.textToVideo.create(create)).rejects.toBeInstanceOf(RateLimitError);
  });

  test('a 503 to InternalServerError', async () => {
    await emulator.script({
      match: { provider: 'runway', operation: 'create' },
      action: { type: 'respond', status: 503, body: { error: 'overloaded' } },
    });

    await expect(sdk.textToVideo.create(create)).rejects.toBeInstanceOf(InternalServerError);
  });

  test('a dropped connection to APIConnectionError', async () => {
    await emulator.script({
      match: { provider: 'runway', operation: 'get' },
      action: { type: 'reset_before_reading' },
    });

    await expect(sdk.tasks.retrieve('any')).rejects.toBeInstanceOf(APIConnectionError);
  });

  test('an answer after its time-out to APIConnectionTimeoutError, while the task goes on', async () => {
    await emulator.script({
      match: { provider: 'runway', operation: 'create' },
      action: { type: 'delay', ms: 400 },
    });

    const refused = await sdkWith({ timeout: 100 })
      .textToVideo.create(create)
      .catch((error: unknown) => error);

    expect(refused).toBeInstanceOf(APIConnectionTimeoutError);
    expect(await emulator.tasks()).toMatchObject([{ status: 'SUCCEEDED' }]);
  });
});

describe('a connection dropped after the request was read', () => {
  beforeEach(() =>
    emulator.script({
      match: { provider: 'runway', operation: 'create' },
      times: null,
      action: { type: 'reset_after_accepting' },
    }),
  );

  test('is paid three times by the SDK with its default retries', async () => {
    await expect(sdkWith({ maxRetries: 2 }).textToVideo.create(create)).rejects.toBeInstanceOf(
      APIConnectionError,
    );

    expect((await emulator.ledger()).totals).toMatchObject({ charges: 3, netCredits: 3 * CREATE_CREDITS });
  });

  test('is paid once by a plain fetch', async () => {
    await expect(runwayClient(emulator).create()).rejects.toThrow('fetch failed');

    expect((await emulator.ledger()).totals).toMatchObject({ charges: 1, netCredits: CREATE_CREDITS });
  });
});

describe('headers that steer the SDK', () => {
  test('x-should-retry: false stops it on a 503', async () => {
    await emulator.script({
      match: { provider: 'runway', operation: 'create' },
      action: { type: 'respond', status: 503, headers: { 'x-should-retry': 'false' }, body: {} },
    });

    await expect(sdkWith({ maxRetries: 2 }).textToVideo.create(create)).rejects.toBeInstanceOf(
      InternalServerError,
    );
    expect(await emulator.calls()).toHaveLength(1);
  });

  test('retry-after-ms makes it come back at once', async () => {
    await emulator.script({
      match: { provider: 'runway', operation: 'create' },
      times: 2,
      action: { type: 'respond', status: 429, headers: { 'retry-after-ms': '1' }, body: {} },
    });

    await sdkWith({ maxRetries: 2 }).textToVideo.create(create);

    expect((await emulator.calls()).map(({ status }) => status)).toEqual([429, 429, 200]);
  });
});
