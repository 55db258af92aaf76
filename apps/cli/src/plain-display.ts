import { FilmState, ShotState } from '@reelmesh/contracts/film';
import type { Film, FilmShot } from '@reelmesh/contracts/film';
import { formatUsd } from '@reelmesh/domain';
import { hasClip, wordOfFilm, wordOfShot } from './film-view.ts';
import { formatCount, formatDuration } from './text.ts';

/** One line for each change of state between two views of a film, for logs and pipes. Why a film failed is said at its end. */
export function describeChanges(before: Film | undefined, after: Film): readonly string[] {
  const lines: string[] = [];
  if (before === undefined) lines.push(`film ${after.id}: ${after.title || 'untitled'}`);
  if (after.shots.length > 0 && (before?.shots.length ?? 0) === 0) lines.push(describePlan(after));
  for (const [index, shot] of after.shots.entries()) {
    const old = before?.shots[index];
    const isNews = old !== undefined && old.shotKey === shot.shotKey && old.state !== shot.state;
    if (isNews && shot.state !== ShotState.SHOT_STATE_WAITING) lines.push(describeShot(after, shot, index));
  }
  if (before?.state !== after.state && after.state !== FilmState.FILM_STATE_UNSPECIFIED) {
    lines.push(wordOfFilm(after.state));
  }
  return lines;
}

function describePlan(film: Film): string {
  const cached = film.shots.filter((shot) => shot.state === ShotState.SHOT_STATE_CACHED).length;
  const ms = film.shots.reduce((sum, shot) => sum + shot.durationMs, 0);
  return `planned: ${formatCount(film.shots.length, 'shot')} in ${formatCount(film.scenes.length, 'scene')}, ${formatDuration(ms)}${cached > 0 ? `, ${cached} cached` : ''}, quote ${formatUsd(film.quoteMicros)}`;
}

function describeShot(film: Film, shot: FilmShot, index: number): string {
  const done = film.shots.filter(hasClip).length;
  const provider = shot.provider === '' ? '' : ` by ${[shot.provider, shot.model].filter(Boolean).join(' ')}`;
  const cost = shot.costMicros > 0 ? `, ${formatUsd(shot.costMicros)}` : '';
  const why = shot.message || shot.fallbackReason;
  const state = wordOfShot(shot.state);
  return `shot ${index + 1} of ${film.shots.length} ${state}${provider}${cost} (${done} done)${why === '' ? '' : `: ${why}`}`;
}
