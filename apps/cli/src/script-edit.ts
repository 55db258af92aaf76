import { ElementKind } from '@reelmesh/contracts/script';
import type { Document, Shot } from '@reelmesh/contracts/script';

/** What is added to an action: enough to make another picture of it, too little to make another shot. */
const addition: Readonly<Record<string, string>> = { zh: '，动作很慢', en: ' very slowly' };

/**
 * The script with the action of these shots (1 is the first) changed, as a writer would change it.
 * A shot without an action of its own stays as it is.
 */
export function editShots(bytes: Uint8Array, document: Document, numbers: readonly number[]): Uint8Array {
  const text = new TextDecoder(document.encoding).decode(bytes);
  const words = addition[document.language] ?? addition['en'] ?? '';
  const shots = document.scenes.flatMap((scene) => scene.shots.map((shot) => ({ scene, shot })));
  const places = numbers.flatMap((number) => {
    const found = shots[number - 1];
    const actions =
      found?.scene.elements.filter(({ kind }) => kind === ElementKind.ELEMENT_KIND_ACTION) ?? [];
    const starts = new Set(actions.map(({ source }) => source?.start?.offset));
    return found === undefined ? [] : (endOfAction(text, found.shot, starts) ?? []);
  });
  // From the end, so that what was found stays where it is.
  const edited = [...new Set(places)]
    .toSorted((a, b) => b - a)
    .reduce((whole, at) => whole.slice(0, at) + words + whole.slice(at), text);
  return new TextEncoder().encode(edited);
}

/** Where the first sentence of the shot's action ends, before its full stop. */
function endOfAction(
  text: string,
  { sources }: Shot,
  actionStarts: ReadonlySet<number | undefined>,
): number | undefined {
  const source = sources.find(({ start }) => actionStarts.has(start?.offset));
  const [from, to] = [source?.start?.offset, source?.end?.offset];
  if (from === undefined || to === undefined) return undefined;
  const stop = /[.!?。！？]/.exec(text.slice(from, to));
  return stop === null ? to : from + stop.index;
}
