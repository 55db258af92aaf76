import { Delivery, IntExt, TimeOfDay } from '@reelmesh/contracts/script';
import type { Block, Heading, Reading } from './block.ts';
import type { Lines, Span } from './lines.ts';

const QUOTES: ReadonlyMap<string, string> = new Map([
  ['“', '”'],
  ['「', '」'],
  ['"', '"'],
]);
/** Verbs next to which a speaker stands. */
const SAID = '(?:said|asked|replied|whispered|shouted|answered|cried|called)';
const NAME = '([A-Z][a-z]{1,20})';
const ENGLISH_BEFORE = new RegExp(`(?:^|[.!?]) *${NAME} ${SAID},? ?$`);
const ENGLISH_AFTER = new RegExp(`^,? ?(?:${SAID} ${NAME}|${NAME} ${SAID})[.,]?`);
const NOTHING: Heading = {
  text: '',
  number: '',
  intExt: IntExt.INT_EXT_UNSPECIFIED,
  location: '',
  timeOfDay: TimeOfDay.TIME_OF_DAY_UNSPECIFIED,
  flashback: false,
};

/**
 * Plain prose, when no script format fits: each paragraph is action, what stands in quotes is speech, and a new scene
 * begins at a ruler (`***`, `---`), a Markdown heading or a chapter line.
 */
export function readProse(lines: Lines): Reading {
  const blocks: Block[] = [];
  let opensScene = true;
  for (let line = 0; line < lines.count; line++) {
    const span = lines.trimmed(line);
    if (span.start === span.end) continue;
    const text = lines.text.slice(span.start, span.end);
    const chapter = chapterTitle(text);
    if (chapter !== undefined) {
      blocks.push({ kind: 'heading', text: chapter, span, heading: { ...NOTHING, text: chapter } });
      opensScene = false;
      continue;
    }
    if (opensScene)
      blocks.push({
        kind: 'heading',
        text: '',
        span: { start: span.start, end: span.start },
        heading: NOTHING,
      });
    opensScene = false;
    readParagraph(blocks, text, span);
  }
  return { title: '', titlePage: [], biographies: [], blocks };
}

/** Empty for a ruler; undefined for a paragraph. */
function chapterTitle(text: string): string | undefined {
  const bare = text.replaceAll(' ', '');
  if (bare.length >= 3 && ['*', '-', '_', '#', '·'].some((mark) => bare.replaceAll(mark, '') === ''))
    return '';
  if (/^#{1,6} /.test(text)) return text.replace(/^#+ /, '');
  const isChapter =
    text.length <= 40 &&
    (/^chapter [\w]+/i.test(text) || /^第[\d一二三四五六七八九十百零]{1,6}[章回节]/.test(text));
  return isChapter ? text : undefined;
}

function readParagraph(blocks: Block[], text: string, span: Span): void {
  let from = 0;
  for (const quote of findQuotes(text)) {
    const before = attributionBefore(text.slice(from, quote.start));
    const after = attributionAfter(text.slice(quote.end, quote.end + 60));
    const speaker = before.speaker || after.speaker;
    pushAction(blocks, before.rest, span.start + from);
    const said = text.slice(quote.start + 1, quote.end - 1).trim();
    if (said !== '') {
      blocks.push({
        kind: 'dialogue',
        text: said,
        span: { start: span.start + quote.start, end: span.start + quote.end },
        speakers: speaker === '' ? [] : [speaker],
        delivery: Delivery.DELIVERY_ON_SCREEN,
      });
    }
    from = quote.end + after.length;
  }
  pushAction(blocks, text.slice(from), span.start + from);
}

function findQuotes(text: string): Span[] {
  const quotes: Span[] = [];
  for (let index = 0; index < text.length; index++) {
    const close = QUOTES.get(text.charAt(index));
    const end = close === undefined ? -1 : text.indexOf(close, index + 1);
    if (close !== undefined && end < 0) break;
    if (end < 0) continue;
    quotes.push({ start: index, end: end + 1 });
    index = end;
  }
  return quotes;
}

/** `Mara said, "…"`, `林夏低声说：“…”`: who speaks, and the text without the clause that says so. */
function attributionBefore(before: string): { speaker: string; rest: string } {
  const tail = before.slice(-40);
  const chinese =
    /(?:^|[，。！？；\s])(\p{Script=Han}{2,3}?)(?:\p{Script=Han}{0,3})[说道问喊答][：:，,]\s*$/u.exec(tail);
  const english = ENGLISH_BEFORE.exec(tail);
  const match = chinese ?? english;
  if (!match) return { speaker: '', rest: before };
  return { speaker: match[1] ?? '', rest: before.slice(0, before.length - match[0].length) };
}

/** `"…," said Mara.`, `"…" Mara asked.`: who speaks, and how long the clause is. */
function attributionAfter(after: string): { speaker: string; length: number } {
  const match = ENGLISH_AFTER.exec(after);
  return { speaker: match?.[1] ?? match?.[2] ?? '', length: match?.[0].length ?? 0 };
}

function pushAction(blocks: Block[], text: string, start: number): void {
  const trimmed = text.trim();
  if (!/[\p{L}\p{N}]/u.test(trimmed)) return;
  const lead = text.length - text.trimStart().length;
  blocks.push({
    kind: 'action',
    text: trimmed,
    span: { start: start + lead, end: start + lead + trimmed.length },
  });
}
