import { IntExt, TimeOfDay, Weather } from '@reelmesh/contracts/script';
import type { Heading } from './block.ts';
import { readEnglishHeading } from './heading-english.ts';
import { timeOfHeadingWord, weatherOf } from './light.ts';

/** Longer lines are sentences. */
const LONGEST_HEADING = 60;
const SEPARATORS = ' \t,，、。.;|·:-/()（）【】[]';
const PREFIXES = ['场景', '场次', '场', '+场', '第'];
const LABELS = new Set(['地点', '场景', '时间', '内外景', '内外', '场次', '场', '景']);
/** A heading may start with them instead of a number. */
const SIDES = ['内外景', '内景', '外景'];
const CHINESE_DIGITS = '零〇一二三四五六七八九十百千两';

const INT_EXT: ReadonlyMap<string, IntExt> = new Map([
  ...['内', '内景', '室内', '屋内', 'INT'].map((word) => [word, IntExt.INT_EXT_INT] as const),
  ...['外', '外景', '室外', '户外', 'EXT'].map((word) => [word, IntExt.INT_EXT_EXT] as const),
  ...['内外', '外内', '内外景'].map((word) => [word, IntExt.INT_EXT_BOTH] as const),
]);

/**
 * A scene heading on a folded line: `1-1 夜 外 老街`, `场 2-3 日 内 客厅`, `第3场 外景 码头 日`, `内景.客厅 - 日`, `场景一：…`.
 * Undefined for anything else; a bare number (`1-1`, `场次：3`) is a heading whose place the next lines give.
 */
export function readChineseHeading(shadow: string): Heading | undefined {
  const line = unmark(shadow);
  if (line === '' || line.length > LONGEST_HEADING) return undefined;
  const english = readEnglishHeading(line);
  if (english) return english;
  const prefix = PREFIXES.find((word) => line.startsWith(word)) ?? '';
  const number = readNumber(line, prefix);
  const rest = line.slice(number.end);
  const place = readPlace(rest);
  if (!isHeading(line, prefix, number.form, rest, place)) return undefined;
  return {
    text: line,
    number: number.text,
    intExt: place.intExt ?? IntExt.INT_EXT_UNSPECIFIED,
    location: place.location,
    timeOfDay: place.timeOfDay ?? TimeOfDay.TIME_OF_DAY_UNSPECIFIED,
    flashback: place.flashback,
  };
}

function isHeading(line: string, prefix: string, form: NumberForm, rest: string, place: Place): boolean {
  const hasLight = place.timeOfDay !== undefined;
  const hasSide = place.intExt !== undefined;
  switch (form) {
    case 'ordinal':
      return true;
    case 'pair':
      return hasLight || hasSide || rest.trim() === '' || prefix.includes('场');
    case 'single':
      return isSeparated(rest) && (prefix.includes('场') || (hasLight && hasSide));
    case 'none':
      return SIDES.some((word) => line.startsWith(word) && isSeparated(line.slice(word.length)));
  }
}

/** `地点：老街`, `时间：夜`, `内外景：外` below a bare number add to its heading. */
export function readHeadingLabel(shadow: string): Heading | undefined {
  const line = unmark(shadow);
  const colon = line.indexOf(':');
  if (colon < 0 || line.length > LONGEST_HEADING || !LABELS.has(line.slice(0, colon).trim()))
    return undefined;
  return placeHeading(line);
}

/** The line below a bare number: `夜 外 老街`. */
export function readPlaceLine(shadow: string): Heading | undefined {
  const line = unmark(shadow);
  if (line === '' || line.length > 30 || line.startsWith('△')) return undefined;
  const heading = placeHeading(line);
  const says =
    heading.timeOfDay !== TimeOfDay.TIME_OF_DAY_UNSPECIFIED || heading.intExt !== IntExt.INT_EXT_UNSPECIFIED;
  return says ? heading : undefined;
}

export function joinHeadings(first: Heading, second: Heading): Heading {
  const unknown = { time: TimeOfDay.TIME_OF_DAY_UNSPECIFIED, side: IntExt.INT_EXT_UNSPECIFIED };
  return {
    text: `${first.text} ${second.text}`,
    number: first.number || second.number,
    intExt: first.intExt === unknown.side ? second.intExt : first.intExt,
    location: first.location || second.location,
    timeOfDay: first.timeOfDay === unknown.time ? second.timeOfDay : first.timeOfDay,
    flashback: first.flashback || second.flashback,
  };
}

/** `第一集`, `第12集：标题`, `【第一集】`, `Episode 3`; the name of the episode, or undefined. */
export function readEpisode(shadow: string): string | undefined {
  const line = unmark(shadow)
    .replace(/^[《【[]/, '')
    .replace(/[》】\]]$/, '')
    .trim();
  if (line.length > LONGEST_HEADING) return undefined;
  const english = /^episode \d{1,4}/i.exec(line);
  if (english) return english[0];
  if (!line.startsWith('第')) return undefined;
  let end = 1;
  while (isDigit(line.charAt(end)) || (CHINESE_DIGITS.includes(line.charAt(end)) && end < line.length)) end++;
  if (end === 1 || !'集章回话'.includes(line.charAt(end)) || end >= line.length) return undefined;
  const next = line.charAt(end + 1);
  return next === '' || SEPARATORS.includes(next) ? line.slice(0, end + 1) : undefined;
}

