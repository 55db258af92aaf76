import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnsOf, fit, formatBar, formatDuration, formatTable, oneLine, truncate } from '../src/text.ts';

test.each([
  [0, '0:00'],
  [999, '0:01'],
  [42_000, '0:42'],
  [3_599_600, '1:00:00'],
  [3_723_000, '1:02:03'],
])('%i ms is shown as %s', (ms, shown) => {
  expect(formatDuration(ms)).toBe(shown);
});

test.each([
  [-1, '░░░░'],
  [0.5, '██░░'],
  [7, '████'],
])('a bar of four shows %f as %s', (fraction, shown) => {
  expect(formatBar(fraction, 4)).toBe(shown);
});

describe('text in columns', () => {
  test('counts Chinese characters and full-width marks as two', () => {
    expect(columnsOf('末班车')).toBe(6);
    expect(columnsOf('「好」!')).toBe(7);
    expect(columnsOf('cafe\u0301')).toBe(4);
  });

  test('never takes more columns than it was given, and says so when something is left out', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
        const shown = truncate(text, columns);

        expect(columnsOf(shown)).toBeLessThanOrEqual(columns);
        expect(shown.endsWith('…') || columnsOf(text) <= columns).toBe(true);
      }),
    );
  });

  test('is filled to exactly the columns it was given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 40 }), (text, columns) => {
        expect(columnsOf(fit(text, columns))).toBe(columns);
      }),
    );
  });

  test('cannot move the cursor of the terminal', () => {
    expect(truncate('a\u001b[2Jb\r\nc', 20)).toBe('a [2Jb c');
  });
});

test('a table lines its columns up, numbers to the right', () => {
  const table = formatTable(['shot', 'from', 'price'], [['1', '动画', '$0.00'], ['12', 'runway', '$10.25']], [0, 2]); // prettier-ignore

  expect(table.split('\n')).toEqual(['shot  from     price', '   1  动画     $0.00', '  12  runway  $10.25']);
});

test('a provider’s words cannot clear the screen, break the line or turn the text around', () => {
  expect(oneLine('a\u001b[2Jb\r\nc\u202ed\u2066')).toBe('a [2Jb c d ');
  expect(formatTable(['message'], [['a\n\u001b[31mb']])).toBe('message\na [31mb');
});
