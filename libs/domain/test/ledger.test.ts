import { describe, expect, test } from 'vitest';
import { balanceOf, bookingsOf, correction, foldTake, reservation, usdBalanceOf } from '../src/index.ts';
import type { LedgerFact, TakeIntent } from '../src/index.ts';
import { takeLog } from './sample.ts';

const entry = (
  kind: LedgerFact['body']['entry'],
  amountMicros: number,
  more: Partial<LedgerFact['body']> = {},
): LedgerFact => ({
  id: '',
  stream: 'ledger/f1',
  seq: 0,
  kind: 'ledger',
  tenant: 'local',
  atMs: 0,
  epoch: 0,
  body: {
    ...{ entry: kind, filmId: 'f1', shotId: 's1', takeId: 't1', provider: '', model: '', amountMicros },
    ...{ currency: 'USD', usdMicros: amountMicros, listMicros: 0, seconds: 0, ...more },
  },
});

describe('the balance', () => {
  test('holds what is reserved and neither spent nor given back', () => {
    const entries = [
      entry('LEDGER_KIND_RESERVE', 100),
      entry('LEDGER_KIND_SETTLE', 60),
      entry('LEDGER_KIND_RELEASE', 30),
    ];

    expect(balanceOf(entries)).toEqual({
      reservedMicros: 100,
      settledMicros: 60,
      releasedMicros: 30,
      heldMicros: 10,
    });
  });

  test('a take that cost more than was set aside takes nothing from what is held for another', () => {
    const entries = [
      entry('LEDGER_KIND_RESERVE', 100),
      entry('LEDGER_KIND_SETTLE', 150),
      entry('LEDGER_KIND_RESERVE', 100, { takeId: 't2' }),
    ];

    expect(balanceOf(entries)).toMatchObject({ settledMicros: 150, heldMicros: 100 });
  });

  test('never adds two currencies, but in dollars', () => {
    const entries = [
      entry('LEDGER_KIND_SETTLE', 1_000_000),
      entry('LEDGER_KIND_SETTLE', 1_000_000, { currency: 'CNY', usdMicros: 140_845 }),
    ];

    expect(() => balanceOf(entries)).toThrow('cannot add USD and CNY');
    expect(usdBalanceOf(entries).settledMicros).toBe(1_140_845);
  });
});

test('entries of before there were other currencies count in dollars', () => {
  const { usdMicros: _, ...body } = entry('LEDGER_KIND_SETTLE', 100).body;
  const old = { ...entry('LEDGER_KIND_SETTLE', 100), body: body as LedgerFact['body'] };

  expect(usdBalanceOf([old]).settledMicros).toBe(100);
});

describe('what is booked of a take', () => {
  const yuan = {
    ...{ currency: 'CNY', listMicros: 1_000_000, discountPercent: 20, usdMicrosPerUnit: 140_845, seconds: 5 },
  } satisfies TakeIntent['price'];
  const sending = ['take.sending', { sender: 'g/r' }] as const;
  const accepted = ['take.accepted', { taskId: 't' }] as const;
  const take = (...steps: Parameters<typeof takeLog>[2][]) =>
    foldTake(takeLog(1, { price: yuan, quoteMicros: 112_676 }, ...steps))!;

  test('its quote is set aside in the currency of its provider, less the discount, and in dollars', () => {
    expect(reservation(take(), 7, 5)).toMatchObject({
      id: 'ledger/reserve/000000000007',
      kind: 'ledger.reserve',
      body: { amountMicros: 800_000, currency: 'CNY', usdMicros: 112_676, listMicros: 0, seconds: 0 },
    });
  });

  test.each([
    ['the whole price', 1_000_000, [['LEDGER_KIND_SETTLE', 800_000, 112_676, 1_000_000, 5]]],
    [
      'half of it',
      500_000,
      [
        ['LEDGER_KIND_SETTLE', 400_000, 56_338, 500_000, 5],
        ['LEDGER_KIND_RELEASE', 400_000, 56_338, 0, 0],
      ],
    ],
    ['nothing', 0, [['LEDGER_KIND_RELEASE', 800_000, 112_676, 0, 0]]],
    ['more than the quote', 1_500_000, [['LEDGER_KIND_SETTLE', 1_200_000, 169_014, 1_500_000, 5]]],
  ] as const)('when it is charged %s', (_name, costMicros, entries) => {
    const ended = take(sending, accepted, [
      'take.failed',
      { failure: 'FAILURE_CLASS_BAD_OUTPUT', message: '', costMicros },
    ]);

    const booked = bookingsOf(ended, true).map(({ body }) => [
      ...[body.entry, body.amountMicros, body.usdMicros, body.listMicros, body.seconds],
    ]);

    expect(booked).toEqual(entries);
  });

  test('nothing while its charge is not known', () => {
    expect(bookingsOf(take(sending, accepted), true)).toEqual([]);
    expect(bookingsOf(take(sending, ['take.unknown', { message: '' }]), true)).toEqual([]);
  });

  test('is corrected where it was booked before its step, and the step said otherwise', () => {
    const settled = take(sending, accepted, ['take.expired', { message: '', costMicros: 1_000_000 }]);
    const booked = bookingsOf(settled, true);
    const failed = take(sending, accepted, [
      'take.failed',
      { failure: 'FAILURE_CLASS_BAD_OUTPUT', message: '', costMicros: 500_000 },
    ]);

    expect(correction(settled, booked)).toBeUndefined();
    expect(correction(failed, booked)).toMatchObject({
      kind: 'ledger.adjust',
      body: { amountMicros: -400_000, usdMicros: -56_338, listMicros: -500_000, currency: 'CNY' },
    });
  });

  test('nothing is given back where nothing was set aside', () => {
    expect(bookingsOf(take(['take.cancelled', { costMicros: 0 }]), false)).toEqual([]);
  });
});
