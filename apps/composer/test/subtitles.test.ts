import fc from 'fast-check';
import { expect, test } from 'vitest';
import { iso639, literal, toSubRip, wrap } from '../src/subtitles.ts';
import { line } from './harness.ts';

const film = { width: 1080, height: 1920, durationMs: 10_000, language: 'en' };

test('a speaker is named when the speaker changes', () => {
  const said = [
    line(0, 900, 'One.', 'MARA'),
    line(1000, 1900, 'Two.', 'MARA'),
    line(2000, 2900, 'Three.', 'ELI'),
  ];

  expect(toSubRip(said, film)).toBe(
    '1\n00:00:00,000 --> 00:00:00,900\nMARA: One.\n\n' +
      '2\n00:00:01,000 --> 00:00:01,900\nTwo.\n\n' +
      '3\n00:00:02,000 --> 00:00:02,900\nELI: Three.\n',
  );
});

test('subtitles come in order, do not overlap, and end with the film', () => {
  const said = [
    line(8000, 60_000, 'last'),
    line(0, 3000, 'first'),
    line(2000, 4000, 'second'),
    line(11_000, 12_000, 'never'),
  ];

  const times = toSubRip(said, film).match(/\S+ --> \S+/g);

  expect(times).toEqual([
    '00:00:00,000 --> 00:00:02,000',
    '00:00:02,000 --> 00:00:04,000',
    '00:00:08,000 --> 00:00:10,000',
  ]);
});

test('two who speak at once share one subtitle', () => {
  expect(toSubRip([line(0, 800, 'Yes.', 'A'), line(0, 900, 'No.', 'B')], film)).toBe(
    '1\n00:00:00,000 --> 00:00:00,900\nA: Yes.\nB: No.\n',
  );
});

test('empty lines, and lines of no length, leave nothing', () => {
  expect(toSubRip([line(0, 1000, ' \n\t'), line(500, 500, 'x'), line(900, 100, 'y')], film)).toBe('');
});

test('a time past an hour has its hour', () => {
  expect(toSubRip([line(3_661_007, 3_662_000, 'x')], { ...film, durationMs: 4_000_000 })).toContain(
    '01:01:01,007 -->',
  );
});

test('long lines are broken at spaces in English', () => {
  expect(wrap('The last train left the station an hour ago, "we" walk.', 32)).toEqual([
    'The last train left the station',
    'an hour ago, "we" walk.',
  ]);
});

test('long lines are broken between words in Chinese, and punctuation stays with its word', () => {
  const lines = wrap('末班车已经开走了一个小时，我们只好沿着铁路走路回家。“好吧。”', 32);

  expect(lines.join('')).toBe('末班车已经开走了一个小时，我们只好沿着铁路走路回家。“好吧。”');
  expect(lines.every((text) => text.length <= 16 && !/^[，。”]/.test(text) && !/“$/.test(text))).toBe(true);
});

test('a word longer than a line stays whole', () => {
  expect(wrap(`a ${'x'.repeat(50)} b`, 32)).toEqual(['a', 'x'.repeat(50), 'b']);
});

test('whatever the text, it is one block of its own and loses no letter', () => {
  const text = fc
    .array(fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)))
    .map((units) => units.join(''));
  const markup = fc
    .array(
      fc.constantFrom(
        '<b>',
        '{\\an8}',
        '\n\n',
        '-->',
        '00:00:01,000 --> 00:00:02,000',
        '\\N',
        'a',
        '中',
        ' ',
      ),
    )
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(text, markup), (said) => {
      const srt = toSubRip([line(0, 1000, said), line(1000, 2000, 'end')], film);
      const blocks = srt.split('\n\n');
      const letters = (value: string): string => value.replaceAll(/[^\p{L}\p{N}]/gu, '');
      const shown = blocks.length === 2 ? (blocks[0] ?? '').split('\n').slice(2).join('') : '';
      return (
        blocks.length === (literal(said) === '' ? 1 : 2) &&
        (srt.match(/-->/g) ?? []).length === blocks.length &&
        !/<[^\u2060]|\{[^\u2060]|\\[^\u2060]/.test(shown) &&
        letters(shown) === letters(said.toWellFormed().replaceAll('\ufffd', ''))
      );
    }),
    { numRuns: 200 },
  );
});

test('a text of a million signs is cut, not chewed on', () => {
  expect(toSubRip([line(0, 1000, '.'.repeat(1_000_000))], film).length).toBeLessThan(1100);
});

test('marks that turn the direction of writing are taken out', () => {
  expect(literal('abc\u202edef\u2066')).toBe('abcdef');
});

test.each([
  ['zh-CN', 'zho'],
  ['en', 'eng'],
  ['EN-us', 'eng'],
  ['tlh', 'und'],
  ['', 'und'],
  ['constructor', 'und'],
])('language %j is %s', (language, code) => {
  expect(iso639(language)).toBe(code);
});
