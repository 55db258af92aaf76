/**
 * Reads a value of one shape: returns it typed, or notes what is wrong with it. All problems of a document are noted,
 * not only the first.
 */
export type Reader<T> = (value: unknown, path: string, problems: string[]) => T;

export type ReadOf<R> = R extends Reader<infer T> ? T : never;

/** Thrown by {@link read} with every problem found; the admin API answers it with 400. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.problems = problems;
  }
}

export function read<T>(reader: Reader<T>, value: unknown, path = 'body'): T {
  const problems: string[] = [];
  const result = reader(value, path, problems);
  if (problems.length > 0) throw new ShapeError(problems);
  return result;
}

export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): Reader<number> {
  return (value, path, problems) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max)
      return value;
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
    problems.push(`${path}: must be a whole number ${range}`);
    return min;
  };
}

export function text(maxLength = 2000): Reader<string> {
  return (value, path, problems) => {
    if (typeof value === 'string' && value.length > 0 && value.length <= maxLength) return value;
    problems.push(`${path}: must be a text of 1 to ${maxLength} characters`);
    return '';
  };
}

export const flag: Reader<boolean> = (value, path, problems) => {
  if (typeof value === 'boolean') return value;
  problems.push(`${path}: must be true or false`);
  return false;
};

/** Any JSON value. */
export const anything: Reader<unknown> = (value) => value;

export function choice<const T extends string | number | null>(...values: readonly [T, ...T[]]): Reader<T> {
  return (value, path, problems) => {
    const found = values.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    problems.push(
      `${path}: must be one of ${values.map((candidate) => JSON.stringify(candidate)).join(', ')}`,
    );
    return values[0];
  };
}

/** The first alternative that fits; the problems of all when none does. */
export function either<A, B>(first: Reader<A>, second: Reader<B>): Reader<A | B> {
  return (value, path, problems) => {
    const ofFirst: string[] = [];
    const result = first(value, path, ofFirst);
    if (ofFirst.length === 0) return result;
    const ofSecond: string[] = [];
    const other = second(value, path, ofSecond);
    if (ofSecond.length > 0) problems.push([...ofFirst, ...ofSecond].join(', or '));
    return other;
  };
}

export function optional<T>(reader: Reader<T>): Reader<T | undefined> {
  return (value, path, problems) => (value === undefined ? undefined : reader(value, path, problems));
}

export function listOf<T>(reader: Reader<T>): Reader<readonly T[]> {
  return (value, path, problems) => {
    if (Array.isArray(value)) return value.map((item, index) => reader(item, `${path}[${index}]`, problems));
    problems.push(`${path}: must be a list`);
    return [];
  };
}

export function mapOf<T>(reader: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value, path, problems) => {
    if (isObject(value)) {
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, reader(item, `${path}.${key}`, problems)]),
      );
    }
    problems.push(`${path}: must be an object`);
    return {};
  };
}

/** An object with exactly these fields; unknown ones are problems, because a typo in a script must not pass silently. */
export function object<F extends Readonly<Record<string, Reader<unknown>>>>(
  fields: F,
): Reader<{ readonly [K in keyof F]: ReadOf<F[K]> }> {
  return (value, path, problems) => {
    if (!isObject(value)) problems.push(`${path}: must be an object`);
    const source = isObject(value) ? value : {};
    for (const key of Object.keys(source)) {
      if (!Object.hasOwn(fields, key)) {
        problems.push(`${path}.${key}: unknown field; known are ${Object.keys(fields).join(', ')}`);
      }
    }
    const entries = isObject(value)
      ? Object.entries(fields).map(([key, reader]) => [key, reader(source[key], `${path}.${key}`, problems)])
      : [];
    return Object.fromEntries(entries) as { readonly [K in keyof F]: ReadOf<F[K]> };
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
