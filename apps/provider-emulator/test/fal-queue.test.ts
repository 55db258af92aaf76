import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startEmulator, type FaultAction, type TestEmulator } from '@reelmesh/testing';
import { isVideo } from './api-client.ts';
import { falClient, INPUT, PIKA, PIKA_MICROS } from './fal-client.ts';

let emulator: TestEmulator;
let fal: ReturnType<typeof falClient>;

beforeAll(async () => {
  emulator = await startEmulator({ config: { fal: { queueMs: 1000, renderMs: 4000, concurrency: 1 } } });
  await emulator.setClock('virtual');
  fal = falClient(emulator);
});
afterAll(() => emulator.stop());
beforeEach(() => emulator.reset());

const fails = (action: FaultAction) =>
  emulator.script({ match: { provider: 'fal', operation: 'create' }, action });
const videoUrl = (body: Record<string, unknown>) => (body['video'] as { url: string }).url;

describe('a request', () => {
  test('is 202 in the queue and while it runs, 200 once completed, and polled without its sub-path', async () => {
    const submitted = await fal.submit();
    const id = String(submitted.body['request_id']);
    const seen = [await fal.status(id)];
    for (const ms of [1000, 4000]) {
      await emulator.advanceClock(ms);
      seen.push(await fal.status(id));
    }

    expect(submitted).toMatchObject({ status: 200, body: { status: 'IN_QUEUE', queue_position: 0 } });
    expect(submitted.body['response_url']).toBe(`${emulator.falUrl}/fal-ai/pika/requests/${id}`);
    expect(submitted.headers.get('x-fal-request-id')).toBe(id);
    expect(seen.map(({ status, body }) => [status, body['status']])).toEqual([
      [202, 'IN_QUEUE'],
      [202, 'IN_PROGRESS'],
      [200, 'COMPLETED'],
    ]);
    expect(seen[2]?.body).toMatchObject({ metrics: { inference_time: 4 }, logs: [] });
    expect((await fal.call('GET', `/${PIKA}/requests/${id}/status`)).status).toBe(404);
    expect((await fal.call('GET', `/fal-ai/cogvideox-5b/requests/${id}/status`)).status).toBe(404);
  });

  test('has no result while it is in progress, then a video of the right size to fetch without a key', async () => {
    const id = await fal.submitId();

    expect(await fal.result(id)).toMatchObject({
      status: 400,
      body: { detail: 'Request is still in progress' },
    });
    await emulator.advanceClock(5000);
    const { status, body } = await fal.result(id);

    expect([status, body['seed']]).toEqual([200, 8]);
    expect(body['video']).toMatchObject({
      content_type: 'video/mp4',
      file_size: expect.any(Number) as number,
    });
    expect(await isVideo(videoUrl(body))).toBe(true);
  });

  test('waits in the queue while the account is busy', async () => {
    const ids = [await fal.submitId(), await fal.submitId(), await fal.submitId()];
    await emulator.advanceClock(1000);

    const seen = await Promise.all(ids.map((id) => fal.status(id)));

    expect(seen.map(({ body }) => [body['status'], body['queue_position']])).toEqual([
      ['IN_PROGRESS', undefined],
      ['IN_QUEUE', 0],
      ['IN_QUEUE', 1],
    ]);
    expect((await fal.submit({}, PIKA, '?fal_max_queue_length=1')).status).toBe(429);
    expect((await emulator.ledger()).totals.charges).toBe(3);
  });

  test('is charged in dollars when accepted, and given back when it fails', async () => {
    await fails({ type: 'fail', failureCode: 'runner_server_error' });
    await fal.submitId();

    expect((await emulator.ledger()).totals).toMatchObject({ netMicros: PIKA_MICROS, netCredits: 0 });
    await emulator.advanceClock(5000);
    expect((await emulator.ledger()).totals).toMatchObject({ charges: 1, refunds: 1, netMicros: 0 });
  });

  test('is found again by its endpoint and input when the answer to its submit was lost', async () => {
    await fails({ type: 'reset_after_accepting' });
    await expect(fal.submit()).rejects.toThrow('fetch failed');

    const { body } = await fal.call(
      'GET',
      `${emulator.falApiUrl}/v1/models/requests/by-endpoint?endpoint_id=${PIKA}&expand=payloads`,
    );

    expect(body).toMatchObject({ has_more: false, items: [{ endpoint_id: PIKA, json_input: INPUT }] });
  });

  test('is listed for a day only', async () => {
    await fal.submitId();
    await emulator.advanceClock(86_400_001);

    const { body } = await fal.call(
      'GET',
      `${emulator.falApiUrl}/v1/models/requests/by-endpoint?endpoint_id=${PIKA}`,
    );

    expect(body['items']).toEqual([]);
  });

  test.each([
    ['a bare text', 'secret'],
    ['a bearer token', 'Bearer a:b'],
  ])('needs a key, which %s is not', async (_, authorization) => {
    const { status, body } = await fal.call('POST', `/${PIKA}`, INPUT, { authorization });

    expect([status, typeof body['detail']]).toEqual([401, 'string']);
  });
});

