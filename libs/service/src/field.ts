import type { Field } from './config.ts';

interface Common {
  readonly doc: string;
  readonly env?: string;
}

interface Text extends Common {
  readonly fallback?: string;
  readonly secret?: boolean;
}

/** The kinds of setting. A field without `fallback` must be set; an empty variable counts as unset. */
export const field = {
  /** A whole number within inclusive bounds. */
  int(
    options: Common & { readonly min: number; readonly max: number; readonly fallback?: number },
  ): Field<number> {
    const { min, max, ...rest } = options;
    return {
      ...rest,
      parse(text) {
        const value = Number(text);
        if (/^-?\d+$/.test(text) && value >= min && value <= max) return value;
        throw new Error(`must be a whole number from ${min} to ${max}`);
      },
    };
  },

  /** Any text. */
  text(options: Text): Field<string> {
    return { ...options, parse: (text) => text };
  },

  /** Text that may be left out. */
  optional(options: Common & { readonly secret?: boolean }): Field<string | undefined> {
    return { ...options, fallback: undefined, parse: (text) => text };
  },

  /** `true` or `false`. */
  flag(options: Common & { readonly fallback?: boolean }): Field<boolean> {
    return {
      ...options,
      parse(text) {
        if (text === 'true') return true;
        if (text === 'false') return false;
        throw new Error('must be true or false');
      },
    };
  },

  /** One of the given words. */
  choice<const V extends string>(
    values: readonly V[],
    options: Common & { readonly fallback?: V },
  ): Field<V> {
    return {
      ...options,
      parse(text) {
        const value = values.find((one) => one === text);
        if (value !== undefined) return value;
        throw new Error(`must be one of ${values.join(', ')}`);
      },
    };
  },

  /** An absolute URL, kept as written. Protocols without colon: `['http', 'https']`. */
  url(
    options: Common & { readonly protocols: readonly string[]; readonly fallback?: string },
  ): Field<string> {
    const { protocols, ...rest } = options;
    return {
      ...rest,
      parse(text) {
        if (protocols.includes(URL.parse(text)?.protocol.slice(0, -1) ?? '')) return text;
        throw new Error(`must be a URL that starts with ${protocols.map((one) => `${one}://`).join(' or ')}`);
      },
    };
  },
};
