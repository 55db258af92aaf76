import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type TemporaryDirectory, temporaryDirectory } from '@reelmesh/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { probe, runFfmpeg, verifyClip } from '../src/index.ts';

let directory: TemporaryDirectory;
let clip: string;
const at = (name: string): string => join(directory.path, name);
const verify = (path: string): Promise<unknown> => verifyClip(path, { minSeconds: 0.5 });

beforeAll(async () => {
  directory = await temporaryDirectory();
  clip = at('clip.mp4');
  const video = [
    '-f',
    'lavfi',
    '-i',
    'testsrc2=s=320x180:r=30000/1001:d=2',
    '-f',
    'lavfi',
    '-i',
    'sine=r=44100:d=2',
  ];
  const codecs = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-pix_fmt',
    'yuv420p',
    '-c:a',
    'aac',
    '-ac',
    '2',
  ];
  await runFfmpeg([...video, ...codecs, '-metadata', 'title=A title', '-movflags', '+faststart', clip]);
});
afterAll(() => directory.remove());

test('a probe is typed: size, fraction, counted frames, sound', async () => {
  await expect(probe(clip)).resolves.toMatchObject({
    format: 'mov,mp4,m4a,3gp,3g2,mj2',
    title: 'A title',
    video: [
      {
        codec: 'h264',
        width: 320,
        height: 180,
        fps: { numerator: 30000, denominator: 1001 },
        frames: 60,
        pixelFormat: 'yuv420p',
        rotation: 0,
        extradataHash: expect.stringMatching(/^SHA256:[0-9a-f]{64}$/) as string,
      },
    ],
    audio: [{ codec: 'aac', sampleRate: 44100, channels: 2 }],
  });
});

test('a good clip gives the fields of Clip', async () => {
  await expect(verify(clip)).resolves.toEqual({
    width: 320,
    height: 180,
    fpsMilli: 29970,
    frames: 60,
    durationMs: 2002,
    hasAudio: true,
  });
});

test('a picture that lies on its side has the size at which it is shown', async () => {
  const turned = at('turned.mp4');
  await runFfmpeg(['-i', clip, '-c', 'copy', '-metadata:s:v', 'rotate=90', turned]);

  await expect(verify(turned)).resolves.toMatchObject({ width: 180, height: 320 });
});

test('a clip that is too short is refused', async () => {
  const verified = verifyClip(clip, { minSeconds: 3 });

  await expect(verified).rejects.toMatchObject({
    reason: 'MEDIA_UNREADABLE',
    message: 'media file cannot be read: it is 2.002 s long, at least 3 s are needed',
  });
});

test('a clip that is too long is refused', async () => {
  await expect(verifyClip(clip, { minSeconds: 0, maxSeconds: 1 })).rejects.toMatchObject({
    reason: 'MEDIA_UNREADABLE',
  });
});

test('sound without a picture is no clip', async () => {
  const sound = at('sound.mp4');
  await runFfmpeg(['-i', clip, '-vn', '-c', 'copy', sound]);

  await expect(verify(sound)).rejects.toMatchObject({
    message: 'media file cannot be read: it has no picture',
  });
});

test('a picture whose shape would be a bomb when scaled is refused', async () => {
  const strip = at('strip.mp4');
  await runFfmpeg([
    '-i',
    clip,
    '-an',
    '-frames:v',
    '30',
    '-vf',
    'setsar=100/1',
    '-preset',
    'ultrafast',
    strip,
  ]);

  await expect(verify(strip)).rejects.toMatchObject({ reason: 'MEDIA_UNREADABLE' });
});

test('a file that breaks off is refused', async () => {
  const bytes = await readFile(clip);
  await writeFile(at('half.mp4'), bytes.subarray(0, bytes.length / 2));

  await expect(verify(at('half.mp4'))).rejects.toMatchObject({
    code: 'DATA_LOSS',
    reason: 'MEDIA_UNREADABLE',
  });
});

test('a clip with a frame that does not decode is refused', async () => {
  const bytes = await readFile(clip);
  const middle = Math.floor(bytes.length * 0.6);
  bytes.fill(0xff, middle, middle + 2000);
  await writeFile(at('damaged.mp4'), bytes);

  await expect(verify(at('damaged.mp4'))).rejects.toMatchObject({ reason: 'MEDIA_UNREADABLE' });
});

test('a picture that is too large to unpack is refused at little cost', async () => {
  const bomb = at('bomb.mov');
  await runFfmpeg([
    '-f',
    'lavfi',
    '-i',
    'color=black:s=10000x8000:d=0.04',
    '-pix_fmt',
    'yuvj420p',
    '-c:v',
    'mjpeg',
    bomb,
  ]);

  await expect(verify(bomb)).rejects.toMatchObject({ reason: 'MEDIA_UNREADABLE' });
});

test.each([
  ['nothing', ''],
  ['text', 'hello '.repeat(1000)],
  ['a web page', '<!doctype html><title>not found</title>'],
  ['a concat script', 'ffconcat version 1.0\nfile /etc/passwd\n'],
  ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>'],
])('%s under the name of a clip is refused', async (_, content) => {
  await writeFile(at('fake.mp4'), content);

  await expect(verify(at('fake.mp4'))).rejects.toMatchObject({ reason: 'MEDIA_UNREADABLE' });
});

test('a playlist under the name of a clip is refused and nothing is fetched', async () => {
  let calls = 0;
  const server = createServer((_, response) => {
    calls += 1;
    response.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await writeFile(at('list.mp4'), `#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:${port}/a.ts\n#EXT-X-ENDLIST\n`);

  await expect(verify(at('list.mp4'))).rejects.toMatchObject({ reason: 'MEDIA_UNREADABLE' });
  server.close();
  expect(calls).toBe(0);
});

test('a file that is missing is not called unreadable: the fault is ours', async () => {
  await expect(probe(at('nowhere.mp4'))).rejects.toThrow(/ENOENT/);
});
