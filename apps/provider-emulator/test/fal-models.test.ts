import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startEmulator, type TestEmulator } from '@reelmesh/testing';
import { falClient, PIKA } from './fal-client.ts';

let emulator: TestEmulator;
let fal: ReturnType<typeof falClient>;

beforeAll(async () => {
  emulator = await startEmulator();
  fal = falClient(emulator);
});
afterAll(() => emulator.stop());
beforeEach(() => emulator.reset());

const PICTURE = 'https://in.example/f.png';
const I2V = 'fal-ai/pika/v2.2/image-to-video';
const TURBO = 'fal-ai/pika/v2/turbo/text-to-video';
const FRAMES = 'fal-ai/pika/v2.2/pikaframes';

test.each([
  [PIKA, {}, 200_000],
  [PIKA, { duration: '10' }, 400_000],
  [PIKA, { resolution: '1080p' }, 450_000],
  [I2V, { image_url: PICTURE, resolution: '1080p', duration: '10' }, 900_000],
  [FRAMES, { image_urls: [PICTURE, PICTURE, PICTURE] }, 400_000],
  [FRAMES, { image_urls: [PICTURE, PICTURE], transitions: [{ duration: 3 }], resolution: '1080p' }, 270_000],
  ['fal-ai/pika/v2.1/text-to-video', { duration: 5 }, 400_000],
  ['fal-ai/pika/v2.1/image-to-video', { image_url: PICTURE, duration: '5' }, 400_000],
  [TURBO, { duration: 5 }, 200_000],
  ['fal-ai/cogvideox-5b', {}, 200_000],
  ['fal-ai/stable-video', { image_url: PICTURE }, 75_000],
])('%s with %j costs %i micro-dollars', async (endpoint, changes, micros) => {
  const { status } = await fal.submit(changes, endpoint);

  expect(status).toBe(200);
  expect((await emulator.ledger()).entries).toMatchObject([{ model: endpoint, currency: 'USD', micros }]);
});

test.each([
  [PIKA, { duration: '5s' }, 'duration', 'literal_error'],
  [PIKA, { duration: 5 }, 'duration', 'literal_error'],
  [PIKA, { prompt: undefined }, 'prompt', 'missing'],
  [PIKA, { aspect_ratio: '21:9' }, 'aspect_ratio', 'literal_error'],
  [PIKA, { seed: 1.5 }, 'seed', 'int_type'],
  [TURBO, { duration: '5s' }, 'duration', 'int_parsing'],
  [I2V, {}, 'image_url', 'missing'],
  [I2V, { image_url: 'data:image/png;base64,AAAA' }, 'image_url', 'file_download_error'],
  [FRAMES, { image_urls: [PICTURE, 'ftp://in.example/f.png'] }, 'image_urls', 'file_download_error'],
  [FRAMES, { image_urls: [PICTURE] }, 'image_urls', 'too_short'],
  [
    'fal-ai/stable-video',
    { image_url: PICTURE, motion_bucket_id: 256 },
    'motion_bucket_id',
    'less_than_equal',
  ],
])('%s refuses %j at %s for %s, uncharged', async (endpoint, changes, field, type) => {
  const answer = await fal.submit(changes, endpoint);

  expect(answer).toMatchObject({ status: 422, body: { detail: [{ loc: ['body', field], type }] } });
  expect((await emulator.ledger()).totals.charges).toBe(0);
});

test('pikaframes needs one transition between two images, 25 s together', async () => {
  const images = [PICTURE, PICTURE, PICTURE];
  const wrong = [[{ duration: 5 }], [{ duration: 20 }, { duration: 6 }]];

  const answers = await Promise.all(
    wrong.map((transitions) => fal.submit({ image_urls: images, transitions }, FRAMES)),
  );

  expect(answers.map(({ status }) => status)).toEqual([422, 422]);
});

test('an endpoint that nobody knows is 404', async () => {
  expect((await fal.submit({}, 'fal-ai/sora')).status).toBe(404);
});
