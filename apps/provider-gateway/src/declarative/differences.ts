/**
 * How a request differs from the recorded one, a line each. The words of the prompt, and the take's id and seed, are
 * another's in a recording and only have to be there.
 */
export function differencesOf(
  recorded: unknown,
  sent: unknown,
  own: readonly (string | number)[],
  at = '',
): readonly string[] {
  if (isOwn(sent, own) && typeof recorded === typeof sent) return [];
  if (isObject(recorded) && isObject(sent)) {
    const keys = [...new Set([...Object.keys(recorded), ...Object.keys(sent)])];
    return keys.flatMap((key) => differencesOf(recorded[key], sent[key], own, `${at}/${key}`));
  }
  if (JSON.stringify(recorded) === JSON.stringify(sent)) return [];
  const place = at === '' ? 'the body' : at;
  if (sent === undefined) return [`${place}: recorded ${shown(recorded)}, not sent`];
  if (recorded === undefined) return [`${place}: sent ${shown(sent)}, not in the recording`];
  return [`${place}: sent ${shown(sent)}, recorded ${shown(recorded)}`];
}

function isOwn(sent: unknown, own: readonly (string | number)[]): boolean {
  return own.some(
    (one) => sent === one || (typeof one === 'string' && typeof sent === 'string' && sent.includes(one)),
  );
}

const shown = (value: unknown): string => JSON.stringify(value).slice(0, 80);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
