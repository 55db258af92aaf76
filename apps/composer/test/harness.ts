import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Clip } from '@reelmesh/contracts/common';
import { type ComposeCommand, type Subtitle, Timeline, type TimelineShot } from '@reelmesh/contracts/compose';
import type { CutEvent } from '@reelmesh/contracts/event';
import type { BlobStore, FactStore } from '@reelmesh/domain';
import { openFrameEncoder, runFfmpeg } from '@reelmesh/media';
import type { Delivery } from '@reelmesh/messaging';
import { randomIds, systemClock } from '@reelmesh/service';
import { openFileBlobs, openSqliteFacts } from '@reelmesh/storage';
import { temporaryDirectory, testKit } from '@reelmesh/testing';
import { composerMetrics } from '../src/composer-metrics.ts';
import { type Composer, type ComposerDeps, createComposer } from '../src/composer-service.ts';
import { ffmpegMaker } from '../src/ffmpeg-maker.ts';
import { openSegments } from '../src/segments.ts';
import { openWorkFolders, type WorkFolders } from '../src/work-folder.ts';

/** The film of all tests: small enough to encode in a blink. */
export const form = { width: 90, height: 160, fps: 12 };

export interface Harness extends AsyncDisposable {
  readonly dir: string;
  readonly blobs: BlobStore;
  readonly facts: FactStore;
  readonly folders: WorkFolders;
  readonly composer: Composer;
  /** Published, in order. */
  readonly news: CutEvent['news'][];
  readonly publishIds: string[];
  readonly whispers: CutEvent['news'][];
  /** How clips became segments. */
  readonly kinds: string[];
  /** Makes a file with ffmpeg and stores it. The last argument is the file's name. */
  clip(...args: string[]): Promise<Clip>;
  /** A clip as the animatic draws it: house form, no sound. */
  drawn(frames: number, shade?: number): Promise<Clip>;
  stored(bytes: Uint8Array): Promise<Clip>;
  /** Hashes of the coded pictures of a clip. */
  packets(clip: Clip): Promise<readonly string[]>;
  command(timeline: Partial<Timeline>, cutKey?: string): Promise<ComposeCommand>;
  /** Composes and gives the last news. */
  compose(timeline: Partial<Timeline>, cutKey?: string): Promise<CutEvent['news']>;
  /** Composes a film that must be made, and gives its local path. */
  film(timeline: Partial<Timeline>): Promise<string>;
}

export async function harness(overrides: Partial<ComposerDeps> = {}): Promise<Harness> {
  const directory = await temporaryDirectory();
  const dir = directory.path;
  const blobs = await openFileBlobs({ dir: join(dir, 'blobs') });
  const facts = await openSqliteFacts({ path: join(dir, 'facts.sqlite') });
  const folders = await openWorkFolders(join(dir, 'temp'), 'test');
  const kit = testKit();
  const [news, whispers, publishIds, kinds]: [CutEvent['news'][], CutEvent['news'][], string[], string[]] = [
    [],
    [],
    [],
    [],
  ];
  const segments = openSegments({ blobs, folders, timeoutMs: 60_000, onMade: (kind) => kinds.push(kind) });
  const composer = createComposer({
    bus: {
      publish: async (_event, _film, message, id) => {
        news.push((message as CutEvent).news);
        publishIds.push(id);
      },
      whisper: (_event, _film, message) => void whispers.push((message as CutEvent).news),
    },
    facts,
    blobs,
    clock: systemClock,
    ids: randomIds,
    log: kit.log,
    metrics: composerMetrics(kit.metrics),
    maker: ffmpegMaker({ blobs, segments, folders, timeoutMs: 60_000 }),
    segments,
    attempts: 3,
    ...overrides,
  });
  let files = 0;

  const store = async (path: string): Promise<Clip> =>
    Clip.create({ blob: await blobs.putFile(path, 'video/mp4') });
  const command = async (timeline: Partial<Timeline>, cutKey = 'k1'): Promise<ComposeCommand> => {
    const bytes = Timeline.encode({ ...empty, ...timeline }).finish();
    return { tenant: 't1', filmId: 'f1', cutKey, timeline: await blobs.put(bytes, 'application/x-protobuf') };
  };
  const compose = async (timeline: Partial<Timeline>, cutKey?: string): Promise<CutEvent['news']> => {
    await composer.compose(await command(timeline, cutKey), delivery());
    return news.at(-1);
  };
  return {
    ...{ dir, blobs, facts, folders, composer, news, publishIds, whispers, kinds, command, compose },
    async clip(...args) {
      const path = join(dir, `${files++}-${args.at(-1)}`);
      await runFfmpeg([...args.slice(0, -1), path]);
      return store(path);
    },
    async drawn(frames, shade = 100) {
      const path = join(dir, `${files++}-drawn.mp4`);
      const encoder = await openFrameEncoder({ ...form, output: path });
      const frame = new Uint8Array(form.width * form.height * 4);
      for (let index = 0; index < frames; index++) await encoder.write(frame.fill((shade + index * 3) % 256));
      await encoder.finish();
      return store(path);
    },
    async stored(bytes) {
      return Clip.create({ blob: await blobs.put(bytes, 'video/mp4') });
    },
    async packets(clip) {
      return packetHashes(await blobs.localPath(clip.blob?.sha256 ?? ''), dir);
    },
    async film(timeline) {
      const last = await compose(timeline, `film-${files++}`);
      if (last?.$case !== 'made') throw new Error(`not made: ${JSON.stringify(last?.value)}`);
      return blobs.localPath(last.value.cut?.blob?.sha256 ?? '');
    },
    async [Symbol.asyncDispose]() {
      await facts.close();
      await directory.remove();
    },
  };
}

const empty: Timeline = { ...form, shots: [], subtitles: [], title: 'A film', language: 'en' };

export function shot(clip: Clip, frames: number, shotId = 's1'): TimelineShot {
  return { shotId, clip, frames };
}

export function line(startMs: number, endMs: number, text: string, speaker = ''): Subtitle {
  return { startMs, endMs, speaker, text };
}

export function delivery(attempt = 1, signal = new AbortController().signal): Delivery {
  return { attempt, signal };
}

/** The subtitles that a player reads, as SubRip. */
export async function subtitlesOf(path: string, dir: string): Promise<string> {
  const out = join(dir, 'read-back.srt');
  await runFfmpeg(['-i', path, '-map', '0:s:0', '-f', 'srt', out]);
  return (await readFile(out, 'utf8')).replaceAll('\r', '');
}

/** A hash of each coded picture, as it lies in the file. */
export async function packetHashes(path: string, dir: string): Promise<readonly string[]> {
  const out = join(dir, 'packets.txt');
  await runFfmpeg(['-i', path, '-map', '0:v:0', '-c', 'copy', '-f', 'framemd5', out]);
  const rows = (await readFile(out, 'utf8')).split('\n').filter((row) => /^\d/.test(row));
  return rows.map((row) => row.split(',').at(-1)?.trim() ?? '');
}
