/** One movement of money as the provider sees it. Amounts are positive; `kind` says which way they went. */
export interface LedgerEntry {
  readonly seq: number;
  /** Emulator time, ms since the epoch. */
  readonly at: number;
  readonly provider: string;
  readonly kind: 'charge' | 'refund';
  readonly taskId: string;
  readonly model: string;
  /** SHA-256 of the prompt's UTF-8 text, in hex: pairs charges with takes without keeping prompts in test output. */
  readonly promptDigest: string;
  readonly credits: number;
  /** Micro-dollars. */
  readonly micros: number;
}

export interface LedgerTotals {
  readonly charges: number;
  readonly refunds: number;
  readonly chargedMicros: number;
  readonly refundedMicros: number;
  /** What the customer owes in the end: charged − refunded. */
  readonly netCredits: number;
  readonly netMicros: number;
}

/** What the provider charged, kept apart from anything a client believes. Append only. */
export class ChargeLedger {
  readonly #entries: LedgerEntry[] = [];

  append(entry: Omit<LedgerEntry, 'seq'>): void {
    this.#entries.push({ seq: this.#entries.length + 1, ...entry });
  }

  entries(): readonly LedgerEntry[] {
    return this.#entries;
  }

  totals(): LedgerTotals {
    return totalOf(this.#entries);
  }

  clear(): void {
    this.#entries.length = 0;
  }
}

function totalOf(entries: readonly LedgerEntry[]): LedgerTotals {
  const charges = entries.filter((entry) => entry.kind === 'charge');
  const refunds = entries.filter((entry) => entry.kind === 'refund');
  return {
    charges: charges.length,
    refunds: refunds.length,
    chargedMicros: sum(charges, 'micros'),
    refundedMicros: sum(refunds, 'micros'),
    netCredits: sum(charges, 'credits') - sum(refunds, 'credits'),
    netMicros: sum(charges, 'micros') - sum(refunds, 'micros'),
  };
}

function sum(entries: readonly LedgerEntry[], unit: 'credits' | 'micros'): number {
  return entries.reduce((total, entry) => total + entry[unit], 0);
}
