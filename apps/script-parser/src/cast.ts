import type { Block } from './block.ts';
import { readEnglishCamera } from './camera-english.ts';
import { isUppercase } from './fountain-cue.ts';

const LONGEST_NAME_WORDS = 4;
const LONGEST_NAME = 20;
/** Capitals at the start of a sentence that are no person. */
const NO_NAMES = new Set(
  'THE A AN RAIN SNOW WIND FOG STORM THUNDER SUPER TITLE CARD INSERT CUT FADE DISSOLVE LATER SILENCE DARKNESS BLACK MUSIC SOUND BANG BOOM CRASH CLICK SLAM TV CAMERA MONTAGE FLASHBACK DAY NIGHT I WE IN ON AT TO OF AND NO IT'.split(
    ' ',
  ),
);
const ARTICLES = new Set(['the', 'a', 'an', 'his', 'her', 'their', 'our']);

/** The people of one scene, and where their names stand in its text. Knows nothing of other scenes. */
export class SceneCast {
  /** Canonical spelling by what is looked up. */
  readonly #names = new Map<string, string>();
  readonly #lengths = new Set<number>();

  constructor(blocks: readonly Block[]) {
    for (const block of blocks) {
      for (const name of block.speakers ?? []) this.#add(name);
      if (block.kind === 'action') for (const name of introductions(block.text)) this.#add(name);
    }
  }

  /** Names that occur in a text, in order of appearance, each once. Linear in the text. */
  namesIn(text: string): string[] {
    const found = new Set<string>();
    for (const name of this.#englishNames(text)) found.add(name);
    for (const name of this.#chineseNames(text)) found.add(name);
    return [...found];
  }

  #add(name: string): void {
    const isChinese = hasHan(name);
    const key = isChinese ? name : name.toUpperCase();
    if (key === '' || this.#names.has(key)) return;
    this.#names.set(key, name);
    if (isChinese && name.length <= LONGEST_NAME) this.#lengths.add(name.length);
  }

  *#englishNames(text: string): Iterable<string> {
    const words = wordsOf(text);
    for (let index = 0; index < words.length;) {
      const match = this.#longest(words, index);
      if (match) yield match.name;
      index += match?.words ?? 1;
    }
  }

  /** A name needs a capital, or an article before it (`the waiter`): `will` is no Will. */
  #longest(words: readonly Word[], index: number): { name: string; words: number } | undefined {
    const first = words[index]?.text ?? '';
    const isCapital = first.charAt(0) !== first.charAt(0).toLowerCase();
    if (!isCapital && !ARTICLES.has((words[index - 1]?.text ?? '').toLowerCase())) return undefined;
    for (let count = Math.min(LONGEST_NAME_WORDS, words.length - index); count > 0; count--) {
      const run = words.slice(index, index + count).map(({ text }) => text.toUpperCase());
      const name = this.#names.get(run.join(' '));
      if (name !== undefined) return { name, words: count };
    }
    return undefined;
  }

  *#chineseNames(text: string): Iterable<string> {
    const lengths = [...this.#lengths].sort((a, b) => b - a);
    if (lengths.length === 0) return;
    for (let index = 0; index < text.length;) {
      const length = lengths.find((each) => this.#names.has(text.slice(index, index + each)));
      if (length !== undefined) yield this.#names.get(text.slice(index, index + length)) ?? '';
      index += length ?? 1;
    }
  }
}

/**
 * `MARA, thirty, …`, `TOMAS leans …`, `an OLD MAN (80s)`: names in capitals at the start of a sentence, after `and` or
 * `with`, or, where a comma or an age follows, after an article. `A RIVER.` and `a BANG` are nobody.
 */
export function introductions(text: string): string[] {
  const names: string[] = [];
  const words = wordsOf(text);
  for (let index = 0; index < words.length;) {
    const run = capitalRun(text, words, index);
    const last = words[index + run - 1];
    if (run === 0 || !last) {
      index++;
      continue;
    }
    const followers = entranceAt(text, words, index);
    const name = text.slice(words[index]?.start, last.end);
    const isLong = run > LONGEST_NAME_WORDS || name.length < 2;
    const isCamera = readEnglishCamera(name).camera !== undefined;
    if (
      !isLong &&
      !isCamera &&
      !NO_NAMES.has(words[index]?.text ?? '') &&
      followers.includes(text.charAt(last.end))
    )
      names.push(name);
    index += run;
  }
  return names;
}

/** How many words in capitals, single spaces between them, begin here. */
function capitalRun(text: string, words: readonly Word[], index: number): number {
  let count = 0;
  for (
    let next = words[index];
    next && isUppercase(next.text) && !hasHan(next.text);
    next = words[index + count]
  ) {
    const before = count === 0 ? undefined : words[index + count - 1];
    if (before && text.slice(before.end, next.start) !== ' ') break;
    count++;
  }
  return count;
}

/** What has to follow a name that enters here; nothing can where no name enters. */
function entranceAt(text: string, words: readonly Word[], index: number): readonly string[] {
  const before = words[index - 1];
  const gap = text.slice(before?.end ?? 0, words[index]?.start);
  if (!before || /[.!?\n]/.test(gap)) return [' ', ',', '(', "'", '’'];
  if (['and', 'with'].includes(before.text)) return [' ', ',', '(', "'", '’', '.'];
  return ARTICLES.has(before.text.toLowerCase()) ? [','] : [];
}

interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  let from = 0;
  for (let index = 0; index <= text.length; index++) {
    if (index < text.length && isLetter(text.charAt(index))) continue;
    if (index > from) words.push({ text: text.slice(from, index), start: from, end: index });
    from = index + 1;
  }
  return words;
}

function isLetter(character: string): boolean {
  const code = character.charCodeAt(0);
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0xc0 && code < 0x2000)
  );
}

function hasHan(text: string): boolean {
  return /\p{Script=Han}/u.test(text);
}
