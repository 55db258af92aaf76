import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import OpenAI, {
  APIConnectionError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  toFile,
} from 'openai';
import { startEmulator, type EmulatorProvider, type TestEmulator } from '@reelmesh/testing';
import { apiClient } from './api-client.ts';
import { PNG } from './runway-client.ts';

let emulator: TestEmulator;

beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());
beforeEach(async () => {
  await emulator.reset();
  const pace = { queueMs: 0, renderMs: 0 };
  await emulator.configure({ sglang: pace, 'vllm-omni': pace, 'openai-videos': pace });
});

type Server = Extract<EmulatorProvider, 'sglang' | 'vllm-omni' | 'openai-videos'>;

function sdkOf(server: Server, maxRetries = 0): OpenAI {
  const addresses = {
    sglang: emulator.sglangUrl,
    'vllm-omni': emulator.vllmOmniUrl,
    'openai-videos': emulator.openaiVideosUrl,
  };
  return new OpenAI({ baseURL: `${addresses[server]}/v1`, apiKey: 'k', maxRetries, logLevel: 'off' });
}

const PROMPT = 'a clerk lifts an umbrella';
const plain = { prompt: PROMPT, seconds: '4', size: '720x1280' } as const;
const errorOf = (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error);
const picture = () => toFile(PNG, 'first.png', { type: 'image/png' });

describe.each(['openai-videos', 'vllm-omni'] as const)('the official client at %s', (server) => {
  test('creates a job, reads it until it is done and downloads the clip', async () => {
    await emulator.configure({ [server]: { queueMs: 0, renderMs: 50 } });
    const sdk = sdkOf(server);

    const job = await sdk.videos.create(plain);
    await emulator.advanceClock(50);
    const done = await sdk.videos.retrieve(job.id);
    const content = await sdk.videos.downloadContent(job.id);

    expect(job).toMatchObject({ object: 'video', status: 'queued', seconds: '4', size: '720x1280' });
    expect(done).toMatchObject({ id: job.id, status: 'completed', progress: 100, error: null });
    expect(content.headers.get('content-type')).toBe('video/mp4');
    expect((await content.arrayBuffer()).byteLength).toBeGreaterThan(1000);
  });

  test('sends a picture', async () => {
    const job = await sdkOf(server).videos.create({ ...plain, input_reference: await picture() });

    expect(job.status).toBe('queued');
  });

  test('sees a failure with its text in the job', async () => {
    await emulator.script({
      match: { provider: server, operation: 'create' },
      action: { type: 'fail', failureCode: 'oom' },
    });
    const sdk = sdkOf(server);

    const { id } = await sdk.videos.create(plain);

    expect(await sdk.videos.retrieve(id)).toMatchObject({
      status: 'failed',
      error: { message: 'CUDA out of memory' },
    });
  });

  test('deletes a job, which is unknown from then on', async () => {
    const sdk = sdkOf(server);
    const { id } = await sdk.videos.create(plain);

    expect(await sdk.videos.delete(id)).toMatchObject({ id, object: 'video.deleted', deleted: true });

    expect(await errorOf(sdk.videos.retrieve(id))).toBeInstanceOf(NotFoundError);
  });

  test('lists its jobs', async () => {
    const sdk = sdkOf(server);
    const { id } = await sdk.videos.create(plain);

    const page = await sdk.videos.list();

    expect(page.data.map((job) => job.id)).toEqual([id]);
  });

  test('posts a create three times when the connection drops after the server has read it', async () => {
    await emulator.script({
      match: { provider: server, operation: 'create' },
      times: null,
      action: { type: 'reset_after_accepting' },
    });

    expect(await errorOf(sdkOf(server, 2).videos.create(plain))).toBeInstanceOf(APIConnectionError);
    expect(await emulator.tasks()).toHaveLength(3);
  });

  test('posts it once where it is told not to retry', async () => {
    await emulator.script({
      match: { provider: server, operation: 'create' },
      times: null,
      action: { type: 'reset_after_accepting' },
    });

    expect(await errorOf(sdkOf(server).videos.create(plain))).toBeInstanceOf(APIConnectionError);
    expect(await emulator.tasks()).toHaveLength(1);
  });
});

describe('the official client at sglang', () => {
  test('makes a clip from a picture', async () => {
    const sdk = sdkOf('sglang');

    const { id } = await sdk.videos.create({ prompt: PROMPT, input_reference: await picture() });

    expect(await sdk.videos.retrieve(id)).toMatchObject({ status: 'completed' });
  });

  test('cannot ask for text to video: it sends a form, and a form must have a picture', async () => {
    expect(await errorOf(sdkOf('sglang').videos.create({ prompt: PROMPT }))).toBeInstanceOf(BadRequestError);
    const json = await apiClient(emulator.sglangUrl)('POST', '/v1/videos', { prompt: PROMPT });
    expect(json.status).toBe(200);
  });
});

describe('the client maps refusals to its classes', () => {
  test('an invalid body to BadRequestError with the parameter', async () => {
    const refused = await errorOf(sdkOf('openai-videos').videos.create({ ...plain, size: '1x1' as never }));

    expect(refused).toBeInstanceOf(BadRequestError);
    expect(refused).toMatchObject({ param: 'size', type: 'invalid_request_error' });
  });

  test('a server that loads its model to InternalServerError', async () => {
    await emulator.configure({ 'vllm-omni': { loadMs: 60_000 } });
    await emulator.restart('vllm-omni');

    expect(await errorOf(sdkOf('vllm-omni').videos.create(plain))).toBeInstanceOf(InternalServerError);
  });
});
