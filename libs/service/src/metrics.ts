import type { Counter, Gauge, Histogram } from 'prom-client';

/**
 * Makes metrics in the service's registry. Names start with `reelmesh_`; a counter ends in `_total`.
 * Label sets given in `zero` exist from the start, so that ratios see them.
 */
export interface Metrics {
  counter<L extends string = never>(name: string, help: string, labels?: readonly L[], zero?: readonly Record<L, string>[]): Counter<L>;
  gauge<L extends string = never>(name: string, help: string, labels?: readonly L[]): Gauge<L>;
  histogram<L extends string = never>(name: string, help: string, buckets: readonly number[], labels?: readonly L[]): Histogram<L>;
}
