import type { Directed } from './camera.ts';
import { combineMeanings } from './camera.ts';
import type { Meaning } from './camera-terms.ts';
import { CHINESE_TERMS } from './camera-terms.ts';

const LONGEST_TERM = 6;
/** Words that say that a Chinese clause is about the camera. */
const CAMERA_WORDS = ['镜头', '画面', '机位'];
/** Labels in 【…】 of what is heard. */
export const SOUND_LABELS = new Set(['音效', '音乐', '背景音乐', '配乐', 'BGM', 'bgm', 'SFX']);
/** Terms that are camera words themselves (拍), wherever they stand. */
const SURE_TERMS = new Set([
  '航拍',
  '俯拍',
  '仰拍',
  '跟拍',
  '顶拍',
  '平拍',
  '侧拍',
  '背拍',
  '航拍俯视',
  '航拍全貌',
]);

/** Chinese: every 【…】, and outside of them only clauses that speak of the camera; all such clauses are taken off. */
export function readChineseCamera(text: string): Directed {
  const found: Meaning[] = [];
  const kept: string[] = [];
  for (const piece of bracketPieces(text)) {
    if (piece.bracketed) {
      const [label, said] = splitLabel(piece.text);
      found.push(...chineseTerms(label, () => true));
      if (said === '' || SOUND_LABELS.has(label)) continue;
      const meanings = chineseTerms(said, () => true);
      found.push(...meanings);
      if (meanings.length === 0) kept.push(/[。！？…]$/.test(said) ? said : `${said}，`);
      continue;
    }
    for (const clause of clauses(piece.text)) {
      const about = CAMERA_WORDS.some((word) => clause.includes(word)) || startsWithSize(clause);
      const meanings = chineseTerms(clause, (term) => about || SURE_TERMS.has(term));
      found.push(...meanings);
      const isOnlyCamera = about && meanings.length > 0 && clause.trim().length <= 10;
      if (!isOnlyCamera) kept.push(clause);
    }
  }
  return {
    camera: combineMeanings(found),
    text: kept
      .join('')
      .replace(/[，,]$/, '')
      .trim(),
  };
}

/** Longest match first, never overlapping. */
function chineseTerms(text: string, accept: (term: string) => boolean): Meaning[] {
  const found: Meaning[] = [];
  for (let index = 0; index < text.length;) {
    let length = Math.min(LONGEST_TERM, text.length - index);
    for (; length > 0; length--) {
      const term = text.slice(index, index + length);
      const meaning = CHINESE_TERMS.get(term);
      if (!meaning || !accept(term)) continue;
      found.push(meaning);
      break;
    }
    index += Math.max(1, length);
  }
  return found;
}

function startsWithSize(clause: string): boolean {
  for (let length = LONGEST_TERM; length > 1; length--) {
    const meaning = CHINESE_TERMS.get(clause.slice(0, length));
    if (meaning?.size !== undefined) return ['：', ':', '，', ',', ' ', '　'].includes(clause.charAt(length));
  }
  return false;
}

function bracketPieces(text: string): { text: string; bracketed: boolean }[] {
  const pieces: { text: string; bracketed: boolean }[] = [];
  let from = 0;
  for (;;) {
    const open = text.indexOf('【', from);
    const close = open < 0 ? -1 : text.indexOf('】', open);
    if (open < 0 || close < 0) break;
    if (open > from) pieces.push({ text: text.slice(from, open), bracketed: false });
    pieces.push({ text: text.slice(open + 1, close), bracketed: true });
    from = close + 1;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), bracketed: false });
  return pieces;
}

/** `特写：手`, or a label alone. */
function splitLabel(text: string): readonly [string, string] {
  const colon = text.search(/[：:]/);
  return colon < 0 ? [text.trim(), ''] : [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
}

/** Each with the punctuation that ends it. */
function clauses(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    if (!'，。；！？,;：:'.includes(text.charAt(index))) continue;
    parts.push(text.slice(start, index + 1));
    start = index + 1;
  }
  if (start < text.length) parts.push(text.slice(start));
  return parts;
}
