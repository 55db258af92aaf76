import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TemporaryDirectory, temporaryDirectory } from '@reelmesh/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { frameEncoderArgs } from '../src/frame-encoder.ts';
import { openFrameEncoder, probe, runFfmpeg } from '../src/index.ts';

const form = { width: 90, height: 160, fps: 12 };
const frameBytes = form.width * form.height * 4;
let directory: TemporaryDirectory;
let output: string;

beforeEach(async () => {
  directory = await temporaryDirectory();
  output = join(directory.path, 'out.mp4');
});
afterEach(() => directory.remove());

function frameOf(...rgba: number[]): Uint8Array {
  return Uint8Array.from({ length: frameBytes }, (_, index) => rgba[index % 4] ?? 0);
}

test('a file holds exactly the frames that were written, and no sound', async () => {
  const encoder = await openFrameEncoder({ ...form, output });
  const frame = new Uint8Array(frameBytes);
  for (let index = 0; index < 31; index++) await encoder.write(frame.fill(index * 8));
  await encoder.finish();

  const found = await probe(output);

  expect(found.video).toHaveLength(1);
  expect(found.video[0]).toMatchObject({
    frames: 31,
    width: 90,
    height: 160,
    fps: { numerator: 12, denominator: 1 },
  });
  expect(found.video[0]?.duration).toBeCloseTo(31 / 12, 5);
  expect(found.audio).toHaveLength(0);
});

test('colours come back: red is BT.709 red', async () => {
  const encoder = await openFrameEncoder({ ...form, output });
  await encoder.write(frameOf(220, 30, 40, 255));
  await encoder.finish();
  const raw = join(directory.path, 'raw');

  await runFfmpeg([
    '-i',
    output,
    '-vf',
    'scale=in_color_matrix=bt709',
    '-pix_fmt',
    'rgb24',
    '-f',
    'rawvideo',
    raw,
  ]);

  const [red = 0, green = 0, blue = 0] = (await readFile(raw)).subarray(3 * 45 + 3 * 90 * 80);
  expect(Math.abs(red - 220)).toBeLessThan(6);
  expect(Math.abs(green - 30)).toBeLessThan(6);
  expect(Math.abs(blue - 40)).toBeLessThan(6);
});

test('equal frames give equal files', async () => {
  const twice = [output, join(directory.path, 'again.mp4')];
  for (const path of twice) {
    const encoder = await openFrameEncoder({ ...form, output: path });
    for (let index = 0; index < 13; index++) await encoder.write(frameOf(index * 9, 50, 90, 255));
    await encoder.finish();
  }

  const [first, second] = await Promise.all(twice.map((path) => readFile(path)));

  expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true);
});

test('a frame of another size is refused before it shifts all that follow', async () => {
  const encoder = await openFrameEncoder({ ...form, output });

  await expect(encoder.write(new Uint8Array(frameBytes - 1))).rejects.toMatchObject({ reason: 'FRAME_SIZE' });
  await encoder.abort();
});

test('abort removes the half-written file', async () => {
  const encoder = await openFrameEncoder({ ...form, output });
  await encoder.write(new Uint8Array(frameBytes));

  await encoder.abort();

  expect(existsSync(output)).toBe(false);
});

test('the signal ends a write that waits, and removes the file', async () => {
  const abort = new AbortController();
  const encoder = await openFrameEncoder({ ...form, output, signal: abort.signal });
  await encoder.write(new Uint8Array(frameBytes));
  const writing = (async () => {
    for (;;) await encoder.write(new Uint8Array(frameBytes));
  })();

  abort.abort();

  await expect(writing).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(existsSync(output)).toBe(false);
});

test('an encoder that died says why at the next write', async () => {
  const encoder = await openFrameEncoder({ ...form, output: join(directory.path, 'missing', 'out.mp4') });
  const writing = (async () => {
    for (;;) await encoder.write(new Uint8Array(frameBytes));
  })();

  await expect(writing).rejects.toMatchObject({
    reason: 'FFMPEG_FAILED',
    message: expect.stringContaining('No such file or directory') as string,
  });
});

test('the output name cannot be read as an option or a URL', () => {
  expect(frameEncoderArgs({ ...form, output: '-f' }).at(-1)).toBe('file:-f');
});
