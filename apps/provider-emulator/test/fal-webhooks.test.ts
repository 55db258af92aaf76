import { createHash, createPublicKey, verify, type JsonWebKey } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startEmulator, type FaultAction, type TestEmulator } from '@reelmesh/testing';
import { falClient, PIKA } from './fal-client.ts';
import { startReceiver, type Received } from './webhook-receiver.ts';

let emulator: TestEmulator;
let fal: ReturnType<typeof falClient>;
let hooks: Awaited<ReturnType<typeof startReceiver>>;

beforeAll(async () => {
  [emulator, hooks] = await Promise.all([
    startEmulator({ config: { fal: { queueMs: 0, renderMs: 1000, webhookRetryMs: 60_000 } } }),
    startReceiver(),
  ]);
  await emulator.setClock('virtual');
  fal = falClient(emulator);
});
afterAll(() => Promise.all([emulator.stop(), hooks.stop()]));
beforeEach(async () => {
  await emulator.reset();
  hooks.received.length = 0;
  hooks.answers.length = 0;
});

const submit = (changes: object = {}) =>
  fal.submit(changes, PIKA, `?fal_webhook=${encodeURIComponent(hooks.url)}`);
const onWebhook = (action: FaultAction) =>
  emulator.script({ match: { provider: 'fal', operation: 'webhook' }, action });
const PATIENCE = { timeout: 10_000 };
const arrived = (count: number) => expect.poll(() => hooks.received.length, PATIENCE).toBe(count);
const webhookCalls = async () => (await emulator.calls()).filter(({ operation }) => operation === 'webhook');

/** As fal documents it: Ed25519 over four lines, keys from the JWKS. */
async function isSigned({ headers, raw }: Received): Promise<boolean> {
  const { keys } = (await (await fetch(emulator.falJwksUrl)).json()) as { keys: JsonWebKey[] };
  const header = (name: string) => String(headers[`x-fal-webhook-${name}`]);
  const digest = createHash('sha256').update(raw).digest('hex');
  const message = [header('request-id'), header('user-id'), header('timestamp'), digest].join('\n');
  return keys.some((key) =>
    verify(
      null,
      Buffer.from(message),
      createPublicKey({ key, format: 'jwk' }),
      Buffer.from(header('signature'), 'hex'),
    ),
  );
}

describe('a webhook', () => {
  test('comes by itself when the request ends, signed, with the result', async () => {
    const { body } = await submit();
    await emulator.advanceClock(1000);
    await arrived(1);

    const [hook] = hooks.received as [Received];
    expect(hook.path).toBe('/hook?take=a81');
    expect(JSON.parse(hook.raw)).toMatchObject({
      request_id: body['request_id'],
      gateway_request_id: body['request_id'],
      status: 'OK',
      payload: { video: { content_type: 'video/mp4' } },
    });
    expect(await isSigned(hook)).toBe(true);
    expect(await webhookCalls()).toMatchObject([
      { taskId: body['request_id'], status: 200, outcome: 'answered' },
    ]);
  });

  test('comes in real time too, and before the answer to the submit when that is slow', async () => {
    await emulator.setClock('real');
    await emulator.configure({ fal: { renderMs: 0 } });
    await emulator.script({
      match: { provider: 'fal', operation: 'create' },
      action: { type: 'delay', ms: 400 },
    });
    let isAnswered = false;

    const answer = submit().then(() => (isAnswered = true));
    await arrived(1);

    expect(isAnswered).toBe(false);
    await answer;
    await emulator.setClock('virtual');
  });

  test('of a failure carries the error of the result', async () => {
    await emulator.script({
      match: { provider: 'fal', operation: 'create' },
      action: { type: 'fail', failureCode: 'content_policy_violation' },
    });
    await submit();
    await emulator.advanceClock(1000);
    await arrived(1);

    expect(JSON.parse(hooks.received[0]!.raw)).toMatchObject({
      status: 'ERROR',
      error: 'Invalid status code: 422',
      payload: { detail: [{ type: 'content_policy_violation' }] },
    });
  });

  test('is tried again until it is answered with 2xx, each time signed anew', async () => {
    hooks.answers.push(500, 503);
    await submit();
    await emulator.advanceClock(1000);
    for (const count of [1, 2]) {
      await arrived(count);
      await expect.poll(async () => (await webhookCalls()).at(-1)?.outcome, PATIENCE).toBe('answered');
      await emulator.advanceClock(60_000);
    }
    await arrived(3);

    const stamps = hooks.received.map(({ headers }) => headers['x-fal-webhook-timestamp']);
    expect(new Set(stamps).size).toBe(3);
    expect(await Promise.all(hooks.received.map(isSigned))).toEqual([true, true, true]);
    await expect
      .poll(async () => (await webhookCalls()).map(({ status }) => status), PATIENCE)
      .toEqual([500, 503, 200]);
  });

  test('is given up after the last retry', async () => {
    await emulator.configure({ fal: { webhookRetries: 1 } });
    hooks.answers.push(500, 500);
    await submit();
    for (const [ms, count] of [
      [1000, 1],
      [60_000, 2],
    ] as const) {
      await emulator.advanceClock(ms);
      await arrived(count);
      await expect.poll(async () => (await webhookCalls()).at(-1)?.outcome, PATIENCE).toBe('answered');
    }
    await emulator.advanceClock(600_000);

    expect(await webhookCalls()).toHaveLength(2);
  });
});

