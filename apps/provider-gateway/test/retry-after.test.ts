import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { retryAfterMs } from '../src/retry-after.ts';

const NOW = Date.parse('2026-11-25T10:00:00Z');
const DAY = 86_400_000;

describe('how long a provider asks to be left alone', () => {
  test.each([
    [{ 'retry-after': '20' }, 20_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': 'Wed, 25 Nov 2026 10:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Wednesday, 25-Nov-26 10:00:30 GMT' }, 30_000],
    [{ 'retry-after-ms': '1500' }, 1500],
    [{ 'x-ms-retry-after-ms': '250' }, 250],
  ] as const)('%j is %i ms', (headers, ms) => {
    expect(retryAfterMs(headers, NOW)).toBe(ms);
  });

  test('of several the longest counts: none of them may shorten the others', () => {
    const headers = {
      'retry-after': '2',
      'retry-after-ms': '300, 1500',
      'x-ms-retry-after-ms': ['1', '900'],
    };

    expect(retryAfterMs(headers, NOW)).toBe(2000);
  });

  test.each([
    {},
    { 'retry-after': '' },
    { 'retry-after': '0' },
    { 'retry-after': '-5' },
    { 'retry-after': 'NaN' },
    { 'retry-after': 'Infinity' },
    { 'retry-after': '0x10' },
    { 'retry-after': '1e3' },
    { 'retry-after': 'soon' },
    { 'retry-after': 'Mon, 99 Foo 2026' },
    { 'retry-after': 'Tue, 24 Nov 2026 10:00:00 GMT' },
    { 'retry-after-ms': '-1' },
    { 'retry-after-ms': '١٢' },
  ])('%j says nothing', (headers) => {
    expect(retryAfterMs(headers, NOW)).toBeUndefined();
  });

  test.each([
    { 'retry-after': '99999999999' },
    { 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' },
    { 'retry-after-ms': '999999999999999' },
  ])('%j is a day at most', (headers) => {
    expect(retryAfterMs(headers, NOW)).toBe(DAY);
  });

  test('whatever the headers hold, it is undefined or a whole number of milliseconds within a day', () => {
    const value = fc.oneof(
      fc.string(),
      fc.double().map(String),
      fc.date().map(String),
      fc.array(fc.string()),
    );
    const headers = fc.record({
      'retry-after': value,
      'retry-after-ms': value,
      'x-ms-retry-after-ms': value,
    });

    fc.assert(
      fc.property(headers, (any) => {
        const ms = retryAfterMs(any, NOW) ?? 1;
        expect(ms).toSatisfy((n: number) => Number.isInteger(n) && n > 0 && n <= DAY);
      }),
    );
  });
});
