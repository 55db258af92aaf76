import { LedgerKind } from '@reelmesh/contracts/ledger';
import type { LedgerEntry } from '@reelmesh/contracts/ledger';
import { dayOf } from './days.ts';

export const groupings = ['film', 'shot', 'provider', 'model', 'tenant', 'day'] as const;
export type Grouping = (typeof groupings)[number];

/** Amounts of one group in one currency, in micros. Currencies are never added up but as dollars at the booked rates. */
export interface LedgerSum {
  /** One cell for each column of the grouping. */
  readonly key: readonly string[];
  readonly currency: string;
  /** That were charged. */
  readonly takes: number;
  readonly chargedMicros: number;
  /** The same without discounts. */
  readonly listMicros: number;
  /** Set aside for takes whose charge is not known yet. */
  readonly heldMicros: number;
  /** What was charged, in dollars. */
  readonly usdMicros: number;
}

const keyOf: Readonly<Record<Grouping, (entry: LedgerEntry) => readonly string[]>> = {
  film: ({ filmId }) => [filmId],
  shot: ({ filmId, shotId }) => [filmId, shotId],
  provider: ({ provider }) => [provider],
  model: ({ provider, model }) => [provider, model],
  tenant: ({ tenant }) => [tenant],
  day: ({ timeMs }) => [dayOf(timeMs)],
};

export const columnsOfGrouping: Readonly<Record<Grouping, readonly string[]>> = {
  film: ['film'],
  shot: ['film', 'shot'],
  provider: ['provider'],
  model: ['provider', 'model'],
  tenant: ['tenant'],
  day: ['day (UTC)'],
};

/** A sum for each group and currency, in the order of their first entries. */
export function sumsBy(grouping: Grouping, entries: readonly LedgerEntry[]): readonly LedgerSum[] {
  return sumsOf(keyOf[grouping], entries);
}

/** A sum for each currency. */
export function totalsOf(entries: readonly LedgerEntry[]): readonly LedgerSum[] {
  return sumsOf(() => [], entries);
}

export function isCharge({ kind }: LedgerEntry): boolean {
  return kind === LedgerKind.LEDGER_KIND_SETTLE || kind === LedgerKind.LEDGER_KIND_ADJUST;
}

function sumsOf(
  key: (entry: LedgerEntry) => readonly string[],
  entries: readonly LedgerEntry[],
): readonly LedgerSum[] {
  const ofTakes = entries.filter(({ takeId }) => takeId !== '');
  const held = heldByTake(ofTakes);
  const groups = Map.groupBy(ofTakes, (entry) => JSON.stringify([...key(entry), entry.currency]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const charges = group.filter(isCharge);
    const settled = group.filter(({ kind }) => kind === LedgerKind.LEDGER_KIND_SETTLE);
    const reserved = group.filter(({ kind }) => kind === LedgerKind.LEDGER_KIND_RESERVE);
    return {
      key: key(first),
      currency: first.currency,
      takes: new Set(settled.map(({ takeId }) => takeId)).size,
      chargedMicros: total(charges, ({ amountMicros }) => amountMicros),
      listMicros: total(charges, listOf),
      heldMicros: total(reserved, ({ takeId }) => held.get(takeId) ?? 0),
      usdMicros: total(charges, ({ usdMicros }) => usdMicros),
    };
  });
}

/** What the charge would have been without discounts; a correction names none. */
export function listOf({ amountMicros, listMicros }: LedgerEntry): number {
  return listMicros === 0 ? amountMicros : listMicros;
}

/** What was set aside for each take, and neither spent nor given back. */
function heldByTake(entries: readonly LedgerEntry[]): ReadonlyMap<string, number> {
  const held = new Map<string, number>();
  for (const { kind, takeId, amountMicros } of entries) {
    if (kind === LedgerKind.LEDGER_KIND_ADJUST) continue;
    const change = kind === LedgerKind.LEDGER_KIND_RESERVE ? amountMicros : -amountMicros;
    held.set(takeId, (held.get(takeId) ?? 0) + change);
  }
  return new Map([...held].map(([takeId, micros]) => [takeId, Math.max(0, micros)]));
}

function total(entries: readonly LedgerEntry[], amount: (entry: LedgerEntry) => number): number {
  return entries.reduce((sum, entry) => sum + amount(entry), 0);
}
