import { describe, expect, test } from 'vitest';
import { balanceOf } from '../src/index.ts';
import type { LedgerFact } from '../src/index.ts';

describe('the ledger', () => {
  const entry = (kind: LedgerFact['body']['entry'], amountMicros: number, currency = 'USD'): LedgerFact => ({
    id: '',
    stream: 'ledger/f1',
    seq: 0,
    kind: 'ledger',
    tenant: 'local',
    atMs: 0,
    epoch: 0,
    body: { entry: kind, filmId: 'f1', takeId: '', provider: '', model: '', amountMicros, currency },
  });

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

  test('never adds two currencies', () => {
    expect(() => balanceOf([entry('LEDGER_KIND_SETTLE', 1), entry('LEDGER_KIND_SETTLE', 1, 'CNY')])).toThrow(
      'cannot add USD and CNY',
    );
  });
});
