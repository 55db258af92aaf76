/**
 * From callbacks to a loop: what was pushed meanwhile is taken in one go. When the reader is so slow that more than
 * `limit` wait, all of them are dropped and `overflow` stands in their place.
 */
export class Inbox<T> {
  readonly #limit: number;
  readonly #overflow: T;
  #items: T[] = [];
  #filled = Promise.withResolvers<void>();

  constructor(limit: number, overflow: T) {
    this.#limit = limit;
    this.#overflow = overflow;
  }

  push(item: T): void {
    if (this.#items.length >= this.#limit) this.#items = [this.#overflow];
    this.#items.push(item);
    this.#filled.resolve();
  }

  /** In order of arrival, at least one. For one reader. */
  async take(): Promise<readonly T[]> {
    await this.#filled.promise;
    this.#filled = Promise.withResolvers();
    const items = this.#items;
    this.#items = [];
    return items;
  }
}
