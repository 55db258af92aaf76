import type { FactStore, FilmKind } from '@reelmesh/domain';

const PAGE = 1000;

const unfinished: ReadonlySet<string> = new Set<FilmKind>(['film.created', 'film.revised', 'film.resumed']);
const ended: ReadonlySet<string> = new Set<FilmKind>(['film.completed', 'film.failed', 'film.cancelled']);
const kinds = [...unfinished, ...ended, 'film.in_doubt', 'ledger.reserve', 'ledger.release'];

/**
 * Which films need somebody, kept up by reading on from where it last stopped: a read model of the facts.
 */
export class FilmIndex {
  readonly #facts: FactStore;
  readonly #unfinished = new Set<string>();
  readonly #ended = new Set<string>();
  /** Films with a reservation that was not given back. */
  readonly #holding = new Set<string>();
  #cursor: string | undefined;

  constructor(facts: FactStore) {
    this.#facts = facts;
  }

  /** @returns ids of films that somebody has to work on, oldest first */
  async unfinished(): Promise<readonly string[]> {
    await this.#readOn();
    return [...this.#unfinished];
  }

  /** @returns ids of films that have ended and still hold money */
  async endedHolding(): Promise<readonly string[]> {
    await this.#readOn();
    return [...this.#holding].filter((filmId) => this.#ended.has(filmId));
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
    if (kind === 'ledger.reserve') this.#holding.add(filmId);
    else if (kind === 'ledger.release') this.#holding.delete(filmId);
    else {
      put(this.#unfinished, filmId, unfinished.has(kind));
      put(this.#ended, filmId, ended.has(kind));
    }
  }
}

function put(set: Set<string>, item: string, isIn: boolean): void {
  if (isIn) set.add(item);
  else set.delete(item);
}
