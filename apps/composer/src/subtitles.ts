import type { Subtitle } from '@reelmesh/contracts/compose';

/** Shows nothing and breaks no line, but keeps markup from being markup. ffmpeg's own WebVTT reader uses it so. */
const WORD_JOINER = '\u2060';

/** Columns of a line; a wide character (Chinese) takes two. Netflix allows 42 and 16 wide ones; upright frames are narrower. */
const COLUMNS = { upright: 32, lying: 42 };

export interface SubtitleFrame {
  readonly width: number;
  readonly height: number;
  /** Milliseconds; nothing is shown after. */
  readonly durationMs: number;
  /** BCP 47. */
  readonly language: string;
}

/**
 * The subtitles as a SubRip file, in order, without overlaps, within the film. Text shows exactly as written: no markup,
 * no styles, no time codes of its own. Who speaks is named when the speaker changes. Empty when nothing is left to show.
 */
export function toSubRip(subtitles: readonly Subtitle[], frame: SubtitleFrame): string {
  const columns = frame.height > frame.width ? COLUMNS.upright : COLUMNS.lying;
  const colon = primary(frame.language) === 'zh' ? '：' : ': ';
  const moments = [...Map.groupBy(subtitles, ({ startMs }) => Math.max(0, startMs))].sort(
    ([a], [b]) => a - b,
  );
  const blocks: string[] = [];
  let speaker = '';
  for (const [index, [start, together]] of moments.entries()) {
    const ends = Math.max(...together.map(({ endMs }) => endMs));
    const end = Math.min(ends, moments[index + 1]?.[0] ?? Infinity, frame.durationMs);
    if (end <= start) continue;
    const lines: string[] = [];
    for (const said of together.filter(({ text }) => literal(text) !== '')) {
      const name = said.speaker === speaker ? '' : literal(said.speaker);
      speaker = said.speaker;
      lines.push(...wrap((name === '' ? '' : name + colon) + literal(said.text), columns));
    }
    if (lines.length === 0) continue;
    blocks.push(`${blocks.length + 1}\n${timeCode(start)} --> ${timeCode(end)}\n${lines.join('\n')}\n`);
  }
  return blocks.join('\n');
}

/** Nobody reads more at a time, and breaking lines takes time that grows with the square of a word. */
const MAX_CHARACTERS = 1000;

/** One line without control characters, in which nothing reads as a tag, a style, an escape or a time line. */
export function literal(text: string): string {
  return text
    .slice(0, MAX_CHARACTERS)
    .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[<{\\]|--(?=>)/g, `$&${WORD_JOINER}`)
    .trim();
}

/** Breaks at spaces and between the words of wide writing, never before closing or after opening punctuation. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of piecesOf(text)) {
    if (line !== '' && widthOf(line + piece.trimEnd()) > columns) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += piece;
  }
  return [...lines, line.trimEnd()];
}

function piecesOf(text: string): readonly string[] {
  const pieces: string[] = [];
  for (const { segment } of words.segment(text)) {
    const before = pieces.at(-1);
    if (before === undefined || mayBreak(before, segment)) pieces.push(segment);
    else pieces[pieces.length - 1] = before + segment;
  }
  return pieces;
}

function mayBreak(before: string, after: string): boolean {
  if (/^\s/.test(after)) return false;
  if (/\s$/.test(before)) return true;
  const isWide = WIDE.test(before.at(-1) ?? '') || WIDE.test(after.at(0) ?? '');
  return isWide && !/[\p{Ps}\p{Pi}]$/u.test(before) && !/^[\p{P}\p{Cf}]/u.test(after);
}

const words = new Intl.Segmenter(undefined, { granularity: 'word' });

/** The wide blocks of Unicode's East Asian Width, as far as subtitles meet them. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

function widthOf(text: string): number {
  return [...text].reduce((width, character) => width + (WIDE.test(character) ? 2 : 1), 0);
}

/** ISO 639-2/T, as MP4 wants it; `und` for what is not known. */
export function iso639(language: string): string {
  return LANGUAGES.get(primary(language)) ?? 'und';
}

const LANGUAGES = new Map(
  Object.entries({
    ...{ ar: 'ara', de: 'deu', en: 'eng', es: 'spa', fr: 'fra', hi: 'hin', id: 'ind', it: 'ita', ja: 'jpn' },
    ...{ ko: 'kor', nl: 'nld', pl: 'pol', pt: 'por', ru: 'rus', th: 'tha', tr: 'tur', vi: 'vie', zh: 'zho' },
  }),
);

function primary(language: string): string {
  return language.split('-')[0]?.toLowerCase() ?? '';
}

function timeCode(ms: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const whole = Math.round(ms);
  const clock = [whole / 3_600_000, (whole / 60_000) % 60, (whole / 1000) % 60].map(two).join(':');
  return `${clock},${String(whole % 1000).padStart(3, '0')}`;
}