describe('COMPLETED is not success:', () => {
  test.each([
    ['content_policy_violation', 422, 'false'],
    ['file_download_error', 422, 'false'],
    ['generation_timeout', 504, 'true'],
  ])('a model fails with %s as a list of details', async (failureCode, status, retryable) => {
    await fails({ type: 'fail', failureCode, failure: 'flagged' });
    const id = await fal.submitId();
    await emulator.advanceClock(5000);

    const seen = await fal.status(id);
    const result = await fal.result(id);

    expect(seen).toMatchObject({ status: 200, body: { status: 'COMPLETED', error_type: failureCode } });
    expect(result).toMatchObject({
      status,
      body: { detail: [{ loc: ['body', 'prompt'], msg: 'flagged', type: failureCode }] },
    });
    expect(result.headers.get('x-fal-retryable')).toBe(retryable);
  });

  test.each([
    ['runner_scheduling_failure', 503],
    ['runner_incomplete_response', 502],
    ['startup_timeout', 504],
    ['bad_request', 400],
  ])('the infrastructure fails with %s as a text', async (failureCode, status) => {
    await fails({ type: 'fail', failureCode });
    const id = await fal.submitId();
    await emulator.advanceClock(5000);

    const result = await fal.result(id);

    expect(result).toMatchObject({ status, body: { error_type: failureCode } });
    expect(typeof result.body['detail']).toBe('string');
    expect(result.headers.get('x-fal-error-type')).toBe(failureCode);
  });

  test('a timeout that the customer asked for says so', async () => {
    await fails({ type: 'fail', failureCode: 'request_timeout' });
    const { body } = await fal.call('POST', `/${PIKA}`, INPUT, { 'x-fal-request-timeout': '2' });
    await emulator.advanceClock(5000);

    const result = await fal.result(String(body['request_id']));

    expect([result.status, result.headers.get('x-fal-request-timeout-type')]).toEqual([504, 'user']);
  });

  test('the result can answer 504 while the request stays completed and paid once', async () => {
    const id = await fal.submitId();
    await emulator.advanceClock(5000);
    await emulator.script({
      match: { provider: 'fal', operation: 'result' },
      times: 2,
      action: { type: 'respond', status: 504, body: { detail: 'upstream timeout' } },
    });

    const statuses = [await fal.result(id), await fal.result(id), await fal.result(id)];

    expect(statuses.map(({ status }) => status)).toEqual([504, 504, 200]);
    expect((await emulator.ledger()).totals.netMicros).toBe(PIKA_MICROS);
  });

  test('a result can be without its video', async () => {
    await fails({ type: 'succeed_without_output' });
    const id = await fal.submitId();
    await emulator.advanceClock(5000);

    expect(await fal.result(id)).toMatchObject({ status: 200, body: { video: null } });
  });
});

describe('a cancel', () => {
  test('takes a waiting request back at once and without a charge', async () => {
    const id = await fal.submitId();

    expect(await fal.cancel(id)).toMatchObject({ status: 200, body: { status: 'OK' } });
    expect(await fal.result(id)).toMatchObject({ status: 499, body: { error_type: 'client_cancelled' } });
    expect((await emulator.ledger()).totals.netMicros).toBe(0);
  });

  test('asks a running request to stop', async () => {
    const id = await fal.submitId();
    await emulator.advanceClock(1000);

    expect((await fal.cancel(id)).body['status']).toBe('CANCELLATION_REQUESTED');
    expect((await fal.result(id)).status).toBe(499);
  });

  test('may come too late for a request that completes all the same, and is paid', async () => {
    const id = await fal.submitId();
    await emulator.advanceClock(1000);
    await emulator.script({
      match: { provider: 'fal', operation: 'delete' },
      action: { type: 'complete_anyway' },
    });

    expect((await fal.cancel(id)).body['status']).toBe('CANCELLATION_REQUESTED');
    await emulator.advanceClock(4000);

    expect((await fal.result(id)).status).toBe(200);
    expect((await fal.cancel(id)).body['status']).toBe('ALREADY_COMPLETED');
    expect((await emulator.ledger()).totals.netMicros).toBe(PIKA_MICROS);
  });

  test('of an unknown request finds nothing', async () => {
    expect(await fal.cancel('nothing')).toMatchObject({ status: 404, body: { status: 'NOT_FOUND' } });
  });
});

test('media end when the request said they would', async () => {
  const lifetime = { 'x-fal-object-lifecycle-preference': '{"expiration_duration_seconds":60}' };
  const { body } = await fal.call('POST', `/${PIKA}`, INPUT, lifetime);
  await emulator.advanceClock(5000);
  const url = videoUrl((await fal.result(String(body['request_id']))).body);
  const before = await isVideo(url);
  await emulator.advanceClock(60_000);

  expect([before, (await fetch(url)).status]).toEqual([true, 404]);
});
