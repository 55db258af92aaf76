import { describe, expect, test } from 'vitest';
import { spendRate, spendRateSince } from '../src/index.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 25, 12, 30);
const settings = { factor: 3, floorMicros: 50 };

/** Spending by hours before now, the last one first. */
const hours = (...micros: readonly number[]) =>
  micros.map((usdMicros, hour) => ({ usdMicros, atMs: NOW - hour * HOUR - HOUR / 2 }));
const evenly = (micros: number) => Array.from({ length: 24 }, () => micros);

describe('money goes out remarkably fast', () => {
  test.each([
    ['three times the usual is not above it', 300, evenly(100), false],
    ['a micro more is', 301, evenly(100), true],
    ['after a quiet day only what is above the floor counts', 50, evenly(0), false],
    ['a micro above the floor is remarkable after a quiet day', 51, evenly(0), true],
    ['one wild hour among 24 does not make it usual', 301, [10_000, ...evenly(100).slice(1)], true],
    [
      'half the hours busy, half quiet: their middle',
      151,
      [...evenly(0).slice(12), ...evenly(100).slice(12)],
      true,
    ],
  ])('%s', (_name, last, before, isHigh) => {
    expect(spendRate(hours(last, ...before), NOW, settings).isHigh).toBe(isHigh);
  });

  test('what was spent more than 25 hours ago says nothing', () => {
    const old = [{ usdMicros: 1_000_000, atMs: spendRateSince(NOW) }];

    expect(spendRate(old, NOW, settings)).toEqual({ lastHourMicros: 0, medianMicros: 0, isHigh: false });
  });

  test('what a clock ahead of ours has dated is of this hour', () => {
    expect(spendRate([{ usdMicros: 60, atMs: NOW + 1000 }], NOW, settings).lastHourMicros).toBe(60);
  });
});
