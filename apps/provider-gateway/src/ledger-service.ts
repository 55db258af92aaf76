import type { LedgerServiceDefinition, ModelStatus, ProviderStatus } from '@reelmesh/contracts/ledger';
import { AppError, Code, invalid, priceOf } from '@reelmesh/domain';
import type { BudgetRule, Clock, FactStore, TakeRecord } from '@reelmesh/domain';
import type { Handlers } from '@reelmesh/messaging';
import type { Logger } from '@reelmesh/service';
import type { Catalogue } from './catalogue.ts';
import type { CredentialSlots } from './credential-slots.ts';
import type { LedgerKeeper } from './ledger-keeper.ts';
import { listEntries } from './ledger-reader.ts';
import type { Provider } from './provider.ts';
import type { ProviderSwitches } from './provider-switches.ts';
import { reconciledDays } from './reconcile.ts';
import type { TakeLog } from './take-log.ts';

export interface LedgerServiceDeps {
  readonly log: Logger;
  readonly clock: Clock;
  readonly facts: FactStore;
  readonly catalogue: Catalogue;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly slots: Pick<CredentialSlots, 'usageOf'>;
  readonly takeLog: TakeLog;
  readonly ledger: LedgerKeeper;
  readonly budgets: readonly BudgetRule[];
  readonly switches: ProviderSwitches;
  /** The other gateways are to read the switches again. */
  readonly onSwitched: (provider: string) => void;
}

const MAX_REASON = 200;
const RECONCILE_TIMEOUT_MS = 55_000;

export function ledgerService(deps: LedgerServiceDeps): Handlers<typeof LedgerServiceDefinition> {
  const { log, clock, facts, catalogue, providers, slots, takeLog, ledger, budgets, switches } = deps;
  return {
    listEntries: (request) => listEntries(facts, request),

    async listBudgets({ tenant }) {
      const spending = await ledger.spending();
      const atMs = clock.now();
      const uses = [...providers.keys()].flatMap((provider) =>
        spending.usesOf(budgets, { tenant, provider, atMs }),
      );
      // Tenant and platform are the same with every provider.
      const distinct = new Map(uses.map((use) => [`${use.scope} ${use.subject} ${use.hard}`, use]));
      return { budgets: [...distinct.values()] };
    },

    async reconcile({ provider: name, fromDay, toDay }) {
      const provider = providerNamed(name);
      if (provider.usage === undefined) {
        throw new AppError(Code.UNIMPLEMENTED, `${name} gives no figures of its own`, {
          reason: 'NO_FIGURES',
        });
      }
      const [usage, holding] = await Promise.all([
        provider.usage(fromDay, toDay, AbortSignal.timeout(RECONCILE_TIMEOUT_MS)),
        takesHolding(),
      ]);
      const remoteIdOf = (model: string): string =>
        catalogue.models.get(`${name}/${model}`)?.remoteId ?? model;
      const days = await reconciledDays(facts, {
        provider: name,
        fromDay,
        toDay,
        usage,
        holding,
        remoteIdOf,
      });
      return { currency: currencyOf(name), days };
    },

    async listProviders() {
      await switches.refresh();
      return { providers: [...providers.keys()].map(status) };
    },

    async switchProvider({ provider, enabled, reason, by }) {
      providerNamed(provider);
      if (!enabled && reason.trim() === '') {
        throw invalid('REASON_MISSING', `provider ${provider}: switching it off needs a reason`, {
          field: 'reason',
        });
      }
      if (reason.length > MAX_REASON) {
        throw invalid('REASON_TOO_LONG', `reason: must be at most ${MAX_REASON} characters`, {
          field: 'reason',
        });
      }
      await switches.set(provider, { enabled, reason, by });
      log.warn({ provider, reason, by }, enabled ? 'provider switched on' : 'provider switched off');
      deps.onSwitched(provider);
      return { provider: status(provider) };
    },
  };

  function providerNamed(name: string): Provider {
    const provider = providers.get(name);
    if (provider !== undefined) return provider;
    const known = [...providers.keys()].join(', ');
    throw new AppError(Code.NOT_FOUND, `no provider ${name.slice(0, 64)}: there are ${known}`, {
      reason: 'PROVIDER_UNKNOWN',
    });
  }

  function status(name: string): ProviderStatus {
    const { enabled, reason, by, atMs } = switches.stateOf(name);
    const cards = [...catalogue.models.values()].filter((card) => card.provider === name);
    const provider = providers.get(name);
    const models = cards.map((card): ModelStatus => {
      const seconds = Math.min(...card.seconds);
      const obstacle = switches.obstacleOf(name) ?? provider?.unavailable(card.model);
      return {
        name: card.model,
        obstacle: obstacle?.reason ?? '',
        priceMicros: priceOf(card, seconds),
        seconds,
      };
    });
    return {
      name,
      models,
      enabled,
      switchReason: reason,
      switchBy: by,
      switchTimeMs: atMs,
      ...slots.usageOf(name),
    };
  }

  async function takesHolding(): Promise<readonly TakeRecord[]> {
    const takes = await Promise.all((await ledger.spending()).holding().map((id) => takeLog.read(id)));
    return takes.filter((take) => take !== undefined);
  }

  /** A provider bills in one currency. */
  function currencyOf(name: string): string {
    const [card] = [...catalogue.models.values()].filter(({ provider }) => provider === name);
    return card?.currency ?? 'USD';
  }
}
