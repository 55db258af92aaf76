import type { RenderSpec, ShotImage } from '@reelmesh/contracts/shot';
import { formFor } from '@reelmesh/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Declarative } from '../src/declarative/declarative.ts';
import { startPlayer } from '../src/declarative/player.ts';
import type { Player } from '../src/declarative/player.ts';
import { loadProviderFiles, rowsOf } from '../src/declarative/provider-files.ts';
import { ImageSource } from '../src/image-source.ts';
import { spec } from './world.ts';

const files = await loadProviderFiles(undefined);
const fileOf = (name: string) => files.find(({ provider }) => provider === name)!;
const image = (role: ShotImage['role'], sha: string): ShotImage => ({
  role,
  blob: { sha256: sha.repeat(64), sizeBytes: 5, mediaType: 'image/png' },
});
const first = image('IMAGE_ROLE_FIRST_FRAME', 'a');
const last = image('IMAGE_ROLE_LAST_FRAME', 'b');
/** Every image is its own hash. */
const images = new ImageSource({ readAll: async (sha256) => Buffer.from(sha256.slice(0, 5)) });
const base64 = (sha: string): string => Buffer.from(sha.repeat(5)).toString('base64');
const signal = AbortSignal.timeout(20_000);

let player: Player;
beforeAll(async () => {
  player = await startPlayer();
});
afterAll(() => player[Symbol.asyncDispose]());

/** What goes over the wire for a shot, under this take. */
async function sent(name: string, model: string, more: Partial<RenderSpec>, takeId = 'take-1') {
  const file = fileOf(name);
  const provider = new Declarative(file, {
    baseUrl: player.url,
    secret: 'k',
    previousSecret: undefined,
    images,
    submitTimeoutMs: 5000,
    callTimeoutMs: 5000,
  });
  const shot = { ...spec, ...more };
  const listed = rowsOf(file).find((row) => row.model === model)!;
  const prepared = provider.prepare(formFor(listed, shot.images)!, shot);
  player.next({ status: 200, body: {} });
  await provider.submit({ ...prepared, quoteMicros: 1 }, takeId, signal);
  const [call] = player.calls();
  return {
    ...prepared,
    path: call?.path,
    body: call?.body as Record<string, unknown>,
    headers: call?.headers,
  };
}

describe('a shot with images', () => {
  test('goes to the other address of Kling, its frames bare, without a ratio that the frame decides', async () => {
    const { path, body } = await sent('kling', 'v2.6-pro', { images: [first, last] });

    expect(path).toBe('/v1/videos/image2video');
    expect(body).toMatchObject({ image: base64('a'), image_tail: base64('b'), external_task_id: 'take-1' });
    expect(body).not.toHaveProperty('aspect_ratio');
  });

  test('has a warning for a frame that the model does not take', async () => {
    const { body, warnings } = await sent('kling', 'v2.6-std', { images: [first, last] });

    expect(body).toHaveProperty('image');
    expect(body).not.toHaveProperty('image_tail');
    expect(warnings).toContain('unsupported: a last frame');
  });

  test('tells Ark which frame is which', async () => {
    const { body } = await sent('ark', 'seedance-1.0-pro-720p', { images: [first, last] });

    expect(body['content']).toEqual([
      { type: 'text', text: expect.stringContaining('red umbrella') as string },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${base64('a')}` }, role: 'first_frame' },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${base64('b')}` }, role: 'last_frame' },
    ]);
  });

  test('is kept without the bytes', async () => {
    const { request } = await sent('vidu', 'q1-1080p', { images: [first] });

    expect(JSON.stringify(request)).toContain('a'.repeat(64));
    expect(JSON.stringify(request)).not.toContain(base64('a'));
  });
});

describe('a shot without images', () => {
  test('leaves out all that speaks of them', async () => {
    const { path, body } = await sent('dashscope', 'wan3-720p', {});

    expect(path).toBe('/api/v1/services/aigc/video-generation/video-synthesis');
    expect(body['input']).toEqual({ prompt: expect.stringContaining('red umbrella') as string });
  });

  test('is asked for in pixels or by resolution and ratio, as the model wants it', async () => {
    const pixels = await sent('dashscope', 'wan2.6-t2v-720p', {});
    const words = await sent('dashscope', 'wan3-720p', {});

    expect(pixels.body['parameters']).toMatchObject({ size: '720*1280', duration: 5, seed: 7 });
    expect(pixels.body['parameters']).not.toHaveProperty('ratio');
    expect(words.body['parameters']).toMatchObject({ resolution: '720P', ratio: '9:16', duration: 3 });
    expect(words.body['parameters']).not.toHaveProperty('size');
  });

  test('takes along the headers of the file and the key in its own form', async () => {
    expect((await sent('dashscope', 'wan3-720p', {})).headers).toMatchObject({
      'x-dashscope-async': 'enable',
    });
    expect((await sent('vidu', 'q1-1080p', {})).headers).toMatchObject({ authorization: 'Token k' });
  });

  test('has its seed brought into the range that the provider takes', async () => {
    const { body } = await sent('vidu', 'q1-1080p', { seed: 4_294_967_295 });

    expect(body['seed']).toBe(2_147_483_647);
  });

  test('says what must not be seen where there is a place for it, and warns where there is none', async () => {
    const kling = await sent('kling', 'v2.6-std', { negativePrompt: 'text' });
    const ark = await sent('ark', 'seedance-1.0-pro-720p', { negativePrompt: 'text' });

    expect(kling.body).toMatchObject({ negative_prompt: 'text' });
    expect(ark.warnings).toContain('unsupported: a negative prompt');
  });
});

describe('a take of Ark', () => {
  const seedOf = async (takeId: string) =>
    (await sent('ark', 'seedance-1.0-pro-720p', {}, takeId)).body['seed'];

  test('has a seed of its own, the same whenever it is asked for, by which it is found', async () => {
    const [one, again, other] = [await seedOf('take-1'), await seedOf('take-1'), await seedOf('take-2')];

    expect(one).toBe(again);
    expect(one).not.toBe(other);
    expect(one).toSatisfy((seed: number) => Number.isInteger(seed) && seed >= 0 && seed <= 4_294_967_295);
  });
});
