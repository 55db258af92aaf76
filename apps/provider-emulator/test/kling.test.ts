import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { EMULATOR_BEARER, startEmulator, type TestEmulator } from '@reelmesh/testing';
import { apiClient, isVideo } from './api-client.ts';
import { startReceiver } from './webhook-receiver.ts';

let emulator: TestEmulator;
let call: ReturnType<typeof apiClient>;
const PATH = '/v1/videos/text2video';
const INPUT = {
  model_name: 'kling-v2-6',
  prompt: 'rain alley',
  cfg_scale: 0.5,
  mode: 'std',
  aspect_ratio: '9:16',
  duration: '5',
  external_task_id: 'take-a81',
};

beforeAll(async () => {
  emulator = await startEmulator();
  await emulator.setClock('virtual');
  call = apiClient(emulator.klingUrl, { authorization: `Bearer ${EMULATOR_BEARER}` });
});
afterAll(() => emulator.stop());
beforeEach(() => emulator.reset());

const submit = (changes: object = {}) => call('POST', PATH, { ...INPUT, ...changes });
const find = async (id: string) =>
  (await call('GET', `${PATH}/${id}`)).body['data'] as Record<string, unknown>;

test('a task is submitted, processing, succeed, found by its own id and by ours, and says what it cost', async () => {
  const { body } = await submit();
  const { task_id: id } = body['data'] as { task_id: string };
  const seen = [(body['data'] as Record<string, unknown>)['task_status']];
  for (const ms of [1000, 4000]) {
    await emulator.advanceClock(ms);
    seen.push((await find(id))['task_status']);
  }
  const done = await find('take-a81');

  expect(seen).toEqual(['submitted', 'processing', 'succeed']);
  expect(done).toMatchObject({ task_id: id, final_unit_deduction: '2' });
  const { videos } = done['task_result'] as { videos: { url: string }[] };
  expect(await isVideo(videos[0]!.url)).toBe(true);
  expect((await emulator.ledger()).totals.netMicros).toBe(280_000);
  expect((await call('GET', `/v1/videos/image2video/${id}`)).status).toBe(404);
});

test('a failed task is not deducted', async () => {
  await emulator.script({ match: { provider: 'kling', operation: 'create' }, action: { type: 'fail' } });
  await submit();
  await emulator.advanceClock(5000);

  expect(await find('take-a81')).toMatchObject({
    task_status: 'failed',
    task_status_msg: 'risk control',
    final_unit_deduction: '0',
  });
  expect((await emulator.ledger()).totals.netMicros).toBe(0);
});

test('a task above the resource pack is refused with 1303, not queued', async () => {
  await emulator.configure({ kling: { concurrency: 1 } });
  await submit();

  expect(await submit({ external_task_id: 'b' })).toMatchObject({ status: 429, body: { code: 1303 } });
  expect(await submit()).toMatchObject({ status: 400, body: { code: 1201 } });
});

test.each([[{ prompt: undefined }], [{ duration: 5 }], [{ cfg_scale: 2 }], [{ mode: 'turbo' }]])(
  '%j is refused with 1201',
  async (changes) => {
    expect(await submit(changes)).toMatchObject({ status: 400, body: { code: 1201 } });
  },
);

test('calls back once, unsigned, when a task ends', async () => {
  const hooks = await startReceiver();
  await submit({ callback_url: hooks.url });
  await emulator.advanceClock(5000);
  await expect.poll(() => hooks.received.length, { timeout: 10_000 }).toBe(1);

  expect(JSON.parse(hooks.received[0]!.raw)).toMatchObject({ task_status: 'succeed' });
  await hooks.stop();
});

test('the nested status and date can be bent by script', async () => {
  const { created_at: at } = (await submit()).body['data'] as { created_at: number };
  const rules = [
    { type: 'unknown_status', status: 'resting' } as const,
    { type: 'clock_skew', ms: -5000 } as const,
  ];
  for (const action of rules) {
    await emulator.script({ match: { provider: 'kling', operation: 'get' }, action });
  }

  expect((await find('take-a81'))['task_status']).toBe('resting');
  expect((await find('take-a81'))['created_at']).toBe(at - 5000);
});
