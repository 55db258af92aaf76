import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { commands, events } from '@reelmesh/contracts';
import { type ComposeCommand, Timeline } from '@reelmesh/contracts/compose';
import type { CutEvent } from '@reelmesh/contracts/event';
import { runFfmpeg, probe } from '@reelmesh/media';
import type { Bus } from '@reelmesh/messaging';
import { openFileBlobs } from '@reelmesh/storage';
import { startNats, type TemporaryDirectory, temporaryDirectory, type TestNats } from '@reelmesh/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connect, startHost } from './host.ts';

const form = { width: 270, height: 480, fps: 24 };
const film = { tenant: 't1', filmId: 'f1' };

let directory: TemporaryDirectory;
let nats: TestNats;
let client: Bus;
let news: CutEvent['news'][];
let whispers: string[];

beforeEach(async () => {
  directory = await temporaryDirectory();
  nats = await startNats();
  client = await connect(nats.url, 'client');
  news = [];
  whispers = [];
  await client.subscribe(
    events.cut,
    { group: 'client', concurrency: 1 },
    async (event) => void news.push(event.news),
  );
  client.tail(film, (_, data) => {
    const told = events.cut.codec.decode(data).news;
    if (told?.$case === 'progress') whispers.push(told.value.stage);
  });
});
afterEach(async () => {
  await client.close();
  await nats.stop();
  await directory.remove();
});

/** A film of one long shot that has to be encoded. */
async function command(): Promise<ComposeCommand> {
  const path = join(directory.path, 'clip.mp4');
  await runFfmpeg(['-f', 'lavfi', '-i', 'testsrc2=s=480x270:r=25:d=8', '-preset', 'ultrafast', path]);
  const blobs = await openFileBlobs({ dir: join(directory.path, 'blobs') });
  const clip = {
    blob: await blobs.putFile(path, 'video/mp4'),
    width: 0,
    height: 0,
    fpsMilli: 0,
    frames: 0,
    durationMs: 0,
    hasAudio: false,
  };
  const shots = [{ shotId: 's1', clip, frames: 192 }];
  const timeline = Timeline.encode({ ...form, shots, subtitles: [], title: 'x', language: 'en' }).finish();
  return { ...film, cutKey: 'k1', timeline: await blobs.put(timeline, 'application/x-protobuf') };
}

function made(): Promise<void> {
  return vi.waitFor(() => expect(news.at(-1)?.$case).toBe('made'), { timeout: 15_000, interval: 20 });
}

test('a command over NATS becomes a film, and asked again it is the same film', async () => {
  await using host = await startHost(directory.path, nats.url);

  await client.send(commands.compose, await command(), 'one');
  await made();
  await client.send(commands.compose, await command(), 'two');
  await vi.waitFor(() => expect(news).toHaveLength(2), { timeout: 5000, interval: 20 });

  const [first, second] = news.map((event) => (event?.$case === 'made' ? event.value : undefined));
  expect(await host.service.ready()).toEqual({ ready: true });
  expect(whispers).toContain('normalise');
  expect(second).toEqual({ cut: first?.cut, cached: true });
  const sha256 = first?.cut?.blob?.sha256 ?? '';
  const found = await probe(join(directory.path, 'blobs', 'sha256', sha256.slice(0, 2), sha256));
  expect(found.video).toMatchObject([{ ...form, frames: 192, fps: { numerator: 24, denominator: 1 } }]);
}, 60_000);

test('killed in mid-film it leaves no process and nothing half-written, and the film is made after', async () => {
  const temp = join(directory.path, 'temp', 'composer-composer-1');
  const child = spawn(process.execPath, [join(import.meta.dirname, 'host.ts'), directory.path, nats.url], {
    stdio: 'ignore',
  });
  await client.send(commands.compose, await command(), 'one');
  await vi.waitFor(() => expect(globSync(join(temp, '*', 'segment.mov'))).toHaveLength(1), {
    timeout: 15_000,
    interval: 5,
  });

  child.kill('SIGKILL');
  await once(child, 'exit');

  await vi.waitFor(async () => expect(await processesIn(directory.path)).toEqual([]), {
    timeout: 5000,
    interval: 20,
  });
  expect(existsSync(temp)).toBe(true);
  expect(await brokenBlobs(join(directory.path, 'blobs', 'sha256'))).toEqual([]);

  await using host = await startHost(directory.path, nats.url);
  await made();
  await expect(host.facts.read('cut/t1/k1')).resolves.toHaveLength(1);
  await expect(readdir(temp)).resolves.toEqual([]);
}, 60_000);

/** Command lines of programs that work in the directory. */
async function processesIn(path: string): Promise<readonly string[]> {
  const lines = await Promise.all(
    globSync('/proc/[0-9]*/cmdline').map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  return lines.filter((line) => line.includes(path) && /ff(mpeg|probe)/.test(line));
}

/** Blobs that do not hold what their name says. */
async function brokenBlobs(dir: string): Promise<readonly string[]> {
  const files = globSync(join(dir, '*', '*'));
  const hashes = await Promise.all(
    files.map(async (file) =>
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    ),
  );
  return files.map((file) => basename(file)).filter((name, index) => hashes[index] !== name);
}
