import type { TakeEvent } from '@reelmesh/contracts/event';
import { FilmState, ShotState } from '@reelmesh/contracts/film';
import type { FilmShot } from '@reelmesh/contracts/film';
import { formatUsd } from '@reelmesh/domain';
import { hasClip, wordOfFilm, wordOfShot } from './film-view.ts';
import type { FilmView } from './film-view.ts';
import { fit, formatBar, formatCount, formatDuration, truncate } from './text.ts';

export interface Frame {
  readonly columns: number;
  /** Lines that may be used, at least 4. */
  readonly rows: number;
  readonly elapsedMs: number;
  /** Undefined while it cannot be told. */
  readonly leftMs: number | undefined;
}

const BAR = 20;
const SMALL_BAR = 8;

/** The film, its scenes and its shots with what each waits for, as one block of lines no wider and higher than the frame. */
export function drawFilm(view: FilmView, frame: Frame): string {
  const head = drawHead(view, frame);
  const room = frame.rows - head.length;
  const scenes = view.film.scenes.map((_, index) => drawScene(view, index));
  const lines = firstThatFits(room, [
    () => scenes.flatMap(({ heading, shots }) => [heading, ...shots.map(({ line }) => line)]),
    () =>
      scenes.flatMap(({ heading, shots }) => [
        heading,
        ...shots.filter(({ isActive }) => isActive).map(({ line }) => line),
      ]),
    () =>
      scenes.flatMap(({ isDone, heading, shots }) =>
        isDone ? [] : [heading, ...shots.filter(({ isActive }) => isActive).map(({ line }) => line)],
      ),
  ]);
  return [...head, ...lines].map((line) => truncate(line, frame.columns)).join('\n');
}

function firstThatFits(room: number, drawings: readonly (() => string[])[]): string[] {
  let lines: string[] = [];
  for (const draw of drawings) {
    lines = draw();
    if (lines.length <= room) return lines;
  }
  return [...lines.slice(0, room - 1), `  … ${lines.length - room + 1} more lines`];
}

function drawHead({ film, cut }: FilmView, { elapsedMs, leftMs }: Frame): string[] {
  const done = film.shots.filter(hasClip).length;
  const cached = film.shots.filter((shot) => shot.state === ShotState.SHOT_STATE_CACHED).length;
  const composing = film.state === FilmState.FILM_STATE_COMPOSING;
  const fraction = composing ? (cut?.progress ?? 0) : done / Math.max(1, film.shots.length);
  const facts = [
    composing
      ? (cut?.stage ?? 'waiting for the composer')
      : `${done} of ${formatCount(film.shots.length, 'shot')}`,
    ...(cached > 0 ? [`${cached} cached`] : []),
    formatUsd(film.costMicros),
    formatDuration(elapsedMs),
    ...(!leftMs || composing ? [] : [`about ${formatDuration(leftMs)} left`]),
  ];
  return [
    `${film.title || film.id} · ${wordOfFilm(film.state)}`,
    `${formatBar(fraction, BAR)}  ${facts.join(' · ')}`,
  ];
}

interface DrawnScene {
  readonly heading: string;
  readonly isDone: boolean;
  readonly shots: readonly { readonly line: string; readonly isActive: boolean }[];
}

function drawScene({ film, takes }: FilmView, index: number): DrawnScene {
  const shots = film.shots
    .map((shot, position) => ({ shot, position }))
    .filter(({ shot }) => shot.scene === index);
  const done = shots.filter(({ shot }) => hasClip(shot)).length;
  const isDone = done === shots.length;
  const scene = film.scenes[index];
  return {
    heading: `  ${isDone ? '✓' : '·'} ${fit(`${done}/${shots.length}`, 5)} ${scene?.heading ?? ''}`,
    isDone,
    shots: isDone
      ? []
      : shots.map(({ shot, position }) => ({
          line: `      ${fit(String(position + 1), 3)} ${drawShot(shot, takes.get(shot.shotKey))}`,
          isActive:
            !hasClip(shot) && (shot.state !== ShotState.SHOT_STATE_WAITING || takes.has(shot.shotKey)),
        })),
  };
}

function drawShot(shot: FilmShot, take: TakeEvent | undefined): string {
  const provider = shot.provider || (take?.take?.provider ?? '');
  return `${fit(progressOf(shot, take), 30)} ${fit(provider, 12)} ${shot.description}`;
}

/** A take that is known says more than the film, which counts a shot as waiting until it has a clip. */
function progressOf(shot: FilmShot, take: TakeEvent | undefined): string {
  if (!isOpen(shot)) return shot.message || wordOfShot(shot.state);
  if (take === undefined) return wordOfShot(shot.state);
  if (take.progress > 0) return `${formatBar(take.progress, SMALL_BAR)} ${Math.round(take.progress * 100)} %`;
  return take.waitingFor === '' || take.waitingFor === 'render'
    ? 'rendering'
    : `waiting for ${take.waitingFor}`;
}

function isOpen({ state }: FilmShot): boolean {
  return state === ShotState.SHOT_STATE_WAITING || state === ShotState.SHOT_STATE_RENDERING;
}
