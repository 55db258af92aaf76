import type { Delivery } from '@reelmesh/contracts/script';
import type { Block, BlockKind, Heading, Reading } from './block.ts';
import { readEnglishCamera } from './camera-english.ts';
import { readShotNote } from './camera.ts';
import { isUppercase, readCue } from './fountain-cue.ts';
import type { Hidden } from './fountain-hidden.ts';
import { findHidden } from './fountain-hidden.ts';
import { readTitlePage } from './fountain-title-page.ts';
import { readEnglishHeading, readForcedHeading } from './heading-english.ts';
import type { Lines, Span } from './lines.ts';
import { trimSpan } from './lines.ts';
import type { Report } from './report.ts';

const CAPTIONS = [
  'SUPER',
  'SUPERIMPOSE',
  'TITLE',
  'TITLE CARD',
  'CARD',
  'CAPTION',
  'CHYRON',
  'ON SCREEN',
  'INTERTITLE',
];
/** Transitions that do not end in `TO:`. */
const TRANSITIONS = [
  'FADE IN:',
  'FADE IN.',
  'FADE OUT.',
  'FADE OUT:',
  'FADE OUT',
  'FADE TO BLACK.',
  'FADE TO BLACK',
  'CUT TO BLACK.',
  'CUT TO BLACK',
];
const FLASHBACK_BEGIN = [
  'FLASHBACK:',
  'FLASHBACK',
  'BEGIN FLASHBACK:',
  'BEGIN FLASHBACK',
  'FLASHBACK BEGINS',
  'INTERCUT FLASHBACK',
];
const FLASHBACK_END = [
  'END FLASHBACK',
  'END FLASHBACK.',
  'END OF FLASHBACK',
  'END OF FLASHBACK.',
  'BACK TO PRESENT',
  'BACK TO PRESENT:',
  'FLASHBACK ENDS',
];
/** Short lines that say a new moment has come, and show nothing. */
const MOMENTS = [
  'LATER',
  'LATER:',
  'MOMENTS LATER',
  'MOMENTS LATER:',
  'CONTINUOUS',
  'BACK TO SCENE',
  'BACK TO SCENE.',
  'THE END',
  'THE END.',
];
const ACTS = ['ACT ', 'COLD OPEN', 'TEASER', 'TAG', 'END OF ACT', 'THE END', 'END'];

/** Reads Fountain 1.1 (fountain.io/syntax). */
export function readFountain(lines: Lines, report: Report): Reading {
  return new FountainReader(lines, report).read();
}

class FountainReader {
  readonly #lines: Lines;
  readonly #report: Report;
  readonly #hidden: readonly Hidden[];
  /** The lines without what is hidden. */
  readonly #shown: readonly string[];
  readonly #blocks: Block[] = [];
  #nextNote = 0;

  constructor(lines: Lines, report: Report) {
    this.#lines = lines;
    this.#report = report;
    this.#hidden = findHidden(lines.text, report);
    this.#shown = showLines(lines, this.#hidden);
  }

