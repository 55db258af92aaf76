import type { Clock, TakeRecord } from '@reelmesh/domain';
import type { Metrics } from '@reelmesh/service';

/** Seconds; a threshold that an SLO names must be one of them. */
const BUCKETS = [0.5, 1, 2, 5, 10, 20, 30, 45, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1800];

/** What Grafana sees of takes: how many, how they ended, how long they took, what they cost. */
export class GatewayMetrics {
  readonly #clock: Clock;
  readonly #takes;
  readonly #seconds;
  readonly #cost;

  constructor(metrics: Metrics, clock: Clock) {
    this.#clock = clock;
    this.#takes = metrics.counter('reelmesh_takes_total', 'takes that ended or are in doubt', [
      'provider',
      'model',
      'outcome',
    ]);
    this.#seconds = metrics.histogram(
      'reelmesh_take_duration_seconds',
      'from the intent to the end of a take',
      BUCKETS,
      ['provider', 'model', 'outcome'],
    );
    this.#cost = metrics.counter('reelmesh_cost_usd_total', 'settled charges; the ledger is the truth', [
      'provider',
      'model',
      'outcome',
    ]);
  }

  ended(take: TakeRecord): void {
    const labels = {
      provider: take.intent.provider,
      model: take.intent.model,
      outcome: take.state.slice('TAKE_STATE_'.length).toLowerCase(),
    };
    this.#takes.inc(labels);
    this.#seconds.observe(labels, (this.#clock.now() - take.createdAtMs) / 1000);
    this.#cost.inc(labels, take.costMicros / 1_000_000);
  }
}
