import type { BudgetScope } from '@reelmesh/contracts/ledger';
import type { LedgerFact } from './ledger.ts';
import { usdOf } from './ledger.ts';
import { formatUsd } from './money.ts';

export type Scope = Exclude<BudgetScope, 'BUDGET_SCOPE_UNSPECIFIED' | 'UNRECOGNIZED'>;

/** How much may be spent by whom in a day or a month (UTC). */
export interface BudgetRule {
  readonly scope: Scope;
  /** A tenant or provider; `*`: each of them for itself; empty for the platform. */
  readonly subject: string;
  /** US dollars, millionths. */
  readonly limitMicros: number;
  /** Whether a take that would go above it is refused; otherwise it is only warned about. */
  readonly hard: boolean;
}

/** What a take would cost, and whose budgets it would use up. */
export interface Spend {
  readonly tenant: string;
  readonly provider: string;
  readonly usdMicros: number;
  readonly atMs: number;
}

/** One budget for one subject in one period, and how much of it is used up. */
export interface BudgetUse {
  readonly scope: Scope;
  readonly subject: string;
  /** `2026-11-25`, `2026-11`. */
  readonly period: string;
  readonly limitMicros: number;
  readonly settledMicros: number;
  readonly reservedMicros: number;
  readonly hard: boolean;
}

export interface Verdict {
  /** The hard budget that has no room. */
  readonly refusedBy: BudgetUse | undefined;
  /** Soft budgets that would be exceeded. */
  readonly exceeded: readonly BudgetUse[];
}

interface Used {
  readonly settledMicros: number;
  readonly reservedMicros: number;
}

interface TakeMoney {
  readonly tenant: string;
  readonly provider: string;
  /** The take counts where it was reserved, whenever it is settled. */
  readonly day: string;
  reserved: number;
  settled: number;
  released: number;
  adjusted: number;
}

const scopes: readonly Scope[] = [
  'BUDGET_SCOPE_TENANT_DAY',
  'BUDGET_SCOPE_TENANT_MONTH',
  'BUDGET_SCOPE_PROVIDER_DAY',
  'BUDGET_SCOPE_PLATFORM_MONTH',
];
const nothing: Used = { settledMicros: 0, reservedMicros: 0 };

/** The day (UTC) of a time: `2026-11-25`. */
export const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);
/** The month (UTC) of a time: `2026-11`. */
export const monthOf = (atMs: number): string => dayOf(atMs).slice(0, 7);

/** What of all budgets is used up: a fold of the ledger, whose facts may come in any order, each once. */
export class Spending {
  readonly #takes = new Map<string, TakeMoney>();
  readonly #used = new Map<string, Used>();

