import { LedgerEntry, LedgerKind } from '@reelmesh/contracts/ledger';

export const noon = Date.UTC(2026, 10, 25, 12);

const taken = {
  tenant: 'local',
  filmId: 'f1',
  shotId: 's1',
  takeId: 't1',
  provider: 'runway',
  model: 'gen4.5',
  currency: 'USD',
  timeMs: noon,
};

/** An entry about take t1 of film f1 at Runway; a foreign currency has to say what it is in dollars. */
export function anEntry(
  kind: LedgerKind,
  amountMicros: number,
  changes: Partial<LedgerEntry> = {},
): LedgerEntry {
  const id = `${changes.takeId ?? taken.takeId}-${kind}`;
  return LedgerEntry.fromPartial({ ...taken, id, kind, amountMicros, usdMicros: amountMicros, ...changes });
}

export const reserve = (micros: number, changes: Partial<LedgerEntry> = {}): LedgerEntry =>
  anEntry(LedgerKind.LEDGER_KIND_RESERVE, micros, changes);

/** Five seconds, without a discount unless `listMicros` says so. */
export const settle = (micros: number, changes: Partial<LedgerEntry> = {}): LedgerEntry =>
  anEntry(LedgerKind.LEDGER_KIND_SETTLE, micros, { listMicros: micros, seconds: 5, ...changes });

export const release = (micros: number, changes: Partial<LedgerEntry> = {}): LedgerEntry =>
  anEntry(LedgerKind.LEDGER_KIND_RELEASE, micros, changes);

export const adjust = (micros: number, changes: Partial<LedgerEntry> = {}): LedgerEntry =>
  anEntry(LedgerKind.LEDGER_KIND_ADJUST, micros, changes);
