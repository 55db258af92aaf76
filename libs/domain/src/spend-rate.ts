const HOUR_MS = 3_600_000;
const HOURS = 24;

export interface Spent {
  readonly atMs: number;
  readonly usdMicros: number;
}

export interface SpendRateSettings {
  /** The last hour may cost so many times the median of the 24 hours before it. */
  readonly factor: number;
  /** US dollars, millionths: below that no hour is remarkable. */
  readonly floorMicros: number;
}

export interface SpendRate {
  readonly lastHourMicros: number;
  /** Of the 24 hours before the last one; hours without spending count as 0. */
  readonly medianMicros: number;
  readonly isHigh: boolean;
}

/** What is needed to judge the rate at a time: spending before that is of no use. */
export const spendRateSince = (nowMs: number): number => nowMs - (HOURS + 1) * HOUR_MS;

/** Whether money is going out remarkably faster than it did. Hours are counted back from now. */
export function spendRate(
  spent: readonly Spent[],
  nowMs: number,
  { factor, floorMicros }: SpendRateSettings,
): SpendRate {
  const hours = Array.from({ length: HOURS + 1 }, () => 0);
  for (const { atMs, usdMicros } of spent) {
    // What another gateway's clock dates ahead of ours is of this hour.
    const hour = Math.max(0, Math.floor((nowMs - atMs) / HOUR_MS));
    if (hour <= HOURS) hours[hour] = (hours[hour] ?? 0) + usdMicros;
  }
  const [lastHourMicros = 0, ...before] = hours;
  const sorted = before.toSorted((a, b) => a - b);
  const medianMicros = ((sorted[HOURS / 2 - 1] ?? 0) + (sorted[HOURS / 2] ?? 0)) / 2;
  return {
    lastHourMicros,
    medianMicros,
    isHigh: lastHourMicros > Math.max(floorMicros, factor * medianMicros),
  };
}
