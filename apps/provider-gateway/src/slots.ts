/**
 * How many takes may be under way at a provider. A take holds its slot from its first byte until it has ended.
 * Takes that a former process left under way hold one each too, even above the limit: they exist.
 */
export class Slots {
  readonly #limit: number;
  readonly #held = new Set<string>();
  readonly #waiting: { readonly takeId: string; readonly resolve: () => void }[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  get free(): boolean {
    return this.#held.size < this.#limit && this.#waiting.length === 0;
  }

  get held(): number {
    return this.#held.size;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Takes a slot without waiting, for a take that is under way already or when `free`. */
  hold(takeId: string): void {
    this.#held.add(takeId);
  }

  /** First come, first served. Throws the signal's reason when it is aborted while waiting. */
  async acquire(takeId: string, signal: AbortSignal): Promise<void> {
    if (this.free || this.#held.has(takeId)) return this.hold(takeId);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const entry = { takeId, resolve };
    this.#waiting.push(entry);
    const abort = (): void => {
      const index = this.#waiting.indexOf(entry);
      if (index >= 0) this.#waiting.splice(index, 1);
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    signal.addEventListener('abort', abort, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  release(takeId: string): void {
    if (!this.#held.delete(takeId)) return;
    while (this.#held.size < this.#limit) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#held.add(next.takeId);
      next.resolve();
    }
  }
}
