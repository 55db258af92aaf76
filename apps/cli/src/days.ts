import { InvalidArgumentError } from 'commander';

/** Days are UTC, as providers bill: `2026-11-25`. */
const DAY_MS = 86_400_000;

/** A parser of days for commander. */
export function parseDay(text: string): string {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  if (!Number.isNaN(ms) && dayOf(ms) === text) return text;
  throw new InvalidArgumentError('It must be a day (UTC) as in 2026-11-25.');
}

export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

export function startOfDay(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

export function endOfDay(day: string): number {
  return startOfDay(day) + DAY_MS;
}

/** `2026-11-25 02:30`, UTC. */
export function formatMoment(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}
