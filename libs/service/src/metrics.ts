import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/**
 * Makes metrics in the service's registry. Names start with `reelmesh_`; a counter ends in `_total`.
 * Label sets given in `zero` exist from the start, so that ratios see them.
 * Asking for a name again gives the same metric: the services of one process share a registry.
 */
export interface Metrics {
  counter<L extends string = never>(
    name: string,
    help: string,
    labels?: readonly L[],
    zero?: readonly Record<L, string>[],
  ): Counter<L>;
  gauge<L extends string = never>(name: string, help: string, labels?: readonly L[]): Gauge<L>;
  histogram<L extends string = never>(
    name: string,
    help: string,
    buckets: readonly number[],
    labels?: readonly L[],
  ): Histogram<L>;
}

/** A registry of a process, in the Prometheus text format 0.0.4. */
export interface MetricsRegistry extends Metrics {
  text(): Promise<string>;
  readonly contentType: string;
}

export interface MetricsOptions {
  /** In `reelmesh_build_info`. */
  readonly service?: string;
  readonly version?: string;
  /** CPU, memory, event loop and garbage collection of this process; off unless said otherwise. */
  readonly processMetrics?: boolean;
}

/** Their names end in `_total` though they are gauges, which `promtool check metrics` refuses. */
const misnamed = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

export function createMetrics(options: MetricsOptions = {}): MetricsRegistry {
  const registry = new Registry();
  if (options.processMetrics === true) {
    collectDefaultMetrics({ register: registry });
    for (const name of misnamed) registry.removeSingleMetric(name);
  }

  const labelsOf = new Map<string, string>();
  const once = <M>(
    name: string,
    type: 'counter' | 'gauge' | 'histogram',
    labels: readonly string[],
    make: () => M,
  ): M => {
    const shape = `${type}{${labels.join()}}`;
    const existing = registry.getSingleMetric(name);
    if (existing === undefined) {
      if (!/^reelmesh(_[a-z0-9]+)+$/.test(name))
        throw new Error(`metric ${name}: the name must start with reelmesh_`);
      if ((type === 'counter') !== name.endsWith('_total')) {
        throw new Error(`metric ${name}: counters end in _total, and only counters do`);
      }
      labelsOf.set(name, shape);
      return make();
    }
    if (labelsOf.get(name) !== shape) {
      throw new Error(
        `metric ${name}: exists as ${labelsOf.get(name) ?? 'another kind'}, asked for as ${shape}`,
      );
    }
    return existing as M;
  };

  const metrics: MetricsRegistry = {
    counter(name, help, labels = [], zero = []) {
      const counter = once(
        name,
        'counter',
        labels,
        () => new Counter({ name, help, labelNames: [...labels], registers: [registry] }),
      );
      for (const set of zero) counter.inc(set, 0);
      return counter;
    },
    gauge(name, help, labels = []) {
      return once(
        name,
        'gauge',
        labels,
        () => new Gauge({ name, help, labelNames: [...labels], registers: [registry] }),
      );
    },
    histogram(name, help, buckets, labels = []) {
      return once(
        name,
        'histogram',
        labels,
        () =>
          new Histogram({
            name,
            help,
            buckets: [...buckets],
            labelNames: [...labels],
            registers: [registry],
          }),
      );
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
  metrics
    .gauge('reelmesh_build_info', 'Always 1; the labels say what runs.', ['version', 'service'])
    .set({ version: options.version ?? 'dev', service: options.service ?? 'reelmesh' }, 1);
  return metrics;
}
