import type { ReconcileResponse, ReconciledDay } from '@reelmesh/contracts/ledger';
import { formatMoney, toUnits } from './money-text.ts';
import { formatTable } from './text.ts';

/**
 * What of the difference nobody can explain: takes whose charge is in doubt may have been charged, and no more.
 * Negative when we have booked more than the provider says.
 */
export function unexplainedOf({ differenceMicros, inDoubtMicros }: ReconciledDay): number {
  return differenceMicros < 0 ? differenceMicros : Math.max(0, differenceMicros - inDoubtMicros);
}

/** A row that does not agree is not excused by another that errs the other way. */
export function isExplained({ days }: ReconcileResponse): boolean {
  return days.every((day) => unexplainedOf(day) === 0);
}

/** A row for each day and model, the provider's figure beside ours, and the sums below. */
export function describeReconciliation(provider: string, { currency, days }: ReconcileResponse): string {
  const amounts = (day: Omit<ReconciledDay, 'day' | 'model'>, unexplained: number): readonly string[] =>
    [day.providerMicros, day.ledgerMicros, day.differenceMicros, day.inDoubtMicros, unexplained].map(
      (micros) => formatMoney(micros, currency),
    );
  const total = (of: (day: ReconciledDay) => number): number => days.reduce((sum, day) => sum + of(day), 0);
  const all = {
    providerMicros: total(({ providerMicros }) => providerMicros),
    ledgerMicros: total(({ ledgerMicros }) => ledgerMicros),
    differenceMicros: total(({ differenceMicros }) => differenceMicros),
    inDoubtMicros: total(({ inDoubtMicros }) => inDoubtMicros),
  };
  const wrong = days.filter((day) => unexplainedOf(day) !== 0).length;
  return [
    formatTable(
      ['day (UTC)', 'model', provider, 'ledger', 'difference', 'in doubt', 'unexplained'],
      [
        ...days.map((day) => [day.day, day.model, ...amounts(day, unexplainedOf(day))]),
        ['in all', '', ...amounts(all, total(unexplainedOf))],
      ],
      [2, 3, 4, 5, 6],
    ),
    '',
    wrong === 0
      ? `every charge of ${provider} is booked or in doubt`
      : `${wrong} of ${days.length} rows cannot be explained: compare \`ledger --provider ${provider}\` with the invoice`,
  ].join('\n');
}

/** What `reconcile --json` prints; the names are a contract with scripts. Amounts are units of the currency. */
export function reconciliationReportOf(provider: string, response: ReconcileResponse): object {
  return {
    provider,
    currency: response.currency,
    explained: isExplained(response),
    days: response.days.map((day) => ({
      day: day.day,
      model: day.model,
      provider: toUnits(day.providerMicros),
      ledger: toUnits(day.ledgerMicros),
      difference: toUnits(day.differenceMicros),
      in_doubt: toUnits(day.inDoubtMicros),
      unexplained: toUnits(unexplainedOf(day)),
    })),
  };
}