  apply({ tenant, atMs, body }: LedgerFact): void {
    const { takeId, entry, provider } = body;
    // Reservations of whole films, from before they were kept by take.
    if (takeId === '') return;
    const usdMicros = usdOf(body);
    const take = this.#takes.get(takeId) ?? {
      ...{ tenant, provider, day: dayOf(atMs) },
      ...{ reserved: 0, settled: 0, released: 0, adjusted: 0 },
    };
    this.#takes.set(takeId, take);
    const before = usedBy(take);
    if (entry === 'LEDGER_KIND_RESERVE') take.reserved = usdMicros;
    else if (entry === 'LEDGER_KIND_SETTLE') take.settled = usdMicros;
    else if (entry === 'LEDGER_KIND_RELEASE') take.released = usdMicros;
    else take.adjusted += usdMicros;
    const after = usedBy(take);
    for (const key of keysOf(take)) {
      const used = this.#used.get(key) ?? nothing;
      this.#used.set(key, {
        settledMicros: used.settledMicros + after.settledMicros - before.settledMicros,
        reservedMicros: used.reservedMicros + after.reservedMicros - before.reservedMicros,
      });
    }
  }

  /** Whether something is or was set aside for the take. */
  isReserved(takeId: string): boolean {
    return (this.#takes.get(takeId)?.reserved ?? 0) > 0;
  }

  /** Takes that hold money which is neither spent nor given back. */
  holding(): readonly string[] {
    return [...this.#takes].flatMap(([id, take]) => (usedBy(take).reservedMicros > 0 ? [id] : []));
  }

  /** What of a take's reservation is neither spent nor given back. */
  heldBy(takeId: string): number {
    const take = this.#takes.get(takeId);
    return take === undefined ? 0 : usedBy(take).reservedMicros;
  }

  /** The same of all takes, by provider. */
  heldByProvider(): ReadonlyMap<string, number> {
    const held = new Map<string, number>();
    for (const take of this.#takes.values()) {
      held.set(take.provider, (held.get(take.provider) ?? 0) + usedBy(take).reservedMicros);
    }
    return held;
  }

  /** Forgets takes whose money is spent or given back and that were reserved before this month, and the totals of before. */
  forgetBefore(month: string): void {
    for (const [id, take] of this.#takes) {
      if (take.day.slice(0, 7) < month && usedBy(take).reservedMicros === 0) this.#takes.delete(id);
    }
    for (const key of this.#used.keys())
      if (key.slice(key.lastIndexOf(' ') + 1) < month) this.#used.delete(key);
  }

  /** Every budget that anything of is used up now, for each tenant and provider. */
  allUses(rules: readonly BudgetRule[], atMs: number): readonly BudgetUse[] {
    const tenants = new Set<string>();
    const providers = new Set<string>();
    for (const key of this.#used.keys()) {
      const [scope = '', subject = '', period = ''] = key.split(' ');
      if (scope === 'BUDGET_SCOPE_TENANT_MONTH' && period === monthOf(atMs)) tenants.add(subject);
      if (scope === 'BUDGET_SCOPE_PROVIDER_DAY' && period === dayOf(atMs)) providers.add(subject);
    }
    const uses = [...tenants].flatMap((tenant) =>
      [...providers, ''].flatMap((provider) => this.usesOf(rules, { tenant, provider, atMs })),
    );
    return [...new Map(uses.map((use) => [`${use.scope} ${use.subject} ${use.hard}`, use])).values()];
  }

  /** The budgets that a take falls under, as they stand. */
  usesOf(rules: readonly BudgetRule[], spend: Omit<Spend, 'usdMicros'>): readonly BudgetUse[] {
    return scopes.flatMap((scope) => {
      const subject = subjectOf(scope, spend);
      const ofScope = rules.filter((rule) => rule.scope === scope);
      const own = ofScope.filter((rule) => rule.subject === subject);
      const rulesOf = own.length > 0 ? own : ofScope.filter((rule) => rule.subject === '*');
      return rulesOf.map(({ limitMicros, hard }): BudgetUse => {
        const period = periodOf(scope, dayOf(spend.atMs));
        const used = this.#used.get(`${scope} ${subject} ${period}`) ?? nothing;
        return { scope, subject, period, limitMicros, hard, ...used };
      });
    });
  }

  /** Whether the take may be sent: what is settled and reserved must stay within every hard budget (I4). */
  judge(rules: readonly BudgetRule[], spend: Spend): Verdict {
    const exceeded = this.usesOf(rules, spend).filter(
      (use) => use.settledMicros + use.reservedMicros + spend.usdMicros > use.limitMicros,
    );
    return {
      refusedBy: exceeded.find(({ hard }) => hard),
      exceeded: exceeded.filter(({ hard }) => !hard),
    };
  }
}

/** `the budget of tenant acme for 2026-11-25 of $10.00: $9.90 used, $0.36 needed`. */
export function budgetText(
  { scope, subject, period, limitMicros, ...used }: BudgetUse,
  needed: number,
): string {
  const whose =
    scope === 'BUDGET_SCOPE_PLATFORM_MONTH'
      ? 'the platform'
      : `${scope === 'BUDGET_SCOPE_PROVIDER_DAY' ? 'provider' : 'tenant'} ${subject}`;
  const usedMicros = used.settledMicros + used.reservedMicros;
  return `the budget of ${whose} for ${period} of ${formatUsd(limitMicros)}: ${formatUsd(usedMicros)} used, ${formatUsd(needed)} needed`;
}

function usedBy({ reserved, settled, released, adjusted }: TakeMoney): Used {
  return { settledMicros: settled + adjusted, reservedMicros: Math.max(0, reserved - settled - released) };
}

function keysOf({ tenant, provider, day }: TakeMoney): readonly string[] {
  return scopes.map((scope) => `${scope} ${subjectOf(scope, { tenant, provider })} ${periodOf(scope, day)}`);
}

function subjectOf(scope: Scope, { tenant, provider }: Pick<Spend, 'tenant' | 'provider'>): string {
  if (scope === 'BUDGET_SCOPE_PLATFORM_MONTH') return '';
  return scope === 'BUDGET_SCOPE_PROVIDER_DAY' ? provider : tenant;
}

function periodOf(scope: Scope, day: string): string {
  return scope.endsWith('_DAY') ? day : day.slice(0, 7);
}
