/**
 * What a Chinese line is classified by: full-width forms, Kangxi radicals (⽇), the four triangles and all dashes
 * folded, zero-width characters and Markdown emphasis gone. The text itself stays as written.
 */
export interface Shadow {
  readonly text: string;
  /** Offset in the line of each character of the shadow, and one more for its end. */
  readonly offsets: readonly number[];
  /** The first character that only looked like another (⽇ for 日). */
  readonly folded: string | undefined;
}

const ZERO_WIDTH = new Set([
  0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2060, 0xfeff, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e,
]);
const DASHES = new Set(['—', '–', '－', '‐', '‑', '−', 'ー']);
const TRIANGLES = new Set(['▲', '∆', 'Δ']);

export function shadowOf(line: string): Shadow {
  const offsets: number[] = [];
  let text = '';
  let folded: string | undefined;
  for (let index = 0; index < line.length; index++) {
    const code = line.charCodeAt(index);
    if (ZERO_WIDTH.has(code)) continue;
    const character = line.charAt(index);
    const plain = fold(character, code);
    if (code >= 0x2e80 && code <= 0x2fdf && plain !== character) folded ??= character;
    for (let part = 0; part < plain.length; part++) offsets.push(index);
    text += plain;
  }
  offsets.push(line.length);
  return { text, offsets, folded };
}

/** The part of the shadow between two of its offsets, as it stands in the line. */
export function original(line: string, shadow: Shadow, start: number, end = shadow.text.length): string {
  return line.slice(shadow.offsets[start] ?? line.length, shadow.offsets[end] ?? line.length);
}

function fold(character: string, code: number): string {
  if (code < 0x80) return character;
  if (DASHES.has(character)) return '-';
  if (TRIANGLES.has(character)) return '△';
  // The bulk of Chinese text folds to itself.
  if (code >= 0x4e00 && code <= 0x9fff) return character;
  return character.normalize('NFKC');
}
