import { commands } from '@reelmesh/contracts';
import { AppError, Code } from '@reelmesh/domain';
import { Clip } from '@reelmesh/contracts/common';
import type { Cut } from '@reelmesh/contracts/compose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Maker } from '../src/maker.ts';
import { placeholderMaker } from '../src/placeholder-maker.ts';
import { progressTeller } from '../src/progress-teller.ts';
import { delivery, form, harness, type Harness, shot } from './harness.ts';

function clipNamed(sha256: string): Clip {
  return Clip.create({ blob: { sha256 } });
}

let h: Harness;
beforeAll(async () => {
  h = await harness();
});
afterAll(() => h[Symbol.asyncDispose]());

const bytes = new TextEncoder().encode('clip');

/** A harness whose maker counts and can be told to wait or to fail. */
async function counting(make: (h: Harness) => Promise<Cut>): Promise<{ h: Harness; made: () => number }> {
  let made = 0;
  const maker: Maker = {
    make: async () => {
      made += 1;
      return make(h);
    },
  };
  const h: Harness = await harness({ maker });
  return { h, made: () => made };
}

async function cutOf(h: Harness, content = 'film'): Promise<Cut> {
  const blob = await h.blobs.put(new TextEncoder().encode(content), 'video/mp4');
  return { blob, durationMs: 1000, frames: 12, ...form };
}

test('the same command again is answered again, under a new id, and nothing is made', async () => {
  const { h, made } = await counting(cutOf);
  await using _ = h;
  const timeline = { shots: [shot(await h.stored(bytes), 12)] };

  const first = await h.compose(timeline);
  const second = await h.compose(timeline);

  expect(first).toMatchObject({ $case: 'made', value: { cached: false } });
  expect(second).toEqual({ $case: 'made', value: { cut: await cutOf(h), cached: true } });
  expect(made()).toBe(1);
  expect(new Set(h.publishIds).size).toBe(2);
});

test('the cut is a fact before it is news', async () => {
  const { h } = await counting(cutOf);
  await using _ = h;

  await h.compose({ shots: [shot(await h.stored(bytes), 12)] }, 'abc');

  await expect(h.facts.read('cut/t1/abc')).resolves.toMatchObject([
    {
      id: 'cut/t1/abc/made',
      kind: 'cut.made',
      tenant: 't1',
      seq: 1,
      epoch: 0,
      body: { cut: { frames: 12 } },
    },
  ]);
});

test('another tenant with the same timeline has a cut of its own', async () => {
  const { h, made } = await counting(cutOf);
  await using _ = h;
  const command = await h.command({ shots: [shot(await h.stored(bytes), 12)] });

  await h.composer.compose(command, delivery());
  await h.composer.compose({ ...command, tenant: 't2' }, delivery());

  expect(made()).toBe(2);
});

test('a second command waits for the cut that is being made, and both films are answered', async () => {
  const gate = Promise.withResolvers<void>();
  const { h, made } = await counting(async (harness) => {
    await gate.promise;
    return cutOf(harness);
  });
  await using _ = h;
  const command = await h.command({ shots: [shot(await h.stored(bytes), 12)] });

  const both = [
    h.composer.compose(command, delivery()),
    h.composer.compose({ ...command, filmId: 'f2' }, delivery()),
  ];
  gate.resolve();
  await Promise.all(both);

  expect(made()).toBe(1);
  expect(h.news.map((news) => news?.$case)).toEqual(['made', 'made']);
});

test('a cut whose file was lost is made anew', async () => {
  const { h, made } = await counting(cutOf);
  await using _ = h;
  const timeline = { shots: [shot(await h.stored(bytes), 12)] };
  await h.compose(timeline);

  await h.blobs.delete((await cutOf(h)).blob?.sha256 ?? '');
  const again = await h.compose(timeline);

  expect(again).toMatchObject({ $case: 'made', value: { cached: false } });
  expect(made()).toBe(2);
});

