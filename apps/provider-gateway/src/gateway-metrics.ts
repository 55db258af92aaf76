import type { Clock, TakeIntent, TakeRecord } from '@reelmesh/domain';
import type { Metrics } from '@reelmesh/service';

/** Seconds; a threshold that an SLO names must be one of them. */
const BUCKETS = [0.5, 1, 2, 5, 10, 20, 30, 45, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1800];

/** A create call answers in less. */
const SUBMIT_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60];

/** The parts of a take's time: in the provider's queue, rendered, fetched. As exact as its polls are close. */
export type Phase = 'queue' | 'render' | 'download';

/** What Grafana sees of takes: how many, how they ended, how long they took, what they cost. */
export class GatewayMetrics {
  readonly #clock: Clock;
  readonly #takes;
  readonly #seconds;
  readonly #cost;
  readonly #submit;
  readonly #phases;
  readonly #fallbacks;

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
    const model = ['provider', 'model'] as const;
    this.#submit = metrics.histogram(
      'reelmesh_take_submit_seconds',
      'the create call, whatever came of it',
      SUBMIT_BUCKETS,
      model,
    );
    const phase = (name: Phase, help: string) =>
      metrics.histogram(`reelmesh_take_${name}_seconds`, help, BUCKETS, model);
    this.#phases = {
      queue: phase('queue', 'from the acceptance until the provider says that it renders'),
      render: phase('render', 'from then, or from the acceptance, until it says that it is done'),
      download: phase('download', 'of the clip, until it is checked and stored'),
    };
    this.#fallbacks = metrics.counter(
      'reelmesh_fallbacks_total',
      'takes of another model than the first, by why it was left',
      ['provider', 'model', 'reason'],
    );
  }

  submitted({ intent: { provider, model } }: TakeRecord, seconds: number): void {
    this.#submit.observe({ provider, model }, seconds);
  }

  passed({ intent: { provider, model } }: TakeRecord, phase: Phase, seconds: number): void {
    this.#phases[phase].observe({ provider, model }, seconds);
  }

  /** @param reason a failure class or an obstacle: `bad_output`, `breaker_open` */
  fellBack({ provider, model }: Pick<TakeIntent, 'provider' | 'model'>, reason: string): void {
    this.#fallbacks.inc({ provider, model, reason });
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
