import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clip } from '@reelmesh/contracts/common';
import { probe, runFfmpeg } from '@reelmesh/media';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBoxes } from '../src/mp4-boxes.ts';
import { form, harness, type Harness, line, packetHashes, shot, subtitlesOf } from './harness.ts';

const source = (filter: string): string[] => ['-f', 'lavfi', '-i', filter];

let h: Harness;
/** 30 frames in the form of the house. */
let drawn: Clip;
beforeAll(async () => {
  h = await harness();
  drawn = await h.drawn(30);
});
afterAll(() => h[Symbol.asyncDispose]());

test('clips of every kind become one film: exact frames, sound in sync, index first', async () => {
  const lying = [...source('testsrc2=s=320x180:r=30000/1001:d=2'), ...source('sine=r=44100:d=1')];
  const slow = [...source('testsrc2=s=94x160:r=8:d=1'), '-c:v', 'libvpx', '-deadline', 'realtime'];
  const long = [...source('testsrc2=s=90x160:r=12:d=3'), '-bf', '2'];
  const shots = [
    shot(drawn, 24),
    shot(await h.clip(...lying, '-preset', 'ultrafast', 'lying.mp4'), 20),
    shot(await h.clip(...slow, 'too-short.webm'), 31),
    shot(await h.clip(...long, '-preset', 'ultrafast', 'too-long.mp4'), 7),
    shot(await h.drawn(5), 12),
  ];

  const film = await h.film({ shots, title: 'Last Train: "x"; y=z' });
  const found = await probe(film);
  const [video] = found.video;
  const [audio] = found.audio;

  expect(video).toMatchObject({
    ...form,
    frames: 24 + 20 + 31 + 7 + 12,
    fps: { numerator: 12, denominator: 1 },
    baseFps: { numerator: 12, denominator: 1 },
  });
  expect(Math.abs(found.duration - 94 / 12)).toBeLessThan(1 / 12);
  expect(Math.abs((video?.duration ?? 0) - (audio?.duration ?? 0))).toBeLessThan(0.05);
  expect(audio).toMatchObject({ codec: 'aac', sampleRate: 48000, channels: 2 });
  expect(found.other).toEqual([]);
  expect(found.title).toBe('Last Train: "x"; y=z');
  expect(await readBoxes(film)).toEqual(['ftyp', 'moov', 'free', 'mdat']);
}, 60_000);

test('a clip of the house is copied packet by packet, trimmed to its frames', async () => {
  const second = await h.drawn(14, 90);
  const before = h.kinds.length;

  const film = await h.film({ shots: [shot(drawn, 25), shot(second, 14)] });

  expect(h.kinds.slice(before)).toEqual(['copy', 'copy']);
  expect(await packetHashes(film, h.dir)).toEqual([
    ...(await h.packets(drawn)).slice(0, 25),
    ...(await h.packets(second)),
  ]);
});

test('a film whose file was lost comes back byte for byte', async () => {
  const timeline = { shots: [shot(drawn, 25)], subtitles: [line(0, 500, 'x')] };
  const first = await h.compose(timeline, 'lost');
  const sha256 = first?.$case === 'made' ? first.value.cut?.blob?.sha256 : '';
  await h.blobs.delete(sha256 ?? '');

  await expect(h.compose(timeline, 'lost')).resolves.toEqual(first);
});

test('a short clip holds its last frame', async () => {
  const film = await h.film({ shots: [shot(await h.drawn(4, 40), 10)] });
  const raw = join(h.dir, 'gray');

  await runFfmpeg(['-i', film, '-map', '0:v:0', '-vf', 'scale=1:1,format=gray', '-f', 'rawvideo', raw]);

  const shades = [...(await readFile(raw))];
  expect(shades).toHaveLength(10);
  expect(Math.max(...shades.slice(3)) - Math.min(...shades.slice(3))).toBeLessThanOrEqual(1);
  expect(shades[3]).toBeGreaterThan(shades[0]! + 3);
});

