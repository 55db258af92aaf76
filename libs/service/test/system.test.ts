import { expect, test } from 'vitest';
import { randomIds } from '../src/index.ts';

test('ids are safe in subjects, paths and keys, and differ', () => {
  const ids = Array.from({ length: 1_000 }, () => randomIds.next('f'));

  expect(new Set(ids).size).toBe(1_000);
  expect(ids.filter((id) => !/^f[0-9a-hjkmnp-tv-z]{20}$/.test(id))).toEqual([]);
});
