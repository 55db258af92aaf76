/** A limit of 0 is no way to switch a provider off: every take would wait for ever. */
export const NO_LIMIT_OF_ZERO =
  'with 0 every take would wait for ever; to send it nothing, leave its key away or switch it off (reelmesh providers off)';

export interface SlotUsage {
  /** Takes under way. */
  readonly underway: number;
  /** How many there may be. */
  readonly limit: number;
}

/**
 * How many takes may be under way with one credential. A take holds its slot from its first byte until it has ended.
 * Takes that exist hold one each even above the limit.
 */
export interface Slots {
  readonly usage: SlotUsage;
  /** Takes a slot if there is one now and nobody waits for it. */
  tryAcquire(takeId: string): Promise<boolean>;
  /** First come, first served. Throws the signal's reason when it is aborted while waiting. */
  acquire(takeId: string, signal: AbortSignal): Promise<void>;
  /** For a take that is under way already. */
  hold(takeId: string): void;
  release(takeId: string): void;
  /** The provider has taken it on. */
  accepted(takeId: string): void;
  /**
   * The provider has refused it because there are too many.
   * @param retryAfterMs how long it asks to be left alone; 0 when it does not say
   */
  refused(takeId: string, retryAfterMs: number): void;
  /** The provider has taken it on and lets it wait because there are too many. */
  throttled(takeId: string): void;
  /** Whether the takes that this dead run has sent are ours now. */
  isHeirTo(run: string): boolean;
  /** Whether another gateway counts the takes that this run has sent. */
  isElsewhere(run: string): boolean;
}

/** Slots of this process alone, for what costs nothing and is nobody else's. */
export class LocalSlots implements Slots {
  readonly #limit: number;
  readonly #held = new Set<string>();
  readonly #queue = new Queue();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get usage(): SlotUsage {
    return { underway: this.#held.size, limit: this.#limit };
  }

  async tryAcquire(takeId: string): Promise<boolean> {
    if (this.#held.has(takeId)) return true;
    if (this.#held.size >= this.#limit || this.#queue.length > 0) return false;
    this.#held.add(takeId);
    return true;
  }

  async acquire(takeId: string, signal: AbortSignal): Promise<void> {
    if (!(await this.tryAcquire(takeId))) await this.#queue.wait(takeId, 0, signal);
  }

  hold(takeId: string): void {
    this.#held.add(takeId);
  }

  release(takeId: string): void {
    if (!this.#held.delete(takeId)) return;
    while (this.#held.size < this.#limit) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      this.#held.add(next);
    }
  }

  accepted(): void {}
  refused(): void {}
  throttled(): void {}

  isHeirTo(): boolean {
    return false;
  }

  isElsewhere(): boolean {
    return false;
  }
}

interface Waiter {
  readonly takeId: string;
  readonly sinceMs: number;
  readonly resolve: () => void;
}

/** Takes that wait, first come first. */
export class Queue {
  readonly #waiters: Waiter[] = [];

  get length(): number {
    return this.#waiters.length;
  }

  /** Since when each waits. */
  get since(): readonly number[] {
    return this.#waiters.map(({ sinceMs }) => sinceMs);
  }

  /** Resolves once it is shifted out. */
  async wait(takeId: string, sinceMs: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { takeId, sinceMs, resolve };
    const abort = (): void => {
      const index = this.#waiters.indexOf(waiter);
      if (index >= 0) this.#waiters.splice(index, 1);
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    if (signal.aborted) abort();
    else this.#waiters.push(waiter);
    signal.addEventListener('abort', abort, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Lets the first one go. */
  shift(): string | undefined {
    const first = this.#waiters.shift();
    first?.resolve();
    return first?.takeId;
  }
}
