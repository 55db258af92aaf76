import jsonpointer from 'jsonpointer';

/** The text for use inside a regular expression. */
export const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** What stands at the first of these JSON Pointers that holds anything. */
export function firstAt(json: unknown, places: readonly string[]): unknown {
  const place = placeIn(json, places);
  return place === undefined ? undefined : jsonpointer.get(json as object, place);
}

/** The first of these JSON Pointers that holds anything. */
export function placeIn(json: unknown, places: readonly string[]): string | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  return places.find((place) => {
    const value: unknown = jsonpointer.get(json, place);
    return value !== undefined && value !== null && value !== '';
  });
}

/** A copy with this value at the place; undefined takes away what is there. */
export function withAt(json: unknown, place: string | undefined, value: unknown): unknown {
  if (place === undefined || typeof json !== 'object' || json === null) return json;
  const copy = structuredClone(json);
  jsonpointer.set(copy, place, value);
  return copy;
}

/** A copy in which some texts stand for others, wherever they are. */
export function renamed(json: unknown, names: ReadonlyMap<unknown, unknown>): unknown {
  if (names.has(json)) return names.get(json);
  if (Array.isArray(json)) return json.map((item) => renamed(item, names));
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, renamed(item, names)]));
}

/** Where a text of a template holds a placeholder, as JSON Pointers. */
export function placesOf(name: string, template: unknown, at = ''): readonly string[] {
  if (typeof template === 'string') return template.includes(`\${${name}`) ? [at] : [];
  if (typeof template !== 'object' || template === null) return [];
  return Object.entries(template).flatMap(([key, item]) =>
    placesOf(name, item, `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}
