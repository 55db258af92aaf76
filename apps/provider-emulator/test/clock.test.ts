import { describe, expect, test } from 'vitest';
import { EmulatorClock } from '../src/core/clock.ts';

function virtualClock() {
  const clock = new EmulatorClock();
  clock.setMode('virtual');
  return clock;
}

describe('an alarm', () => {
  test('rings once, in order of time, when virtual time is advanced over it', () => {
    const clock = virtualClock();
    const start = clock.now();
    const rung: string[] = [];
    clock.alarm(start + 20, () => rung.push('b'));
    clock.alarm(start + 10, () => rung.push('a'));

    clock.advance(9);
    const early = [...rung];
    clock.advance(11);
    clock.advance(100);

    expect([early, rung]).toEqual([[], ['a', 'b']]);
  });

  test('that is set by another rings in the same advance when it is due', () => {
    const clock = virtualClock();
    const start = clock.now();
    const rung: number[] = [];
    clock.alarm(start + 10, () => clock.alarm(start + 20, () => rung.push(20)));

    clock.advance(20);

    expect(rung).toEqual([20]);
  });

  test('rings by itself in real time, and when it is due already in virtual time too', async () => {
    const real = new EmulatorClock();
    const virtual = virtualClock();

    await new Promise<void>((ring) => real.alarm(real.now() + 5, ring));
    await new Promise<void>((ring) => virtual.alarm(virtual.now(), ring));
  });

  test('far away does not ring at once', () => {
    const clock = new EmulatorClock();
    let isRung = false;
    clock.alarm(clock.now() + 2 ** 40, () => (isRung = true));

    clock.advance(2 ** 39);

    expect(isRung).toBe(false);
  });
});
