import jsonpointer from 'jsonpointer';

/** What stands at the first of these places that holds anything; undefined when none does. */
export function valueAt(json: unknown, places: readonly string[] | undefined): unknown {
  if (json === null || typeof json !== 'object') return undefined;
  return places
    ?.map((place) => jsonpointer.get(json, place) as unknown)
    .find((value) => value !== undefined && value !== null && value !== '');
}

/** A text or number there, as text. */
export function textAt(json: unknown, places: readonly string[] | undefined): string | undefined {
  const value = valueAt(json, places);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** A number there, or a text that is one; not negative. */
export function numberAt(json: unknown, places: readonly string[] | undefined): number | undefined {
  const value = Number(textAt(json, places) ?? Number.NaN);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** A copy with other values at some places. */
export function withValues(json: unknown, values: Readonly<Record<string, unknown>>): unknown {
  const copy = structuredClone(json);
  for (const [place, value] of Object.entries(values)) jsonpointer.set(copy as object, place, value);
  return copy;
}
