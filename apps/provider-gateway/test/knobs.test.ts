import type { Bus } from '@reelmesh/messaging';
import type { ShotImage } from '@reelmesh/contracts/shot';
import { formFor, placeOf } from '@reelmesh/domain';
import { describe, expect, test } from 'vitest';
import { loadCatalogue } from '../src/catalogue.ts';
import { Fal } from '../src/fal.ts';
import { inputOf } from '../src/knobs.ts';
import type { ModelRow } from '../src/knobs.ts';
import { multipart } from '../src/multipart.ts';
import { OpenAiVideos } from '../src/openai-videos.ts';
import { Runway } from '../src/runway.ts';
import { SelfHosted } from '../src/self-hosted.ts';
import { Zhipu } from '../src/zhipu.ts';
import { firstFrame, lastFrame, reference } from './images.ts';
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

describe('the knobs of a film', () => {
  const wish = { ...spec, motion: 200, guidance: 7.5, negativePrompt: 'text, logos' };
  const asked = (name: string, ...images: ShotImage[]) => {
    const card = formFor(row(name), images)!;
    return inputOf(card, { ...wish, seconds: card.seconds[0]!, images }, card.knobs ?? { prompt: 'prompt' });
  };
  const slot = (image: ShotImage) => ({ $image: image.blob });

  test('go under the names that the model has for them', () => {
    expect(asked('fal/cogvideox-5b').input).toMatchObject({
      guidance_scale: 7.5,
      negative_prompt: 'text, logos',
      num_inference_steps: 50,
    });
    expect(asked('openai-videos/svd-xt', firstFrame).input).toMatchObject({
      prompt: 'video',
      diffusers_kwargs: { motion_bucket_id: 200, fps: 7 },
      input_reference: slot(firstFrame),
    });
  });

  test('are told in words or answered with a warning where it has none', () => {
    const { request, warnings } = runway.prepare(row('runway/gen4.5'), wish);

    expect(request).toMatchObject({
      body: { promptText: expect.stringContaining('Dynamic movement.') as string },
    });
    expect(warnings).toEqual([
      'unsupported: motion 200; said in words',
      'unsupported: guidance 7.5',
      'unsupported: a negative prompt',
    ]);
  });

  test.each([
    [0, 'Almost still'],
    [95, 'Calm'],
    [127, 'Natural'],
    [200, 'Dynamic'],
    [255, 'Very dynamic'],
  ])('motion %i is "%s" in words', (motion, words) => {
    const { request } = runway.prepare(row('runway/gen4.5'), { ...spec, motion });

    expect(JSON.stringify(request)).toContain(words);
  });

  test('outside what the model takes go to the nearer end, with a warning', () => {
    const card = row('fal/stable-video');
    const shot = { ...spec, seconds: 2, motion: 0, images: [firstFrame] };
    const { input, warnings } = inputOf(card, shot, card.knobs!);

    expect(input['motion_bucket_id']).toBe(1);
    expect(warnings).toContain('unsupported: motion 0; the model takes 1 to 255, sent 1');
    expect(warnings).toContain('unsupported: a prompt; the model goes by the image alone');
  });

  test.each<[string, string, ShotImage[], object, string[]]>([
    ['gen4.5', 'runway/gen4.5', [firstFrame], { promptImage: slot(firstFrame) }, []],
    [
      'gen4.5, which knows no last frame',
      'runway/gen4.5',
      [firstFrame, lastFrame],
      { promptImage: slot(firstFrame) },
      ['unsupported: a last frame'],
    ],
    [
      'veo3.1, by position',
      'runway/veo3.1',
      [firstFrame, lastFrame],
      {
        promptImage: [
          { uri: slot(firstFrame), position: 'first' },
          { uri: slot(lastFrame), position: 'last' },
        ],
      },
      [],
    ],
    [
      'seedance2, all references',
      'runway/seedance2',
      [reference, reference],
      { references: [{ uri: slot(reference) }, { uri: slot(reference) }] },
      [],
    ],
    ['Pika', 'fal/pika-2.2-720p', [firstFrame], { image_url: slot(firstFrame), duration: '5' }, []],
    [
      'pikaframes, from drawing to drawing',
      'fal/pika-2.2-720p',
      [firstFrame, lastFrame],
      { image_urls: [slot(firstFrame), slot(lastFrame)], transitions: [{ duration: 5 }] },
      [],
    ],
    ['CogVideoX-3, one', 'zhipu/cogvideox-3', [firstFrame], { image_url: slot(firstFrame) }, []],
    [
      'CogVideoX-3, two',
      'zhipu/cogvideox-3',
      [firstFrame, lastFrame, reference],
      { image_url: [slot(firstFrame), slot(lastFrame)] },
      ['unsupported: a reference image'],
    ],
    ['Wan of text', 'openai-videos/wan2.2-t2v-a14b', [lastFrame], {}, ['unsupported: a last frame']],
  ])('images go to %s', (_title, name, shown, input, left) => {
    const { input: found, warnings } = asked(name, ...shown);

    expect(found).toMatchObject(input);
    expect(warnings.filter((warning) => /frame|image$/.test(warning))).toEqual(left);
  });

  test('an image that Zhipu does not take is left out, and the take says why', () => {
    const webp = { blob: { ...firstFrame.blob!, mediaType: 'image/webp' }, role: firstFrame.role };
    const { input, warnings } = asked('zhipu/cogvideox-3', webp);

    expect(input).not.toHaveProperty('image_url');
    expect(warnings).toContain(
      'unsupported: a first frame of image/webp, 0.0 MB; the provider takes image/png or image/jpeg, at most 5 MB',
    );
  });

  test('the animatic says what it ignores', () => {
    const selfHosted = new SelfHosted({ client: () => ({}) } as unknown as Bus, 1000);

    expect(
      selfHosted.prepare(row('self-hosted/animatic'), { ...wish, images: [firstFrame] }).warnings,
    ).toEqual([
      'unsupported: motion 200',
      'unsupported: guidance 7.5',
      'unsupported: a negative prompt',
      'unsupported: a first frame',
    ]);
  });

  test('each server of one’s own gets a picture in its own way', () => {
    const cog = row('openai-videos/cogvideox-5b-i2v');
    const shot = { ...spec, images: [firstFrame] };

    expect(videos('sglang').prepare(cog, shot).request).toMatchObject({
      body: { reference_url: slot(firstFrame) },
    });
    expect(videos('vllm-omni').prepare(cog, shot).request).toMatchObject({
      form: { input_reference: slot(firstFrame) },
    });
    const svd = row('openai-videos/svd-xt');
    expect(videos('vllm-omni').prepare(svd, { ...shot, motion: 90 }).request).toMatchObject({
      form: { extra_params: { motion_bucket_id: 90 } },
    });
  });
});

test('every row of the catalogue can be asked in each of its ways', () => {
  const all = [firstFrame, lastFrame, reference];
  for (const [name, card] of models) {
    for (const way of [card, ...(card.forms ?? [])]) {
      const needed = Object.keys(way.images ?? {});
      const shown = all.filter((image) => needed.includes(placeOf(image)!));
      const form = formFor(card, shown);
      if (form === undefined) throw new Error(`${name} needs more than it says`);
      const knobs = form.knobs ?? { prompt: 'p' };
      const { input } = inputOf(form, { ...spec, seconds: form.seconds[0]!, images: shown }, knobs);

      expect(JSON.stringify(input).match(/\$image/g) ?? [], name).toHaveLength(shown.length);
    }
  }
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
