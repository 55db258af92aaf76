import { BudgetScope } from '@reelmesh/contracts/ledger';
import type { Budget, LedgerEntry } from '@reelmesh/contracts/ledger';
import { formatUsd } from '@reelmesh/domain';
import { formatMoment } from './days.ts';
import { columnsOfGrouping, isCharge, sumsBy, totalsOf } from './ledger-sums.ts';
import type { Grouping, LedgerSum } from './ledger-sums.ts';
import { formatMoney, toUnits } from './money-text.ts';
import { formatCount, formatTable } from './text.ts';

/** Every entry, with the sums of all below. */
export function describeEntries(entries: readonly LedgerEntry[]): string {
  const rows = entries.map((entry) => [
    formatMoment(entry.timeMs),
    wordOfKind(entry),
    entry.filmId,
    entry.takeId || '-',
    [entry.provider, entry.model].filter(Boolean).join(' ') || '-',
    formatMoney(entry.amountMicros, entry.currency),
    formatUsd(entry.usdMicros),
  ]);
  return [
    formatTable(['booked (UTC)', 'entry', 'film', 'take', 'provider', 'amount', 'in USD'], rows, [5, 6]),
    '',
    describeTotals(entries),
  ].join('\n');
}

/** One row for each group and currency, with the sums of all below. */
export function describeSums(grouping: Grouping, entries: readonly LedgerEntry[]): string {
  const columns = columnsOfGrouping[grouping];
  const rows = sumsBy(grouping, entries).map((sum) => [
    ...sum.key.map((cell) => cell || '-'),
    String(sum.takes),
    formatMoney(sum.chargedMicros, sum.currency),
    formatMoney(sum.listMicros, sum.currency),
    formatMoney(sum.heldMicros, sum.currency),
    formatUsd(sum.usdMicros),
  ]);
  const right = [0, 1, 2, 3, 4].map((column) => column + columns.length);
  return [
    formatTable([...columns, 'takes', 'charged', 'list price', 'set aside', 'in USD'], rows, right),
    '',
    describeTotals(entries),
  ].join('\n');
}

/** `charged for 3 takes: $0.96, CNY 1.00; $1.10 in all, at the rates of the days` */
function describeTotals(entries: readonly LedgerEntry[]): string {
  const totals = totalsOf(entries);
  const takes = totals.reduce((sum, { takes }) => sum + takes, 0);
  const charged = totals.filter(({ chargedMicros }) => chargedMicros !== 0);
  const held = totals.filter(({ heldMicros }) => heldMicros !== 0);
  const amounts = (sums: readonly LedgerSum[], micros: (sum: LedgerSum) => number): string =>
    sums.map((sum) => formatMoney(micros(sum), sum.currency)).join(', ') || formatUsd(0);
  const isForeign = charged.some(({ currency }) => currency !== 'USD');
  const inDollars = totals.reduce((sum, { usdMicros }) => sum + usdMicros, 0);
  return [
    `charged for ${formatCount(takes, 'take')}: ${amounts(charged, ({ chargedMicros }) => chargedMicros)}`,
    ...(isForeign ? [`; ${formatUsd(inDollars)} in all, at the rates of the days`] : []),
    ...(held.length === 0 ? [] : [`; set aside: ${amounts(held, ({ heldMicros }) => heldMicros)}`]),
  ].join('');
}

/** What `ledger --json` prints; the names are a contract with scripts. Amounts are units of their currency. */
export function ledgerReportOf(entries: readonly LedgerEntry[], grouping: Grouping | undefined): object {
  const usd = entries.filter(isCharge).reduce((sum, { usdMicros }) => sum + usdMicros, 0);
  return {
    ...(grouping === undefined
      ? { entries: entries.map(entryReportOf) }
      : {
          groups: sumsBy(grouping, entries).map((sum) => ({
            [grouping]: sum.key.join('/'),
            ...sumReportOf(sum),
          })),
        }),
    totals: totalsOf(entries).map(sumReportOf),
    total_usd: toUnits(usd),
  };
}

function sumReportOf(sum: LedgerSum): object {
  return {
    currency: sum.currency,
    takes: sum.takes,
    charged: toUnits(sum.chargedMicros),
    list: toUnits(sum.listMicros),
    set_aside: toUnits(sum.heldMicros),
    charged_usd: toUnits(sum.usdMicros),
  };
}

function entryReportOf(entry: LedgerEntry): object {
  return {
    id: entry.id,
    entry: wordOfKind(entry),
    time: new Date(entry.timeMs).toISOString(),
    tenant: entry.tenant,
    film_id: entry.filmId,
    shot_id: entry.shotId,
    take_id: entry.takeId,
    provider: entry.provider,
    model: entry.model,
    seconds: entry.seconds,
    currency: entry.currency,
    amount: toUnits(entry.amountMicros),
    list: toUnits(entry.listMicros),
    amount_usd: toUnits(entry.usdMicros),
  };
}

function wordOfKind({ kind }: LedgerEntry): string {
  return kind.replace('LEDGER_KIND_', '').toLowerCase();
}

/** The limits, and how much of each is used up. */
export function describeBudgets(budgets: readonly Budget[]): string {
  const rows = budgets.map((budget) => {
    const used = budget.settledMicros + budget.reservedMicros;
    return [
      nameOf(budget),
      budget.period,
      formatUsd(budget.limitMicros),
      formatUsd(budget.settledMicros),
      formatUsd(budget.reservedMicros),
      formatUsd(budget.limitMicros - used),
      `${budget.limitMicros === 0 ? 100 : Math.floor((used / budget.limitMicros) * 100)} %`,
      budget.hard ? 'refuses' : 'warns',
    ];
  });
  const headings = ['budget', 'period', 'limit', 'charged', 'set aside', 'left', 'used', 'above it'];
  return formatTable(headings, rows, [2, 3, 4, 5, 6]);
}

function nameOf({ scope, subject }: Budget): string {
  switch (scope) {
    case BudgetScope.BUDGET_SCOPE_TENANT_DAY:
      return `tenant ${subject}, a day`;
    case BudgetScope.BUDGET_SCOPE_TENANT_MONTH:
      return `tenant ${subject}, a month`;
    case BudgetScope.BUDGET_SCOPE_PROVIDER_DAY:
      return `provider ${subject}, a day`;
    case BudgetScope.BUDGET_SCOPE_PLATFORM_MONTH:
      return 'platform, a month';
    default:
      return subject;
  }
}

/** What `budgets --json` prints. */
export function budgetsReportOf(budgets: readonly Budget[]): object {
  return {
    budgets: budgets.map((budget) => ({
      scope: budget.scope.replace('BUDGET_SCOPE_', '').toLowerCase(),
      subject: budget.subject,
      period: budget.period,
      limit_usd: toUnits(budget.limitMicros),
      charged_usd: toUnits(budget.settledMicros),
      set_aside_usd: toUnits(budget.reservedMicros),
      hard: budget.hard,
    })),
  };
}
