import { choice, either, integer, object, optional, read, type Reader } from './shape.ts';

/** What every provider can be told: its pace and how much it does at once. */
export const PACE_FIELDS = {
  queueMs: integer(0),
  renderMs: integer(0),
  concurrency: either(integer(0), choice(null)),
};

type Fields<T> = { readonly [K in keyof T]: Reader<T[K]> };

/** A provider's settings: defaults, what it was started with, and what was changed since. */
export class Settings<T extends object> {
  readonly #read: (values: unknown) => Partial<T>;
  readonly #atStart: T;
  #current: T;

  /** @throws ShapeError for values at the start that do not fit */
  constructor(provider: string, fields: Fields<T>, defaults: T, atStart: unknown = {}) {
    const reader = object(
      Object.fromEntries(
        Object.entries<Reader<unknown>>(fields).map(([key, field]) => [key, optional(field)]),
      ),
    );
    this.#read = (values) => {
      const given = Object.entries(read(reader, values, provider)).filter(([, value]) => value !== undefined);
      return Object.fromEntries(given) as Partial<T>;
    };
    this.#atStart = { ...defaults, ...this.#read(atStart) };
    this.#current = this.#atStart;
  }

  get current(): T {
    return this.#current;
  }

  /** Checks now, changes when the result is called. @throws ShapeError */
  prepare(values: unknown): () => void {
    const change = this.#read(values);
    return () => {
      this.#current = { ...this.#current, ...change };
    };
  }

  reset(): void {
    this.#current = this.#atStart;
  }
}
