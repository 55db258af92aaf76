/** JSON as a provider file writes it: its texts may hold placeholders. */
export type Template =
  string | number | boolean | null | readonly Template[] | { readonly [key: string]: Template };

/** What stands for the placeholders; undefined: the shot has no such thing. */
export type TemplateValues = Readonly<Record<string, unknown>>;

const PLACEHOLDER = /\$\{([A-Za-z][A-Za-z0-9_]*)(:text)?\}/g;
const ALONE = /^\$\{([A-Za-z][A-Za-z0-9_]*)(:text)?\}$/;

/**
 * A template with its placeholders filled in. A text that is one placeholder becomes the value as it is (a number stays a
 * number unless `:text` says otherwise); within a text it becomes part of it. A text with an absent placeholder is absent;
 * an absent key is dropped, and so is an object or list all of whose placeholders are absent.
 */
export function fillIn(template: Template, values: TemplateValues): unknown {
  if (typeof template === 'string') return fillInText(template, values);
  if (template === null || typeof template !== 'object') return template;
  const names = placeholdersIn(template);
  if (names.length > 0 && names.every((name) => values[name] === undefined)) return undefined;
  if (isList(template)) {
    return template.map((item) => fillIn(item, values)).filter((item) => item !== undefined);
  }
  const entries = Object.entries(template).map(([key, item]) => [key, fillIn(item, values)] as const);
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}

/** The names of all placeholders at any depth, each once. */
export function placeholdersIn(template: Template): readonly string[] {
  if (typeof template === 'string') {
    return [...new Set([...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name))];
  }
  if (template === null || typeof template !== 'object') return [];
  return [...new Set(Object.values(template).flatMap((item: Template) => placeholdersIn(item)))];
}

/** Where this very value stands in a filled template, as JSON Pointers. */
export function placesOf(value: unknown, filled: unknown, at = ''): readonly string[] {
  if (filled === value) return [at];
  if (filled === null || typeof filled !== 'object') return [];
  return Object.entries(filled).flatMap(([key, item]) =>
    placesOf(value, item, `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}

function fillInText(text: string, values: TemplateValues): unknown {
  const [, alone, asText] = ALONE.exec(text) ?? [];
  if (alone !== undefined) {
    const value = values[alone];
    return asText !== undefined && (typeof value === 'number' || typeof value === 'boolean')
      ? String(value)
      : value;
  }
  const isWhole = placeholdersIn(text).every((name) => values[name] !== undefined);
  return isWhole ? text.replaceAll(PLACEHOLDER, (_, name: string) => String(values[name])) : undefined;
}

const isList = (template: Template): template is readonly Template[] => Array.isArray(template);
