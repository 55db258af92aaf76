import fc from 'fast-check';
import type { FailureClass } from '@reelmesh/contracts/shot';
import { describe, expect, test } from 'vitest';
import { foldTakes, nextShotStep } from '../src/index.ts';
import type { TakeFact } from '../src/index.ts';
import { clip, strategy, takeLog } from './sample.ts';

const free = { provider: 'self-hosted', model: 'animatic', quoteMicros: 0 };
const sending = ['take.sending', { sender: 'g/r' }] as const;
const accepted = ['take.accepted', { taskId: 't' }] as const;

const failed = (attempt: number, failure: FailureClass, costMicros = 0, intent = {}): TakeFact[] =>
  takeLog(attempt, intent, sending, accepted, ['take.failed', { failure, message: 'why', costMicros }]);

const step = (...logs: TakeFact[][]) => nextShotStep(foldTakes(logs.flat()), strategy);

describe('what is done about a shot', () => {
  test('the first take needs no reason', () => {
    expect(step()).toMatchObject({ kind: 'take', attempt: 1, notBeforeMs: 0, fallbackReason: '' });
  });

  test('a settled take is the clip, whatever happened before it', () => {
    const settled = takeLog(
      2,
      {},
      sending,
      accepted,
      ['take.succeeded', { costMicros: 1 }],
      ['take.settled', { clip }],
    );

    expect(step(failed(1, 'FAILURE_CLASS_TRANSIENT'), settled)).toMatchObject({ kind: 'have-clip' });
  });

  test.each([
    ['an intent', takeLog(1, {}), 'continue'],
    ['a send under way', takeLog(1, {}, sending), 'continue'],
    ['an accepted task', takeLog(1, {}, sending, accepted), 'continue'],
    ['an unknown charge', takeLog(1, {}, sending, ['take.unknown', { message: '' }]), 'doubt'],
    [
      'a parked charge',
      takeLog(1, {}, sending, ['take.unknown', { message: '' }], ['take.parked', { message: '' }]),
      'doubt',
    ],
  ] as const)('%s never leads to another take (I1, I5)', (_name, log, kind) => {
    expect(step([...log]).kind).toBe(kind);
  });

  test('what was surely not sent is tried again at the same provider after a pause', () => {
    const log = takeLog(1, {}, sending, ['take.not_sent', { message: 'ECONNREFUSED' }]);

    expect(step(log)).toMatchObject({
      kind: 'take',
      attempt: 2,
      exhausted: new Set(),
      notBeforeMs: 1002 + 1000,
    });
  });

  test.each([
    'MODERATED_INPUT',
    'MODERATED_OUTPUT',
    'INVALID_INPUT',
    'NO_FUNDS',
    'AUTH',
    'UNCLASSIFIED',
  ] as const)('%s ends the shot: no retry, no fallback (I5)', (name) => {
    expect(step(failed(1, `FAILURE_CLASS_${name}`))).toMatchObject({
      kind: 'give-up',
      failure: `FAILURE_CLASS_${name}`,
    });
  });

  test('an allowed verdict falls back to the next candidate and says why', () => {
    expect(step(failed(1, 'FAILURE_CLASS_BAD_OUTPUT'))).toMatchObject({
      kind: 'take',
      attempt: 2,
      exhausted: new Set(['runway/gen4.5']),
      fallbackReason: 'runway/gen4.5: bad_output (why)',
    });
  });

  test('a failure that was paid for is not repeated at the same provider', () => {
    expect(step(failed(1, 'FAILURE_CLASS_TRANSIENT', 480_000))).toMatchObject({
      kind: 'take',
      exhausted: new Set(['runway/gen4.5']),
    });
  });

  test('the pause doubles and the same candidate is left after its tries', () => {
    const logs = [1, 2, 3].map((attempt) => failed(attempt, 'FAILURE_CLASS_TRANSIENT'));

    expect(step(...logs)).toMatchObject({ attempt: 4, exhausted: new Set(), notBeforeMs: 3003 + 4000 });
    expect(step(...logs, failed(4, 'FAILURE_CLASS_TRANSIENT'))).toMatchObject({
      exhausted: new Set(['runway/gen4.5']),
    });
  });

  test.each([
    [20_000, 'waits for as long as the provider asks', 20_000],
    [10, 'does not come back sooner than it would by itself', 1000],
    [3_600_000, 'leaves a long wait to the hold', 1000],
  ] as const)('Retry-After of %i ms: %s', (retryAfterMs, _name, pauseMs) => {
    const rejected = { failure: 'FAILURE_CLASS_RATE_LIMIT', message: '429', retryAfterMs } as const;

    expect(step(takeLog(1, {}, sending, ['take.rejected', rejected]))).toMatchObject({
      kind: 'take',
      notBeforeMs: 1002 + pauseMs,
    });
  });

  test('gives up when the last candidate has failed', () => {
    const logs = [failed(1, 'FAILURE_CLASS_BAD_OUTPUT'), failed(2, 'FAILURE_CLASS_BAD_OUTPUT', 0, free)];

    expect(step(...logs)).toMatchObject({ kind: 'give-up', failure: 'FAILURE_CLASS_BAD_OUTPUT' });
  });

  test('whatever fails and however: bounded takes, and never back to a candidate that was left', () => {
    const classes = fc.constantFrom<FailureClass>(
      'FAILURE_CLASS_TRANSIENT',
      'FAILURE_CLASS_RATE_LIMIT',
      'FAILURE_CLASS_BAD_OUTPUT',
      'FAILURE_CLASS_MODERATED_INPUT',
      'FAILURE_CLASS_LOST',
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(classes, fc.boolean()), { minLength: 12, maxLength: 12 }), (fates) => {
        const logs: TakeFact[][] = [];
        const used: string[] = [];
        for (const [failure, paid] of fates) {
          const next = nextShotStep(foldTakes(logs.flat()), strategy);
          if (next.kind !== 'take') break;
          const name = strategy.candidates.find((candidate) => !next.exhausted.has(candidate))!;
          const [provider, model] = name.split('/') as [string, string];
          used.push(name);
          logs.push(failed(next.attempt, failure, paid ? 1 : 0, { provider, model }));
        }

        expect(logs.length).toBeLessThanOrEqual(strategy.maxTakes);
        expect(used).toEqual(
          used.toSorted((a, b) => strategy.candidates.indexOf(a) - strategy.candidates.indexOf(b)),
        );
      }),
    );
  });
});

