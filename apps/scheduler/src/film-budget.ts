import type { FactStore, FilmRecord, LedgerFact, Plan, PlannedShot } from '@reelmesh/domain';
import {
  AppError,
  Code,
  costOf,
  formatUsd,
  keysOf,
  ledgerStream,
  sumMicros,
  usdBalanceOf,
} from '@reelmesh/domain';

/** What a film's takes have cost so far, US dollars. */
export async function spentBy(facts: FactStore, filmId: string): Promise<number> {
  return usdBalanceOf((await facts.read(ledgerStream(filmId))) as readonly LedgerFact[]).settledMicros;
}

/** The most that a plan may cost: shots that share a clip are paid for once. */
function reservedBy(plan: Plan): number {
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

/**
 * Whether a shot may be rendered that was thought to be in the cache when the film was planned, and is not: its plan
 * has set nothing aside for it.
 * @param asked keys of shots that have been let through before
 */
export function hasRoomFor(shot: PlannedShot, film: FilmRecord, asked: ReadonlySet<string>): boolean {
  const { budgetMicros } = film.options;
  if (budgetMicros === 0 || shot.reservedMicros >= shot.limitMicros || film.plan === undefined) return true;
  const others = new Map(film.plan.shots.map((one) => [one.key, one]));
  const promised = keysOf(film.plan)
    .filter((key) => key !== shot.key && !film.ends.has(key))
    .map((key) => (asked.has(key) ? others.get(key)?.limitMicros : others.get(key)?.reservedMicros) ?? 0);
  return costOf(film) + sumMicros(promised) + shot.limitMicros <= budgetMicros;
}
