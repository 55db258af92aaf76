import type { BlobRef } from '@reelmesh/contracts/common';
import type { Subtitle, Timeline } from '@reelmesh/contracts/compose';
import { type AppError, invalid } from '@reelmesh/domain';
import type { Target } from './target.ts';

export interface FilmShot {
  readonly shotId: string;
  readonly clip: BlobRef;
  readonly frames: number;
}

/** A timeline of which a cut can be made. `frames` is the sum of the shots'. */
export interface Film extends Target {
  readonly shots: readonly FilmShot[];
  readonly subtitles: readonly Subtitle[];
  readonly title: string;
  /** BCP 47. */
  readonly language: string;
}

const MAX_SHOTS = 5000;
/** An hour at 120 fps. */
const MAX_FRAMES = 3600 * 120;

/** Checks what a timeline says of its shots: INVALID_ARGUMENT (TIMELINE_INVALID). */
export function filmOf(timeline: Timeline): Film {
  const { width, height, fps, subtitles, title, language } = timeline;
  if (timeline.shots.length < 1 || timeline.shots.length > MAX_SHOTS) {
    throw bad(`timeline of ${timeline.shots.length} shots: 1 to ${MAX_SHOTS} make a film`);
  }
  const shots = timeline.shots.map(({ shotId, clip, frames }) => {
    if (!clip?.blob || !/^[0-9a-f]{64}$/.test(clip.blob.sha256)) throw bad(`shot ${shotId}: it has no clip`);
    if (frames < 1) throw bad(`shot ${shotId}: ${frames} frames, at least 1 is needed`);
    return { shotId, clip: clip.blob, frames };
  });
  const frames = shots.reduce((sum, shot) => sum + shot.frames, 0);
  if (frames > MAX_FRAMES) throw bad(`timeline of ${frames} frames: at most ${MAX_FRAMES} make a film`);
  return { width, height, fps, frames, shots, subtitles, title, language };
}

export function durationMsOf({ frames, fps }: Pick<Film, 'frames' | 'fps'>): number {
  return Math.round((frames * 1000) / fps);
}

function bad(message: string): AppError {
  return invalid('TIMELINE_INVALID', message);
}