test('sound of a clip starts where its shot starts, and a silent shot has the room tone', async () => {
  const loud = await h.clip(
    ...source('testsrc2=s=90x160:r=12:d=1'),
    ...source('sine=f=440:r=48000:d=1'),
    '-c:a',
    'aac',
    'loud.mp4',
  );
  const film = await h.film({ shots: [shot(drawn, 12), shot(loud, 12)] });
  const raw = join(h.dir, 'samples');

  await runFfmpeg(['-i', film, '-map', '0:a:0', '-ac', '1', '-f', 's16le', raw]);

  const bytes = await readFile(raw);
  const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  const silent = samples.subarray(4800, 43_200);
  const onset = samples.findIndex((sample) => Math.abs(sample) > 1000);
  expect(rootMeanSquare(silent)).toBeGreaterThan(5);
  expect(rootMeanSquare(silent)).toBeLessThan(80);
  expect(Math.abs(onset / 48_000 - 1)).toBeLessThan(0.05);
});

test('a rate that does not divide 48000 stays in sync over many shots', async () => {
  const clip = await h.clip(...source('testsrc2=s=90x160:r=7:d=1'), 'seven.mp4');
  const found = await probe(await h.film({ fps: 7, shots: Array.from({ length: 9 }, () => shot(clip, 5)) }));

  expect(found.video[0]).toMatchObject({ frames: 45, fps: { numerator: 7, denominator: 1 } });
  expect(Math.abs(found.video[0]!.duration - found.audio[0]!.duration)).toBeLessThan(0.025);
});

test('Chinese subtitles are a soft track with their language, on by default', async () => {
  const film = await h.film({
    shots: [shot(drawn, 24)],
    subtitles: [line(0, 900, '末班车开走了。', '林晚'), line(1000, 9000, '我们走路回家。', '林晚')],
    language: 'zh-CN',
  });

  expect((await probe(film)).other).toMatchObject([{ type: 'subtitle', codec: 'mov_text', language: 'zho' }]);
  expect(await subtitlesOf(film, h.dir)).toBe(
    '1\n00:00:00,000 --> 00:00:00,900\n林晚：末班车开走了。\n\n2\n00:00:01,000 --> 00:00:02,000\n我们走路回家。\n\n',
  );
});

test('tags, styles, escapes, time lines and numbers in subtitles show as they were written', async () => {
  const texts = [
    '<b>loud</b> <font color="red">x</font> 1 < 2',
    '{\\an8}up {\\pos(1,2)} {y:i}',
    'C:\\new\\Nile \\h',
    '7 00:00:00,100 --> 00:00:09,000 stolen',
    '42',
    'after',
  ];
  const subtitles = texts.map((text, index) => line(index * 100, index * 100 + 100, text));
  const film = await h.film({ shots: [shot(drawn, 12)], subtitles });

  const shown = (await subtitlesOf(film, h.dir)).replaceAll('\u2060', '').split('\n\n');

  expect(shown.slice(0, -1).map((block) => block.split('\n').slice(2).join(' '))).toEqual(texts);
});

test('a title cannot become an option, a file or another tag', async () => {
  const title = "-y /etc/passwd'; [x]; artist=evil\n;FFMETADATA1\u0000end";
  const found = await probe(await h.film({ shots: [shot(drawn, 2)], title }));

  expect(found.title).toBe("-y /etc/passwd'; [x]; artist=evil ;FFMETADATA1 end");
});

test.each([
  ['text', 'no film '.repeat(500)],
  ['a playlist', '#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n'],
  ['a concat script', "ffconcat version 1.0\nfile '/etc/passwd'\n"],
  ['nothing', ''],
])('%s in place of a clip fails the cut for good and says which shot', async (_, content) => {
  const hostile = await h.stored(Buffer.from(content));

  const news = await h.compose({ shots: [shot(drawn, 2), shot(hostile, 12, 's2')] }, 'hostile');

  expect(news).toMatchObject({
    $case: 'failed',
    value: {
      reason: 'MEDIA_UNREADABLE',
      retryable: false,
      message: expect.stringMatching(/^shot s2: media file cannot be read/) as string,
    },
  });
});

test('a clip that breaks off fails the cut', async () => {
  const whole = await h.clip(...source('testsrc2=s=90x160:r=24:d=4'), '-movflags', '+faststart', 'whole.mp4');
  const bytes = await h.blobs.readAll(whole.blob!.sha256, 10_000_000);
  const half = await h.stored(bytes.subarray(0, bytes.length / 2));

  await expect(h.compose({ shots: [shot(half, 48)] }, 'half')).resolves.toMatchObject({
    $case: 'failed',
    value: { retryable: false },
  });
});

test('no working file outlives a command, however it ended', async () => {
  await expect(readdir(join(h.dir, 'temp', 'composer-test'))).resolves.toEqual([]);
});

function rootMeanSquare(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}
