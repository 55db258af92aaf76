import type { Clock, FactStore, FilmBodies, FilmFact, FilmKind, FilmRecord } from '@reelmesh/domain';
import { AppError, Code, applyFilm, filmFactId, filmStream, foldFilm } from '@reelmesh/domain';

/** One fact to come: its kind and its body. */
export type FilmEntry = { [K in FilmKind]: readonly [kind: K, body: FilmBodies[K]] }[FilmKind];

export interface Written {
  /** The film with the facts. */
  readonly film: FilmRecord;
  readonly facts: readonly FilmFact[];
}

/** Somebody else has written the film's next fact: read again before you act. */
export const isSuperseded = (error: unknown): boolean =>
  error instanceof AppError && error.reason === 'FILM_SUPERSEDED';

/** Reads and writes the logs of films. A film's log has one writer at a time; the store settles who. */
export class FilmLog {
  readonly #facts: FactStore;
  readonly #clock: Clock;

  constructor(facts: FactStore, clock: Clock) {
    this.#facts = facts;
    this.#clock = clock;
  }

  async read(filmId: string): Promise<FilmRecord | undefined> {
    return foldFilm(await this.facts(filmId));
  }

  async facts(filmId: string): Promise<readonly FilmFact[]> {
    return (await this.#facts.read(filmStream(filmId))) as readonly FilmFact[];
  }

  /** Whether nobody has written to the film's log since. */
  async isNewest(film: FilmRecord): Promise<boolean> {
    return (await this.#facts.get(filmFactId(film.id, film.seq + 1))) === undefined;
  }

  async firstFact(filmId: string): Promise<FilmFact | undefined> {
    return (await this.#facts.get(filmFactId(filmId, 1))) as FilmFact | undefined;
  }

  /**
   * Begins a film.
   * @returns undefined when the film exists
   */
  async begin(filmId: string, tenant: string, entries: readonly FilmEntry[]): Promise<Written | undefined> {
    const facts = this.#compile(filmId, tenant, 0, 1, entries);
    const [first] = await this.#facts.append(facts);
    const film = foldFilm(facts);
    return first === 'inserted' && film !== undefined ? { film, facts } : undefined;
  }

  /**
   * Makes somebody the film's owner, with a new fencing number. ABORTED (FILM_SUPERSEDED) when another scheduler has
   * written there. One fact alone, so that no two owners can have the same number.
   */
  async claim(film: FilmRecord, owner: string): Promise<Written> {
    return this.#append(film, film.epoch + 1, [['film.adopted', { owner }]]);
  }

  /**
   * Writes the film's next facts, for its owner. ABORTED (FILM_SUPERSEDED) when another scheduler has written there;
   * what got in behind that is void if the film has another owner, and counts if it has not: read again.
   */
  async append(film: FilmRecord, entries: readonly FilmEntry[]): Promise<Written> {
    return this.#append(film, film.epoch, entries);
  }

  async #append(film: FilmRecord, epoch: number, entries: readonly FilmEntry[]): Promise<Written> {
    const facts = this.#compile(film.id, film.tenant, film.seq, epoch, entries);
    const results = await this.#facts.append(facts);
    if (results.includes('exists')) {
      throw new AppError(Code.ABORTED, `film ${film.id} has another writer`, { reason: 'FILM_SUPERSEDED' });
    }
    return { film: facts.reduce<FilmRecord>(applyFilm, film), facts };
  }

  #compile(
    filmId: string,
    tenant: string,
    after: number,
    epoch: number,
    entries: readonly FilmEntry[],
  ): readonly FilmFact[] {
    const atMs = this.#clock.now();
    return entries.map(([kind, body], index) => {
      const seq = after + index + 1;
      const fact = {
        id: filmFactId(filmId, seq),
        stream: filmStream(filmId),
        seq,
        kind,
        tenant,
        atMs,
        epoch,
        body,
      };
      return fact as FilmFact;
    });
  }
}
