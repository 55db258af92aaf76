import { events } from '@reelmesh/contracts';
import { CacheServiceDefinition } from '@reelmesh/contracts/cache';
import type { Clip } from '@reelmesh/contracts/common';
import type { BlobStore, FactStore } from '@reelmesh/domain';
import { connectBus } from '@reelmesh/messaging';
import type { Bus, Client } from '@reelmesh/messaging';
import { randomIds, systemClock } from '@reelmesh/service';
import type { RunningService } from '@reelmesh/service';
import { openFileBlobs, openSqliteFacts } from '@reelmesh/storage';
import { startNats, temporaryDirectory, testKit } from '@reelmesh/testing';
import type { TestNats } from '@reelmesh/testing';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { module } from '../src/module.ts';

const tenant = 'local';
const kit = testKit();

let nats: TestNats;
let bus: Bus;
let facts: FactStore;
let blobs: BlobStore;
let cache: RunningService;
let client: Client<CacheServiceDefinition>;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

async function startCache(): Promise<RunningService> {
  const config = { ttlDays: 7, maxBytes: 0, graceHours: 24, leadHours: 24, sweepMinutes: 10 };
  return module.start({ ...kit, bus, facts, blobs, clock: systemClock, ids: randomIds, config });
}

beforeAll(async () => {
  directory = await temporaryDirectory();
  nats = await startNats();
  bus = await connectBus({ servers: nats.url, name: 'cache', queueGroup: 'cache', log: kit.log });
  facts = await openSqliteFacts({ path: join(directory.path, 'facts.db') });
  blobs = await openFileBlobs({ dir: join(directory.path, 'blobs') });
  cache = await startCache();
  client = bus.client(CacheServiceDefinition);
});

afterAll(async () => {
  await cache.stop();
  await bus.close();
  await facts.close();
  await nats.stop();
  await directory.remove();
});

async function clipOf(content: string): Promise<Clip> {
  const blob = await blobs.put(new TextEncoder().encode(content), 'video/mp4');
  return {
    blob,
    width: 1080,
    height: 1920,
    fpsMilli: 24_000,
    frames: 96,
    durationMs: 4_000,
    hasAudio: false,
  };
}

async function ask(filmId: string, ...shotKeys: string[]): Promise<string[]> {
  const { clips } = await client.resolveClips({ tenant, filmId, shotKeys, peek: false });
  return clips.map((clip) => clip.resolve);
}

async function put(filmId: string, shotKey: string, clip: Clip): Promise<void> {
  await client.putClip({
    tenant,
    filmId,
    shotKey,
    clip,
    takeId: `${filmId}-1`,
    provider: 'local',
    model: 'animatic',
    costMicros: 40,
  });
}

test('over NATS, SQLite and files: a follower hears of the clip, and everyone has it', async () => {
  const heard: unknown[] = [];
  const tail = bus.tail({ tenant, filmId: 'b' }, (name, data) => {
    if (name === 'outcome') heard.push(events.outcome.codec.decode(data));
  });
  const clip = await clipOf('one');

  expect(await ask('a', 'k1', 'k2')).toEqual(['RESOLVE_LEAD', 'RESOLVE_LEAD']);
  expect(await ask('b', 'k1')).toEqual(['RESOLVE_FOLLOW']);
  await put('a', 'k1', clip);

  await vi.waitFor(() => expect(heard).toHaveLength(1));
  expect(heard[0]).toMatchObject({
    tenant,
    filmId: 'b',
    shotKey: 'k1',
    outcome: { $case: 'rendered', value: { clip, cached: true, costMicros: 0 } },
  });
  expect(await ask('c', 'k1', 'k2')).toEqual(['RESOLVE_HIT', 'RESOLVE_FOLLOW']);
  await tail.stop();
});

test('what was led and what was put outlive a restart of the service', async () => {
  const clip = await clipOf('two');
  await ask('a', 'r1', 'r2');
  await put('a', 'r1', clip);

  await cache.stop();
  cache = await startCache();

  expect(await ask('b', 'r1', 'r2')).toEqual(['RESOLVE_HIT', 'RESOLVE_FOLLOW']);
  const stats = await client.getStats({ tenant });
  expect(stats.clips).toBeGreaterThanOrEqual(1);
  expect(stats).toMatchObject({ savedMicros: expect.any(Number) as number });
});

test('a clip whose file was deleted behind its back is rendered anew', async () => {
  const clip = await clipOf('three');
  await put('a', 'd1', clip);
  await blobs.delete(clip.blob?.sha256 ?? '');

  expect(await ask('b', 'd1')).toEqual(['RESOLVE_LEAD']);
});

test('of many films that ask at once exactly one leads each key', async () => {
  const keys = Array.from({ length: 20 }, (_, index) => `m${index}`);
  const films = Array.from({ length: 8 }, (_, index) => `f${index}`);

  const answers = await Promise.all(films.map((film) => ask(film, ...keys)));

  const leaders = keys.map((_, at) => answers.filter((answer) => answer[at] === 'RESOLVE_LEAD').length);
  expect(leaders).toEqual(keys.map(() => 1));
});

test('is ready while NATS is there', async () => {
  expect(await cache.ready()).toEqual({ ready: true });
});
