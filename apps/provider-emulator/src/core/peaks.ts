import type { Task } from './tasks.ts';

type Span = Pick<Task, 'createdAt' | 'ended'> & { readonly provider: string };

/** The most tasks of each provider that were under way at the same time, from acceptance to their end. */
export function peaksOf(tasks: readonly Span[]): Readonly<Record<string, number>> {
  const peaks: Record<string, number> = {};
  for (const provider of new Set(tasks.map((task) => task.provider))) {
    peaks[provider] = mostAtOnce(tasks.filter((task) => task.provider === provider));
  }
  return peaks;
}

function mostAtOnce(tasks: readonly Span[]): number {
  const changes = tasks.flatMap(({ createdAt, ended }) => [
    { at: createdAt, by: 1 },
    ...(ended === undefined ? [] : [{ at: ended.at, by: -1 }]),
  ]);
  // one that ends in the very millisecond in which another begins makes room for it
  changes.sort((a, b) => a.at - b.at || a.by - b.by);
  let now = 0;
  let most = 0;
  for (const { by } of changes) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}
