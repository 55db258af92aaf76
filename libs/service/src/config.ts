/** One setting: how to read it from its text, and what it is for. */
export interface Field<T> {
  /** Throws an Error that states the rule: `must be a whole number from 1 to 65535`. */
  readonly parse: (text: string) => T;
  /** Used when the variable is unset; a field without one must be set. */
  readonly fallback?: T;
  readonly doc: string;
  /** Shown as `***`. */
  readonly secret?: boolean;
  /** The variable's name where it is not `REELMESH_<SECTION>__<KEY>` (a provider's own name, say). */
  readonly env?: string;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- fields of one section differ in type; Values infers each
export type Fields = Readonly<Record<string, Field<any>>>;

export interface Section<F extends Fields = Fields> {
  /** Lower case, for example `gateway`. */
  readonly name: string;
  readonly fields: F;
}

/** The values of a section, by field name. */
export type Values<S extends Section> = { readonly [K in keyof S['fields']]: ReturnType<S['fields'][K]['parse']> };
