import { Delivery } from '@reelmesh/contracts/script';

export interface Cue {
  readonly name: string;
  readonly delivery: Delivery;
}

const D = Delivery;
const LONGEST_CUE = 80;
const LONGEST_NAME_WORDS = 6;

/** Extensions that say where the voice comes from; `(CONT'D)` and others say nothing of it. */
const DELIVERIES: readonly (readonly [string, Delivery])[] = [
  ['V.O', D.DELIVERY_VOICE_OVER],
  ['VO', D.DELIVERY_VOICE_OVER],
  ['VOICE OVER', D.DELIVERY_VOICE_OVER],
  ['O.S', D.DELIVERY_OFF_SCREEN],
  ['OS', D.DELIVERY_OFF_SCREEN],
  ['O.C', D.DELIVERY_OFF_SCREEN],
  ['OFF', D.DELIVERY_OFF_SCREEN],
  ['PHONE', D.DELIVERY_PHONE],
  ['ON PHONE', D.DELIVERY_PHONE],
  ['ON THE PHONE', D.DELIVERY_PHONE],
  ['RADIO', D.DELIVERY_PHONE],
  ['FILTERED', D.DELIVERY_PHONE],
  ['THOUGHT', D.DELIVERY_INNER],
  ['INNER', D.DELIVERY_INNER],
];

/** A line in capitals with at least one letter, or one that `@` forces; extensions may be in small letters. */
export function readCue(line: string): Cue | undefined {
  const forced = line.startsWith('@');
  let rest = (forced ? line.slice(1) : line).trim();
  if (rest.endsWith('^')) rest = rest.slice(0, -1).trimEnd();
  let delivery: Delivery = D.DELIVERY_ON_SCREEN;
  while (rest.endsWith(')')) {
    const open = rest.lastIndexOf('(');
    if (open < 0) break;
    delivery = deliveryOf(rest.slice(open + 1, -1)) ?? delivery;
    rest = rest.slice(0, open).trimEnd();
  }
  const name = rest.replaceAll('*', '').replaceAll('_', ' ').trim();
  if (name === '' || name.length > LONGEST_CUE || (!forced && !isName(name))) return undefined;
  return { name, delivery: name.toUpperCase() === 'NARRATOR' ? D.DELIVERY_NARRATION : delivery };
}

/** In capitals, and no sentence in capitals: those have more words, or more than one of them and a stop. */
function isName(text: string): boolean {
  const words = text.split(' ');
  const isSentence = words.length > LONGEST_NAME_WORDS || (words.length > 2 && /[.!?]$/.test(text));
  return isUppercase(text) && !isSentence;
}

/** At least one letter, and none that could be larger. */
export function isUppercase(text: string): boolean {
  return text === text.toUpperCase() && text !== text.toLowerCase();
}

function deliveryOf(extension: string): Delivery | undefined {
  const word = extension.trim().toUpperCase().replace(/\.$/, '');
  return DELIVERIES.find(([name]) => name === word)?.[1];
}
