import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OutcomeAction } from '../src/core/actions.ts';
import { EmulatorClock } from '../src/core/clock.ts';
import { ChargeLedger } from '../src/core/ledger.ts';
import { MediaLibrary } from '../src/core/media.ts';
import type { JsonReply } from '../src/core/provider.ts';
import { MICROS_PER_CREDIT } from '../src/runway/models.ts';
import { Runway } from '../src/runway/runway.ts';
import type { Task } from '../src/core/tasks.ts';
import { CREATE, HEADERS } from './runway-client.ts';

const START_CREDITS = 1000;

/** A Runway without a network around it. */
function localRunway() {
  const clock = new EmulatorClock();
  clock.setMode('virtual');
  const ledger = new ChargeLedger();
  const settings = { queueMs: 10, renderMs: 40, concurrency: 2, dailyQuota: null, credits: START_CREDITS };
  const runway = new Runway({ clock, ledger, media: new MediaLibrary() }, settings);
  const call = (method: string, path: string, json?: unknown, outcome?: OutcomeAction): JsonReply => {
    const url = new URL(`http://localhost/runway/v1/${path}`);
    const route = runway.route(method, url);
    if ('reply' in route) throw new Error(`no route ${method} ${path}`);
    const body = Buffer.alloc(0);
    return route.handle({
      method,
      url,
      headers: HEADERS,
      body,
      json,
      now: clock.now(),
      outcome,
    }) as JsonReply;
  };
  return { clock, ledger, runway, call };
}

const step = fc.oneof(
  fc.record({ do: fc.constant('create' as const), duration: fc.integer({ min: 2, max: 10 }) }),
  fc.record({
    do: fc.constant('create' as const),
    duration: fc.integer({ min: 2, max: 10 }),
    outcome: fc.oneof(
      fc.constant({
        type: 'fail' as const,
        failureCode: 'SAFETY.INPUT.TEXT',
        failure: undefined,
        cost: undefined,
      }),
      fc.record({
        type: fc.constant('fail' as const),
        failureCode: fc.constant(undefined),
        failure: fc.constant(undefined),
        cost: fc.nat(200),
      }),
      fc.constant({ type: 'stuck' as const, at: undefined }),
    ),
  }),
  fc.record({ do: fc.constant('delete' as const), task: fc.nat(20) }),
  fc.record({ do: fc.constant('advance' as const), ms: fc.nat(60) }),
);

test('every credit is either on the balance or on the ledger, and the ledger says what the tasks say', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { clock, ledger, runway, call } = localRunway();
      const ids: string[] = [];

      for (const next of steps) {
        if (next.do === 'advance') clock.advance(next.ms);
        if (next.do === 'delete') call('DELETE', `tasks/${ids[next.task] ?? 'none'}`);
        if (next.do === 'create') {
          const outcome = 'outcome' in next ? next.outcome : undefined;
          const reply = call('POST', 'text_to_video', { ...CREATE, duration: next.duration }, outcome);
          if (reply.taskId !== undefined) ids.push(reply.taskId);
        }
      }

      const { creditBalance } = call('GET', 'organization').json as { creditBalance: number };
      const tasks = runway.tasks() as readonly Task[];
      const owed = tasks.reduce((sum, task) => sum + (task.ended?.cost ?? task.price), 0);
      const totals = ledger.totals();
      expect(creditBalance).toBe(START_CREDITS - totals.netCredits);
      expect(creditBalance).toBeGreaterThanOrEqual(0);
      expect(totals.netCredits).toBe(owed);
      expect(totals.netMicros).toBe(owed * MICROS_PER_CREDIT);
      expect(totals.charges).toBe(ids.length);
    }),
  );
});
