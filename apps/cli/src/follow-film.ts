import { setTimeout as wait } from 'node:timers/promises';
import { FilmState } from '@reelmesh/contracts/film';
import type { Film } from '@reelmesh/contracts/film';
import { AppError, Code } from '@reelmesh/domain';
import { exitCodeOfFilm } from './exit-codes.ts';
import { applyNews } from './film-view.ts';
import type { FilmView } from './film-view.ts';
import type { Films } from './session.ts';

/** A server that is being restarted is back sooner. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 500;
/** A film whose last doubt was resolved goes on sooner; after this it has to be asked for again. */
const DOUBT_LIMIT_MS = 15_000;

export interface FollowOptions {
  readonly signal: AbortSignal;
  readonly onView: (view: FilmView) => void;
}

/**
 * Watches a film until it comes to rest, over interruptions of the connection, and returns it as it then is.
 * UNAVAILABLE when the server stays away; the film goes on without its watcher.
 */
export async function followFilm(films: Films, filmId: string, options: FollowOptions): Promise<Film> {
  const { signal, onView } = options;
  let view: FilmView | undefined;
  let sequence = 0;
  let lastHeardMs = performance.now();
  let doubtSinceMs: number | undefined;
  for (;;) {
    try {
      for await (const message of films.watchFilm({ filmId, afterSequence: sequence }, { signal })) {
        lastHeardMs = performance.now();
        sequence = Math.max(sequence, message.sequence);
        view = applyNews(view, message);
        if (view !== undefined) onView(view);
        if (view !== undefined && (await isAtRest(films, view.film, signal))) break;
      }
      const { film } = await films.getFilm({ filmId }, { signal });
      if (film !== undefined && (await isAtRest(films, film, signal))) return film;
      if (film?.state !== FilmState.FILM_STATE_IN_DOUBT) doubtSinceMs = undefined;
      else doubtSinceMs ??= performance.now();
      if (film !== undefined && performance.now() - (doubtSinceMs ?? Infinity) > DOUBT_LIMIT_MS) return film;
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(AppError.from(error))) throw error;
      if (performance.now() - lastHeardMs > PATIENCE_MS) throw serverLost(filmId, error);
    }
    await wait(PAUSE_MS, undefined, { signal });
  }
}

/** A film in doubt goes on by itself once the last of its doubts has been resolved. */
async function isAtRest(films: Films, film: Film, signal: AbortSignal): Promise<boolean> {
  if (film.state !== FilmState.FILM_STATE_IN_DOUBT) return exitCodeOfFilm(film) !== undefined;
  const { takes } = await films.listTakes({ filmId: film.id, unknownOnly: true }, { signal });
  return takes.length > 0;
}

function serverLost(filmId: string, cause: unknown): AppError {
  return new AppError(
    Code.UNAVAILABLE,
    `the server has not answered for ${PATIENCE_MS / 1000} s; film ${filmId} is safe: run the same command again once it is back`,
    { reason: 'SERVER_LOST', cause },
  );
}

function isPassing(error: AppError): boolean {
  return error.code === Code.UNAVAILABLE || error.code === Code.DEADLINE_EXCEEDED;
}
