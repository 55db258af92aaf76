import fc from 'fast-check';
import { expect, test } from 'vitest';
import { machineTime, prepaid } from '../src/core/billing.ts';
import { EmulatorClock } from '../src/core/clock.ts';
import { ChargeLedger } from '../src/core/ledger.ts';
import { TaskBook } from '../src/core/task-book.ts';
import type { Plan } from '../src/core/tasks.ts';

const MEDIA = { width: 270, height: 480, seconds: 4, variant: 0, audio: false };
const end = fc.constantFrom<Plan['end']>(
  { status: 'SUCCEEDED', hasOutput: true },
  { status: 'FAILED', failure: undefined, failureCode: undefined, cost: 3 },
  { status: 'STUCK', at: 'PENDING' },
);
const step = fc.oneof(
  fc.record({ do: fc.constant('accept' as const), price: fc.integer({ min: 3, max: 9 }), end }),
  fc.record({ do: fc.constant('cancel' as const), task: fc.nat(20) }),
  fc.record({ do: fc.constant('forget' as const), task: fc.nat(20) }),
  fc.record({ do: fc.constant('advance' as const), ms: fc.nat(80) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function play(steps: readonly Step[], billing: typeof machineTime) {
  const clock = new EmulatorClock();
  clock.setMode('virtual');
  const ledger = new ChargeLedger();
  const ended: string[] = [];
  const book = new TaskBook<undefined>({
    provider: 'test',
    clock,
    ledger,
    billing,
    limitOf: () => 2,
    onEnded: (task) => void ended.push(task.id),
  });
  let count = 0;
  for (const next of steps) {
    const now = clock.now();
    if (next.do === 'advance') clock.advance(next.ms);
    else if (next.do === 'accept') {
      const plan = { queueMs: 10, renderMs: 40, end: next.end, media: MEDIA };
      const draft = { id: String((count += 1)), model: 'm', slot: 's', promptText: '', data: undefined };
      book.accept({ ...draft, price: next.price, seed: 0, plan }, now);
    } else {
      const task = book.find(String(next.task), now);
      if (task !== undefined && next.do === 'cancel') book.cancel(task, now, 0, undefined);
      if (task !== undefined && next.do === 'forget') book.forget(task, now);
    }
  }
  // before anybody asks again
  const told = [...ended];
  const owed = book.owedAt(clock.now());
  return { tasks: book.at(clock.now()), ledger, ended: told, owed };
}

test('what is charged is what the tasks say they cost, deleted ones too', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { tasks, ledger, owed } = play(steps, prepaid({ currency: 'CNY', micros: 7, isCredit: false }));

      expect(owed).toBe(tasks.reduce((sum, task) => sum + (task.ended?.cost ?? task.price), 0));
      expect(ledger.totals().byCurrency['CNY']?.netMicros ?? 0).toBe(7 * owed);
      expect(ledger.totals().netMicros).toBe(0);
    }),
  );
});

test('every end is told once, at the moment that the clock reaches it', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { tasks, ended } = play(steps, machineTime);

      const over = tasks.filter((task) => task.ended !== undefined).map(({ id }) => id);
      expect(ended.toSorted()).toEqual(over.toSorted());
    }),
  );
});

test('machine time is never more than the machines had', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { ledger } = play(steps, machineTime);

      const elapsedMs = steps.reduce((sum, one) => sum + (one.do === 'advance' ? one.ms : 0), 0);
      expect(ledger.totals().gpuSeconds).toBeLessThanOrEqual((2 * elapsedMs) / 1000 + 1e-9);
      expect(ledger.totals().charges).toBe(0);
    }),
  );
});
