import type { ApiAnswer } from './provider-api.ts';

/** Nobody keeps us away for longer: after a day a look at the account says more. */
const LONGEST_MS = 86_400_000;

const number = /^\d{1,15}(\.\d{1,15})?$/;
/** The three forms of an HTTP date (RFC 9110, 5.6.7): each begins with the day of the week. */
const date = /^(Mon|Tues?|Wed(nes)?|Thu(rs)?|Fri|Sat(ur)?|Sun)(day)?,? /;

/**
 * How long a provider asks to be left alone, in all the forms that there are: `retry-after-ms`, `x-ms-retry-after-ms`,
 * `retry-after` in seconds or as a date. Of several the longest, never more than a day.
 * @returns milliseconds from now, more than 0; undefined when no header says anything that makes sense
 */
export function retryAfterMs(headers: ApiAnswer['headers'], now: number): number | undefined {
  const waits = [
    ...textsOf(headers['retry-after-ms']).map(Number),
    ...textsOf(headers['x-ms-retry-after-ms']).map(Number),
    ...textsOf(headers['retry-after']).map((seconds) => Number(seconds) * 1000),
    ...datesOf(headers['retry-after']).map((at) => Date.parse(at) - now),
  ];
  const longest = Math.max(0, ...waits.filter(Number.isFinite));
  return longest === 0 ? undefined : Math.min(LONGEST_MS, Math.ceil(longest));
}

type Header = ApiAnswer['headers'][string];

/** Node joins headers that come twice by commas. */
const textsOf = (header: Header): readonly string[] =>
  [header ?? []]
    .flat()
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => number.test(text));

const datesOf = (header: Header): readonly string[] =>
  [header ?? []].flat().filter((text) => text.length < 50 && date.test(text));
