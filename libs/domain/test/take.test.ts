import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  applyTake,
  foldTake,
  foldTakes,
  isInDoubt,
  isTakeOver,
  mayStep,
  takeFactId,
  takeSteps,
} from '../src/index.ts';
import type { TakeFact, TakeKind, TakeRecord } from '../src/index.ts';
import { clip, takeLog } from './sample.ts';

const bodies = {
  'take.sending': { sender: 'gateway-1/r1' },
  'take.accepted': { taskId: 't1' },
  'take.not_sent': { message: 'refused' },
  'take.rejected': { failure: 'FAILURE_CLASS_QUOTA', message: 'daily quota' },
  'take.unknown': { message: 'reset' },
  'take.found': { taskId: 't1', by: 'operator' },
  'take.not_found': { by: 'operator' },
  'take.written_off': { costMicros: 480_000, by: 'operator' },
  'take.parked': { message: 'reset' },
  'take.cancel_requested': {},
  'take.succeeded': { costMicros: 480_000 },
  'take.failed': { failure: 'FAILURE_CLASS_BAD_OUTPUT', message: 'black', costMicros: 0 },
  'take.cancelled': { costMicros: 0 },
  'take.expired': { message: 'gone', costMicros: 480_000 },
  'take.settled': { clip },
} as const;
type Step = keyof typeof bodies;
const steps = Object.keys(takeSteps) as Step[];

function walk(kinds: readonly Step[]): TakeRecord {
  return foldTake(takeLog(1, {}, ...kinds.map((kind) => [kind, bodies[kind]] as never)))!;
}

describe('the life of a take', () => {
  test.each([
    [['take.sending', 'take.accepted', 'take.succeeded', 'take.settled'], 'TAKE_STATE_SETTLED', 480_000],
    [['take.sending', 'take.not_sent'], 'TAKE_STATE_NOT_SENT', 0],
    [['take.sending', 'take.rejected'], 'TAKE_STATE_REJECTED', 0],
    [['take.rejected'], 'TAKE_STATE_REJECTED', 0],
    [['take.not_sent'], 'TAKE_STATE_NOT_SENT', 0],
    [['take.sending', 'take.unknown', 'take.parked'], 'TAKE_STATE_PARKED', 0],
    [
      ['take.sending', 'take.unknown', 'take.parked', 'take.found', 'take.succeeded', 'take.settled'],
      'TAKE_STATE_SETTLED',
      480_000,
    ],
    [['take.sending', 'take.unknown', 'take.not_found'], 'TAKE_STATE_NOT_FOUND', 0],
    [['take.sending', 'take.unknown', 'take.parked', 'take.written_off'], 'TAKE_STATE_WRITTEN_OFF', 480_000],
    [['take.sending', 'take.accepted', 'take.cancel_requested', 'take.cancelled'], 'TAKE_STATE_CANCELLED', 0],
    [['take.sending', 'take.accepted', 'take.expired'], 'TAKE_STATE_EXPIRED', 480_000],
    [['take.sending', 'take.accepted', 'take.succeeded', 'take.failed'], 'TAKE_STATE_FAILED', 0],
  ] as const)('%j ends in %s', (kinds, state, costMicros) => {
    expect(walk(kinds)).toMatchObject({ state, costMicros });
  });

  test('a late success after a cancel is still settled', () => {
    const take = walk([
      'take.sending',
      'take.accepted',
      'take.cancel_requested',
      'take.succeeded',
      'take.settled',
    ]);

    expect(take).toMatchObject({ state: 'TAKE_STATE_SETTLED', cancelRequested: true, clip });
  });

  test('takes of a shot come by attempt, whatever the order of their facts', () => {
    const facts = [...takeLog(2, {}), ...takeLog(1, {}, ['take.sending', bodies['take.sending']])];

    expect(foldTakes(facts).map((take) => [take.intent.attempt, take.state])).toEqual([
      [1, 'TAKE_STATE_SENDING'],
      [2, 'TAKE_STATE_INTENT'],
    ]);
  });

  test('no step leads out of an ended take', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...steps), { maxLength: 30 }), (kinds) => {
        let facts: TakeFact[] = takeLog(1, {});
        let take = foldTake(facts)!;
        for (const kind of kinds) {
          const allowed = mayStep(take.state, kind);
          const fact = takeLog(1, {}, [kind, bodies[kind]] as never).at(-1)!;

          if (allowed) {
            expect(isTakeOver(take.state)).toBe(false);
            facts = [...facts, fact];
            take = applyTake(take, fact);
          } else {
            expect(() => applyTake(take, fact)).toThrow(`cannot follow ${take.state}`);
          }
        }
      }),
    );
  });

  test('nothing is ever sent twice: sending follows only from the intent', () => {
    expect(takeSteps['take.sending']).toEqual(['TAKE_STATE_INTENT']);
  });

  test('whoever sends, refuses or cancels an intent writes the same fact: only one of them can', () => {
    const exits = steps.filter((kind) => mayStep('TAKE_STATE_INTENT', kind));

    expect(exits.sort()).toEqual(['take.cancelled', 'take.not_sent', 'take.rejected', 'take.sending']);
    expect(new Set(exits.map((kind) => takeFactId('t1', kind, 'TAKE_STATE_INTENT'))).size).toBe(1);
  });

  test('whoever ends a doubt writes the same fact: an operator and a webhook at once are one of them', () => {
    const ends = steps.filter((kind) => mayStep('TAKE_STATE_PARKED', kind));

    expect(ends.sort()).toEqual(['take.found', 'take.not_found', 'take.written_off']);
    expect(new Set(ends.map((kind) => takeFactId('t1', kind, 'TAKE_STATE_PARKED'))).size).toBe(1);
  });

  test('what a provider bills in its own currency costs dollars at the rate of the quote, less its discount', () => {
    const price = {
      currency: 'CNY',
      listMicros: 1_000_000,
      discountPercent: 25,
      usdMicrosPerUnit: 140_000,
      seconds: 5,
    };
    const [sending, accepted, succeeded] = (['take.sending', 'take.accepted', 'take.succeeded'] as const).map(
      (kind) => [kind, { ...bodies[kind], costMicros: 1_000_000 }] as never,
    );

    const take = foldTake(takeLog(1, { price }, sending!, accepted!, succeeded!));

    expect(take).toMatchObject({ chargedMicros: 1_000_000, costMicros: 105_000 });
  });

  test('doubt ends only by a finding or by somebody’s word, never by itself', () => {
    const exits = (Object.keys(takeSteps) as Exclude<TakeKind, 'take.intent'>[]).filter((kind) =>
      mayStep('TAKE_STATE_PARKED', kind),
    );

    expect(exits.sort()).toEqual(['take.found', 'take.not_found', 'take.written_off']);
    expect(isInDoubt('TAKE_STATE_PARKED')).toBe(true);
    expect(isInDoubt('TAKE_STATE_UNKNOWN')).toBe(true);
  });
});
