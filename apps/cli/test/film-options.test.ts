import { describe, expect, test } from 'vitest';
import {
  decimalNumber,
  parseApprovals,
  parseBudget,
  parseImage,
  parseNegative,
  parseSize,
  toFilmOptions,
  wholeNumber,
} from '../src/film-options.ts';

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

  test.each(['0.9', '20.5', '', '7,5', '1e1', '-7', 'high'])('guidance %j', (text) => {
    expect(() => decimalNumber(1, 20)(text)).toThrow('It must be a number from 1 to 20.');
  });

  test('guidance with a fraction', () => {
    expect(decimalNumber(1, 20)('7.5')).toBe(7.5);
  });

  test.each([
    ['board.png', [], 'board.png'],
    ['3=board.png', [3], 'board.png'],
    ['3,5=a b/board=1.png', [3, 5], 'a b/board=1.png'],
    ['./3=board.png', [], './3=board.png'],
  ])('image %s', (text, shots, path) => {
    expect(parseImage(text)).toEqual([{ path, shots }]);
  });

  test('images that come one by one add up', () => {
    expect(parseImage('2=b.png', parseImage('1=a.png'))).toEqual([
      { path: 'a.png', shots: [1] },
      { path: 'b.png', shots: [2] },
    ]);
  });

  test.each(['', '3=', '0=a.png', '3,0=a.png'])('image %j', (text) => {
    expect(() => parseImage(text)).toThrow('a file, or shots and a file');
  });

  test('a negative prompt of 501 characters', () => {
    expect(() => parseNegative('x'.repeat(501))).toThrow('It has 501 characters: at most 500 are taken.');
  });

  test('no motion is not the same as none said', () => {
    expect(toFilmOptions({ motion: 0 })).toMatchObject({ motion: 0 });
    expect(toFilmOptions({}).motion).toBeUndefined();
  });
});
