import type { Film } from '@reelmesh/contracts/film';
import { createLogUpdate } from 'log-update';
import { estimateLeftMs, workOf } from './film-view.ts';
import type { FilmView, Sample } from './film-view.ts';
import { drawFilm } from './live-display.ts';
import { describeChanges } from './plain-display.ts';

export interface FilmDisplay {
  /** Passed over once it is done: other words follow then. */
  show(view: FilmView): void;
  /** Leaves the terminal as a shell expects it. Again is nothing. */
  done(): void;
}

const REDRAW_MS = 200;

/** A live picture in a terminal, a line for each change elsewhere. */
export function openDisplay(stream: NodeJS.WriteStream): FilmDisplay {
  return stream.isTTY ? liveDisplay(stream) : plainDisplay(stream);
}

function plainDisplay(stream: NodeJS.WriteStream): FilmDisplay {
  let last: Film | undefined;
  let isDone = false;
  return {
    show({ film }) {
      if (isDone) return;
      for (const line of describeChanges(last, film)) stream.write(`${line}\n`);
      last = film;
    },
    done: () => void (isDone = true),
  };
}

function liveDisplay(stream: NodeJS.WriteStream): FilmDisplay {
  const update = createLogUpdate(stream);
  const startMs = performance.now();
  let view: FilmView | undefined;
  let first: Sample | undefined;
  let isDone = false;
  const draw = (): void => {
    if (view === undefined) return;
    const atMs = performance.now();
    const now = { atMs, work: workOf(view) };
    if (view.film.shots.length > 0) first ??= now;
    update(
      drawFilm(view, {
        columns: (stream.columns || 80) - 1,
        rows: Math.max(4, (stream.rows || 24) - 1),
        elapsedMs: atMs - startMs,
        leftMs: first === undefined ? undefined : estimateLeftMs(first, now),
      }),
    );
  };
  const timer = setInterval(draw, REDRAW_MS);
  return {
    show(next) {
      if (!isDone) view = next;
    },
    done() {
      if (isDone) return;
      isDone = true;
      clearInterval(timer);
      draw();
      update.done();
    },
  };
}
