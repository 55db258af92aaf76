import { ElementKind } from '@reelmesh/contracts/script';
import type { Document, Shot } from '@reelmesh/contracts/script';

/** A stretch of the script's text, and what comes in its place. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * The script with another last word in the action of these shots (1 is the first): another picture of the same length.
 * A shot without an action of its own stays as it is.
 */
export function editShots(bytes: Uint8Array, document: Document, numbers: readonly number[]): Uint8Array {
  const text = new TextDecoder(document.encoding).decode(bytes);
  const shots = document.scenes.flatMap((scene) => {
    const actions = scene.elements.filter(({ kind }) => kind === ElementKind.ELEMENT_KIND_ACTION);
    const starts = new Set(actions.map(({ source }) => source?.start?.offset));
    return scene.shots.map((shot) => ({ shot, starts }));
  });
  const edits = numbers.flatMap((number) => {
    const found = shots[number - 1];
    return found === undefined ? [] : (editOf(text, found.shot, found.starts, document.language) ?? []);
  });
  // From the end, so that what was found stays where it is.
  const edited = edits
    .toSorted((a, b) => b.from - a.from)
    .reduce((whole, edit) => whole.slice(0, edit.from) + edit.text + whole.slice(edit.to), text);
  return new TextEncoder().encode(edited);
}

/** The last word of the longest sentence: short ones may be camera directions. Chinese has no spaces, so there it is a character. */
function editOf(
  text: string,
  { sources }: Shot,
  actionStarts: ReadonlySet<number | undefined>,
  language: string,
): Edit | undefined {
  const source = sources.find(({ start }) => actionStarts.has(start?.offset));
  const [from, to] = [source?.start?.offset, source?.end?.offset];
  if (from === undefined || to === undefined) return undefined;
  const [longest] = [...text.slice(from, to).matchAll(/[^.!?。！？]+/g)].toSorted(
    (a, b) => b[0].length - a[0].length,
  );
  const word = (language === 'zh' ? /\p{L}$/u : /\p{L}+$/u).exec(longest?.[0] ?? '');
  if (longest === undefined || word === null) return undefined;
  const at = from + longest.index + word.index;
  const [other, another] = language === 'zh' ? ['影', '光'] : ['window', 'shadow'];
  return { from: at, to: at + word[0].length, text: (word[0] === other ? another : other) ?? '' };
}
