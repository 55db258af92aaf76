import type { Shared, SharedOptions } from '@reelmesh/messaging';

/** A record in memory that several gateways share; counts what would go to NATS. */
export class Memory {
  operations = 0;
  #stored: unknown;
  readonly #listeners = new Set<() => void>();

  share<T>(_key: string, { read, onChange }: SharedOptions<T>): Shared<T> {
    let value: T | undefined;
    let seen: unknown = Memory;
    const see = (): void => {
      if (seen === this.#stored) return;
      seen = this.#stored;
      value = this.#stored === undefined ? undefined : read(this.#stored);
      onChange();
    };
    this.#listeners.add(see);
    return {
      get value() {
        return value;
      },
      refresh: async () => {
        this.operations += 1;
        see();
      },
      update: async (change) => {
        this.operations += 1;
        const next = change(this.#stored === undefined ? undefined : read(this.#stored));
        if (next === undefined || next === value) return value;
        this.#stored = JSON.parse(JSON.stringify(next));
        see();
        for (const listener of this.#listeners) if (listener !== see) queueMicrotask(listener);
        return value;
      },
      stop: async () => void this.#listeners.delete(see),
    };
  }

  get stored(): unknown {
    return this.#stored;
  }

  wipe(): void {
    this.#stored = undefined;
    for (const listener of this.#listeners) listener();
  }
}
