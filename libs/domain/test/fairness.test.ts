import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pickFair } from '../src/index.ts';
import type { Waiting } from '../src/index.ts';

describe('fair picking', () => {
  const waiting = (tenant: string, filmId: string, count: number): Waiting<number>[] =>
    Array.from({ length: count }, (_, item) => ({ tenant, filmId, item }));

  test('a film of a thousand shots does not starve one of ten', () => {
    const picked = pickFair([...waiting('a', 'big', 1000), ...waiting('a', 'small', 10)], [], 16);

    expect(picked.filter(({ filmId }) => filmId === 'small')).toHaveLength(8);
  });

  test('a tenant with many films gets no more than one with a single film', () => {
    const many = ['f1', 'f2', 'f3', 'f4'].flatMap((film) => waiting('a', film, 100));
    const picked = pickFair([...many, ...waiting('b', 'only', 100)], [], 10);

    expect(picked.filter(({ tenant }) => tenant === 'b')).toHaveLength(5);
  });

  test('counts what is under way already', () => {
    const picked = pickFair(
      [...waiting('a', 'f1', 5), ...waiting('b', 'f2', 5)],
      Array(4).fill({ tenant: 'a', filmId: 'f1' }),
      4,
    );

    expect(picked.map(({ tenant }) => tenant)).toEqual(['b', 'b', 'b', 'b']);
  });

  test('keeps each film’s order and never picks more than there are slots', () => {
    fc.assert(
      fc.property(fc.nat(12), fc.nat(12), fc.nat(30), (a, b, slots) => {
        const picked = pickFair([...waiting('a', 'f1', a), ...waiting('b', 'f2', b)], [], slots);
        const items = picked.filter(({ filmId }) => filmId === 'f1').map(({ item }) => item);

        expect(picked).toHaveLength(Math.min(slots, a + b));
        expect(items).toEqual(items.toSorted((x, y) => x - y));
      }),
    );
  });
});