test('a passing trouble asks for another delivery and publishes nothing, until the attempts are used up', async () => {
  const full = new AppError(Code.RESOURCE_EXHAUSTED, 'no room', { reason: 'DISK_FULL', retryable: true });
  const { h } = await counting(() => Promise.reject(full));
  await using _ = h;
  const command = await h.command({ shots: [shot(await h.stored(bytes), 12)] });

  await expect(h.composer.compose(command, delivery(1))).rejects.toBe(full);
  await expect(h.composer.compose(command, delivery(2))).rejects.toBe(full);
  const before = [...h.news];
  await h.composer.compose(command, delivery(3));

  expect(before).toEqual([]);
  expect(h.news).toEqual([
    { $case: 'failed', value: { message: 'no room', reason: 'DISK_FULL', retryable: true } },
  ]);
});

test('a worker that is stopped hands the command back, however often it was delivered', async () => {
  const abort = new AbortController();
  const { h } = await counting(async () => {
    abort.abort();
    abort.signal.throwIfAborted();
    throw new Error('not reached');
  });
  await using _ = h;
  const command = await h.command({ shots: [shot(await h.stored(bytes), 12)] });

  const composing = h.composer.compose(command, delivery(99, abort.signal));

  await expect(composing).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    reason: 'INTERRUPTED',
    retryable: true,
  });
  expect(h.news).toEqual([]);
});

test.each([
  ['no shots', { shots: [] }],
  ['a shot of no frames', { shots: [shot(clipNamed('a'.repeat(64)), 0)] }],
  ['a shot without a clip', { shots: [{ shotId: 's1', clip: undefined, frames: 1 }] }],
  ['a clip that is named by a path', { shots: [shot(clipNamed('../../etc/passwd'), 1)] }],
])('a timeline with %s fails for good', async (_, timeline) => {
  await expect(h.compose(timeline)).resolves.toMatchObject({
    $case: 'failed',
    value: { reason: 'TIMELINE_INVALID', retryable: false },
  });
});

test('a timeline that is no timeline fails for good', async () => {
  const command = await h.command({});
  const timeline = await h.blobs.put(new Uint8Array([255, 255, 255]), 'application/x-protobuf');

  await h.composer.compose({ ...command, timeline }, delivery());

  expect(h.news.at(-1)).toMatchObject({ $case: 'failed', value: { reason: 'TIMELINE_INVALID' } });
});

test.each(['', '../x', 'a/b', 'K'])('the cut key %j is refused', async (cutKey) => {
  await expect(h.compose({}, cutKey)).resolves.toMatchObject({
    $case: 'failed',
    value: { reason: 'CUT_KEY' },
  });
});

test('a clip that is gone fails the cut and says which', async () => {
  const clip = await h.stored(bytes);
  await h.blobs.delete(clip.blob?.sha256 ?? '');

  await expect(h.compose({ shots: [shot(clip, 12, 's7')] })).resolves.toMatchObject({
    $case: 'failed',
    value: {
      reason: 'BLOB_MISSING',
      retryable: false,
      message: expect.stringMatching(/^shot s7: /) as string,
    },
  });
});

test('the backend "none" gives the length and size that the film would have', async () => {
  const cut = await placeholderMaker(h.blobs).make(
    { ...form, frames: 30, shots: [], subtitles: [], title: '', language: 'en' },
    { cutKey: 'k', signal: new AbortController().signal, onProgress: () => {} },
  );

  expect(cut).toMatchObject({ ...form, frames: 30, durationMs: 2500, blob: { mediaType: 'text/plain' } });
});

test('a clip that was normalised ahead is not touched again', async () => {
  await using h = await harness();
  const clip = await h.drawn(14);
  const command = { tenant: 't1', filmId: 'f1', clip, ...form, frames: 12 };

  await h.composer.normalise(command, delivery());
  await h.composer.normalise(
    commands.normalise.codec.decode(commands.normalise.codec.encode(command).finish()),
    delivery(),
  );
  await h.film({ shots: [shot(clip, 12), shot(clip, 12)] });

  expect(h.kinds).toEqual(['copy', 'reused', 'reused', 'reused']);
});

test('progress is told four times a second at most, and never backwards', () => {
  let nowMs = 0;
  const told: number[] = [];
  const tell = progressTeller({ now: () => nowMs }, (progress) => told.push(progress));

  for (const [atMs, progress] of [
    [0, 0.1],
    [249, 0.2],
    [250, 0.3],
    [600, 0.2],
    [700, 0.4],
  ] as const) {
    nowMs = atMs;
    tell(progress, 'join');
  }

  expect(told).toEqual([0.1, 0.3, 0.4]);
});
