import { describe, expect, test } from 'vitest';
import { parseApprovals, parseBudget, parseSize, toFilmOptions, wholeNumber } from '../src/film-options.ts';

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

  test.each([
    ['3,5', { shots: [3, 5], all: false }],
    ['12', { shots: [12], all: false }],
    ['all', { shots: [], all: true }],
  ])('approvals %s', (text, expected) => {
    expect(parseApprovals(text)).toEqual(expected);
    expect(toFilmOptions({ approve: expected })).toMatchObject({
      approvedShots: expected.shots,
      approveAll: expected.all,
    });
  });

  test('approvals that come one by one add up', () => {
    expect(parseApprovals('5,7', parseApprovals('3'))).toEqual({ shots: [3, 5, 7], all: false });
  });

  test.each(['', '0', '-1', '3,', '1.5', '3-5', 'ALL', 'none', '123456'])('approvals %j', (text) => {
    expect(() => parseApprovals(text)).toThrow('numbers of shots as in 3,5, or all');
  });

  test('approvals of some and of all', () => {
    expect(() => parseApprovals('all', parseApprovals('3'))).toThrow('or all');
    expect(() => parseApprovals('3', parseApprovals('all'))).toThrow('or all');
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
