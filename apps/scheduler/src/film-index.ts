import type { FactStore, FilmKind } from '@reelmesh/domain';

const PAGE = 1000;

const unfinished: ReadonlySet<string> = new Set<FilmKind>(['film.created', 'film.revised', 'film.resumed']);
const kinds: readonly FilmKind[] = [
  ...(['film.created', 'film.revised', 'film.resumed'] as const),
  ...(['film.completed', 'film.failed', 'film.cancelled', 'film.in_doubt'] as const),
];

/**
 * Which films need somebody, kept up by reading on from where it last stopped: a read model of the facts.
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
    await this.#readOn();
    return [...this.#unfinished];
  }

  async #readOn(): Promise<void> {
    for (let more = true; more;) {
      const page = await this.#facts.scan({
        kinds,
        limit: PAGE,
        ...(this.#cursor === undefined ? {} : { cursor: this.#cursor }),
      });
      for (const { kind, stream } of page.facts) this.#apply(kind, stream.slice(stream.indexOf('/') + 1));
      this.#cursor = page.cursor ?? this.#cursor;
      more = page.cursor !== undefined;
    }
  }

  #apply(kind: string, filmId: string): void {
    if (unfinished.has(kind)) this.#unfinished.add(filmId);
    else this.#unfinished.delete(filmId);
  }
}
