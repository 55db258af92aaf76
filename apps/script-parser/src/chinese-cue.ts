import { Delivery } from '@reelmesh/contracts/script';

export interface ChineseCue {
  /** Several for `甲/乙：`. */
  readonly names: readonly string[];
  readonly delivery: Delivery;
  /** What stood in parentheses: a state, a manner. */
  readonly manner: string;
  /** Offset in the folded line at which the words begin. */
  readonly words: number;
}

const D = Delivery;
const LONGEST_NAME = 20;
/** Longest first. At the end of a name, or alone in parentheses. */
const DELIVERIES: readonly (readonly [string, Delivery])[] = [
  ['内心独白', D.DELIVERY_INNER],
  ['内心', D.DELIVERY_INNER],
  ['心声', D.DELIVERY_INNER],
  ['画外音', D.DELIVERY_OFF_SCREEN],
  ['电话音', D.DELIVERY_PHONE],
  ['电话里', D.DELIVERY_PHONE],
  ['电话', D.DELIVERY_PHONE],
  ['语音', D.DELIVERY_PHONE],
  ['旁白', D.DELIVERY_NARRATION],
  ['O.S.', D.DELIVERY_INNER],
  ['V.O.', D.DELIVERY_VOICE_OVER],
  ['OS', D.DELIVERY_INNER],
  ['VO', D.DELIVERY_VOICE_OVER],
  ['os', D.DELIVERY_INNER],
  ['vo', D.DELIVERY_VOICE_OVER],
];

/**
 * `名：（状态）词`, `名（状态）：词`, `名OS：词`, `名【VO】：词`, `VO（名）：词`, `旁白：词` on a folded line; undefined where
 * what stands before the first colon cannot be a name.
 */
export function readChineseCue(line: string): ChineseCue | undefined {
  const colon = line.indexOf(':');
  if (colon < 1 || colon > 40) return undefined;
  const head = splitGroups(line.slice(0, colon));
  let name = head.outside.trim();
  let delivery: Delivery | undefined;
  const manners: string[] = [];
  for (const group of head.groups) {
    const meant = deliveryOf(group);
    if (meant === undefined) manners.push(group);
    else delivery = meant;
    if (meant !== undefined && /[,，]/.test(group))
      manners.push(group.slice(group.search(/[,，]/) + 1).trim());
  }
  const suffix = DELIVERIES.find(([mark]) => name.endsWith(mark));
  if (suffix) {
    delivery ??= suffix[1];
    // `VO（名）：` names the speaker in parentheses; a voice without a name keeps its own (旁白, 女声旁白).
    const bare = name.slice(0, -suffix[0].length).trim();
    if (bare !== '' && suffix[1] !== D.DELIVERY_NARRATION) name = bare;
    else if (bare === '' && /^[a-z.]+$/i.test(name)) name = manners.shift() ?? name;
  }
  if (!isName(name)) return undefined;
  const manner = leadingGroup(line, colon + 1);
  if (manner) manners.push(manner.text);
  const inner = manner ? deliveryOf(manner.text) : undefined;
  return {
    names: name
      .split(/[/、&]/)
      .map((part) => part.trim())
      .filter((part) => part !== ''),
    delivery: delivery ?? inner ?? D.DELIVERY_ON_SCREEN,
    manner: manners.filter((text) => deliveryOf(text) === undefined).join('，'),
    words: manner ? manner.end : skipSpaces(line, colon + 1),
  };
}

function isName(name: string): boolean {
  return (
    name !== '' &&
    name.length <= LONGEST_NAME &&
    !/[。！？!?,，;；“”"《》△]/.test(name) &&
    /\p{L}/u.test(name)
  );
}

function deliveryOf(text: string): Delivery | undefined {
  const word = text.trim();
  return DELIVERIES.find(
    ([mark]) => word === mark || word.startsWith(`${mark},`) || word.startsWith(`${mark}，`),
  )?.[1];
}

function splitGroups(text: string): { outside: string; groups: string[] } {
  let outside = '';
  const groups: string[] = [];
  for (let index = 0; index < text.length; index++) {
    const close = '(【['.includes(text.charAt(index)) ? closing(text, index) : -1;
    if (close < 0) {
      outside += text.charAt(index);
      continue;
    }
    groups.push(text.slice(index + 1, close).trim());
    index = close;
  }
  return { outside, groups };
}

function leadingGroup(line: string, from: number): { text: string; end: number } | undefined {
  const open = skipSpaces(line, from);
  if (line.charAt(open) !== '(') return undefined;
  const close = closing(line, open);
  if (close < 0) return undefined;
  return { text: line.slice(open + 1, close).trim(), end: skipSpaces(line, close + 1) };
}

function closing(text: string, open: number): number {
  const mark = text.charAt(open) === '(' ? ')' : text.charAt(open) === '【' ? '】' : ']';
  return text.indexOf(mark, open);
}

function skipSpaces(text: string, from: number): number {
  let index = from;
  while (text.charAt(index) === ' ') index++;
  return index;
}
