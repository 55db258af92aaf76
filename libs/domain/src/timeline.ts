import type { Clip } from '@reelmesh/contracts/common';
import type { Subtitle, Timeline, TimelineShot } from '@reelmesh/contracts/compose';
import type { FilmOptions } from '@reelmesh/contracts/film';
import type { Plan, PlannedShot } from './film-facts.ts';
import { digestOf } from './hash.ts';

/** Bump when an equal timeline must be composed anew. */
const CUT_VERSION = 1;

/** Shortest gap between two subtitles, so that the eye sees the change. */
const SUBTITLE_GAP_MS = 40;

/** Frames that a shot stays on screen: its duration to the nearest frame, at least one. */
export function framesOf(shot: PlannedShot, fps: number): number {
  return Math.max(1, Math.round((shot.durationMs * fps) / 1000));
}

/**
 * Lays the clips out one after the other and the speeches over them. Throws when a shot has no clip.
 * Subtitles keep within their shot's frames: what is said belongs to the picture that it is said over.
 */
export function layTimeline(plan: Plan, options: FilmOptions, clips: ReadonlyMap<string, Clip>): Timeline {
  const { width, height, fps } = options;
  const shots: TimelineShot[] = [];
  const subtitles: Subtitle[] = [];
  let frame = 0;
  for (const shot of plan.shots) {
    const clip = clips.get(shot.key);
    if (clip === undefined) throw new Error(`shot ${shot.shotId} has no clip`);
    const frames = framesOf(shot, fps);
    const startMs = (frame * 1000) / fps;
    subtitles.push(...subtitlesOf(shot, startMs, startMs + (frames * 1000) / fps));
    shots.push({ shotId: shot.shotId, clip, frames });
    frame += frames;
  }
  return { width, height, fps, shots, subtitles, title: plan.title, language: plan.language };
}

function subtitlesOf(shot: PlannedShot, fromMs: number, toMs: number): Subtitle[] {
  return shot.speeches.flatMap((speech) => {
    const startMs = Math.round(fromMs + speech.startMs);
    const endMs = Math.round(Math.min(toMs, fromMs + speech.startMs + speech.durationMs) - SUBTITLE_GAP_MS);
    return endMs > startMs ? [{ startMs, endMs, speaker: speech.speaker, text: speech.text }] : [];
  });
}

/** The content address of a cut. Shot ids are names, not content: two films with the same pictures share a cut. */
export function cutKey(timeline: Timeline): string {
  const shots = timeline.shots.map(({ clip, frames }) => ({ sha256: clip?.blob?.sha256, frames }));
  return digestOf({ version: CUT_VERSION, ...timeline, shots });
}
