import { createHash } from 'node:crypto';

const DIGITS = 12;

/** Gives ids that depend on content alone: equal contents are told apart by their order. */
export class ContentIds {
  readonly #prefix: string;
  readonly #seen = new Map<string, number>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  of(content: unknown): string {
    const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, DIGITS);
    const ordinal = (this.#seen.get(hash) ?? 0) + 1;
    this.#seen.set(hash, ordinal);
    return ordinal === 1 ? `${this.#prefix}${hash}` : `${this.#prefix}${hash}-${ordinal}`;
  }
}