  read(): Reading {
    const page = readTitlePage(this.#shown);
    let line = page.next;
    let afterBlank = true;
    while (line < this.#shown.length) {
      this.#takeNotes(line);
      if (this.#isBlank(line)) {
        afterBlank = true;
        line++;
        continue;
      }
      const next = this.#readLine(line, afterBlank);
      // A section, a synopsis or a page break may stand directly above a heading.
      afterBlank = this.#blocks.at(-1)?.kind === 'marker';
      line = next;
    }
    this.#takeNotes(this.#shown.length);
    const title = page.entries.find(({ key }) => key.toLowerCase() === 'title')?.value ?? '';
    return { title: plain(title), titlePage: page.entries, biographies: [], blocks: this.#blocks };
  }

  /** Reads the block that starts on a line; returns the line after it. */
  #readLine(line: number, afterBlank: boolean): number {
    const text = this.#text(line);
    const beforeBlank = this.#isBlank(line + 1);
    if (isPageBreak(text) || text.startsWith('#') || text.startsWith('=')) {
      return this.#put('marker', line, line, text);
    }
    if (text.startsWith('!')) return this.#readAction(line);
    if (text.startsWith('~')) return this.#put('lyric', line, line, text.slice(1).trim());
    if (text.startsWith('>')) return this.#readAngle(line, text);
    const heading = afterBlank ? this.#readHeading(line, text, beforeBlank) : undefined;
    if (heading) return this.#put('heading', line, line, heading.text, { heading });
    const caption = readCaption(text);
    if (afterBlank && caption !== undefined) return this.#readCaption(line, caption);
    const marked = afterBlank && beforeBlank ? this.#readMarker(line, text) : undefined;
    if (marked !== undefined) return marked;
    const cue = afterBlank && !beforeBlank && !startsWithCamera(text) ? readCue(text) : undefined;
    return cue ? this.#readSpeech(line, cue.name, cue.delivery) : this.#readAction(line);
  }

  /** A forced heading needs the blank line after it: prose may begin with a period (`.45 calibre`). */
  #readHeading(line: number, text: string, beforeBlank: boolean): Heading | undefined {
    if (/^\.[\p{L}\p{N}]/u.test(text)) return beforeBlank ? readForcedHeading(text.slice(1)) : undefined;
    const heading = readEnglishHeading(plain(text));
    if (heading && !beforeBlank) {
      this.#report.warn(
        'SCENE_NO_BLANK_AFTER',
        this.#lines.trimmed(line),
        'a scene heading is followed by a blank line in Fountain; it is read as a heading all the same (write ! before it if it is action)',
      );
    }
    return heading;
  }

  #readMarker(line: number, marked: string): number | undefined {
    const text = plain(marked);
    if (FLASHBACK_BEGIN.includes(text)) return this.#put('flashback-begin', line, line, text);
    if (FLASHBACK_END.includes(text)) return this.#put('flashback-end', line, line, text);
    if (MOMENTS.includes(text)) return this.#put('marker', line, line, text);
    // Trailing spaces after the colon cancel a transition.
    const isTransition = isUppercase(text) && (this.#shown[line] ?? '').endsWith('TO:');
    if (isTransition || TRANSITIONS.includes(text)) return this.#put('transition', line, line, text);
    return undefined;
  }

  /** `> ACT ONE <` is centred text, `> Dissolve to:` a forced transition. */
  #readAngle(line: number, text: string): number {
    if (!text.endsWith('<')) return this.#put('transition', line, line, text.slice(1).trim());
    const centred = text.slice(1, -1).trim();
    const isAct = ACTS.some((act) => centred.toUpperCase().startsWith(act));
    return this.#put(isAct ? 'marker' : 'caption', line, line, plain(centred));
  }

  #readCaption(line: number, first: string): number {
    const last = this.#lastOfParagraph(line);
    const rest = this.#shown.slice(line + 1, last + 1).map((text) => text.trim());
    return this.#put('caption', line, last, unquote(plain([first, ...rest].join(' ').trim())));
  }

  #readSpeech(cueLine: number, name: string, delivery: Delivery): number {
    const speech = { speakers: [name], delivery };
    let line = cueLine + 1;
    let start = cueLine;
    for (;;) {
      const text = this.#text(line);
      if (this.#endsSpeech(line)) break;
      if (text === '') {
        line++;
        continue;
      }
      this.#takeNotes(line);
      if (text.startsWith('(') && text.endsWith(')')) {
        this.#put('parenthetical', start, line, plain(text.slice(1, -1)), speech);
      } else if (text.startsWith('~')) {
        this.#put('lyric', start, line, text.slice(1).trim(), speech);
      } else {
        const last = this.#lastOfWords(line);
        const words = this.#shown
          .slice(line, last + 1)
          .map((part) => part.trim())
          .filter((part) => part !== '');
        this.#put('dialogue', start, last, plain(words.join('\n')), speech);
        line = last;
      }
      line++;
      start = line;
    }
    return line;
  }

  /** The last line of one run of spoken words. */
  #lastOfWords(line: number): number {
    let last = line;
    while (!this.#endsSpeech(last + 1)) {
      const text = this.#text(last + 1);
      if ((text.startsWith('(') && text.endsWith(')')) || text.startsWith('~')) break;
      last++;
    }
    return last;
  }

  /** A line of exactly two spaces goes on with the speech. */
  #endsSpeech(line: number): boolean {
    return line >= this.#shown.length || (this.#isBlank(line) && this.#shown[line] !== '  ');
  }

  #readAction(line: number): number {
    const last = this.#lastOfParagraph(line);
    const paragraph = this.#shown.slice(line, last + 1).map((text) => text.trim().replace(/^!/, ''));
    const { camera, text } = readEnglishCamera(plain(paragraph.join('\n').trim()));
    const kind: BlockKind = text.trim() === '' && camera ? 'camera' : 'action';
    return this.#put(kind, line, last, text, camera ? { camera } : {});
  }

  #lastOfParagraph(line: number): number {
    let last = line;
    while (last + 1 < this.#shown.length && !this.#isBlank(last + 1) && !/^[#=~>]/.test(this.#text(last + 1)))
      last++;
    return last;
  }

  /** Notes stand before the block in which they begin, so that a camera note in a paragraph means that paragraph. */
  #takeNotes(line: number): void {
    const { end } = this.#lines.span(line);
    for (; this.#nextNote < this.#hidden.length; this.#nextNote++) {
      const hidden = this.#hidden[this.#nextNote];
      if (!hidden || hidden.start >= end) break;
      if (hidden.note === undefined) continue;
      const camera = readShotNote(hidden.note);
      const span = { start: hidden.start, end: hidden.end };
      this.#blocks.push({
        kind: camera ? 'camera' : 'note',
        text: hidden.note,
        span,
        ...(camera ? { camera } : {}),
      });
    }
  }

  #put(kind: BlockKind, first: number, last: number, text: string, extra: Partial<Block> = {}): number {
    const span: Span = { start: this.#lines.span(first).start, end: this.#lines.span(last).end };
    for (let line = first; line <= last; line++) this.#takeNotes(line);
    this.#blocks.push({ kind, text, span: trimSpan(this.#lines.text, span), ...extra });
    return last + 1;
  }

  #text(line: number): string {
    return (this.#shown[line] ?? '').trim();
  }

  #isBlank(line: number): boolean {
    return this.#text(line) === '';
  }
}

