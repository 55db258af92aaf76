import { describe, expect, test } from 'vitest';
import { loadCatalogue } from '../src/catalogue.ts';
import { Fal } from '../src/fal.ts';
import { inputOf } from '../src/knobs.ts';
import type { ModelRow } from '../src/knobs.ts';
import { multipart } from '../src/multipart.ts';
import { OpenAiVideos } from '../src/openai-videos.ts';
import { Runway } from '../src/runway.ts';
import { Zhipu } from '../src/zhipu.ts';
import { spec } from './world.ts';

const { models } = await loadCatalogue();
const row = (name: string): ModelRow => models.get(name)!;
const timeouts = { submitTimeoutMs: 1000, callTimeoutMs: 1000 };
const runway = new Runway({ ...timeouts, baseUrl: 'https://runway.example', apiSecret: 'k' });
const fal = new Fal({
  ...timeouts,
  queueUrl: 'https://queue.example/',
  platformUrl: 'https://api.example',
  key: 'id:secret',
});
const zhipu = new Zhipu({ ...timeouts, baseUrl: 'https://zhipu.example', apiKey: 'k' });
const videos = (profile: 'sglang' | 'vllm-omni' | 'openai') =>
  new OpenAiVideos({ ...timeouts, baseUrl: 'http://gpu-1:8091', apiKey: undefined, profile, model: 'any' });

describe('a shot in the words of', () => {
  test('Runway', () => {
    expect(runway.prepare(row('runway/gen4.5'), spec)).toMatchObject({
      credentialRef: 'env:RUNWAYML_API_SECRET#8254c329',
      request: {
        path: '/v1/text_to_video',
        body: {
          model: 'gen4.5',
          promptText: expect.stringContaining('red umbrella') as string,
          ratio: '720:1280',
          duration: 3,
          seed: 7,
        },
      },
      warnings: [],
    });
  });

  test.each([
    ['pika-2.2-1080p', '/fal-ai/pika/v2.2/text-to-video', '5', '1080p'],
    ['pika-2-turbo-720p', '/fal-ai/pika/v2/turbo/text-to-video', 5, '720p'],
  ])(
    '%s at fal: the length as this endpoint wants it, the quality as a resolution',
    (model, path, duration, resolution) => {
      const { endpoint, request } = fal.prepare(row(`fal/${model}`), spec);

      expect(endpoint).toBe('https://queue.example');
      expect(request).toMatchObject({ path, body: { aspect_ratio: '9:16', duration, resolution, seed: 7 } });
    },
  );

  test('another model at fal, by a row of the catalogue alone', () => {
    const { request, warnings } = fal.prepare(row('fal/cogvideox-5b'), spec);

    expect(request).toMatchObject({ path: '/fal-ai/cogvideox-5b', body: { seed: 7, export_fps: 16 } });
    expect(warnings).toEqual([
      "unsupported: size 1080x1920; rendered at the model's own size, fitted by the composer",
      'unsupported: 3 s; rendered 6 s, trimmed by the composer',
      'unsupported: 24 fps; rendered at 16 fps, evened out by the composer',
    ]);
  });

  test('Zhipu, which reads Chinese as it is and has no seed', () => {
    const picture = { ...spec.picture!, description: '雨夜小巷，红伞。', language: 'zh-CN' };
    const { request, warnings } = zhipu.prepare(row('zhipu/cogvideox-3'), { ...spec, picture, seconds: 5 });

    expect(request).toMatchObject({
      body: {
        model: 'cogvideox-3',
        prompt: expect.stringContaining('雨夜小巷，红伞。') as string,
        size: '720x1280',
      },
    });
    expect(warnings).toEqual([
      'unsupported: 24 fps; rendered at 30 fps, evened out by the composer',
      'unsupported: seed 7; another take looks different',
    ]);
  });

  test('SGLang as JSON, vLLM-Omni as a form, both with the seed', () => {
    const cog = row('openai-videos/cogvideox-5b');

    expect(videos('sglang').prepare(cog, spec).request).toMatchObject({
      body: { model: 'zai-org/CogVideoX-5b', size: '720x480', num_frames: 49, fps: 8, seed: 7 },
    });
    expect(videos('vllm-omni').prepare(cog, spec).request).toMatchObject({
      form: { model: 'zai-org/CogVideoX-5b', size: '720x480', num_frames: 49, fps: 8, seed: 7 },
    });
  });

  test('an open model that reads English only: a Chinese prompt is worth a warning', () => {
    const picture = { ...spec.picture!, language: 'zh' };

    expect(
      inputOf(row('openai-videos/cogvideox-5b'), { ...spec, picture }, { prompt: 'p' }).warnings,
    ).toContain('unsupported: a prompt in zh; the model reads en only');
  });
});

test('a form is read back as it was written, whatever is in it', async () => {
  const fields = { prompt: '红伞 --x\r\n"y"', seed: 7, with_audio: false };
  const { contentType, body } = multipart(fields);

  const form = await new Response(body, { headers: { 'content-type': contentType } }).formData();

  expect(Object.fromEntries(form)).toEqual({ prompt: '红伞 --x\r\n"y"', seed: '7', with_audio: 'false' });
});

test('a key does not travel in the clear: http is for loopback, or for a server without a key', () => {
  const open = (apiKey: string | undefined) => () =>
    new OpenAiVideos({ ...timeouts, baseUrl: 'http://gpu-1:8091', apiKey, profile: 'sglang', model: 'm' });

  expect(open(undefined)).not.toThrow();
  expect(open('k')).toThrow(
    'OPENAI_VIDEOS_BASE_URL http://gpu-1:8091 must be https off loopback when there is a key',
  );
  expect(() => new Zhipu({ ...timeouts, baseUrl: 'http://zhipu.example', apiKey: undefined })).toThrow(
    'ZHIPU_BASE_URL http://zhipu.example must be https off loopback',
  );
});
