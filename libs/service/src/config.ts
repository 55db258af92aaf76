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
export type Values<S extends Section> = {
  readonly [K in keyof S['fields']]: ReturnType<S['fields'][K]['parse']>;
};

/** Names a group of settings. The literal name is kept, so that `readConfig` can type its result. */
export function section<const N extends string, F extends Fields>(
  name: N,
  fields: F,
): Section<F> & { readonly name: N } {
  return { name, fields };
}

/** `provider-gateway` and `pollEveryMs` make `REELMESH_PROVIDER_GATEWAY__POLL_EVERY_MS`, unless the field names its own. */
export function variableOf(sectionName: string, key: string, field: Field<unknown>): string {
  return field.env ?? `REELMESH_${screaming(sectionName)}__${screaming(key)}`;
}

function screaming(name: string): string {
  return name
    .replaceAll('-', '_')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase();
}
