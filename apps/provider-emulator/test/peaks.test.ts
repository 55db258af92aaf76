import { expect, test } from 'vitest';
import { peaksOf } from '../src/core/peaks.ts';

const task = (provider: string, createdAt: number, endedAt?: number) => ({
  provider,
  createdAt,
  ...(endedAt === undefined ? {} : { ended: { at: endedAt, status: 'SUCCEEDED', cost: 0 } as const }),
});

test('tells the most tasks of each provider that were under way at once; one that ends makes room for the next', () => {
  const tasks = [
    task('runway', 0, 10),
    task('runway', 5, 12),
    task('runway', 10, 20),
    task('fal', 0),
    task('fal', 50),
  ];

  expect(peaksOf(tasks)).toEqual({ runway: 2, fal: 2 });
});
