import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@reelmesh/testing';
import { expect, test } from 'vitest';
import { h264Level, houseVideoArgs } from '../src/house.ts';
import { probe, runFfmpeg, verifyClip } from '../src/index.ts';

const form = { width: 90, height: 160, fps: 12 };

test.each([
  [90, 160, 12, '1.3'],
  [540, 960, 24, '3.1'],
  [720, 1280, 24, '3.1'],
  [1080, 1920, 24, '4.0'],
  [1080, 1920, 30, '4.0'],
  [1080, 1920, 60, '4.2'],
  [2160, 3840, 30, '5.1'],
  [8192, 4320, 120, '6.2'],
])('a picture of %ix%i at %i fps has H.264 level %s', (width, height, fps, level) => {
  expect(h264Level({ width, height, fps })).toBe(level);
});

test.each([
  [{ ...form, width: 91 }, 'VIDEO_SIZE'],
  [{ ...form, height: 0 }, 'VIDEO_SIZE'],
  [{ ...form, width: 8194 }, 'VIDEO_SIZE'],
  [{ ...form, fps: 23.976 }, 'VIDEO_FPS'],
  [{ ...form, fps: 0 }, 'VIDEO_FPS'],
])('refuses the form %j', (bad, reason) => {
  expect(() => houseVideoArgs(bad)).toThrow(expect.objectContaining({ reason }));
});

test('files of one form have equal codec parameters whatever they show, and join by stream copy without an error', async () => {
  await using directory = await temporaryDirectory();
  const sources = ['color=black', 'testsrc2', 'life=ratio=0.4:seed=1', 'mandelbrot'];
  const encode = (source: string, index: number): Promise<void> => {
    const size = `${source.includes('=') ? ':' : '='}s=90x160:r=12`;
    const input = [
      '-f',
      'lavfi',
      '-i',
      source + size,
      '-frames:v',
      String(7 + index),
      '-vf',
      'format=yuv420p',
    ];
    return runFfmpeg([...input, ...houseVideoArgs(form), join(directory.path, `${index}.mp4`)]);
  };
  await Promise.all(sources.map(encode));
  const probes = await Promise.all(sources.map((_, index) => probe(join(directory.path, `${index}.mp4`))));
  await writeFile(join(directory.path, 'list'), sources.map((_, index) => `file ${index}.mp4\n`).join(''));
  const joined = join(directory.path, 'joined.mp4');
  await runFfmpeg(['-f', 'concat', '-i', join(directory.path, 'list'), '-c', 'copy', joined]);

  expect(new Set(probes.map((found) => found.video[0]?.extradataHash)).size).toBe(1);
  expect(probes[0]?.video[0]).toMatchObject({
    profile: 'High',
    hasBFrames: false,
    pixelFormat: 'yuv420p',
    colorSpace: 'bt709',
    timeBase: { numerator: 1, denominator: 6144 },
  });
  await expect(verifyClip(joined, { minSeconds: 1 })).resolves.toMatchObject({ frames: 7 + 8 + 9 + 10 });
});