/** Without Markdown's heading and emphasis marks. */
function unmark(shadow: string): string {
  return shadow
    .replaceAll('**', '')
    .replace(/^#{1,6} /, '')
    .trim();
}

function placeHeading(line: string): Heading {
  const place = readPlace(line);
  return {
    text: line,
    number: '',
    intExt: place.intExt ?? IntExt.INT_EXT_UNSPECIFIED,
    location: place.location,
    timeOfDay: place.timeOfDay ?? TimeOfDay.TIME_OF_DAY_UNSPECIFIED,
    flashback: place.flashback,
  };
}

type NumberForm = 'none' | 'single' | 'pair' | 'ordinal';

function readNumber(line: string, prefix: string): { text: string; end: number; form: NumberForm } {
  const none = { text: '', end: 0, form: 'none' as const };
  let start = prefix.length;
  while (' :(（.'.includes(line.charAt(start)) && start < line.length) start++;
  let end = start;
  while (isDigit(line.charAt(end))) end++;
  if (end === start && prefix !== '') {
    while (CHINESE_DIGITS.includes(line.charAt(end)) && end < line.length) end++;
  }
  if (end === start || end - start > 5) return none;
  if (prefix === '第') {
    return line.charAt(end) === '场' ? { text: line.slice(start, end), end: end + 1, form: 'ordinal' } : none;
  }
  let pairEnd = end;
  while (line.charAt(pairEnd) === ' ' || line.charAt(pairEnd) === '-') pairEnd++;
  const dashed = line.slice(end, pairEnd).includes('-') || line.charAt(end) === '.';
  const second = line.charAt(end) === '.' ? end + 1 : pairEnd;
  let close = second;
  while (isDigit(line.charAt(close))) close++;
  const isPair = dashed && close > second && close - second <= 4;
  let after = isPair ? close : end;
  if (isPair)
    for (const word of ['场景', '场次', '场']) if (line.startsWith(word, after)) after += word.length;
  const text = isPair ? `${line.slice(start, end)}-${line.slice(second, close)}` : line.slice(start, end);
  return { text, end: after, form: isPair ? 'pair' : 'single' };
}

interface Place {
  readonly intExt: IntExt | undefined;
  readonly timeOfDay: TimeOfDay | undefined;
  readonly location: string;
  readonly flashback: boolean;
}

/** Words in any order: a time, a side, the rest is the place. */
function readPlace(rest: string): Place {
  let intExt: IntExt | undefined;
  let timeOfDay: TimeOfDay | undefined;
  let flashback = false;
  const location: string[] = [];
  for (const { word, label } of splitWords(rest)) {
    if (label && LABELS.has(word)) continue;
    if (label && ['出场人物', '人物', '人', '角色'].includes(word)) break;
    const side = INT_EXT.get(word);
    const time = timeOfHeadingWord(word);
    const both = readCompound(word);
    if (side !== undefined) intExt = intExt !== undefined && intExt !== side ? IntExt.INT_EXT_BOTH : side;
    else if (time !== undefined) timeOfDay ??= time;
    else if (both) {
      timeOfDay ??= both.time;
      intExt ??= both.side;
    } else if (['闪回', '回忆'].includes(word)) flashback = true;
    else location.push(word);
  }
  // `老街 大雨`: the sky is no part of the place.
  const place = location.filter((word, index) => index === 0 || word.length > 2 || !isWeather(word));
  return { intExt, timeOfDay, location: place.join(' '), flashback };
}

function isWeather(word: string): boolean {
  return weatherOf(word) !== Weather.WEATHER_UNSPECIFIED;
}

/** `日内`, `外夜`. */
function readCompound(word: string): { time: TimeOfDay; side: IntExt } | undefined {
  for (let cut = 1; cut < Math.min(word.length, 4); cut++) {
    const [left, right] = [word.slice(0, cut), word.slice(cut)];
    const time = timeOfHeadingWord(left) ?? timeOfHeadingWord(right);
    const side = INT_EXT.get(left) ?? INT_EXT.get(right);
    if (time !== undefined && side !== undefined) return { time, side };
  }
  return undefined;
}

function splitWords(text: string): { word: string; label: boolean }[] {
  const words: { word: string; label: boolean }[] = [];
  let start = 0;
  for (let index = 0; index <= text.length; index++) {
    if (index < text.length && !SEPARATORS.includes(text.charAt(index))) continue;
    if (index > start) words.push({ word: text.slice(start, index), label: text.charAt(index) === ':' });
    start = index + 1;
  }
  return words;
}

function isSeparated(rest: string): boolean {
  return rest === '' || SEPARATORS.includes(rest.charAt(0));
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}
