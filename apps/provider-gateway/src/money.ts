import type { BudgetRule, Clock, FactStore, SpendRateSettings } from '@reelmesh/domain';
import type { Bus, Running } from '@reelmesh/messaging';
import type { Logger, Metrics } from '@reelmesh/service';
import { loadBudgets } from './budgets.ts';
import type { FilmStops } from './film-stops.ts';
import { LedgerKeeper } from './ledger-keeper.ts';
import { sweepReservations } from './ledger-sweep.ts';
import { MoneyWatch } from './money-watch.ts';
import { ProviderSwitches } from './provider-switches.ts';
import type { TakeLog } from './take-log.ts';

export interface MoneyDeps {
  readonly bus: Bus;
  readonly facts: FactStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly takeLog: TakeLog;
  readonly stops: FilmStops;
  readonly providers: readonly string[];
  readonly configDir: string | undefined;
  readonly watchMs: number;
  readonly spendAlert: SpendRateSettings;
}

export interface Money extends Running {
  readonly budgets: readonly BudgetRule[];
  readonly ledger: LedgerKeeper;
  readonly switches: ProviderSwitches;
  /** A switch was thrown here: the other gateways are to read them again. */
  onSwitched(provider: string): void;
}

/** A hint that a switch was thrown may be lost. */
const SWITCHES_MS = 15_000;
const SWEEP_MS = 600_000;

/** What a gateway needs to know of money before it sends anything, and what it does about it meanwhile. */
export async function openMoney(deps: MoneyDeps): Promise<Money> {
  const { bus, facts, clock, log, takeLog, stops, providers } = deps;
  const budgets = await loadBudgets(providers, deps.configDir);
  const ledger = new LedgerKeeper({ facts, clock, log, budgets });
  const switches = new ProviderSwitches(facts, clock);
  await switches.refresh();
  const watch = new MoneyWatch({ ...deps, ledger, budgets });
  let stopped = false;

  const heard = bus.onHint('provider-switch', readSwitches);
  const ticks = [
    setInterval(readSwitches, SWITCHES_MS),
    setInterval(sweep, SWEEP_MS),
    setInterval(look, deps.watchMs),
  ];
  sweep();
  look();

  return {
    budgets,
    ledger,
    switches,
    onSwitched: (provider) => bus.hint('provider-switch', provider),
    async stop() {
      stopped = true;
      ticks.forEach((tick) => clearInterval(tick));
      await heard.stop();
    },
  };

  function readSwitches(): void {
    attempt(switches.refresh(), 'switches of providers could not be read');
  }

  function sweep(): void {
    ledger.tidy();
    attempt(sweepReservations({ ledger, takeLog, stops }), 'reservations could not be looked through');
  }

  function look(): void {
    attempt(watch.look(), 'money could not be looked at');
  }

  function attempt(job: Promise<void>, failure: string): void {
    job.catch((error: unknown) => {
      if (!stopped) log.error({ err: error }, failure);
    });
  }
}