describe('an allowance for a duplicate', () => {
  const insistent = { ...strategy, duplicateAllowance: 1 };
  const stepOf = (...logs: TakeFact[][]) => nextShotStep(foldTakes(logs.flat()), insistent);
  const unknown = ['take.unknown', { message: 'reset' }] as const;
  const parked = ['take.parked', { message: 'reset' }] as const;
  const lost = (attempt: number) => takeLog(attempt, {}, sending, unknown, parked);
  const takeId1 = foldTakes(lost(1))[0]!.id;

  test('asks the same model anew once a lost create could not be looked up, and no other one (I5)', () => {
    expect(stepOf(lost(1))).toEqual({
      kind: 'take',
      attempt: 2,
      exhausted: new Set(['self-hosted/animatic']),
      notBeforeMs: 0,
      fallbackReason: '',
      duplicateOf: takeId1,
    });
  });

  test.each([
    ['before it was looked up', [takeLog(1, {}, sending, unknown)]],
    ['twice', [lost(1), lost(2)]],
    [
      'for a task that was accepted, whose end is unknown',
      [takeLog(1, {}, sending, accepted, unknown, parked)],
    ],
  ])('is not spent %s', (_name, logs) => {
    expect(stepOf(...logs).kind).toBe('doubt');
  });

  test('sees the second take to its end like any other', () => {
    const settled = takeLog(2, {}, sending, accepted, ['take.succeeded', { costMicros: 1 }]);

    expect(stepOf(lost(1), settled)).toMatchObject({
      kind: 'continue',
      take: { state: 'TAKE_STATE_SUCCEEDED' },
    });
    expect(
      stepOf(lost(1), [...settled, ...takeLog(2, {}, ['take.settled', { clip }]).slice(1)]),
    ).toMatchObject({
      kind: 'have-clip',
    });
  });

  test('leaves the shot in doubt, not failed, when the second take fails for good', () => {
    expect(stepOf(lost(1), failed(2, 'FAILURE_CLASS_MODERATED_INPUT'))).toMatchObject({
      kind: 'doubt',
      take: { id: takeId1 },
    });
  });

  test('tells every take that may be a duplicate', () => {
    expect(stepOf(lost(1), failed(2, 'FAILURE_CLASS_TRANSIENT'))).toMatchObject({
      kind: 'take',
      attempt: 3,
      duplicateOf: takeId1,
    });
  });
});
