import type { BudgetRule, Clock, FactStore, Scope, SpendRateSettings } from '@reelmesh/domain';
import { formatUsd, spendRate } from '@reelmesh/domain';
import type { Logger, Metrics } from '@reelmesh/service';
import { Doubts } from './doubts.ts';
import type { LedgerKeeper } from './ledger-keeper.ts';
import type { TakeLog } from './take-log.ts';

export interface MoneyWatchDeps {
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly facts: FactStore;
  readonly takeLog: TakeLog;
  readonly ledger: LedgerKeeper;
  readonly budgets: readonly BudgetRule[];
  readonly spendAlert: SpendRateSettings;
  /** Shown also while they hold nothing. */
  readonly providers: readonly string[];
}

const HOUR_MS = 3_600_000;
const USD = 1_000_000;

/** What Grafana sees of money: what is at risk, how much of the budgets is used, how fast it goes out. Of all gateways. */
export class MoneyWatch {
  readonly #deps: MoneyWatchDeps;
  readonly #doubts: Doubts;
  readonly #atRisk;
  readonly #unknown;
  readonly #oldest;
  readonly #budgets;
  readonly #lastHour;
  readonly #alert;
  #alertedAtMs = -Infinity;

  constructor(deps: MoneyWatchDeps) {
    this.#deps = deps;
    this.#doubts = new Doubts(deps.facts, deps.takeLog);
    const gauge = deps.metrics.gauge.bind(deps.metrics);
    this.#atRisk = gauge(
      'reelmesh_money_at_risk_usd',
      'set aside for takes that are under way (reserved) or whose charge is unknown (in_doubt)',
      ['provider', 'state'],
    );
    this.#unknown = gauge('reelmesh_takes_unknown', 'takes whose charge is in doubt', ['provider']);
    this.#oldest = gauge('reelmesh_takes_unknown_oldest_seconds', 'age of the oldest doubt; 0 without any', [
      'provider',
    ]);
    this.#budgets = gauge(
      'reelmesh_budget_used_ratio',
      'settled and reserved, of the limit: of the budget of this kind that is used up most',
      ['scope', 'limit'],
    );
    this.#lastHour = gauge('reelmesh_spend_last_hour_usd', 'charges that were booked in the last hour');
    this.#alert = gauge(
      'reelmesh_spend_alert',
      '1 while the last hour cost remarkably more than the day before',
    );
  }

  async look(): Promise<void> {
    const spending = await this.#deps.ledger.spending();
    const doubts = await this.#doubts.read();
    const now = this.#deps.clock.now();
    const held = spending.heldByProvider();
    for (const provider of this.#deps.providers) {
      const ofProvider = doubts.filter((doubt) => doubt.provider === provider);
      const inDoubt = ofProvider.reduce((sum, { takeId }) => sum + spending.heldBy(takeId), 0);
      this.#atRisk.set({ provider, state: 'in_doubt' }, inDoubt / USD);
      this.#atRisk.set({ provider, state: 'reserved' }, ((held.get(provider) ?? 0) - inDoubt) / USD);
      this.#unknown.set({ provider }, ofProvider.length);
      const since = Math.min(now, ...ofProvider.map(({ sinceMs }) => sinceMs));
      this.#oldest.set({ provider }, (now - since) / 1000);
    }
    const ratios = new Map<string, { scope: Scope; hard: boolean; ratio: number }>();
    for (const use of spending.allUses(this.#deps.budgets, now)) {
      const { scope, hard, limitMicros, settledMicros, reservedMicros } = use;
      const used = settledMicros + reservedMicros;
      const ratio = limitMicros === 0 ? Number(used > 0) : used / limitMicros;
      const key = `${scope} ${hard}`;
      if (ratio >= (ratios.get(key)?.ratio ?? 0)) ratios.set(key, { scope, hard, ratio });
    }
    this.#budgets.reset();
    for (const { scope, hard, ratio } of ratios.values()) {
      const name = scope.slice('BUDGET_SCOPE_'.length).toLowerCase();
      this.#budgets.set({ scope: name, limit: hard ? 'hard' : 'soft' }, ratio);
    }
    this.#mindRate(now);
  }

  #mindRate(now: number): void {
    const { log, ledger, spendAlert } = this.#deps;
    const { lastHourMicros, medianMicros, isHigh } = spendRate(ledger.spentLately(), now, spendAlert);
    this.#lastHour.set(lastHourMicros / USD);
    this.#alert.set(Number(isHigh));
    if (!isHigh || now - this.#alertedAtMs < HOUR_MS) return;
    this.#alertedAtMs = now;
    log.error(
      { lastHourMicros, medianMicros },
      `money goes out fast: ${formatUsd(lastHourMicros)} in the last hour, ${formatUsd(Math.round(medianMicros))} in a usual one of the day before; providers off stops it`,
    );
  }
}
