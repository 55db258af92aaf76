import { readdir, readFile } from 'node:fs/promises';
import { Code } from '@reelmesh/domain';
import { fractionValue, probe, videoOf } from '@reelmesh/media';
import { temporaryDirectory, type TemporaryDirectory } from '@reelmesh/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { animaticBackend, type AnimaticOptions } from '../src/animatic/animatic-backend.ts';
import { workerEnvironment } from '../src/config.ts';
import { specOf } from './specs.ts';

let directory: TemporaryDirectory;

beforeEach(async () => {
  directory = await temporaryDirectory();
});

afterEach(() => directory.remove());

function backend(options: Partial<AnimaticOptions> = {}) {
  return animaticBackend({ tempDir: directory.path, environment: workerEnvironment(), ...options });
}

const small = specOf({ weather: 'WEATHER_RAIN' }, { width: 96, height: 160, fps: 12, seconds: 2 });
const long = specOf({}, { width: 640, height: 1136, fps: 60, seconds: 10 });

function task(spec = small, signal = new AbortController().signal) {
  const progress: number[] = [];
  return {
    jobId: 't1',
    model: 'animatic',
    spec,
    signal,
    progress,
    onProgress: (done: number) => progress.push(done),
  };
}

describe('rendering', () => {
  test('gives an MP4 with exactly the frames, size and rate of the spec, and no sound', async () => {
    const work = task();
    const file = await backend().render(work);
    const found = await probe(file.path);
    const video = videoOf(found);

    expect(file.mediaType).toBe('video/mp4');
    expect([found.video.length, found.audio, found.other]).toEqual([1, [], []]);
    expect(video).toMatchObject({
      codec: 'h264',
      pixelFormat: 'yuv420p',
      width: 96,
      height: 160,
      frames: 24,
    });
    expect(fractionValue(video.fps)).toBe(12);
    expect(work.progress).toEqual(Array.from({ length: 24 }, (_, index) => (index + 1) / 24));
  });

  test('gives the same file for the same spec', async () => {
    const [a, b] = await Promise.all([
      backend().render({ ...task(), jobId: 'a' }),
      backend().render({ ...task(), jobId: 'b' }),
    ]);

    expect((await readFile(a.path)).equals(await readFile(b.path))).toBe(true);
  });

  test('that is cancelled ends its process and leaves no file', async () => {
    const cancel = new AbortController();
    const work = task(long, cancel.signal);
    const rendering = backend().render(work);
    await vi.waitFor(() => expect(work.progress.length).toBeGreaterThan(0), { timeout: 10_000 });
    cancel.abort(new Error('no longer wanted'));

    await expect(rendering).rejects.toThrow('no longer wanted');
    await vi.waitFor(async () => expect(await readdir(directory.path)).toEqual([]));
  });

  test('whose process is killed fails as retryable and leaves no file', async () => {
    let pid = 0;
    const work = task(long);
    const rendering = backend({ onWorker: (worker) => (pid = worker) }).render(work);
    await vi.waitFor(() => expect(work.progress.length).toBeGreaterThan(0), { timeout: 10_000 });
    process.kill(-pid, 'SIGKILL');

    await expect(rendering).rejects.toMatchObject({
      code: Code.INTERNAL,
      reason: 'RENDER_FAILED',
      retryable: true,
    });
    await vi.waitFor(async () => expect(await readdir(directory.path)).toEqual([]));
  });

  test('that shows no frame in time is ended as stalled', async () => {
    await expect(backend({ stallMs: 1 }).render(task())).rejects.toMatchObject({
      reason: 'RENDER_STALLED',
      retryable: true,
    });
  });

  test('without ffmpeg says what is missing and is not tried again', async () => {
    const environment = { ...workerEnvironment(), PATH: directory.path };

    await expect(backend({ environment }).render(task())).rejects.toMatchObject({
      message: expect.stringContaining('ffmpeg is not on PATH') as string,
      retryable: false,
    });
  });
});
