import type {
  BudgetRule,
  BudgetUse,
  Clock,
  FactStore,
  LedgerFact,
  Spend,
  Spent,
  TakeRecord,
  Verdict,
} from '@reelmesh/domain';
import {
  Spending,
  budgetText,
  chargeOf,
  ledgerKinds,
  monthOf,
  priceOfTake,
  reservation,
  reserveNumber,
  spendRateSince,
  usdOf,
} from '@reelmesh/domain';
import type { Logger } from '@reelmesh/service';
import { FactFollower } from './fact-follower.ts';

export interface KeeperDeps {
  readonly facts: FactStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly budgets: readonly BudgetRule[];
}

const granted: Verdict = { refusedBy: undefined, exceeded: [] };

/**
 * Sets money aside before anything is sent (I4). Reservations are numbered over all gateways, and the store inserts a
 * number once: whoever gets the next one in has decided knowing all reservations there are, so any number of gateways
 * together stay within every budget. Who finds the number taken reads on and decides again.
 */
export class LedgerKeeper {
  readonly #deps: KeeperDeps;
  readonly #follower: FactFollower;
  readonly #spending = new Spending();
  /** Our own entries that the follower has yet to come to. */
  readonly #ahead = new Set<string>();
  readonly #warned = new Set<string>();
  /** Charges of this month, by provider and by model. */
  readonly #bought = new Map<string, number>();
  #spent: Spent[] = [];
  #last = 0;
  #line: Promise<unknown> = Promise.resolve();

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
    this.#follower = new FactFollower(deps.facts, ledgerKinds);
  }

  /** Sets the take's quote aside, unless a hard budget has no room for it. Idempotent by take. */
  reserve(take: TakeRecord): Promise<Verdict> {
    return this.#inLine(async () => {
      const verdict = await this.#reserve(take);
      this.#warn(verdict.exceeded, take);
      return verdict;
    });
  }

  /** Soft budgets that a take would exceed, in words. */
  async warningsFor(spend: Spend): Promise<readonly string[]> {
    const { budgets } = this.#deps;
    if (spend.usdMicros === 0 || budgets.every(({ hard }) => hard)) return [];
    const { exceeded } = (await this.spending()).judge(budgets, spend);
    return exceeded.map((use) => budgetText(use, spend.usdMicros));
  }

  /** What is reserved and spent, as the ledger says now. */
  spending(): Promise<Spending> {
    return this.#inLine(async () => {
      await this.#readOn();
      return this.#spending;
    });
  }

  /** Charges of the last 25 hours, as far as the ledger was read. */
  spentLately(): readonly Spent[] {
    const since = spendRateSince(this.#deps.clock.now());
    this.#spent = this.#spent.filter(({ atMs }) => atMs > since);
    return this.#spent;
  }

  /** How many clips this month's ledger has charges for, as far as it was read; of all models unless one is given. */
  videosBought(provider: string, model?: string): number {
    const month = monthOf(this.#deps.clock.now());
    return this.#bought.get(`${month} ${provider}/${model ?? '*'}`) ?? 0;
  }

  /** Lets go of what no budget of this month counts any more. */
  tidy(): void {
    const month = monthOf(this.#deps.clock.now());
    this.#spending.forgetBefore(month);
    for (const key of this.#bought.keys()) if (!key.startsWith(month)) this.#bought.delete(key);
  }

  async #reserve(take: TakeRecord): Promise<Verdict> {
    const { facts, clock, budgets } = this.#deps;
    const { provider } = take.intent;
    const price = priceOfTake(take.intent);
    const { usdMicros } = chargeOf(price, price.listMicros);
    // Every turn but the last finds that another gateway has reserved meanwhile, or reads on once.
    for (let fresh = false; ;) {
      if (this.#spending.isReserved(take.id)) return granted;
      const atMs = clock.now();
      const verdict = this.#spending.judge(budgets, { tenant: take.tenant, provider, usdMicros, atMs });
      // What others have given back meanwhile may make room.
      if (verdict.refusedBy !== undefined && fresh) return verdict;
      if (verdict.refusedBy === undefined) {
        const entry = reservation(take, this.#last + 1, atMs);
        const [result] = await facts.append([entry]);
        if (result === 'inserted') {
          this.#apply(entry);
          this.#ahead.add(entry.id);
          return verdict;
        }
      }
      await this.#readOn();
      fresh = verdict.refusedBy !== undefined;
    }
  }

  async #readOn(): Promise<void> {
    await this.#follower.readOn((fact) => {
      if (!this.#ahead.delete(fact.id)) this.#apply(fact as LedgerFact);
    });
  }

  #apply(entry: LedgerFact): void {
    this.#spending.apply(entry);
    if (entry.kind === 'ledger.settle') {
      const { provider, model } = entry.body;
      const { atMs } = entry;
      if (atMs > spendRateSince(this.#deps.clock.now()))
        this.#spent.push({ atMs, usdMicros: usdOf(entry.body) });
      for (const name of [model, '*']) {
        const key = `${monthOf(entry.atMs)} ${provider}/${name}`;
        this.#bought.set(key, (this.#bought.get(key) ?? 0) + 1);
      }
    }
    if (entry.kind === 'ledger.reserve') this.#last = Math.max(this.#last, reserveNumber(entry.id) || 0);
  }

  /** Once for each budget and period: a warning that comes with every take is read by nobody. */
  #warn(exceeded: readonly BudgetUse[], take: TakeRecord): void {
    for (const use of exceeded) {
      const key = `${use.scope} ${use.subject} ${use.period}`;
      if (this.#warned.has(key)) continue;
      this.#warned.add(key);
      const { scope, subject, period, limitMicros } = use;
      this.#deps.log.warn(
        { scope, subject, period, limitMicros, takeId: take.id },
        `${budgetText(use, take.intent.quoteMicros)}: it is soft, so the take goes on`,
      );
    }
  }

  #inLine<T>(job: () => Promise<T>): Promise<T> {
    const result = this.#line.then(job);
    this.#line = result.catch(() => undefined);
    return result;
  }
}
