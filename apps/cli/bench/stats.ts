/** The value below which the given share of the sample lies (nearest rank). Throws for an empty sample. */
export function quantile(sample: readonly number[], share: number): number {
  const sorted = sample.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))];
  if (value === undefined) throw new Error('the sample is empty');
  return value;
}

export function median(sample: readonly number[]): number {
  return quantile(sample, 0.5);
}

/** Runs jobs with so many under way at a time; resolves when all are done. */
export async function inFlight(
  limit: number,
  count: number,
  job: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await job(next++);
  };
  await Promise.all(Array.from({ length: Math.min(limit, count) }, worker));
}
