import type { Fact, FactStore } from '@reelmesh/domain';

const FIRST_PAGE = 1000;
/** Small: the store gives a cursor only behind a full page, so the rest of a page is read again each time. */
const PAGE = 64;

/** Reads facts of some kinds in the order in which they were written, each once, from where it last stopped. */
export class FactFollower {
  readonly #facts: FactStore;
  readonly #kinds: readonly string[];
  readonly #seen = new Set<string>();
  #limit = FIRST_PAGE;
  #cursor: string | undefined;

  constructor(facts: FactStore, kinds: readonly string[]) {
    this.#facts = facts;
    this.#kinds = kinds;
  }

  /** Up to the newest. Not to be called again before it has resolved. */
  async readOn(take: (fact: Fact) => void): Promise<void> {
    for (let more = true; more;) {
      const page = await this.#facts.scan({
        kinds: this.#kinds,
        limit: this.#limit,
        ...(this.#cursor === undefined ? {} : { cursor: this.#cursor }),
      });
      for (const fact of page.facts) {
        if (this.#seen.has(fact.id)) continue;
        this.#seen.add(fact.id);
        take(fact);
      }
      more = page.cursor !== undefined;
      if (!more) continue;
      this.#cursor = page.cursor;
      this.#seen.clear();
    }
    this.#limit = PAGE;
  }
}
