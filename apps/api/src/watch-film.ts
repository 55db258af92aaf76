import { events } from '@reelmesh/contracts';
import { FilmState } from '@reelmesh/contracts/film';
import type {
  FilmChange,
  SchedulerServiceDefinition,
  SequencedChange,
  WatchFilmRequest,
  WatchFilmResponse,
} from '@reelmesh/contracts/film';
import { AppError, Code } from '@reelmesh/domain';
import type { Clock } from '@reelmesh/domain';
import type { Bus, Client } from '@reelmesh/messaging';
import type { Logger } from '@reelmesh/service';
import { Inbox } from './inbox.ts';
import { present } from './present.ts';

export interface WatchDeps {
  readonly bus: Pick<Bus, 'tail'>;
  readonly scheduler: Pick<Client<SchedulerServiceDefinition>, 'readFilm' | 'readChanges'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly tenant: string;
  readonly resyncMs: number;
  /** Of one question to the scheduler. */
  readonly timeoutMs: number;
  /** Aborted when the server is about to stop. */
  readonly draining: AbortSignal;
}

type News =
  | { readonly kind: 'change'; readonly change: SequencedChange }
  | { readonly kind: 'passing'; readonly news: WatchFilmResponse['news'] }
  /** Something may have been missed. */
  | { readonly kind: 'resync' };

/** A slow client loses progress beyond this many; durable changes it still gets, from the scheduler. */
const maxWaiting = 1_000;

const over: readonly FilmState[] = [
  FilmState.FILM_STATE_COMPLETED,
  FilmState.FILM_STATE_FAILED,
  FilmState.FILM_STATE_CANCELLED,
  FilmState.FILM_STATE_IN_DOUBT,
];

/**
 * The film's changes with sequence numbers in order, each exactly once, with passing news (sequence 0) in between.
 * Listens before it reads, so nothing falls between; what NATS loses shows as a gap, or at the next resync at the latest.
 * Ends when the film has ended, without an error.
 * Errors: NOT_FOUND; OUT_OF_RANGE (SEQUENCE_AHEAD); UNAVAILABLE (DRAINING) when the server stops.
 */
export async function* watchFilm(
  deps: WatchDeps,
  { filmId, afterSequence }: WatchFilmRequest,
  signal: AbortSignal,
): AsyncGenerator<WatchFilmResponse, void, undefined> {
  const { tenant, scheduler } = deps;
  const options = { signal, timeoutMs: deps.timeoutMs };
  const inbox = new Inbox<News>(maxWaiting, { kind: 'resync' });
  const tail = deps.bus.tail({ tenant, filmId }, (name, data) => {
    const news = newsOf(name, data);
    if (news !== undefined) inbox.push(news);
  });
  const wake = (): void => inbox.push({ kind: 'resync' });
  const timer = setInterval(wake, deps.resyncMs);
  const end = AbortSignal.any([signal, deps.draining]);
  end.addEventListener('abort', wake);
  if (end.aborted) wake();

  try {
    const film = present(filmId, (await scheduler.readFilm({ tenant, filmId }, options)).film);
    if (afterSequence > film.sequence) throw ahead(filmId, afterSequence, film.sequence);
    let last = film.sequence;
    let state = film.state;
    if (afterSequence === 0) {
      yield { sequence: film.sequence, timeMs: film.updateTimeMs, news: { $case: 'film', value: film } };
    } else {
      last = afterSequence;
      for (const change of await changesAfter(last)) yield advance(change);
    }

    while (!over.includes(state)) {
      for (const item of await inbox.take()) {
        if (signal.aborted) return;
        if (deps.draining.aborted) throw drained(filmId, last);
        switch (item.kind) {
          case 'passing':
            yield { sequence: 0, timeMs: deps.clock.now(), news: item.news };
            break;
          case 'resync':
            for (const change of await tryChangesAfter(last)) yield advance(change);
            break;
          case 'change':
            if (item.change.sequence > last + 1) {
              for (const change of await tryChangesAfter(last)) yield advance(change);
            }
            if (item.change.sequence === last + 1) yield advance(item.change);
        }
        if (over.includes(state)) return;
      }
    }

    function advance(change: SequencedChange): WatchFilmResponse {
      last = change.sequence;
      state = stateOf(change.change) ?? state;
      return {
        sequence: change.sequence,
        timeMs: change.timeMs,
        news: change.change === undefined ? undefined : { $case: 'change', value: change.change },
      };
    }
  } finally {
    clearInterval(timer);
    end.removeEventListener('abort', wake);
    await tail.stop();
  }

  async function changesAfter(sequence: number): Promise<readonly SequencedChange[]> {
    const { changes } = await scheduler.readChanges({ tenant, filmId, afterSequence: sequence }, options);
    return changes;
  }

  /** A scheduler that is away for a moment does not end the watch: the next resync asks again. */
  async function tryChangesAfter(sequence: number): Promise<readonly SequencedChange[]> {
    try {
      return await changesAfter(sequence);
    } catch (error) {
      const failure = AppError.from(error);
      if (!failure.retryable && failure.code !== Code.CANCELLED) throw failure;
      deps.log.debug({ filmId, err: failure }, 'changes were not read');
      return [];
    }
  }
}

function newsOf(name: string, data: Uint8Array): News | undefined {
  if (name === events.film.name) {
    const { change } = events.film.codec.decode(data);
    return change === undefined ? undefined : { kind: 'change', change };
  }
  if (name === events.take.name) {
    return { kind: 'passing', news: { $case: 'take', value: events.take.codec.decode(data) } };
  }
  if (name === events.cut.name) {
    const cut = events.cut.codec.decode(data);
    // that it was made or failed comes as a change of the film
    return cut.news?.$case === 'progress'
      ? { kind: 'passing', news: { $case: 'cut', value: cut } }
      : undefined;
  }
  return undefined;
}

function stateOf(change: FilmChange | undefined): FilmState | undefined {
  switch (change?.change?.$case) {
    case 'state':
      return change.change.value.state;
    case 'planned':
      return change.change.value.film?.state;
    case 'shot':
      // only a film under way has shots that change: it has left doubt or a failure behind
      return FilmState.FILM_STATE_RENDERING;
    case undefined:
      return undefined;
  }
}

function ahead(filmId: string, afterSequence: number, newest: number): AppError {
  return new AppError(
    Code.OUT_OF_RANGE,
    `film ${filmId}: after_sequence ${afterSequence} is beyond its newest change ${newest}; watch from 0`,
    { reason: 'SEQUENCE_AHEAD', details: { field: 'after_sequence' } },
  );
}

function drained(filmId: string, last: number): AppError {
  return new AppError(
    Code.UNAVAILABLE,
    `film ${filmId}: the server is going down; watch again from sequence ${last}`,
    {
      reason: 'DRAINING',
      retryable: true,
    },
  );
}
