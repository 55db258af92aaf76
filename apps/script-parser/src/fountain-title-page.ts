import type { TitleEntry } from '@reelmesh/contracts/script';

/** Lines that look like a key and are not. */
const NO_KEYS = [
  'FADE IN',
  'FADE OUT',
  'CUT TO',
  'DISSOLVE TO',
  'SMASH CUT TO',
  'MATCH CUT TO',
  'FLASHBACK',
  'BEGIN FLASHBACK',
  'SUPER',
  'MONTAGE',
];
const LONGEST_KEY = 30;

/** `key: value` lines at the very start; values may go on in indented lines. Returns the line after the page too. */
export function readTitlePage(lines: readonly string[]): { entries: TitleEntry[]; next: number } {
  const entries: { key: string; value: string[] }[] = [];
  let line = 0;
  while (line < lines.length && (lines[line] ?? '').trim() === '' && line < 50) line++;
  for (; line < lines.length; line++) {
    const text = lines[line] ?? '';
    if (text.trim() === '') break;
    const indented = text.startsWith('   ') || text.startsWith('\t');
    const last = entries.at(-1);
    if (indented && last) {
      last.value.push(text.trim());
      continue;
    }
    const entry = readEntry(text);
    if (!entry) return { entries: [], next: 0 };
    entries.push({ key: entry.key, value: entry.value === '' ? [] : [entry.value] });
  }
  return {
    entries: entries.map(({ key, value }) => ({ key, value: value.join('\n') })),
    next: entries.length > 0 ? line : 0,
  };
}

function readEntry(text: string): { key: string; value: string } | undefined {
  const colon = text.search(/[:：]/);
  if (colon < 1 || colon > LONGEST_KEY) return undefined;
  const key = text.slice(0, colon).trim();
  if (NO_KEYS.includes(key.toUpperCase()) || !/^[\p{L}\p{N} _-]+$/u.test(key)) return undefined;
  return { key, value: text.slice(colon + 1).trim() };
}
