import type { Metrics } from '@reelmesh/service';
import type { EvictionReason } from './clip-facts.ts';

export type Answer = 'hit' | 'miss' | 'follow';

export interface TenantTotals {
  readonly hits: number;
  readonly misses: number;
  readonly savedMicros: number;
}

/** Counts answers, since the start of this process. By tenant only for `GetStats`: metrics carry no tenant. */
export class Accounting {
  readonly #totals = new Map<string, { hits: number; misses: number; savedMicros: number }>();
  readonly #requests;
  readonly #saved;
  readonly #evictions;
  readonly #bytes;

  constructor(metrics: Metrics) {
    this.#requests = metrics.counter(
      'reelmesh_cache_requests_total',
      'Shot keys that were resolved.',
      ['result'],
      [{ result: 'hit' }, { result: 'miss' }, { result: 'follow' }],
    );
    this.#saved = metrics.counter(
      'reelmesh_cache_saved_micros_total',
      'What the reused clips had cost, micro-dollars.',
    );
    this.#evictions = metrics.counter(
      'reelmesh_cache_evictions_total',
      'Clips that were dropped.',
      ['reason'],
      [{ reason: 'ttl' }, { reason: 'size' }, { reason: 'lost' }],
    );
    this.#bytes = metrics.gauge('reelmesh_cache_bytes', 'Files that clips use.');
  }

  answered(tenant: string, answer: Answer, savedMicros: number): void {
    const totals = this.#totals.get(tenant) ?? { hits: 0, misses: 0, savedMicros: 0 };
    this.#totals.set(tenant, totals);
    this.#requests.inc({ result: answer });
    if (answer === 'miss') totals.misses += 1;
    if (answer !== 'hit') return;
    totals.hits += 1;
    totals.savedMicros += savedMicros;
    this.#saved.inc(savedMicros);
  }

  evicted(reason: EvictionReason): void {
    this.#evictions.inc({ reason });
  }

  holds(bytes: number): void {
    this.#bytes.set(bytes);
  }

  totalsOf(tenant: string): TenantTotals {
    return this.#totals.get(tenant) ?? { hits: 0, misses: 0, savedMicros: 0 };
  }
}
