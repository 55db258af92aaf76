/** One entry of the documented 400 body, in the words of the validator that the service uses (zod). */
export interface Issue {
  readonly code: string;
  readonly message: string;
  readonly path: readonly (string | number)[];
}

export function choiceIssues(
  allowed: readonly string[],
  value: unknown,
  ...path: (string | number)[]
): readonly Issue[] {
  if (value === undefined || (typeof value === 'string' && allowed.includes(value))) return [];
  return [notOneOf(allowed, value, ...path)];
}

export function notOneOf(allowed: readonly string[], value: unknown, ...path: (string | number)[]): Issue {
  const received = typeof value === 'string' ? `'${value}'` : nameOf(value);
  return issue(
    'invalid_enum_value',
    `Invalid enum value. Expected ${quoted(allowed)}, received ${received}`,
    ...path,
  );
}

export function required(...path: (string | number)[]): Issue {
  return issue('invalid_type', 'Required', ...path);
}

export function wrongType(expected: string, value: unknown, ...path: (string | number)[]): Issue {
  return issue('invalid_type', `Expected ${expected}, received ${nameOf(value)}`, ...path);
}

export function issue(code: string, message: string, ...path: (string | number)[]): Issue {
  return { code, message, path };
}

export function quoted(values: readonly string[]): string {
  return values.map((value) => `'${value}'`).join(' | ');
}

export function nameOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