function showLines(lines: Lines, hidden: readonly Hidden[]): string[] {
  const shown: string[] = [];
  let next = 0;
  for (let line = 0; line < lines.count; line++) {
    const { start, end } = lines.span(line);
    let text = '';
    let from = start;
    while (next < hidden.length) {
      const piece = hidden[next];
      if (!piece || piece.start >= end) break;
      text += lines.text.slice(from, Math.max(from, piece.start));
      from = Math.min(end, piece.end);
      if (piece.end > end) break;
      next++;
    }
    shown.push(text + lines.text.slice(from, end));
  }
  return shown;
}

function isPageBreak(text: string): boolean {
  return text.length >= 3 && text.replaceAll('=', '') === '';
}

function readCaption(text: string): string | undefined {
  const colon = text.indexOf(':');
  if (colon < 0 || colon > 20) return undefined;
  return CAPTIONS.includes(text.slice(0, colon).trim()) ? text.slice(colon + 1).trim() : undefined;
}

/** `ANGLE ON THE DOOR` in capitals above text is no cue. */
function startsWithCamera(text: string): boolean {
  const { camera, text: rest } = readEnglishCamera(text);
  return camera !== undefined && rest.length < text.length;
}

function unquote(text: string): string {
  return text.replace(/^["“”']/, '').replace(/["“”']$/, '');
}

/** Without emphasis marks; an asterisk or underscore that is escaped or stands alone is text. */
function plain(text: string): string {
  if (!text.includes('*') && !text.includes('_') && !text.includes('\\')) return text;
  let out = '';
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === '\\' && '*_'.includes(text.charAt(index + 1)) && index + 1 < text.length) {
      out += text.charAt(++index);
    } else if (!'*_'.includes(character) || isAlone(text, index)) {
      out += character;
    }
  }
  return out;
}

function isAlone(text: string, index: number): boolean {
  const before = text.charAt(index - 1);
  const after = text.charAt(index + 1);
  return (before === '' || before === ' ') && (after === '' || after === ' ');
}
