import { events } from '@reelmesh/contracts';
import { Film, FilmState } from '@reelmesh/contracts/film';
import type { FilmChange, SequencedChange } from '@reelmesh/contracts/film';

/** The log of a film as a scheduler keeps it: changes in order, and the film that they add up to. */
export class Story {
  readonly filmId: string;
  readonly changes: SequencedChange[] = [];
  state: FilmState = FilmState.FILM_STATE_PLANNING;

  constructor(filmId: string) {
    this.filmId = filmId;
  }

  /** A shot was rendered. */
  shot(shotKey: string): SequencedChange {
    return this.#add({
      change: {
        $case: 'shot',
        value: {
          shotKey,
          state: 'SHOT_STATE_RENDERED',
          provider: 'local',
          model: 'animatic',
          costMicros: 0,
          message: '',
          fallbackReason: '',
          failure: 'FAILURE_CLASS_UNSPECIFIED',
        },
      },
    });
  }

  enter(state: FilmState): SequencedChange {
    this.state = state;
    return this.#add({
      change: { $case: 'state', value: { state, reason: '', message: '', cut: undefined } },
    });
  }

  get film(): Film {
    return Film.fromPartial({
      id: this.filmId,
      tenant: 'local',
      state: this.state,
      sequence: this.changes.length,
    });
  }

  after(sequence: number): readonly SequencedChange[] {
    return this.changes.filter((change) => change.sequence > sequence);
  }

  #add(change: FilmChange): SequencedChange {
    const sequence = this.changes.length + 1;
    const sequenced = { sequence, timeMs: 1_000 + sequence, change };
    this.changes.push(sequenced);
    return sequenced;
  }
}

export function encodeChange(change: SequencedChange): Uint8Array {
  return events.film.codec.encode({ change }).finish();
}
