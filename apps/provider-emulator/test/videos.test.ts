import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startEmulator, type FaultAction, type TestEmulator } from '@reelmesh/testing';
import { apiClient } from './api-client.ts';
import { PNG } from './runway-client.ts';

let emulator: TestEmulator;
let sglang: ReturnType<typeof apiClient>;
let vllm: ReturnType<typeof apiClient>;
let plain: ReturnType<typeof apiClient>;

beforeAll(async () => {
  const pace = { queueMs: 1000, renderMs: 4000 };
  emulator = await startEmulator({ config: { sglang: pace, 'vllm-omni': pace, 'openai-videos': pace } });
  await emulator.setClock('virtual');
  sglang = apiClient(emulator.sglangUrl);
  vllm = apiClient(emulator.vllmOmniUrl);
  plain = apiClient(emulator.openaiVideosUrl);
});
afterAll(() => emulator.stop());
beforeEach(() => emulator.reset());

const PROMPT = 'a clerk lifts an umbrella';
const form = (fields: Readonly<Record<string, string>> = {}, picture?: Buffer) => {
  const data = new FormData();
  for (const [name, value] of Object.entries({ prompt: PROMPT, ...fields })) data.set(name, value);
  if (picture !== undefined) data.set('input_reference', new Blob([new Uint8Array(picture)]), 'f.png');
  return data;
};
const onCreate = (provider: 'sglang' | 'vllm-omni', action: FaultAction) =>
  emulator.script({ match: { provider, operation: 'create' }, action });
const states = async (call: ReturnType<typeof apiClient>, id: unknown, waits: readonly number[]) => {
  const seen: unknown[] = [];
  for (const ms of waits) {
    await emulator.advanceClock(ms);
    seen.push((await call('GET', `/v1/videos/${String(id)}`)).body['status']);
  }
  return seen;
};

describe('a job of SGLang', () => {
  test('goes from queued to completed without ever being in progress', async () => {
    const created = await sglang('POST', '/v1/videos', {
      prompt: PROMPT,
      size: '720x480',
      num_frames: 49,
      fps: 8,
    });

    expect(created).toMatchObject({
      status: 200,
      body: { object: 'video', status: 'queued', progress: 0, size: '720x480', seconds: '6', error: null },
    });
    expect(await states(sglang, created.body['id'], [0, 1000, 3999, 1])).toEqual([
      'queued',
      'queued',
      'queued',
      'completed',
    ]);
  });

  test('has the seed 1024 unless it is given one, so two clips of a prompt are the same', async () => {
    await sglang('POST', '/v1/videos', { prompt: PROMPT });
    await sglang('POST', '/v1/videos', { prompt: PROMPT, seed: 5 });

    expect((await emulator.tasks()).map(({ seed }) => seed)).toEqual([1024, 5]);
  });

  test('sent as a form needs a picture', async () => {
    const without = await sglang('POST', '/v1/videos', form());
    const withPicture = await sglang('POST', '/v1/videos', form({}, PNG));

    expect([without.status, withPicture.status]).toEqual([400, 200]);
    expect(await emulator.calls()).toMatchObject([
      {},
      { body: { prompt: PROMPT, input_reference: { file: 'f.png', bytes: PNG.length } } },
    ]);
  });

  test('that is deleted is only forgotten: the machine goes on', async () => {
    const { id } = (await sglang('POST', '/v1/videos', { prompt: PROMPT })).body;
    await emulator.advanceClock(2000);

    const deleted = await sglang('DELETE', `/v1/videos/${String(id)}`);
    await emulator.advanceClock(3000);

    expect(deleted.body).toMatchObject({ id, deleted: true });
    expect((await sglang('GET', `/v1/videos/${String(id)}`)).status).toBe(404);
    expect((await emulator.ledger()).totals.gpuSeconds).toBe(4);
  });

  test('runs out of memory by script', async () => {
    await onCreate('sglang', { type: 'fail', failureCode: 'oom' });
    const { id } = (await sglang('POST', '/v1/videos', { prompt: PROMPT })).body;
    await emulator.advanceClock(5000);

    expect((await sglang('GET', `/v1/videos/${String(id)}`)).body).toMatchObject({
      status: 'failed',
      error: { code: 500, message: 'CUDA out of memory' },
    });
  });
});

describe('a job of vLLM-Omni', () => {
  test('is taken as a form only', async () => {
    const json = await vllm('POST', '/v1/videos', { prompt: PROMPT });
    await emulator.configure({ 'vllm-omni': { jsonStatus: 415 } });
    const again = await vllm('POST', '/v1/videos', { prompt: PROMPT });
    const taken = await vllm('POST', '/v1/videos', form({ seconds: '4', seed: '9' }));

    expect([json.status, again.status, taken.status]).toEqual([422, 415, 200]);
    expect(taken.body['id']).toMatch(/^video_gen_/);
    expect((await emulator.tasks()).map(({ seed, promptText }) => [seed, promptText])).toEqual([[9, PROMPT]]);
  });

  test('is seen in progress', async () => {
    const { id } = (await vllm('POST', '/v1/videos', form())).body;

    expect(await states(vllm, id, [0, 1000, 4000])).toEqual(['queued', 'in_progress', 'completed']);
  });

  test('that is deleted stops, unless the abort fails', async () => {
    const ids: unknown[] = [];
    for (const abort of [true, false]) {
      if (!abort) {
        await emulator.script({
          match: { provider: 'vllm-omni', operation: 'delete' },
          action: { type: 'complete_anyway' },
        });
      }
      const { id } = (await vllm('POST', '/v1/videos', form())).body;
      ids.push(id);
      await emulator.advanceClock(2000);
      await vllm('DELETE', `/v1/videos/${String(id)}`);
      await emulator.advanceClock(10_000);
    }

    const { entries } = await emulator.ledger();
    expect(entries.map(({ kind, taskId, gpuSeconds, micros }) => [kind, taskId, gpuSeconds, micros])).toEqual(
      [
        ['usage', ids[0], 1, 0],
        ['usage', ids[1], 4, 0],
      ],
    );
  });

  test.each([
    [{ num_inference_steps: '201' }, 'num_inference_steps'],
    [{ guidance_scale: '21' }, 'guidance_scale'],
    [{ seconds: 'four' }, 'seconds'],
    [{ size: 'big' }, 'size'],
  ])('is refused for %j', async (fields, name) => {
    const answer = await vllm('POST', '/v1/videos', form(fields));

    expect(answer).toMatchObject({ status: 422, body: { detail: [{ loc: ['body', name] }] } });
  });
});

