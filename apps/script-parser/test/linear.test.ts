import { expect, test } from 'vitest';
import { parseScript } from '../src/parse.ts';
import { exampleText } from './documents.ts';

const HEADING = 'INT. ROOM - DAY\n\nA man waits here.\n\n';
const SMALL = 15_000;
/** Quadratic work would be 16 times as much on four times the text; the bound leaves room for a busy machine. */
const MAX_GROWTH = 12;
const NEGLIGIBLE_MS = 500;

function repeat(text: string, characters: number): string {
  return text.repeat(Math.ceil(characters / text.length));
}

const inputs: readonly (readonly [string, (characters: number) => string])[] = [
  ['an English script', (size) => repeat(exampleText('last-train.fountain').slice(150), size)],
  ['a Chinese script', (size) => repeat(exampleText('last-bowl.txt'), size)],
  ...[
    '_',
    '*',
    ' ',
    '(',
    '#',
    '[[',
    '/*',
    '[[ a\n\n',
    'A',
    'AB CD ',
    '\n',
    ' \t\n',
    'a:b\n',
    '“',
    '"a" ',
    'CUT TO:\n\n',
  ].map(
    (part) =>
      [`a script of ${JSON.stringify(part)}`, (size: number) => `${HEADING}${repeat(part, size)}x`] as const,
  ),
  ['one long speech', (size) => `${HEADING}BOB\n${repeat('word ', size)}`],
  ['one long action', (size) => `${HEADING}${repeat('word ', size)}`],
  ['open brackets', (size) => `1-1 日 内 客厅\n△${repeat('【', size)}`],
  ['open flashbacks', (size) => `1-1 日 内 客厅\n${repeat('【闪回】\n△走\n', size)}`],
  [
    'ever new speakers',
    (size) => HEADING + Array.from({ length: size / 16 }, (_, index) => `NAME${index}\nHi.\n\n`).join(''),
  ],
  [
    'ever new Chinese speakers',
    (size) =>
      `1-1 日 内 客厅\n${Array.from({ length: size / 10 }, (_, index) => `名${index}：好的\n`).join('')}`,
  ],
];

/** Of the processor, not of the clock: other work on the machine does not count. */
function millisecondsFor(text: string): number {
  const bytes = new TextEncoder().encode(text);
  const before = process.cpuUsage();
  parseScript(bytes);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

test.each(inputs)('%s of four times the length takes about four times as long', (_, make) => {
  const small = Math.min(...[1, 2].map(() => millisecondsFor(make(SMALL))));
  const large = millisecondsFor(make(4 * SMALL));

  expect(large).toBeLessThan(Math.max(small * MAX_GROWTH, NEGLIGIBLE_MS));
});
