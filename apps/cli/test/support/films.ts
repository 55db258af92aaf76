import { TakeEvent } from '@reelmesh/contracts/event';
import { Film, FilmState, ShotState, WatchFilmResponse } from '@reelmesh/contracts/film';
import type { FilmView } from '../../src/film-view.ts';

/** Two scenes: a and b in the first, c in the second; 2, 3 and 5 seconds. */
export function aFilm(changes: Readonly<Record<string, unknown>> = {}): Film {
  return Film.fromJSON({
    id: 'f1',
    title: 'Last Train',
    state: FilmState.FILM_STATE_RENDERING,
    scenes: [{ heading: 'INT. STATION - NIGHT' }, { heading: 'EXT. PLATFORM - NIGHT' }],
    shots: [
      { shotId: 's1', shotKey: 'a', scene: 0, durationMs: 2000, state: ShotState.SHOT_STATE_CACHED, description: 'the hall' },
      { shotId: 's2', shotKey: 'b', scene: 0, durationMs: 3000, state: ShotState.SHOT_STATE_RENDERING, description: 'Mara runs' },
      { shotId: 's3', shotKey: 'c', scene: 1, durationMs: 5000, state: ShotState.SHOT_STATE_WAITING, description: 'the train' },
    ],
    ...changes,
  }); // prettier-ignore
}

export function aView(film = aFilm(), takes: readonly TakeEvent[] = []): FilmView {
  return { film, cut: undefined, takes: new Map(takes.map((take) => [take.take?.shotKey ?? '', take])) };
}

export function aTake(shotKey: string, progress: number, waitingFor = 'render'): TakeEvent {
  return TakeEvent.fromPartial({ take: { shotKey, provider: 'animatic' }, progress, waitingFor });
}

export function shotNews(shotKey: string, state: ShotState, costMicros = 0): WatchFilmResponse {
  return WatchFilmResponse.fromPartial({
    sequence: 1,
    news: {
      $case: 'change',
      value: { change: { $case: 'shot', value: { shotKey, state, costMicros, provider: 'animatic' } } },
    },
  });
}