test.each([
  [{ seconds: '5' }, 'seconds'],
  [{ size: '720x480' }, 'size'],
])('the plain shape refuses %j with the field in its error', async (fields, param) => {
  expect(await plain('POST', '/v1/videos', form(fields))).toMatchObject({
    status: 400,
    body: { error: { type: 'invalid_request_error', param } },
  });
});

describe('every server', () => {
  test('answers 404 for content while it renders and the clip afterwards, by range too', async () => {
    const { id } = (await plain('POST', '/v1/videos', form({ seconds: '4' }))).body;
    const url = `${emulator.openaiVideosUrl}/v1/videos/${String(id)}/content`;
    const early = await plain('GET', url);
    await emulator.advanceClock(5000);

    const whole = Buffer.from(await (await fetch(url)).arrayBuffer());
    const part = await fetch(url, { headers: { range: 'bytes=4-7' } });

    expect(early).toMatchObject({
      status: 404,
      body: { error: { message: 'Generation is still in-progress' } },
    });
    expect(whole.subarray(4, 8).toString('latin1')).toBe('ftyp');
    expect([part.status, await part.text()]).toEqual([206, 'ftyp']);
  });

  test('lists its jobs in pages, newest first', async () => {
    const ids: unknown[] = [];
    for (let n = 0; n < 3; n += 1) {
      ids.push((await plain('POST', '/v1/videos', form({ seconds: '4' }))).body['id']);
    }

    const first = await plain('GET', '/v1/videos?limit=2');
    const second = await plain('GET', `/v1/videos?limit=2&after=${String(first.body['last_id'])}`);

    const idsOf = ({ body }: typeof first) => (body['data'] as { id: string }[]).map(({ id }) => id);
    expect([...idsOf(first), ...idsOf(second)]).toEqual(ids.toReversed());
    expect([first.body['has_more'], second.body['has_more']]).toEqual([true, false]);
  });

  test('renders one job after the other', async () => {
    for (let n = 0; n < 2; n += 1) await vllm('POST', '/v1/videos', form());
    await emulator.advanceClock(1000);

    const metrics = await vllm('GET', '/metrics');

    expect(metrics.body['text']).toMatch(/^vllm:num_requests_waiting\{.*\} 1$/m);
    expect((await plain('GET', '/metrics')).status).toBe(404);
  });

  test.each(['sglang', 'vllm-omni', 'openai-videos'] as const)(
    'of kind %s forgets its jobs when it restarts, and loads its model again',
    async (provider) => {
      const call = { sglang, 'vllm-omni': vllm, 'openai-videos': plain }[provider];
      await emulator.configure({ [provider]: { loadMs: 180_000 } });
      await emulator.advanceClock(180_000);
      const { id } = (await call('POST', '/v1/videos', form({ seconds: '4' }, PNG))).body;
      await emulator.advanceClock(2000);

      await emulator.restart(provider);
      const loading = await call('GET', '/health');
      await emulator.advanceClock(180_000);
      const gone = await call('GET', `/v1/videos/${String(id)}`);

      expect([loading.status, (await call('GET', '/health')).status, gone.status]).toEqual([503, 200, 404]);
      expect((await emulator.ledger()).totals.gpuSeconds).toBe(1);
    },
  );

  test('can crash on a call', async () => {
    const { id } = (await sglang('POST', '/v1/videos', { prompt: PROMPT })).body;
    await emulator.script({
      match: { provider: 'sglang', operation: 'get', nth: 2 },
      action: { type: 'restart' },
    });
    const path = `/v1/videos/${String(id)}`;

    const before = await sglang('GET', path);
    await expect(sglang('GET', path)).rejects.toThrow('fetch failed');

    expect([before.status, (await sglang('GET', path)).status]).toEqual([200, 404]);
  });
});

test('SGLang merges one LoRA at a time', async () => {
  const lora = (name: string) =>
    sglang('POST', '/v1/set_lora', { lora_nickname: name, lora_path: `/loras/${name}`, target: 'all' });

  const answers = [await lora('rain'), await lora('snow')];
  await sglang('POST', '/v1/unmerge_lora_weights', {});
  answers.push(await lora('snow'));

  expect(answers.map(({ status }) => status)).toEqual([200, 400, 200]);
  expect((await sglang('GET', '/v1/list_loras')).body).toMatchObject({ loras: [{ nickname: 'snow' }] });
});
