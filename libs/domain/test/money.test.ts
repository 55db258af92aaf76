import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatUsd, parseUsd, sumMicros } from '../src/index.ts';

describe('money', () => {
  test.each([
    [0, '$0.00'],
    [200_000, '$0.20'],
    [500, '$0.0005'],
    [12_345_678, '$12.345678'],
    [1_000_000, '$1.00'],
  ])('%d micros read %s', (micros, text) => {
    expect(formatUsd(micros)).toBe(text);
  });

  test.each([
    ['12.5', 12_500_000],
    ['0.000001', 1],
    ['1', 1_000_000],
    ['1.0000001', undefined],
    ['-1', undefined],
    ['1e3', undefined],
  ])('%s is %s micros', (text, micros) => {
    expect(parseUsd(text)).toBe(micros);
  });

  test('what is written can be read back to the micro', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), (micros) => {
        expect(parseUsd(formatUsd(micros).slice(1))).toBe(micros);
      }),
    );
  });

  test('a sum that is not exact is refused', () => {
    expect(() => sumMicros([Number.MAX_SAFE_INTEGER, 1])).toThrow('2^53');
  });
});
