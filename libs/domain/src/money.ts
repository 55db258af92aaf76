/** Money is integer millionths of the currency's unit: $1.00 is 1 000 000. Safe up to $9 billion (2^53). */
export const MICROS_PER_UNIT = 1_000_000;

/** Throws a RangeError unless the amount is a whole, safe, non-negative number of micros. */
export function assertMicros(amount: number, what: string): number {
  if (!Number.isSafeInteger(amount) || amount < 0) {
    throw new RangeError(`${what} must be a whole number of micro-units from 0 to 2^53 - 1, got ${amount}`);
  }
  return amount;
}

export function sumMicros(amounts: Iterable<number>): number {
  let sum = 0;
  for (const amount of amounts) sum += amount;
  return assertMicros(sum, 'sum');
}

/** `$0.20`, `$0.0005`: at least two decimals, all that are there, at most six. */
export function formatUsd(micros: number): string {
  const sign = micros < 0 ? '-' : '';
  const whole = Math.floor(Math.abs(micros) / MICROS_PER_UNIT);
  const fraction = String(Math.abs(micros) % MICROS_PER_UNIT).padStart(6, '0');
  return `${sign}$${whole}.${fraction.replace(/0{1,4}$/, '')}`;
}

/** `"12.5"` → 12 500 000. Undefined unless it is a plain decimal number with at most six decimals. */
export function parseUsd(text: string): number | undefined {
  const match = /^(\d{1,9})(?:\.(\d{1,6}))?$/.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * MICROS_PER_UNIT + Number((match[2] ?? '').padEnd(6, '0'));
}
