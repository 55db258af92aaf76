import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { EMULATOR_BEARER, startEmulator, type TestEmulator } from '@reelmesh/testing';
import { apiClient, isVideo } from './api-client.ts';

let emulator: TestEmulator;
let call: ReturnType<typeof apiClient>;
const PATH = '/contents/generations/tasks';
const INPUT = {
  model: 'seedance-1-0-pro',
  content: [{ type: 'text', text: 'rain alley' }],
  resolution: '720p',
  ratio: '9:16',
  duration: 5,
  seed: 11,
};
/** 720 × 1280 at 24 fps for 5 s, over 1024. */
const TOKENS = 108_000;

beforeAll(async () => {
  emulator = await startEmulator({ config: { ark: { concurrency: 1 } } });
  await emulator.setClock('virtual');
  call = apiClient(emulator.arkUrl, { authorization: `Bearer ${EMULATOR_BEARER}` });
});
afterAll(() => emulator.stop());
beforeEach(() => emulator.reset());

const submit = async (changes: object = {}) => {
  const { body } = await call('POST', PATH, { ...INPUT, ...changes });
  return String(body['id']);
};
const find = (id: string) => call('GET', `${PATH}/${id}`);

test('a task is queued, running, succeeded, with tokens that are what it cost', async () => {
  const id = await submit();
  const seen: unknown[] = [];
  for (const ms of [0, 1000, 4000]) {
    await emulator.advanceClock(ms);
    seen.push((await find(id)).body['status']);
  }
  const { body } = await find(id);

  expect(seen).toEqual(['queued', 'running', 'succeeded']);
  expect(body).toMatchObject({ usage: { completion_tokens: TOKENS }, seed: 11, ratio: '9:16' });
  expect(await isVideo((body['content'] as { video_url: string }).video_url)).toBe(true);
  expect((await emulator.ledger()).totals.byCurrency['CNY']?.netMicros).toBe(TOKENS * 15);
});

test('the last frame is a picture to start the next shot from', async () => {
  const id = await submit({ return_last_frame: true });
  await emulator.advanceClock(5000);

  const { last_frame_url: url } = (await find(id)).body['content'] as { last_frame_url: string };
  const picture = Buffer.from(await (await fetch(url)).arrayBuffer());

  expect(picture.subarray(1, 4).toString('latin1')).toBe('PNG');
});

test('a failure is HTTP 200 with an error in it, and costs nothing', async () => {
  await emulator.script({
    match: { provider: 'ark', operation: 'create', promptText: 'rain' },
    action: { type: 'fail', failureCode: 'OutputVideoSensitiveContentDetected' },
  });
  const id = await submit();
  await emulator.advanceClock(5000);

  expect(await find(id)).toMatchObject({
    status: 200,
    body: { status: 'failed', error: { code: 'OutputVideoSensitiveContentDetected' } },
  });
  expect((await emulator.ledger()).totals.byCurrency['CNY']?.netMicros).toBe(0);
});

test('a queued task can be taken back, a running one cannot', async () => {
  const [running, queued] = [await submit(), await submit()];
  await emulator.advanceClock(1000);

  const statuses = [running, queued].map(async (id) => (await call('DELETE', `${PATH}/${id}`)).status);

  expect(await Promise.all(statuses)).toEqual([409, 200]);
  expect((await find(queued)).body['status']).toBe('cancelled');
});

test('tasks are listed by status', async () => {
  const [running] = [await submit(), await submit()];
  await emulator.advanceClock(1000);

  const { body } = await call('GET', `${PATH}?filter.status=running`);

  expect(body).toMatchObject({ total: 1, items: [{ id: running }] });
});

test.each([[{ content: [] }], [{ model: undefined }], [{ duration: 30 }], [{ ratio: '9:17' }]])(
  '%j is refused',
  async (changes) => {
    const { status, body } = await call('POST', PATH, { ...INPUT, ...changes });

    expect([status, typeof (body['error'] as { code: string }).code]).toEqual([400, 'string']);
  },
);
