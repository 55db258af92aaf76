import type { CameraAngle, ShotSize, TimeOfDay, Weather } from '@reelmesh/contracts/script';
import { IntExt } from '@reelmesh/contracts/script';
import type { Words } from './describe-words.ts';
import { CHINESE, ENGLISH } from './describe-words.ts';

/** Characters (code points) of a description. */
export const MIN_DESCRIPTION = 50;
export const MAX_DESCRIPTION = 100;
/** What of it an action may take, so that the time of day always has room. Longer actions become more shots. */
export const MAX_ACTION = 88;

export interface Described {
  readonly language: 'en' | 'zh';
  /** Cleaned of camera words; empty for a shot of speech alone. */
  readonly action: string;
  readonly cast: readonly string[];
  /** Whether they only hear who speaks. */
  readonly listening: boolean;
  /** How the words are said: `quietly`, `低声`. */
  readonly manner: string;
  readonly location: string;
  readonly intExt: IntExt;
  readonly timeOfDay: TimeOfDay;
  readonly weather: Weather;
  readonly flashback: boolean;
  readonly size: ShotSize;
  readonly angle: CameraAngle;
}

/**
 * What the camera sees: the action, the place, the time; then, until it is long enough, light and framing.
 * Never a word of what is said, so that a new line of dialogue needs no new picture.
 */
export function describe(shot: Described): string {
  const words = shot.language === 'zh' ? CHINESE : ENGLISH;
  const subject = sentence(subjectOf(shot), shot.language);
  const setting = settings(shot, words)
    .map((text) => sentence(text, shot.language))
    .find((text) => length(join(subject, text, shot.language)) <= MAX_DESCRIPTION);
  let text = trimTo(join(subject, setting ?? '', shot.language), MAX_DESCRIPTION);
  const details = [
    words.size[shot.size],
    words.light[shot.timeOfDay],
    words.angle[shot.angle],
    ...words.filler,
  ];
  for (const detail of details) {
    if (length(text) >= MIN_DESCRIPTION) break;
    const longer = join(text, detail ?? '', shot.language);
    if (length(longer) <= MAX_DESCRIPTION) text = longer;
  }
  return text;
}

const QUOTES: ReadonlyMap<string, string> = new Map([
  ['“', '”'],
  ['「', '」'],
  ['"', '"'],
]);

/** Without what stands in quotes, line ends and doubled spaces. */
function withoutQuotes(text: string): string {
  let out = '';
  for (let index = 0; index < text.length; index++) {
    const close = QUOTES.get(text.charAt(index));
    const end = close === undefined ? -1 : text.indexOf(close, index + 1);
    if (end < 0) out += text.charAt(index);
    else index = end;
  }
  return out.split(/\s+/).join(' ').trim();
}

function subjectOf({ action, cast, manner, listening, language }: Described): string {
  const seen = withoutQuotes(action);
  if (/[\p{L}\p{N}]/u.test(seen)) return seen;
  const names = cast.map(properName);
  if (language === 'zh') {
    if (names.length === 0) return '空镜头，画面里没有人物';
    const how = manner === '' ? '' : `（${trimTo(manner, 20)}）`;
    return `${names.join('和')}${how}${listening ? '静静听着' : '正在说话'}`;
  }
  if (names.length === 0) return 'The place, without people';
  const verb = `${listening ? 'listen' : 'speak'}${names.length > 1 ? '' : 's'}`;
  return `${names.join(' and ')} ${verb}${manner === '' ? '' : `, ${trimTo(manner, 30)}`}`;
}

/** From the fullest to the barest. */
function settings(
  { location, intExt, timeOfDay, weather, flashback, language }: Described,
  words: Words,
): string[] {
  const comma = language === 'zh' ? '，' : ', ';
  const place = trimTo(language === 'zh' ? location : sentenceCase(location), 30);
  const side =
    { [IntExt.INT_EXT_INT]: words.inside, [IntExt.INT_EXT_EXT]: words.outside }[intExt as string] ?? '';
  const time = words.time[timeOfDay] ?? '';
  const sky = words.weather[weather] ?? '';
  const memory = flashback ? words.flashback : '';
  return [
    [memory, place, time, sky, side],
    [memory, place, time, sky],
    [memory, place, time],
    [place, time],
    [time],
  ].map((parts) => parts.filter((part) => part !== '').join(comma));
}

function sentence(text: string, language: 'en' | 'zh'): string {
  const bare = text.replace(/[\s.。,，、;；:：-]+$/, '');
  if (bare === '') return '';
  if (/[!?！？…”"』」)]$/.test(bare)) return capitalise(bare);
  return `${capitalise(bare)}${language === 'zh' ? '。' : '.'}`;
}

function join(first: string, second: string, language: 'en' | 'zh'): string {
  return [first, second].filter((part) => part !== '').join(language === 'zh' ? '' : ' ');
}

/** At the last full clause or word that fits. */
function trimTo(text: string, max: number): string {
  const characters = [...text];
  if (characters.length <= max) return text;
  const head = characters.slice(0, max).join('');
  const space = head.lastIndexOf(' ');
  return (space > head.length / 2 ? head.slice(0, space) : head).trimEnd();
}

function properName(name: string): string {
  return name === name.toUpperCase()
    ? name.toLowerCase().replace(/(^|[\s'-])\p{L}/gu, (start) => start.toUpperCase())
    : name;
}

function sentenceCase(text: string): string {
  return text === text.toUpperCase() ? capitalise(text.toLowerCase()) : text;
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function length(text: string): number {
  let count = 0;
  for (const _character of text) count++;
  return count;
}
