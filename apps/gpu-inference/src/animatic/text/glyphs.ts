import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { GlobalFonts } from '@napi-rs/canvas';

/** Noto Sans SC Medium, cut down to GB 2312 and Latin; see assets/README.md. */
export const fontFamily = 'Reelmesh Sans';

const asset = (name: string) => fileURLToPath(new URL(`../../../assets/${name}`, import.meta.url));

/** What stands for a character that the font lacks: an empty box, as readers know it. */
export const missing = '\u25a1';

let drawable: ReadonlySet<string> | undefined;

/** Registers the font, once per process. Throws when the file is missing or damaged: drawing boxes for every word would hide it. */
export function loadFont(): void {
  if (drawable !== undefined) return;
  const path = asset('noto-sans-sc-medium-subset.woff2');
  if (GlobalFonts.registerFromPath(path, fontFamily) === null) throw new Error(`font ${path} cannot be read`);
  drawable = new Set(readFileSync(asset('glyphs.txt'), 'utf8'));
}

/** The text with every character that the font lacks replaced by a box, so that nothing is dropped in silence. */
export function printable(text: string): string {
  loadFont();
  const known = drawable ?? new Set();
  return Array.from(text.normalize('NFC').replace(/\s+/gu, ' '), (glyph) =>
    known.has(glyph) ? glyph : missing,
  ).join('');
}
