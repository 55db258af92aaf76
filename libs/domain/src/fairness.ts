/** Work that waits for a slot, as the picker sees it. */
export interface Waiting<T> {
  readonly tenant: string;
  /** Films of one tenant take turns too. */
  readonly filmId: string;
  readonly item: T;
}

/**
 * Picks what gets the next free slots: the tenant with the least under way goes first, within a tenant the film with the
 * least under way, within a film the order of the queue. So a film of 1000 shots cannot starve one of ten.
 * @param inFlight what is under way now, by tenant and film
 */
export function pickFair<T>(
  waiting: readonly Waiting<T>[],
  inFlight: readonly { readonly tenant: string; readonly filmId: string }[],
  slots: number,
): readonly Waiting<T>[] {
  const byTenant = new Map<string, number>();
  const byFilm = new Map<string, number>();
  const count = (map: Map<string, number>, key: string, by: number): void =>
    void map.set(key, (map.get(key) ?? 0) + by);
  for (const { tenant, filmId } of inFlight) {
    count(byTenant, tenant, 1);
    count(byFilm, filmId, 1);
  }
  const queues = new Map<string, Waiting<T>[]>();
  for (const entry of waiting) {
    const queue = queues.get(entry.filmId);
    if (queue === undefined) queues.set(entry.filmId, [entry]);
    else queue.push(entry);
  }
  const heads = new Map([...queues.keys()].map((filmId) => [filmId, 0]));
  const picked: Waiting<T>[] = [];
  while (picked.length < slots) {
    let best: Waiting<T> | undefined;
    for (const [filmId, queue] of queues) {
      const next = queue[heads.get(filmId) ?? 0];
      if (next !== undefined && (best === undefined || load(next) < load(best))) best = next;
    }
    if (best === undefined) break;
    picked.push(best);
    heads.set(best.filmId, (heads.get(best.filmId) ?? 0) + 1);
    count(byTenant, best.tenant, 1);
    count(byFilm, best.filmId, 1);
  }
  return picked;

  function load(entry: Waiting<T>): number {
    return (byTenant.get(entry.tenant) ?? 0) * 1_000_000 + (byFilm.get(entry.filmId) ?? 0);
  }
}
