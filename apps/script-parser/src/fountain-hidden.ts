import type { Span } from './lines.ts';
import type { Report } from './report.ts';

/** What a script holds but does not show: boneyards, and notes, whose text is kept. */
export interface Hidden extends Span {
  /** Undefined for a boneyard. */
  readonly note: string | undefined;
}

/**
 * Finds `/* … *\/` and `[[ … ]]` in one pass. A boneyard wins over everything; a note ends at a blank line (one that
 * holds two spaces is not blank). What is never closed is read as text, with a warning.
 */
export function findHidden(text: string, report: Report): Hidden[] {
  const hidden: Hidden[] = [];
  const nextNoteEnd = finder(text, ']]');
  const nextBoneyardEnd = finder(text, '*/');
  const nextGap = gapFinder(text);
  for (let index = 0; index < text.length - 1; index++) {
    const pair = text.slice(index, index + 2);
    if (pair === '/*') {
      const close = nextBoneyardEnd(index + 2);
      if (close < 0) {
        report.warn(
          'BONEYARD_UNCLOSED',
          { start: index, end: index + 2 },
          'the boneyard is never closed and is read as text; end it with */',
        );
        hidden.push({ start: index, end: index + 2, note: undefined });
      } else {
        hidden.push({ start: index, end: close + 2, note: undefined });
      }
      index = (hidden.at(-1)?.end ?? index + 2) - 1;
    } else if (pair === '[[') {
      const close = nextNoteEnd(index + 2);
      if (close < 0 || close > nextGap(index)) {
        report.warn(
          'NOTE_UNCLOSED',
          { start: index, end: index + 2 },
          'the note is not closed before the next blank line and is read as text; end it with ]]',
        );
        index++;
      } else {
        hidden.push({ start: index, end: close + 2, note: text.slice(index + 2, close).trim() });
        index = close + 1;
      }
    }
  }
  return hidden;
}

/** indexOf for rising positions: each stretch of text is searched once. */
function finder(text: string, mark: string): (from: number) => number {
  let found = -2;
  return (from) => {
    if (found === -1 || found >= from) return found;
    found = text.indexOf(mark, from);
    return found;
  };
}

/** Start of the next blank line, for rising positions. */
function gapFinder(text: string): (from: number) => number {
  let gap = -1;
  return (from) => {
    if (gap >= from) return gap;
    let index = from;
    for (;;) {
      while (index < text.length && !isBreak(text, index)) index++;
      if (index >= text.length) break;
      index += text.startsWith('\r\n', index) ? 2 : 1;
      if (index >= text.length || isBreak(text, index)) break;
    }
    gap = index;
    return gap;
  };
}

function isBreak(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code === 0x0a || code === 0x0d;
}
