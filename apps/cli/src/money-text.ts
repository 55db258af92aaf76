import { formatUsd, MICROS_PER_UNIT } from '@reelmesh/domain';

/** `$0.20`, `CNY 1.00`: the currency is always told. */
export function formatMoney(micros: number, currency: string): string {
  return currency === 'USD' ? formatUsd(micros) : `${currency} ${formatUsd(micros).replace('$', '')}`;
}

/** For JSON: units of the currency. */
export function toUnits(micros: number): number {
  return micros / MICROS_PER_UNIT;
}

/** `-0.2`, exactly: for files that others add up. */
export function toDecimal(micros: number): string {
  const sign = micros < 0 ? '-' : '';
  const whole = Math.floor(Math.abs(micros) / MICROS_PER_UNIT);
  const fraction = String(Math.abs(micros) % MICROS_PER_UNIT).padStart(6, '0');
  return `${sign}${whole}.${fraction.replace(/0{1,5}$/, '')}`;
}
