import type { FactStore, LedgerFact, Plan } from '@reelmesh/domain';
import { AppError, Code, formatUsd, ledgerStream, sumMicros, usdBalanceOf } from '@reelmesh/domain';

/** What a film's takes have cost so far, US dollars. */
export async function spentBy(facts: FactStore, filmId: string): Promise<number> {
  return usdBalanceOf((await facts.read(ledgerStream(filmId))) as readonly LedgerFact[]).settledMicros;
}

/** The most that a plan may cost: shots that share a clip are paid for once. */
export function reservedBy(plan: Plan): number {
  return sumMicros(new Map(plan.shots.map((shot) => [shot.key, shot.reservedMicros])).values());
}

/**
 * RESOURCE_EXHAUSTED (BUDGET_EXCEEDED) when the plan could cost more than the film may.
 * @param spentMicros what earlier revisions cost
 * @param budgetMicros 0 for no limit
 */
export function assertWithinBudget(plan: Plan, spentMicros: number, budgetMicros: number): void {
  const needed = spentMicros + reservedBy(plan);
  if (budgetMicros === 0 || needed <= budgetMicros) return;
  throw new AppError(
    Code.RESOURCE_EXHAUSTED,
    `the film may cost up to ${formatUsd(needed)}, more than its budget of ${formatUsd(budgetMicros)}: raise the budget or choose a cheaper strategy`,
    {
      reason: 'BUDGET_EXCEEDED',
      details: { needed_micros: String(needed), budget_micros: String(budgetMicros) },
    },
  );
}
