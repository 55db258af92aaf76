import type { Position } from '@reelmesh/contracts/script';

/** Half open, in UTF-16 code units of the decoded text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type Locator = (offset: number) => Position;

/** The lines of a text as offsets only: a script may have millions of them. */
export class Lines {
  readonly text: string;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  /** A line ends at CR, LF, CRLF, NEL, U+2028 or U+2029. */
  constructor(text: string) {
    this.text = text;
    let start = 0;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (!isBreak(code)) continue;
      this.#starts.push(start);
      this.#ends.push(index);
      if (code === 0x0d && text.charCodeAt(index + 1) === 0x0a) index++;
      start = index + 1;
    }
    this.#starts.push(start);
    this.#ends.push(text.length);
  }

  get count(): number {
    return this.#starts.length;
  }

  /** The line without its end. */
  span(line: number): Span {
    return { start: this.#starts[line] ?? this.text.length, end: this.#ends[line] ?? this.text.length };
  }

  at(line: number): string {
    const { start, end } = this.span(line);
    return this.text.slice(start, end);
  }

  /** From the first to the last character that is no white space; empty at the start of a blank line. */
  trimmed(line: number): Span {
    return trimSpan(this.text, this.span(line));
  }

  /** 1-based line and column. */
  readonly locate: Locator = (offset) => {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1, offset };
  };
}

export function trimSpan(text: string, span: Span): Span {
  let { start, end } = span;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return { start, end };
}

function isBreak(code: number): boolean {
  return code === 0x0a || code === 0x0d || code === 0x85 || code === 0x2028 || code === 0x2029;
}

function isSpace(code: number): boolean {
  return (
    code === 0x20 ||
    (code >= 0x09 && code <= 0x0d) ||
    code === 0xa0 ||
    code === 0x3000 ||
    code === 0xfeff ||
    code === 0x200b
  );
}
