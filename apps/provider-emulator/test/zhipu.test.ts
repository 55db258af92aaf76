import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EMULATOR_BEARER, startEmulator, type FaultAction, type TestEmulator } from '@reelmesh/testing';
import { apiClient, isVideo } from './api-client.ts';

let emulator: TestEmulator;
let call: ReturnType<typeof apiClient>;

beforeAll(async () => {
  emulator = await startEmulator();
  await emulator.setClock('virtual');
  call = apiClient(emulator.zhipuUrl, { authorization: `Bearer ${EMULATOR_BEARER}` });
});
afterAll(() => emulator.stop());
beforeEach(() => emulator.reset());

const INPUT = {
  model: 'cogvideox-3',
  prompt: '雨夜小巷，红伞',
  size: '1080x1920',
  fps: 30,
  duration: 5,
  request_id: 'take-a81',
};
const submit = (changes: object = {}) => call('POST', '/videos/generations', { ...INPUT, ...changes });
const find = (id: unknown) => call('GET', `/async-result/${String(id)}`);
const onCreate = (action: FaultAction) =>
  emulator.script({ match: { provider: 'zhipu', operation: 'create' }, action });

describe('a task', () => {
  test('is PROCESSING from the first answer to the end, then SUCCESS with a clip for a day', async () => {
    const submitted = await submit();
    const { id } = submitted.body;
    await emulator.advanceClock(4999);
    const before = await find(id);
    await emulator.advanceClock(1);
    const after = await find(id);

    expect(submitted).toMatchObject({
      status: 200,
      body: { request_id: 'take-a81', model: 'cogvideox-3', task_status: 'PROCESSING' },
    });
    expect(before.body['task_status']).toBe('PROCESSING');
    expect(after.body).toMatchObject({ task_status: 'SUCCESS', request_id: 'take-a81' });
    const [{ url = '' } = {}] = after.body['video_result'] as { url: string }[];
    expect(await isVideo(url)).toBe(true);
    await emulator.advanceClock(86_400_000);
    expect((await fetch(url)).status).toBe(403);
  });

  test('is charged in yuan, kept apart from dollars; the flash model is free', async () => {
    await submit();
    await submit({ model: 'cogvideox-flash', request_id: 'b', fps: 16 });

    expect((await emulator.ledger()).totals).toMatchObject({
      charges: 2,
      netMicros: 0,
      byCurrency: { CNY: { netMicros: 1_000_000 } },
    });
  });

  test('that fails says nothing of its cause, and costs nothing', async () => {
    await onCreate({ type: 'fail', failure: 'never shown' });
    const { id } = (await submit()).body;
    await emulator.advanceClock(5000);

    expect((await find(id)).body).toEqual({
      id,
      request_id: 'take-a81',
      model: 'cogvideox-3',
      task_status: 'FAIL',
    });
    expect((await emulator.ledger()).totals.byCurrency['CNY']?.netMicros).toBe(0);
  });

  test('can succeed without a clip', async () => {
    await onCreate({ type: 'succeed_without_output' });
    const { id } = (await submit()).body;
    await emulator.advanceClock(5000);

    expect((await find(id)).body).toMatchObject({ task_status: 'SUCCESS', video_result: [] });
  });

  test('can have a status that no client knows', async () => {
    const { id } = (await submit()).body;
    await emulator.script({
      match: { provider: 'zhipu', operation: 'get', promptText: '红伞' },
      action: { type: 'unknown_status', status: 'ARCHIVING' },
    });

    expect((await find(id)).body['task_status']).toBe('ARCHIVING');
  });
});

describe('a second submit with a known request_id', () => {
  test('is refused and costs nothing', async () => {
    await submit();

    expect(await submit()).toMatchObject({ status: 400, body: { error: { code: '1214' } } });
    expect((await emulator.ledger()).totals.charges).toBe(1);
  });

  test.each([
    ['same_task', 1],
    ['new_task', 2],
  ] as const)('with %s makes %i tasks', async (duplicateRequestId, tasks) => {
    await emulator.configure({ zhipu: { duplicateRequestId } });
    await submit();
    await submit();

    expect(await emulator.tasks()).toHaveLength(tasks);
  });
});

test('a lost submit is found by its request_id only where that is switched on', async () => {
  await onCreate({ type: 'reset_after_accepting' });
  await expect(submit()).rejects.toThrow('fetch failed');
  const before = await find('take-a81');
  await emulator.configure({ zhipu: { lookupByRequestId: true } });

  expect(before.status).toBe(404);
  expect((await find('take-a81')).body['task_status']).toBe('PROCESSING');
});

describe('a submit is refused', () => {
  test.each([
    ['moderation', 400, '1301'],
    ['rate_limit', 429, '1302'],
    ['capacity', 429, '1305'],
    ['no_funds', 429, '1113'],
    ['auth', 401, '1001'],
  ] as const)('by script for %s with %i and code %s, uncharged', async (reason, status, code) => {
    await onCreate({ type: 'refuse', reason });

    expect(await submit()).toMatchObject({ status, body: { error: { code } } });
    expect((await emulator.ledger()).totals.charges).toBe(0);
  });

  test('when too many tasks are under way, for there is no queue', async () => {
    await emulator.configure({ zhipu: { concurrency: 1 } });
    await submit();

    expect(await submit({ request_id: 'b' })).toMatchObject({
      status: 429,
      body: { error: { code: '1302' } },
    });
    await emulator.advanceClock(5000);
    expect((await submit({ request_id: 'b' })).status).toBe(200);
  });

  test.each([
    [{ model: 'sora' }, '1211'],
    [{ prompt: '雨'.repeat(513) }, '1214'],
    [{ prompt: undefined }, '1214'],
    [{ size: '720x480' }, '1214'],
    [{ duration: 7 }, '1214'],
    [{ image_url: Array(3).fill('https://in.example/f.png') }, '1214'],
    [{ image_url: 'data:image/webp;base64,UklGRgAAAABXRUJQ' }, '1214'],
    [{ image_url: 'data:image/png;base64,AAAA' }, '1214'],
    [{ user_id: 'short' }, '1214'],
  ])('for %j with code %s', async (changes, code) => {
    expect(await submit(changes)).toMatchObject({ status: 400, body: { error: { code } } });
  });

  test('without a key', async () => {
    expect((await call('POST', '/videos/generations', INPUT, { authorization: '' })).status).toBe(401);
  });
});
