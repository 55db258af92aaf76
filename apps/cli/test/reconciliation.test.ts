import type { ReconcileResponse } from '@reelmesh/contracts/ledger';
import { expect, test } from 'vitest';
import {
  describeReconciliation,
  isExplained,
  reconciliationReportOf,
  unexplainedOf,
} from '../src/reconciliation.ts';

const row = (providerMicros: number, ledgerMicros: number, inDoubtMicros = 0) => ({
  day: '2026-11-25',
  model: 'gen4.5',
  providerMicros,
  ledgerMicros,
  inDoubtMicros,
  differenceMicros: providerMicros - ledgerMicros,
});
const response = (...days: readonly ReturnType<typeof row>[]): ReconcileResponse => ({
  currency: 'USD',
  days,
});

test.each([
  ['equal figures', row(100, 100), 0],
  ['a charge that a take in doubt covers', row(136, 100, 36), 0],
  ['a take in doubt that was not charged', row(100, 100, 36), 0],
  ['more than all takes in doubt', row(150, 100, 36), 14],
  ['more booked than charged', row(90, 100), -10],
  ['more booked than charged, with a take in doubt', row(90, 100, 36), -10],
])('%s: what cannot be explained', (_what, day, unexplained) => {
  expect(unexplainedOf(day)).toBe(unexplained);
});

test('two rows that err in opposite directions do not explain each other', () => {
  expect(isExplained(response(row(110, 100), row(90, 100)))).toBe(false);
  expect(isExplained(response(row(136, 100, 36), row(100, 100)))).toBe(true);
});

test('people see both figures, what is in doubt, what is left unexplained, and the sums', () => {
  const lines = describeReconciliation(
    'runway',
    response(row(960_000, 600_000, 360_000), row(240_000, 0)),
  ).split('\n');

  expect(lines[0]).toMatch(/^day \(UTC\) +model +runway +ledger +difference +in doubt +unexplained$/);
  expect(lines[1]).toMatch(/^2026-11-25 +gen4\.5 +\$0\.96 +\$0\.60 +\$0\.36 +\$0\.36 +\$0\.00$/);
  expect(lines[3]).toMatch(/^in all +\$1\.20 +\$0\.60 +\$0\.60 +\$0\.36 +\$0\.24$/);
  expect(lines.at(-1)).toContain('1 of 2 rows cannot be explained');
});

test('the JSON says whether all is explained', () => {
  expect(reconciliationReportOf('runway', response(row(240_000, 240_000)))).toEqual({
    provider: 'runway',
    currency: 'USD',
    explained: true,
    days: [
      {
        day: '2026-11-25',
        model: 'gen4.5',
        provider: 0.24,
        ledger: 0.24,
        difference: 0,
        in_doubt: 0,
        unexplained: 0,
      },
    ],
  });
});
