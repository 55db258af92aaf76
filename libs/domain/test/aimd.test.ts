import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calm, grow, openWindow, pauseAfter, shrink, sizeOf } from '../src/index.ts';
import type { AimdWindow } from '../src/index.ts';

const CAP = 8;
const halved = shrink(openWindow(CAP), CAP, 10, 20);
const successes = (window: AimdWindow, count: number, cap = CAP): AimdWindow =>
  Array.from({ length: count }).reduce<AimdWindow>((now) => grow(now, cap, 100), window);

describe('how many takes a provider lets us have', () => {
  test('begins at the cap, and a refusal halves it', () => {
    expect(openWindow(CAP).size).toBe(8);
    expect(halved.size).toBe(4);
  });

  test('a wave of refusals halves it once: what was sent before says nothing about after', () => {
    const wave = [11, 15, 20].reduce((window, sentAtMs) => shrink(window, CAP, sentAtMs, 25), halved);

    expect(wave).toEqual(halved);
    expect(shrink(wave, CAP, 21, 30).size).toBe(2);
  });

  test('after as many successes as it is large it grows by one, up to the cap', () => {
    expect(successes(halved, 3).size).toBe(4);
    expect(successes(halved, 4).size).toBe(5);
    expect(successes(halved, 4 + 5 + 6 + 7).size).toBe(8);
    expect(successes(halved, 1000).size).toBe(8);
  });

  test('a success of a take from before it was halved does not count', () => {
    expect(grow(halved, CAP, 20)).toBe(halved);
  });

  test('a cap that the settings changed counts at once while nothing was refused; a lower one always', () => {
    expect(sizeOf(openWindow(CAP), 3)).toBe(3);
    expect(sizeOf(openWindow(CAP), 20)).toBe(20);
    expect(sizeOf(halved, 3)).toBe(3);
    expect(sizeOf(halved, 20)).toBe(4);
  });

  test('the pause doubles with each refusal in a row, up to a minute, until a take is taken on', () => {
    const refused = (times: number): AimdWindow =>
      Array.from({ length: times }).reduce<AimdWindow>(
        (w, _, n) => shrink(w, CAP, n + 1, n + 1),
        openWindow(CAP),
      );

    expect([1, 2, 3, 50].map((times) => pauseAfter(refused(times)))).toEqual([1000, 2000, 4000, 60_000]);
    expect(pauseAfter(shrink(calm(refused(50)), CAP, 99, 99))).toBe(1000);
  });

  test('whatever happens it is whole, at least one and never above the cap', () => {
    const step = fc.record({
      what: fc.constantFrom('shrink', 'grow', 'calm'),
      cap: fc.integer({ min: 1, max: 50 }),
      sentAtMs: fc.nat(1000),
      now: fc.nat(1000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        let window = openWindow(50);
        for (const { what, cap, sentAtMs, now } of steps) {
          if (what === 'shrink') window = shrink(window, cap, sentAtMs, now);
          if (what === 'grow') window = grow(window, cap, sentAtMs);
          if (what === 'calm') window = calm(window);
          expect(sizeOf(window, cap)).toSatisfy((n: number) => Number.isInteger(n) && n >= 1 && n <= cap);
        }
      }),
    );
  });
});
