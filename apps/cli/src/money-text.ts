import { formatUsd } from '@reelmesh/domain';

/** `$0.20`, `CNY 1.00`: the currency is always told. */
export function formatMoney(micros: number, currency: string): string {
  if (currency === 'USD') return formatUsd(micros);
  return `${currency || '???'} ${formatUsd(micros).replace('$', '')}`;
}

/** `2026-11-25 02:30`, UTC. */
export function formatMoment(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}

/** `2026-11-25`, UTC. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
