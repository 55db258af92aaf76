import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@reelmesh/testing';
import { expect, test } from 'vitest';
import { progressReader } from '../src/ffmpeg.ts';
import { type FfmpegProgress, runFfmpeg } from '../src/index.ts';
import { lastWords } from '../src/tool-process.ts';

/** Runs for an hour unless it is killed. */
const endless = ['-re', '-f', 'lavfi', '-i', 'color=black:s=16x16:r=5', '-t', '3600', '-f', 'null', '-'];
const black = ['-f', 'lavfi', '-i', 'color=black:s=16x16:r=5', '-frames:v', '10'];

test('a failure tells the last words of ffmpeg without the folder of the file', async () => {
  const failing = runFfmpeg(['-i', '/secret/place/clip.mp4', '-f', 'null', '-']);

  await expect(failing).rejects.toMatchObject({
    code: 'INTERNAL',
    reason: 'FFMPEG_FAILED',
    message: 'ffmpeg failed: clip.mp4: No such file or directory',
  });
});

test('a full disk is told as a full disk, and may be tried again', async () => {
  const failing = runFfmpeg([...black, '-f', 'rawvideo', '/dev/full']);

  await expect(failing).rejects.toMatchObject({ reason: 'DISK_FULL', retryable: true });
});

test('an abort kills ffmpeg and comes out as the reason of the abort', async () => {
  const abort = new AbortController();
  const running = runFfmpeg(endless, { signal: abort.signal, onProgress: () => abort.abort() });

  await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('a signal that is aborted already starts nothing', async () => {
  await expect(runFfmpeg(endless, { signal: AbortSignal.abort() })).rejects.toThrow(/aborted/);
});

test('a run over its time limit is killed', async () => {
  const running = runFfmpeg(endless, { timeoutMs: 300 });

  await expect(running).rejects.toMatchObject({
    code: 'DEADLINE_EXCEEDED',
    reason: 'FFMPEG_TIMEOUT',
    retryable: true,
  });
});

test('an error of the source of standard input stops ffmpeg and comes out as it is', async () => {
  async function* source(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(16 * 16);
    throw new Error('source ran dry');
  }
  const raw = [
    '-f',
    'rawvideo',
    '-pixel_format',
    'gray',
    '-video_size',
    '16x16',
    '-i',
    'pipe:0',
    '-f',
    'null',
    '-',
  ];

  await expect(runFfmpeg(raw, { stdin: source() })).rejects.toThrow('source ran dry');
});

test('ffmpeg that ends before its input does is not waited for', async () => {
  async function* endlessSource(): AsyncGenerator<Uint8Array> {
    for (;;) yield new Uint8Array(64 * 1024);
  }
  const raw = ['-f', 'rawvideo', '-pixel_format', 'gray', '-video_size', '16x16', '-i', 'pipe:0'];

  await expect(
    runFfmpeg([...raw, '-frames:v', '3', '-f', 'null', '-'], { stdin: endlessSource() }),
  ).resolves.toBeUndefined();
});

test('the last report of progress counts every frame', async () => {
  await using directory = await temporaryDirectory();
  const reports: FfmpegProgress[] = [];
  const output = join(directory.path, 'out.mkv');

  await runFfmpeg([...black, output], { onProgress: (report) => reports.push(report) });

  expect(reports.at(-1)).toMatchObject({ frames: 10 });
  expect((await stat(output)).size).toBeGreaterThan(0);
});

test('progress is read over any split of the text', () => {
  const reports: FfmpegProgress[] = [];
  const read = progressReader((report) => reports.push(report));

  for (const character of 'frame=7\nout_time_us=500000\nprogress=continue\nframe=9\nout_time_us=N/A\nprogress=end\n') {
    read(character);
  }

  expect(reports).toEqual([
    { frames: 7, seconds: 0.5 },
    { frames: 9, seconds: 0 },
  ]);
});

test('last words keep three lines, without addresses in memory', () => {
  const said = 'one\n[mov @ 0x55d001bcca00] two\n/data/x/a.mp4: three\nfile:/data/x/b.mp4: four\n';

  expect(lastWords(said, ['-i', 'file:/data/x/a.mp4'])).toBe('[mov] two; a.mp4: three; file:b.mp4: four');
});
