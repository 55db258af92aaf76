import { readFile } from 'node:fs/promises';
import { parseScript } from '@reelmesh/script-parser/module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { episodeScript } from '../src/episode.ts';
import { pickShare } from '../src/random.ts';
import { editShots } from '../src/script-edit.ts';
import { lastBowl, lastTrain } from './support/made-films.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const shotsOf = (script: Uint8Array) => parseScript(script).scenes.flatMap(({ shots }) => shots);

describe('a generated episode', () => {
  test.each([1, 8, 12, 100])('has the %i shots that were asked for', (shots) => {
    expect(shotsOf(bytesOf(episodeScript(shots, 1)))).toHaveLength(shots);
  });

  test('is the same for the same seed and another for another', () => {
    expect(episodeScript(100, 7)).toBe(episodeScript(100, 7));
    expect(episodeScript(100, 7)).not.toBe(episodeScript(100, 8));
  });

  test('shows some pictures again, as episodes do, and most only once', () => {
    const shots = shotsOf(bytesOf(episodeScript(100, 1)));
    const pictures = new Set(shots.map(({ description, cast }) => JSON.stringify([description, cast])));

    expect(pictures.size).toBeGreaterThan(80);
    expect(pictures.size).toBeLessThan(100);
  });

  test('has no diagnostics, for the parser is not what is estimated', () => {
    expect(parseScript(bytesOf(episodeScript(100, 1))).diagnostics).toEqual([]);
  });
});

describe('a share of the shots', () => {
  test('is as large as it was asked to be, without one twice, in order, from 1', () => {
    fc.assert(
      fc.property(fc.nat({ max: 200 }), fc.nat({ max: 100 }), fc.nat(), (count, percent, seed) => {
        const share = pickShare(count, percent, seed);

        expect(share).toHaveLength(Math.ceil((count * percent) / 100));
        expect(share).toEqual([...new Set(share)].toSorted((a, b) => a - b));
        expect(share.every((number) => number >= 1 && number <= count)).toBe(true);
      }),
    );
  });
});

describe('an edited script', () => {
  /** Numbers of the shots that look or last otherwise when this one is edited; no number when there are more or fewer. */
  const changedBy = (bytes: Uint8Array, number: number): readonly number[] => {
    const before = shotsOf(bytes);
    const after = shotsOf(editShots(bytes, parseScript(bytes), [number]));
    const looks = ({ description, durationMs }: (typeof before)[number]): string =>
      `${description} ${durationMs}`;
    return after.length === before.length
      ? before.flatMap((shot, index) => (looks(shot) === looks(after[index] ?? shot) ? [] : [index + 1]))
      : [];
  };
  test.each<[string, () => Promise<Uint8Array>, readonly number[]]>([
    ['the English example', () => readFile(lastTrain), [7, 9]],
    ['the Chinese example', () => readFile(lastBowl), [5, 8, 15]],
    ['a generated episode', async () => bytesOf(episodeScript(24, 1)), []],
  ])(
    'of %s has another picture in the shot that was edited and in no other, for each with an action',
    async (_what, read, withoutAction) => {
      const bytes = await read();
      const numbers = shotsOf(bytes).map((_shot, index) => index + 1);

      const changed = numbers.map((number) => changedBy(bytes, number));

      expect(changed).toEqual(numbers.map((number) => (withoutAction.includes(number) ? [] : [number])));
    },
  );

  test('in which several shots were picked has all of their pictures changed', () => {
    const bytes = bytesOf(episodeScript(24, 1));
    const after = shotsOf(editShots(bytes, parseScript(bytes), [2, 7, 20]));

    const changed = shotsOf(bytes).flatMap(({ description }, index) =>
      description === after[index]?.description ? [] : [index + 1],
    );
    expect(changed).toEqual([2, 7, 20]);
  });
});
