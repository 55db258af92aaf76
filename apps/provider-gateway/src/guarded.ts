import type { FailureClass, RenderSpec } from '@reelmesh/contracts/shot';
import { AppError } from '@reelmesh/domain';
import type { Clock, Obstacle, TakeIntent, TakeRecord } from '@reelmesh/domain';
import type { Logger } from '@reelmesh/service';
import type { Breakers } from './breakers.ts';
import type { OutputSource } from './download.ts';
import type { ModelRow } from './knobs.ts';
import type { Identity } from './provider-api.ts';
import type {
  DayUsage,
  LookupResult,
  PollResult,
  PreparedRequest,
  Provider,
  SubmitResult,
} from './provider.ts';

/** Refusals of the account, not of the shot: no use in asking again until a check says that they are over. */
const accountFailures: Partial<Record<FailureClass, string>> = {
  FAILURE_CLASS_AUTH: 'hold_auth',
  FAILURE_CLASS_NO_FUNDS: 'hold_no_funds',
  FAILURE_CLASS_QUOTA: 'hold_quota',
};

export interface GuardDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly breakers: Breakers;
  /** Between two checks whether a hold is over, twice as long after each that says no, up to ten times as long. */
  readonly holdCheckMs: number;
}

interface Hold extends Obstacle {
  readonly failure: FailureClass;
  readonly timer: NodeJS.Timeout;
}

/**
 * A provider behind circuit breakers (outages) and holds (the account). Holds live outside the breakers: an empty account
 * is no outage, and no timer alone fills it.
 */
export class Guarded implements Provider {
  readonly name: string;
  readonly #inner: Provider;
  readonly #deps: GuardDeps;
  readonly #holds = new Map<string, Hold>();
  readonly #stopped = new AbortController();
  /** Absent where the provider has no figures of its own. */
  readonly usage?: (fromDay: string, toDay: string, signal: AbortSignal) => Promise<readonly DayUsage[]>;

  constructor(inner: Provider, deps: GuardDeps) {
    this.name = inner.name;
    this.#inner = inner;
    this.#deps = deps;
    if (inner.usage !== undefined) this.usage = inner.usage.bind(inner);
  }

  get credentialRefs(): readonly string[] {
    return this.#inner.credentialRefs ?? [];
  }

  unavailable(model: string): Obstacle | undefined {
    const inner = this.#inner.unavailable(model);
    if (inner !== undefined) return inner;
    const hold = this.#holds.get(model);
    if (hold !== undefined) return { reason: hold.reason, failure: hold.failure };
    const untilMs = this.#deps.breakers.admitsAtMs(this.#target(model), 'submit');
    if (untilMs <= this.#deps.clock.now()) return undefined;
    return { reason: 'breaker_open', failure: 'FAILURE_CLASS_TRANSIENT', untilMs };
  }

  prepare(row: ModelRow, spec: RenderSpec): PreparedRequest {
    return this.#inner.prepare(row, spec);
  }

  promptLength(spec: RenderSpec): number {
    return this.#inner.promptLength(spec);
  }

  async submit(intent: TakeIntent, takeId: string, signal: AbortSignal): Promise<SubmitResult> {
    try {
      const result = await this.#deps.breakers.call(
        this.#target(intent.model),
        'submit',
        () => this.#inner.submit(intent, takeId, signal),
        (outcome) => !('value' in outcome) || ['not-sent', 'unknown'].includes(outcome.value.kind),
      );
      if (result.kind === 'rejected') this.#hold(intent.model, result.failure);
      return result;
    } catch (error) {
      // The breaker opened between the decision and the call.
      return { kind: 'not-sent', message: AppError.from(error).message };
    }
  }

  lookup(take: TakeRecord, signal: AbortSignal): Promise<LookupResult> {
    return this.#inner.lookup(take, signal);
  }

  /** A key that is not let in says nothing about the take, but holds those that would be submitted with it. */
  async poll(take: TakeRecord, signal: AbortSignal): Promise<PollResult> {
    const { model } = take.intent;
    try {
      const ask = (): Promise<PollResult> => this.#inner.poll(take, signal);
      return await this.#deps.breakers.call(this.#target(model), 'poll', ask, isOutage);
    } catch (error) {
      if (AppError.from(error).reason === 'CREDENTIAL_REFUSED') this.#hold(model, 'FAILURE_CLASS_AUTH');
      throw error;
    }
  }

  cancel(take: TakeRecord, signal: AbortSignal): Promise<void> {
    return this.#inner.cancel(take, signal);
  }

  isOver(model: string, failure: FailureClass, signal: AbortSignal): Promise<boolean> {
    return this.#inner.isOver(model, failure, signal);
  }

  outputSource(identity: Identity): OutputSource {
    return this.#inner.outputSource(identity);
  }

  stop(): void {
    this.#stopped.abort();
    for (const { timer } of this.#holds.values()) clearTimeout(timer);
  }

  #target(model: string): string {
    return `${this.name}/${model}`;
  }

  #hold(model: string, failure: FailureClass): void {
    const reason = accountFailures[failure];
    if (reason === undefined || this.#holds.has(model)) return;
    this.#deps.log.error(
      { provider: this.name, model, reason },
      'provider put on hold: somebody has to look at the account',
    );
    this.#checkLater(model, failure, reason, this.#deps.holdCheckMs);
  }

  #checkLater(model: string, failure: FailureClass, reason: string, pauseMs: number): void {
    const timer = setTimeout(() => void this.#check(model, failure, reason, pauseMs), pauseMs);
    this.#holds.set(model, { reason, failure, timer });
  }

  async #check(model: string, failure: FailureClass, reason: string, pauseMs: number): Promise<void> {
    const over = await this.#inner.isOver(model, failure, this.#stopped.signal).catch(() => false);
    if (this.#stopped.signal.aborted) return;
    if (!over) {
      return this.#checkLater(model, failure, reason, Math.min(this.#deps.holdCheckMs * 10, pauseMs * 2));
    }
    this.#holds.delete(model);
    this.#deps.log.info({ provider: this.name, model, reason }, 'hold is over');
  }
}

/** No answer, or none that makes sense; an answer that we do not like is none. */
export function isOutage(outcome: { readonly value: unknown } | { readonly error: unknown }): boolean {
  return 'error' in outcome && AppError.from(outcome.error).code === 'UNAVAILABLE';
}
