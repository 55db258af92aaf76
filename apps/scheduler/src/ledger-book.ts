import type { Clock, FactStore, FilmRecord, LedgerBody, LedgerFact, Plan } from '@reelmesh/domain';
import {
  AppError,
  Code,
  balanceOf,
  formatUsd,
  ledgerStream,
  releaseId,
  reserveId,
  sumMicros,
} from '@reelmesh/domain';

/** The scheduler's part of the ledger: what is set aside for a film, and what of it is given back. */
export class LedgerBook {
  readonly #facts: FactStore;
  readonly #clock: Clock;

  constructor(facts: FactStore, clock: Clock) {
    this.#facts = facts;
    this.#clock = clock;
  }

  /** The reservation of a plan; nothing for a film that cannot cost anything. */
  reservation(film: FilmRef, revision: number, plan: Plan): readonly LedgerFact[] {
    const amount = reservedBy(plan);
    return amount === 0
      ? []
      : [this.#entry(film, reserveId(film.id, revision), 'LEDGER_KIND_RESERVE', amount)];
  }

  /** For a shot that was thought to be in the cache and is not. Idempotent by shot. */
  async reserveMore(film: FilmRecord, key: string, amountMicros: number): Promise<void> {
    const id = `${reserveId(film.id, film.revision)}/${key.slice(0, 16)}`;
    await this.#facts.append([this.#entry(film, id, 'LEDGER_KIND_RESERVE', amountMicros)]);
  }

  /** Gives back what the film has not spent. Idempotent by revision; to be called when none of its takes is open. */
  async settleUp(film: FilmRecord): Promise<void> {
    const entries = await this.entries(film.id);
    const { heldMicros, reservedMicros } = balanceOf(entries);
    if (reservedMicros === 0) return;
    const id = releaseId(film.id, film.revision);
    await this.#facts.append([this.#entry(film, id, 'LEDGER_KIND_RELEASE', Math.max(0, heldMicros))]);
  }

  async entries(filmId: string): Promise<readonly LedgerFact[]> {
    return (await this.#facts.read(ledgerStream(filmId))) as readonly LedgerFact[];
  }

  #entry(film: FilmRef, id: string, entry: LedgerBody['entry'], amountMicros: number): LedgerFact {
    return {
      id,
      stream: ledgerStream(film.id),
      seq: 0,
      kind: entry === 'LEDGER_KIND_RESERVE' ? 'ledger.reserve' : 'ledger.release',
      tenant: film.tenant,
      atMs: this.#clock.now(),
      epoch: film.epoch,
      body: { entry, filmId: film.id, takeId: '', provider: '', model: '', amountMicros, currency: 'USD' },
    };
  }
}

interface FilmRef {
  readonly id: string;
  readonly tenant: string;
  readonly epoch: number;
}

/** What a plan sets aside: shots that share a clip are paid for once. */
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
