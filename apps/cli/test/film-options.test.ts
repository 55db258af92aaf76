import { describe, expect, test } from 'vitest';
import { parseBudget, parseSize, toFilmOptions, wholeNumber } from '../src/film-options.ts';

describe('an option is read or refused with its rule', () => {
  test.each(['1081x1920', '1080x62', '3842x1080', '1080', 'big', '-2x64', '1080x1920x2'])(
    'size %s',
    (text) => {
      expect(() => parseSize(text)).toThrow('both even and from 64 to 3840');
    },
  );

  test('a size', () => {
    expect(parseSize('540x960')).toEqual({ width: 540, height: 960 });
  });

  test.each(['11', '61', '23.976', '1e1', '', ' 24', '-24'])('frames per second %j', (text) => {
    expect(() => wholeNumber(12, 60)(text)).toThrow('It must be a whole number from 12 to 60.');
  });

  test('the largest seed', () => {
    expect(wholeNumber(0, 4_294_967_295)('4294967295')).toBe(4_294_967_295);
  });

  test.each(['0', '-1', '1,50', 'free', '1e3'])('budget %s', (text) => {
    expect(() => parseBudget(text)).toThrow('above 0');
  });

  test('a budget in micros, exactly', () => {
    expect(parseBudget('2.30')).toBe(2_300_000);
  });

  test.each([
    ['medium', 'QUALITY_MEDIUM'],
    ['high', 'QUALITY_HIGH'],
    ['ultra', 'QUALITY_ULTRA'],
    [undefined, 'QUALITY_UNSPECIFIED'],
  ] as const)('quality %s', (quality, expected) => {
    expect(toFilmOptions(quality === undefined ? {} : { quality }).quality).toBe(expected);
  });
});
