import { Delivery } from '@reelmesh/contracts/script';

/** A clip of ours is at least this long and at most that (milliseconds). */
export const MIN_SHOT_MS = 1000;
export const MAX_SHOT_MS = 10_000;
/** Silence before the first word of a shot and after the last. */
export const SPEECH_LEAD_MS = 400;
export const SPEECH_TAIL_MS = 400;
/** What one shot can hold of a speech, less what rounding its sentences one by one may add. */
export const MAX_SPEECH_MS = MAX_SHOT_MS - SPEECH_LEAD_MS - SPEECH_TAIL_MS - 100;

/** Chinese 4.5 characters a second (4 where nobody is seen speaking), English 2.7 words, pauses at commas and stops. */
const HAN_PER_SECOND = 4.5;
const UNSEEN_HAN_PER_SECOND = 4;
const WORDS_PER_SECOND = 2.7;
const COMMA_MS = 300;
const STOP_MS = 600;

/** Read on screen, or told in action. */
const ACTION_HAN_PER_SECOND = 9;
const ACTION_LETTERS_PER_SECOND = 20;
const CAPTION_CHARACTERS_PER_SECOND = 6;
const MIN_ACTION_MS = 2000;
const MIN_CAPTION_MS = 2000;

/** What a speech takes, without silence around it. The rates lie between published rules (16 screen characters a second, 4 to 5 spoken). */
export function speechMs(text: string, delivery: Delivery): number {
  const { han, words, commas, stops } = count(text);
  const seen = delivery === Delivery.DELIVERY_ON_SCREEN || delivery === Delivery.DELIVERY_PHONE;
  const rate = seen ? HAN_PER_SECOND : UNSEEN_HAN_PER_SECOND;
  return Math.round((han / rate + words / WORDS_PER_SECOND) * 1000) + commas * COMMA_MS + stops * STOP_MS;
}

/** What a piece of action takes by its length alone; additive, so that pieces can be summed. */
export function actionLengthMs(text: string): number {
  const { han } = count(text);
  const letters = text.length - han;
  return Math.round((han / ACTION_HAN_PER_SECOND + letters / ACTION_LETTERS_PER_SECOND) * 1000);
}

export function actionMs(text: string): number {
  return Math.max(MIN_ACTION_MS, actionLengthMs(text));
}

export function captionMs(text: string): number {
  return Math.max(MIN_CAPTION_MS, Math.round((text.length / CAPTION_CHARACTERS_PER_SECOND) * 1000));
}

/** To a tenth of a second upwards, within the limits of a shot. */
export function roundShotMs(ms: number): number {
  return Math.min(MAX_SHOT_MS, Math.max(MIN_SHOT_MS, Math.ceil(ms / 100) * 100));
}

interface Count {
  readonly han: number;
  readonly words: number;
  readonly commas: number;
  readonly stops: number;
}

/** A run of punctuation is one pause. */
function count(text: string): Count {
  let [han, words, commas, stops] = [0, 0, 0, 0];
  let before: Sort = 'other';
  for (let index = 0; index < text.length; index++) {
    const sort = sortOf(text.charCodeAt(index));
    const wasPause = before === 'comma' || before === 'stop';
    if (sort === 'han') han++;
    else if (sort === 'word' && before !== 'word') words++;
    else if (sort === 'comma' && !wasPause) commas++;
    else if (sort === 'stop' && !wasPause) stops++;
    before = sort;
  }
  return { han, words, commas, stops };
}

type Sort = 'han' | 'word' | 'comma' | 'stop' | 'other';

const COMMAS = new Set([...',，、;；:：'].map((character) => character.charCodeAt(0)));
const STOPS = new Set([...'.。!！?？…'].map((character) => character.charCodeAt(0)));

function sortOf(code: number): Sort {
  if (code >= 0x3400 && code <= 0x9fff) return 'han';
  if ((code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)) return 'word';
  if (COMMAS.has(code)) return 'comma';
  if (STOPS.has(code)) return 'stop';
  const isApostrophe = code === 0x27 || code === 0x2019;
  const isDigit = code >= 0x30 && code <= 0x39;
  // Other alphabets lie between Latin-1's letters and the general punctuation.
  return isApostrophe || isDigit || (code >= 0xc0 && code < 0x2000) ? 'word' : 'other';
}
