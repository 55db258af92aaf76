import { symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AppError, type BlobStore, Code, sha256Hex } from '@reelmesh/domain';
import { probe, runFfmpeg } from '@reelmesh/media';
import { faultsOf } from './cut-check.ts';
import { durationMsOf, type Film } from './film.ts';
import { joinArgs, type Segment, segmentList } from './join.ts';
import type { Maker, MakeOptions } from './maker.ts';
import { readBoxes } from './mp4-boxes.ts';
import type { Segments } from './segments.ts';
import { iso639, toSubRip } from './subtitles.ts';
import { samplesOf } from './target.ts';
import type { WorkFolders } from './work-folder.ts';

export interface FfmpegMakerDeps {
  readonly blobs: BlobStore;
  readonly segments: Segments;
  readonly folders: WorkFolders;
  /** Milliseconds for joining one film. */
  readonly timeoutMs: number;
}

/** How much of the way lies behind when a stage begins. */
const START = { normalise: 0, join: 0.8, verify: 0.97 } as const;

export function ffmpegMaker(deps: FfmpegMakerDeps): Maker {
  return {
    async make(film, options) {
      await using folder = await deps.folders.open();
      const segments = await layOut(deps, film, folder.path, options);
      const subtitles = await writeSubtitles(film, folder.path);
      const output = await joinSegments(deps, film, segments, subtitles, folder.path, options);

      options.onProgress(START.verify, 'verify');
      const found = await probe(output, { signal: options.signal, timeoutMs: deps.timeoutMs });
      const faults = faultsOf(found, await readBoxes(output), {
        ...film,
        hasSubtitles: subtitles !== undefined,
      });
      if (faults.length > 0) throw invalidCut(faults);
      const blob = await deps.blobs.putFile(output, 'video/mp4', { move: true });
      const { width, height, fps, frames } = film;
      return { blob, durationMs: durationMsOf(film), frames, width, height, fps };
    },
  };
}

/** Brings each clip to the film's form and names it in the folder. */
async function layOut(
  { blobs, segments }: FfmpegMakerDeps,
  { width, height, fps, shots }: Film,
  folder: string,
  { signal, onProgress }: MakeOptions,
): Promise<readonly Segment[]> {
  const laid: Segment[] = [];
  for (const { shotId, clip, frames } of shots) {
    const segment = await segments
      .segmentOf(clip, { width, height, fps, frames }, signal)
      .catch((error: unknown) => Promise.reject(inShot(shotId, error)));
    const name = `${String(laid.length).padStart(5, '0')}.mov`;
    await symlink(resolve(await blobs.localPath(segment.sha256)), join(folder, name));
    laid.push({ name, frames });
    onProgress(between(START.normalise, START.join, laid.length / shots.length), 'normalise');
  }
  return laid;
}

async function writeSubtitles(film: Film, folder: string): Promise<string | undefined> {
  const text = toSubRip(film.subtitles, { ...film, durationMs: Math.floor((film.frames * 1000) / film.fps) });
  if (text === '') return undefined;
  const path = join(folder, 'subtitles.srt');
  await writeFile(path, text);
  return path;
}

async function joinSegments(
  { timeoutMs }: FfmpegMakerDeps,
  film: Film,
  segments: readonly Segment[],
  subtitles: string | undefined,
  folder: string,
  { cutKey, signal, onProgress }: MakeOptions,
): Promise<string> {
  const list = join(folder, 'segments.ffconcat');
  const output = join(folder, 'cut.mp4');
  await writeFile(list, segmentList(segments, film.fps));
  const { fps, title, language } = film;
  const samples = segments.reduce((sum, { frames }) => sum + samplesOf(frames, fps), 0);
  const options = { fps, samples, title, language: iso639(language), seed: seedOf(cutKey) };
  await runFfmpeg(joinArgs({ list, subtitles, output }, options), {
    signal,
    timeoutMs,
    onProgress: ({ seconds }) =>
      onProgress(between(START.join, START.verify, (seconds * film.fps) / film.frames), 'join'),
  });
  return output;
}

function seedOf(cutKey: string): number {
  return Number.parseInt(sha256Hex(cutKey).slice(0, 8), 16);
}

function inShot(shotId: string, cause: unknown): AppError {
  const { code, message, reason, retryable, details } = AppError.from(cause);
  return new AppError(code, `shot ${shotId}: ${message}`, { reason, retryable, details, cause });
}

function invalidCut(faults: readonly string[]): AppError {
  return new AppError(Code.INTERNAL, `the film file is not as planned: ${faults.join('; ')}`, {
    reason: 'CUT_INVALID',
  });
}

function between(from: number, to: number, share: number): number {
  return from + (to - from) * Math.min(1, Math.max(0, share));
}
