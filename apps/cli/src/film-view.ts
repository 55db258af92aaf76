import type { CutProgress, TakeEvent } from '@reelmesh/contracts/event';
import { FilmState, ShotState } from '@reelmesh/contracts/film';
import type { Film, FilmChange, FilmShot, WatchFilmResponse } from '@reelmesh/contracts/film';

/** A film as its watcher knows it. */
export interface FilmView {
  readonly film: Film;
  /** The newest word on the take of each shot, by shot key. */
  readonly takes: ReadonlyMap<string, TakeEvent>;
  readonly cut: CutProgress | undefined;
}

/** Folds one message of WatchFilm. News that comes before the film itself is passed over. */
export function applyNews(view: FilmView | undefined, { news }: WatchFilmResponse): FilmView | undefined {
  if (news?.$case === 'film') return { takes: new Map(), cut: undefined, ...view, film: news.value };
  if (view === undefined || news === undefined) return view;
  switch (news.$case) {
    case 'change':
      return { ...view, film: applyChange(view.film, news.value) };
    case 'take': {
      const key = news.value.take?.shotKey;
      return key === undefined ? view : { ...view, takes: new Map(view.takes).set(key, news.value) };
    }
    case 'cut':
      return news.value.news?.$case === 'progress' ? { ...view, cut: news.value.news.value } : view;
  }
}

function applyChange(film: Film, { change }: FilmChange): Film {
  switch (change?.$case) {
    case 'planned':
      return change.value.film ?? film;
    case 'shot': {
      const { shotKey, ...changed } = change.value;
      const shots = film.shots.map((shot) => (shot.shotKey === shotKey ? { ...shot, ...changed } : shot));
      return { ...film, shots, costMicros: costOf(shots) };
    }
    case 'state':
      return { ...film, ...change.value, cut: change.value.cut ?? film.cut };
    case undefined:
      return film;
  }
}

/** Shots that share a key share a clip, which was paid for once. */
function costOf(shots: readonly FilmShot[]): number {
  const byKey = new Map(shots.map((shot) => [shot.shotKey, shot.costMicros]));
  return [...byKey.values()].reduce((sum, micros) => sum + micros, 0);
}

/** Rendering of a film in milliseconds of picture; what came from the cache is no work and not counted. */
export interface Work {
  readonly doneMs: number;
  readonly leftMs: number;
}

export function workOf(view: FilmView): Work {
  const distinct = new Map(view.film.shots.map((shot) => [shot.shotKey, shot]));
  let doneMs = 0;
  let leftMs = 0;
  for (const shot of distinct.values()) {
    const fraction = fractionDone(shot, view.takes.get(shot.shotKey));
    if (fraction === undefined) continue;
    doneMs += fraction * shot.durationMs;
    leftMs += (1 - fraction) * shot.durationMs;
  }
  return { doneMs, leftMs };
}

function fractionDone(shot: FilmShot, take: TakeEvent | undefined): number | undefined {
  switch (shot.state) {
    case ShotState.SHOT_STATE_RENDERED:
      return 1;
    case ShotState.SHOT_STATE_WAITING:
    case ShotState.SHOT_STATE_RENDERING:
      return Math.min(1, Math.max(0, take?.progress ?? 0));
    default:
      return undefined;
  }
}

export interface Sample {
  readonly atMs: number;
  readonly work: Work;
}

/** Below these a rate says more about the start than about the film. */
const LEAST_ELAPSED_MS = 2000;
const LEAST_DONE = 0.02;

/** Time until all shots are rendered, from the rate seen between two moments; undefined while no rate can be told. */
export function estimateLeftMs(first: Sample, now: Sample): number | undefined {
  if (now.work.leftMs <= 0) return 0;
  const elapsedMs = now.atMs - first.atMs;
  const doneMs = now.work.doneMs - first.work.doneMs;
  if (elapsedMs < LEAST_ELAPSED_MS || doneMs < LEAST_DONE * (doneMs + now.work.leftMs)) return undefined;
  return (now.work.leftMs * elapsedMs) / doneMs;
}

/** Whether the shot needs nothing more. */
export function hasClip(shot: FilmShot): boolean {
  return shot.state === ShotState.SHOT_STATE_RENDERED || shot.state === ShotState.SHOT_STATE_CACHED;
}

const filmWords: Readonly<Record<FilmState, string>> = {
  [FilmState.FILM_STATE_UNSPECIFIED]: 'unknown',
  [FilmState.FILM_STATE_PLANNING]: 'planning',
  [FilmState.FILM_STATE_RENDERING]: 'rendering',
  [FilmState.FILM_STATE_COMPOSING]: 'composing',
  [FilmState.FILM_STATE_COMPLETED]: 'completed',
  [FilmState.FILM_STATE_FAILED]: 'failed',
  [FilmState.FILM_STATE_CANCELLED]: 'cancelled',
  [FilmState.FILM_STATE_IN_DOUBT]: 'in doubt',
  [FilmState.UNRECOGNIZED]: 'unknown',
};

export const wordOfFilm = (state: FilmState): string => filmWords[state];

const shotWords: Readonly<Record<ShotState, string>> = {
  [ShotState.SHOT_STATE_UNSPECIFIED]: 'unknown',
  [ShotState.SHOT_STATE_WAITING]: 'waiting',
  [ShotState.SHOT_STATE_RENDERING]: 'rendering',
  [ShotState.SHOT_STATE_RENDERED]: 'rendered',
  [ShotState.SHOT_STATE_CACHED]: 'cached',
  [ShotState.SHOT_STATE_FAILED]: 'failed',
  [ShotState.SHOT_STATE_IN_DOUBT]: 'in doubt',
  [ShotState.UNRECOGNIZED]: 'unknown',
};

export const wordOfShot = (state: ShotState): string => shotWords[state];
