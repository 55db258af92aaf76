import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { progressAt, settle, statusAt, type Plan, type Task } from '../src/core/tasks.ts';

const MEDIA = { width: 270, height: 480, seconds: 4, variant: 0, audio: false };
const SUCCESS = { status: 'SUCCEEDED', hasOutput: true } as const;

function task(id: string, createdAt: number, plan: Partial<Plan> = {}): Task {
  return {
    id,
    model: 'gen4.5',
    promptText: '',
    createdAt,
    slot: 'gen4.5',
    price: 48,
    seed: 0,
    data: undefined,
    plan: { queueMs: 10, renderMs: 100, end: SUCCESS, media: MEDIA, ...plan },
    polls: 0,
    pollingViolations: 0,
  };
}

const atMost = (limit: number | null) => () => limit;

describe('a task', () => {
  test.each([
    [0, 'PENDING'],
    [9, 'PENDING'],
    [10, 'RUNNING'],
    [109, 'RUNNING'],
    [110, 'SUCCEEDED'],
  ] as const)('is %i ms after its create %s', (now, status) => {
    const one = task('a', 0);

    settle([one], 0, atMost(1));
    settle([one], now, atMost(1));

    expect(statusAt(one, now)).toBe(status);
  });

  test('moves from 0 to 0.99 while it runs', () => {
    const one = task('a', 0);

    settle([one], 0, atMost(1));

    expect([10, 60, 109].map((now) => progressAt(one, now))).toEqual([0, 0.5, 0.99]);
  });

  test('that is stuck keeps its slot for ever', () => {
    const stuck = task('a', 0, { end: { status: 'STUCK', at: 'RUNNING' } });
    const next = task('b', 0);

    settle([stuck, next], 0, atMost(1));
    settle([stuck, next], 1e12, atMost(1));

    expect([stuck, next].map((one) => statusAt(one, 1e12))).toEqual(['RUNNING', 'THROTTLED']);
  });
});

describe('slots', () => {
  test('go to throttled tasks in order of submission, each when one becomes free', () => {
    const tasks = ['a', 'b', 'c'].map((id) => task(id, 0));

    settle(tasks, 0, atMost(1));
    settle(tasks, 1000, atMost(1));

    expect(tasks.map(({ admittedAt }) => admittedAt)).toEqual([0, 110, 220]);
  });

  test('are counted for each model apart', () => {
    const tasks = [task('a', 0), { ...task('b', 0), slot: 'gen4_turbo' }];

    settle(tasks, 0, atMost(1));

    expect(tasks.map((one) => statusAt(one, 0))).toEqual(['PENDING', 'PENDING']);
  });

  test('of none leave everything throttled', () => {
    const one = task('a', 0);

    settle([one], 1000, atMost(0));

    expect(statusAt(one, 1000)).toBe('THROTTLED');
  });

  test('are never overbooked, and the outcome does not depend on how often it is asked for', () => {
    const plans = fc.array(fc.record({ queueMs: fc.nat(50), renderMs: fc.nat(200) }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(
        plans,
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.nat(5000), { maxLength: 20 }),
        (list, limit, asks) => {
          const once = list.map((plan, index) => task(String(index), 0, plan));
          const often = list.map((plan, index) => task(String(index), 0, plan));

          for (const tasks of [once, often]) settle(tasks, 0, atMost(limit));
          for (const now of asks.toSorted((a, b) => a - b)) settle(often, now, atMost(limit));
          for (const tasks of [once, often]) settle(tasks, 10_000, atMost(limit));

          expect(often).toEqual(once);
          for (const { admittedAt = 0 } of once) {
            const active = once.filter(
              (other) => other.admittedAt! <= admittedAt && other.ended!.at > admittedAt,
            );
            expect(active.length).toBeLessThanOrEqual(limit);
          }
        },
      ),
    );
  });
});
