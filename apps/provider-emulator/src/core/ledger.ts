/** What one entry moves. Amounts are positive; `kind` says which way they went. */
export interface LedgerAmount {
  /** `usage` is time of one's own machine: no money. */
  readonly kind: 'charge' | 'refund' | 'usage';
  /** Units of account of a provider that sells credits; 0 of others. */
  readonly credits: number;
  /** Millionths of the currency. */
  readonly micros: number;
  /** ISO 4217. */
  readonly currency: string;
  /** Of `usage`; 0 of money. */
  readonly gpuSeconds: number;
}

/** One movement as the provider sees it. */
export interface LedgerEntry extends LedgerAmount {
  readonly seq: number;
  /** Emulator time, ms since the epoch. */
  readonly at: number;
  readonly provider: string;
  readonly taskId: string;
  readonly model: string;
  /** SHA-256 of the prompt's UTF-8 text, in hex: pairs charges with takes without keeping prompts in test output. */
  readonly promptDigest: string;
}

export interface CurrencyTotals {
  readonly chargedMicros: number;
  readonly refundedMicros: number;
  /** What the customer owes in the end: charged − refunded. */
  readonly netMicros: number;
}

/** The micros beside `charges` and `refunds` are dollars only: currencies are never added up. */
export interface LedgerTotals extends CurrencyTotals {
  readonly charges: number;
  readonly refunds: number;
  readonly netCredits: number;
  readonly gpuSeconds: number;
  readonly byCurrency: Readonly<Record<string, CurrencyTotals>>;
}

/** What the providers charged, kept apart from anything a client believes. Append only. */
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
  const moneyIn = (currency: string): CurrencyTotals => {
    const isOfIt = (entry: LedgerEntry) => entry.currency === currency;
    const chargedMicros = sum(charges.filter(isOfIt), 'micros');
    const refundedMicros = sum(refunds.filter(isOfIt), 'micros');
    return { chargedMicros, refundedMicros, netMicros: chargedMicros - refundedMicros };
  };
  const currencies = [...new Set(charges.map(({ currency }) => currency))];
  return {
    charges: charges.length,
    refunds: refunds.length,
    ...moneyIn('USD'),
    netCredits: sum(charges, 'credits') - sum(refunds, 'credits'),
    gpuSeconds: sum(entries, 'gpuSeconds'),
    byCurrency: Object.fromEntries(currencies.map((currency) => [currency, moneyIn(currency)])),
  };
}

function sum(entries: readonly LedgerEntry[], unit: 'credits' | 'micros' | 'gpuSeconds'): number {
  return entries.reduce((total, entry) => total + entry[unit], 0);
}
