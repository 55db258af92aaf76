/** Numbers and text as the terminal shows them. */

/** `0:07`, `12:30`, `1:02:03`; whole seconds, rounded. */
export function formatDuration(ms: number): string {
  const total = Math.max(0, Math.round(ms / 1000));
  const pair = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  return hours > 0 ? `${hours}:${pair(minutes)}:${pair(seconds)}` : `${minutes}:${pair(seconds)}`;
}

/** `1 shot`, `3 shots`. */
export function formatCount(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** `█████░░░░░`; the fraction is brought into 0 to 1. */
export function formatBar(fraction: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** What terminals draw two columns wide: CJK scripts and punctuation, full-width forms, emoji (after UAX #11). */
const wide =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303F\uFF01-\uFF60\uFFE0-\uFFE6\p{Emoji_Presentation}]/u;

/** Columns that the text takes in a terminal. */
export function columnsOf(text: string): number {
  return [...graphemes.segment(text)].reduce((sum, { segment }) => sum + (wide.test(segment) ? 2 : 1), 0);
}

/** Others' words on one line: nothing in them moves the cursor, colours or reverses what follows. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ');
}

/** The text in at most so many columns, on one line, with `…` where something was left out. */
export function truncate(text: string, columns: number): string {
  const line = oneLine(text);
  if (columnsOf(line) <= columns) return line;
  let shown = '';
  let used = 1;
  for (const { segment } of graphemes.segment(line)) {
    used += columnsOf(segment);
    if (used > columns) break;
    shown += segment;
  }
  return `${shown}…`;
}

/** Cut or filled with spaces to exactly so many columns. */
export function fit(text: string, columns: number): string {
  const shown = truncate(text, columns);
  return shown + ' '.repeat(Math.max(0, columns - columnsOf(shown)));
}

/** Rows under a heading, each column as wide as its widest cell; numbers go to the right. */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  rightAligned: readonly number[] = [],
): string {
  const lines = [headings, ...rows].map((row) => row.map(oneLine));
  const widths = headings.map((_heading, column) =>
    Math.max(...lines.map((row) => columnsOf(row[column] ?? ''))),
  );
  return lines
    .map((row) =>
      widths
        .map((width, column) => {
          const cell = row[column] ?? '';
          const space = ' '.repeat(width - columnsOf(cell));
          return rightAligned.includes(column) ? space + cell : cell + space;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
