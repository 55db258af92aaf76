import type { Directed } from './camera.ts';
import { combineMeanings } from './camera.ts';
import type { Meaning } from './camera-terms.ts';
import { ENGLISH_PHRASES } from './camera-terms.ts';

const LONGEST_PHRASE_WORDS = 3;

/** English: phrases in capitals, and a leading one is taken off with its `on`, `over`, `-` or `:`. */
export function readEnglishCamera(text: string): Directed {
  const words = capitalWords(text);
  const found: Meaning[] = [];
  let cut = 0;
  for (let index = 0; index < words.length;) {
    const match = longestPhrase(text, words, index);
    if (!match) {
      index++;
      continue;
    }
    found.push(match.meaning);
    if (text.slice(cut, words[index]?.start).trim() === '') cut = skipJoint(text, match.end);
    index += match.words;
  }
  return { camera: combineMeanings(found), text: capitalise(text.slice(cut)) };
}

interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function capitalWords(text: string): Word[] {
  const words: Word[] = [];
  let start = -1;
  for (let index = 0; index <= text.length; index++) {
    const code = index < text.length ? text.charCodeAt(index) : 0x20;
    const inside =
      isWordCharacter(code) || (start >= 0 && isInner(code) && isWordCharacter(text.charCodeAt(index + 1)));
    if (inside && start < 0) start = index;
    if (inside || start < 0) continue;
    words.push({ text: text.slice(start, index), start, end: index });
    start = -1;
  }
  return words;
}

function longestPhrase(text: string, words: readonly Word[], index: number) {
  const first = words[index];
  if (!first) return undefined;
  let phrase = '';
  let best: { meaning: Meaning; end: number; words: number } | undefined;
  for (let count = 1; count <= LONGEST_PHRASE_WORDS; count++) {
    const word = words[index + count - 1];
    if (!word || word.text !== word.text.toUpperCase()) break;
    const before = words[index + count - 2];
    if (count > 1 && before && text.slice(before.end, word.start) !== ' ') break;
    phrase = count === 1 ? word.text : `${phrase} ${word.text}`;
    const meaning = ENGLISH_PHRASES.get(phrase.replaceAll('’', "'"));
    if (meaning) best = { meaning, end: word.end, words: count };
  }
  return best;
}

/** Past what joins a directive to its subject: `- on`, `: `, `. `. */
function skipJoint(text: string, from: number): number {
  let index = from;
  while (index < text.length && ' .:,-–—\n'.includes(text.charAt(index))) index++;
  for (const joint of ['on ', 'over ', 'of ', 'to ', 'as ', 'with ', 'from ']) {
    if (text.slice(index, index + joint.length).toLowerCase() === joint) return index + joint.length;
  }
  return index;
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function isWordCharacter(code: number): boolean {
  return (
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x30 && code <= 0x39) ||
    code >= 0xc0
  );
}

function isInner(code: number): boolean {
  return code === 0x27 || code === 0x2d || code === 0x2e;
}