describe('by script a webhook', () => {
  test('comes twice', async () => {
    await onWebhook({ type: 'duplicate' });
    await submit();
    await emulator.advanceClock(1000);
    await arrived(2);

    expect(hooks.received[1]?.raw).toBe(hooks.received[0]?.raw);
  });

  test('is badly signed', async () => {
    await onWebhook({ type: 'bad_signature' });
    await submit();
    await emulator.advanceClock(1000);
    await arrived(1);

    expect(await isSigned(hooks.received[0]!)).toBe(false);
  });

  test('is stale though well signed', async () => {
    await onWebhook({ type: 'stale_timestamp', ms: 301_000 });
    await submit();
    await emulator.advanceClock(1000);
    await arrived(1);

    const [hook] = hooks.received as [Received];
    const [called] = await webhookCalls();
    const ageMs = (called?.at ?? 0) - 1000 * Number(hook.headers['x-fal-webhook-timestamp']);
    expect(ageMs).toBeGreaterThanOrEqual(301_000);
    expect(await isSigned(hook)).toBe(true);
  });

  test('comes two hours late', async () => {
    await onWebhook({ type: 'postpone', ms: 7_200_000 });
    await submit();
    await emulator.advanceClock(1000);
    await emulator.advanceClock(7_199_999);
    const before = (await webhookCalls()).length;
    await emulator.advanceClock(1);
    await arrived(1);

    expect(before).toBe(0);
  });

  test('is without its payload', async () => {
    await onWebhook({ type: 'without_payload', payloadError: 'too large' });
    await submit();
    await emulator.advanceClock(1000);
    await arrived(1);

    expect(JSON.parse(hooks.received[0]!.raw)).toMatchObject({ payload: null, payload_error: 'too large' });
  });

  test('is lost, and the log says so', async () => {
    await emulator.script({
      match: { provider: 'fal', operation: 'webhook', pathContains: 'take=a81', promptText: 'neon' },
      action: { type: 'lose' },
    });
    await submit();
    await emulator.advanceClock(1000);

    expect(await webhookCalls()).toMatchObject([{ outcome: 'lost' }]);
    expect(hooks.received).toEqual([]);
  });
});

test('a reset ends webhooks that are still owed', async () => {
  await onWebhook({ type: 'postpone', ms: 5000 });
  await submit();
  await emulator.advanceClock(1000);
  await emulator.reset();
  await emulator.advanceClock(10_000);

  expect(await webhookCalls()).toEqual([]);
});
