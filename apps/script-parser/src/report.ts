import type { Diagnostic, SourceRange } from '@reelmesh/contracts/script';
import { Severity } from '@reelmesh/contracts/script';
import type { Locator, Span } from './lines.ts';

/** Of one code; a broken file says the same thing thousands of times. */
const MAX_PER_CODE = 100;

/** Collects what there is to say about a script, in order of appearance. */
export class Report {
  readonly #found: { code: string; severity: Severity; message: string; span: Span }[] = [];
  readonly #counts = new Map<string, number>();

  warn(code: string, span: Span, message: string): void {
    this.#add(code, Severity.SEVERITY_WARNING, span, message);
  }

  info(code: string, span: Span, message: string): void {
    this.#add(code, Severity.SEVERITY_INFO, span, message);
  }

  diagnostics(locate: Locator): Diagnostic[] {
    const inOrder = this.#found.toSorted((a, b) => a.span.start - b.span.start);
    return inOrder.map(({ code, severity, message, span }) => ({
      code,
      severity,
      message: this.#withCount(code, message),
      range: rangeOf(span, locate),
    }));
  }

  #add(code: string, severity: Severity, span: Span, message: string): void {
    const count = (this.#counts.get(code) ?? 0) + 1;
    this.#counts.set(code, count);
    if (count <= MAX_PER_CODE) this.#found.push({ code, severity, message, span });
  }

  #withCount(code: string, message: string): string {
    const count = this.#counts.get(code) ?? 0;
    return count > MAX_PER_CODE
      ? `${message} (one of ${count}, the first ${MAX_PER_CODE} are listed)`
      : message;
  }
}

export function rangeOf(span: Span, locate: Locator): SourceRange {
  return { start: locate(span.start), end: locate(span.end) };
}
