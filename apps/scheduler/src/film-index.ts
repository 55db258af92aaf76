import type { FactStore, FilmFact, FilmKind } from '@reelmesh/domain';

const PAGE = 1000;

const kinds: readonly FilmKind[] = [
  'film.created',
  'film.revised',
  'film.resumed',
  'film.completed',
  'film.failed',
  'film.in_doubt',
  'film.cancelled',
];

const atRest: ReadonlySet<FilmKind> = new Set([
  'film.completed',
  'film.failed',
  'film.in_doubt',
  'film.cancelled',
]);

/**
 * Which films are unfinished, kept up by reading on from where it last stopped: a read model of the facts.
 */
export class FilmIndex {
  readonly #facts: FactStore;
  readonly #unfinished = new Set<string>();
  #cursor: string | undefined;

  constructor(facts: FactStore) {
    this.#facts = facts;
  }

  /** @returns ids of films that somebody has to work on, oldest first */
  async unfinished(): Promise<readonly string[]> {
    for (let more = true; more;) {
      const page = await this.#facts.scan({
        kinds,
        limit: PAGE,
        ...(this.#cursor === undefined ? {} : { cursor: this.#cursor }),
      });
      for (const fact of page.facts as readonly FilmFact[]) {
        const filmId = fact.stream.slice('film/'.length);
        if (atRest.has(fact.kind)) this.#unfinished.delete(filmId);
        else this.#unfinished.add(filmId);
      }
      this.#cursor = page.cursor ?? this.#cursor;
      more = page.cursor !== undefined;
    }
    return [...this.#unfinished];
  }
}
