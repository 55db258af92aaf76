import type { LedgerKind } from '@reelmesh/contracts/ledger';
import type { Fact } from './ports.ts';

export interface LedgerBody {
  readonly entry: Exclude<LedgerKind, 'LEDGER_KIND_UNSPECIFIED' | 'UNRECOGNIZED'>;
  readonly filmId: string;
  readonly takeId: string;
  readonly provider: string;
  readonly model: string;
  readonly amountMicros: number;
  /** ISO 4217. */
  readonly currency: string;
}

export type LedgerFact = Fact<LedgerBody>;

export const ledgerStream = (filmId: string): string => `ledger/${filmId}`;

/** The film's reservation for one revision of its script. */
export const reserveId = (filmId: string, revision: number): string =>
  `${ledgerStream(filmId)}/r${revision}/reserve`;
export const releaseId = (filmId: string, revision: number): string =>
  `${ledgerStream(filmId)}/r${revision}/release`;
/** What one take was charged: at most one such entry for each take (I1). */
export const settleId = (filmId: string, takeId: string): string =>
  `${ledgerStream(filmId)}/${takeId}/settle`;

export interface Balance {
  readonly reservedMicros: number;
  readonly settledMicros: number;
  readonly releasedMicros: number;
  /** Reserved, and neither spent nor given back. */
  readonly heldMicros: number;
}

/** Amounts of one currency. Throws when entries of several currencies would be mixed. */
export function balanceOf(entries: readonly LedgerFact[]): Balance {
  const currencies = new Set(entries.map((entry) => entry.body.currency));
  if (currencies.size > 1) throw new Error(`cannot add ${[...currencies].join(' and ')}`);
  const total = (kind: LedgerBody['entry']): number =>
    entries.reduce((sum, fact) => sum + (fact.body.entry === kind ? fact.body.amountMicros : 0), 0);
  const reservedMicros = total('LEDGER_KIND_RESERVE');
  const settledMicros = total('LEDGER_KIND_SETTLE') + total('LEDGER_KIND_ADJUST');
  const releasedMicros = total('LEDGER_KIND_RELEASE');
  return {
    reservedMicros,
    settledMicros,
    releasedMicros,
    heldMicros: reservedMicros - settledMicros - releasedMicros,
  };
}
