import { IntExt, TimeOfDay } from '@reelmesh/contracts/script';
import type { Heading } from './block.ts';
import { timeOfHeadingWord } from './light.ts';

/** Longest first: `INT./EXT.` must not be read as `INT.`. */
const PREFIXES: readonly (readonly [string, IntExt])[] = [
  ['INT./EXT', IntExt.INT_EXT_BOTH],
  ['EXT./INT', IntExt.INT_EXT_BOTH],
  ['INT/EXT', IntExt.INT_EXT_BOTH],
  ['EXT/INT', IntExt.INT_EXT_BOTH],
  ['I/E', IntExt.INT_EXT_BOTH],
  ['INT', IntExt.INT_EXT_INT],
  ['EXT', IntExt.INT_EXT_EXT],
  ['EST', IntExt.INT_EXT_EXT],
];

/** `INT. KITCHEN - NIGHT (FLASHBACK) #12A#`; undefined for a line that does not start as a scene heading does. */
export function readEnglishHeading(line: string): Heading | undefined {
  const upper = line.slice(0, 10).toUpperCase();
  for (const [prefix, intExt] of PREFIXES) {
    if (!upper.startsWith(prefix)) continue;
    let end = prefix.length;
    const next = line.charAt(end);
    if (next !== '.' && next !== '。' && next !== ' ' && next !== '\t') return undefined;
    while ('.。 \t'.includes(line.charAt(end)) && end < line.length) end++;
    return readPlace(line, line.slice(end), intExt);
  }
  return undefined;
}

/** `.FORCED HEADING - DAY`, its period gone. */
export function readForcedHeading(line: string): Heading {
  return readEnglishHeading(line) ?? readPlace(line, line, IntExt.INT_EXT_UNSPECIFIED);
}

function readPlace(line: string, rest: string, intExt: IntExt): Heading {
  const numbered = takeNumber(rest.trim());
  const noted = takeNote(numbered.rest);
  const parts = splitAtDashes(noted.rest);
  let timeOfDay: TimeOfDay = TimeOfDay.TIME_OF_DAY_UNSPECIFIED;
  let flashback = isFlashback(noted.note);
  while (parts.length > 0) {
    const last = parts.at(-1) ?? '';
    const time = timeOfHeadingWord(last);
    if (time === undefined && !isFlashback(last)) break;
    if (time !== undefined && time !== TimeOfDay.TIME_OF_DAY_UNSPECIFIED) timeOfDay = time;
    flashback ||= isFlashback(last);
    parts.pop();
  }
  const text = takeNumber(line.trim()).rest;
  return { text, number: numbered.number, intExt, location: parts.join(' - '), timeOfDay, flashback };
}

/** A scene number is made of letters, digits, dashes and periods between two `#` at the end. */
function takeNumber(text: string): { rest: string; number: string } {
  if (!text.endsWith('#')) return { rest: text, number: '' };
  const open = text.lastIndexOf('#', text.length - 2);
  const number = open < 0 ? '' : text.slice(open + 1, -1);
  if (number === '' || !/^[\p{L}\p{N}.-]+$/u.test(number)) return { rest: text, number: '' };
  return { rest: text.slice(0, open).trimEnd(), number };
}

/** The last parentheses: `(FLASHBACK)`, `(1987)`. */
function takeNote(text: string): { rest: string; note: string } {
  const open = text.endsWith(')') ? text.lastIndexOf('(') : -1;
  if (open < 0) return { rest: text, note: '' };
  return { rest: text.slice(0, open).trimEnd(), note: text.slice(open + 1, -1) };
}

function splitAtDashes(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const isDash = '-–—'.includes(text.charAt(index));
    // A hyphen inside a word (`DRIVE-IN`) has no space on either side.
    if (!isDash || (text.charAt(index - 1) !== ' ' && text.charAt(index + 1) !== ' ')) continue;
    parts.push(text.slice(start, index));
    start = index + 1;
  }
  parts.push(text.slice(start));
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function isFlashback(text: string): boolean {
  const upper = text.toUpperCase();
  return ['FLASHBACK', 'MEMORY', '闪回', '回忆'].some((word) => upper.includes(word));
}
