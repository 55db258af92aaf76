import type { FailureClass, RenderSpec } from '@reelmesh/contracts/shot';
import { AppError, LONGEST_RETRY_AFTER_MS, holdFor } from '@reelmesh/domain';
import type { Clock, Hold, Obstacle, TakeIntent, TakeRecord } from '@reelmesh/domain';
import type { Breakers } from './breakers.ts';
import type { OutputSource } from './download.ts';
import type { Health } from './health.ts';
import type { ModelRow } from './knobs.ts';
import type { Identity } from './provider-api.ts';
import type {
  DayUsage,
  LookupResult,
  ModelCount,
  PollResult,
  PreparedRequest,
  Provider,
  SubmitResult,
} from './provider.ts';

export interface GuardDeps {
  readonly clock: Clock;
  readonly breakers: Breakers;
  readonly health: Health;
  /** Between two checks whether a hold is over, twice as long after each that says no, up to ten times as long. */
  readonly holdCheckMs: number;
}

/** A provider that does not say for how long it wants fewer polls gets them after this, twice as long after each refusal. */
const FIRST_POLL_PAUSE_MS = 1_000;
const SOON_MS = 1_000;

/**
 * A provider behind circuit breakers (outages) and holds (the account). Holds live outside the breakers: an empty account
 * is no outage, and no timer alone fills it.
 */
export class Guarded implements Provider {
  readonly name: string;
  readonly #inner: Provider;
  readonly #deps: GuardDeps;
  #pollRefusals = 0;
  /** Absent where the provider has no figures of its own. */
  readonly usage?: (fromDay: string, toDay: string, signal: AbortSignal) => Promise<readonly DayUsage[]>;
  readonly count?: (take: TakeRecord, signal: AbortSignal) => Promise<ModelCount>;
  readonly lookAtAccount?: (signal: AbortSignal) => Promise<void>;

  constructor(inner: Provider, deps: GuardDeps) {
    this.name = inner.name;
    this.#inner = inner;
    this.#deps = deps;
    if (inner.usage !== undefined) this.usage = inner.usage.bind(inner);
    if (inner.count !== undefined) this.count = inner.count.bind(inner);
    if (inner.lookAtAccount !== undefined) this.lookAtAccount = inner.lookAtAccount.bind(inner);
  }

  get credentialRefs(): readonly string[] {
    return this.#inner.credentialRefs ?? [];
  }

  unavailable(model: string): Obstacle | undefined {
    const inner = this.#inner.unavailable(model);
    if (inner !== undefined) return inner;
    const hold = this.#deps.health.holdOf(this.#holdKey(model));
    if (hold !== undefined) {
      const { reason, failure } = hold;
      return hold.isTimed ? { reason, failure, untilMs: this.#lookAgainMs(hold) } : { reason, failure };
    }
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
    const onHold = this.#deps.health.holdOf(this.#holdKey(intent.model, intent.credentialRef));
    // It came while the take waited for its slot.
    if (onHold !== undefined)
      return { kind: 'not-sent', message: `${this.name} is on hold: ${onHold.reason}` };
    try {
      const result = await this.#deps.breakers.call(
        this.#target(intent.model),
        'submit',
        () => this.#inner.submit(intent, takeId, signal),
        (outcome) => !('value' in outcome) || ['not-sent', 'unknown'].includes(outcome.value.kind),
      );
      if (result.kind === 'rejected') this.#hold(intent, result.failure, result.retryAfterMs);
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
      const result = await this.#deps.breakers.call(this.#target(model), 'poll', ask, isOutage);
      this.#pollRefusals = 0;
      return result;
    } catch (error) {
      const { reason, retryAfterMs = 0 } = AppError.from(error);
      if (reason === 'CREDENTIAL_REFUSED') this.#hold(take.intent, 'FAILURE_CLASS_AUTH');
      if (reason === 'PROVIDER_BUSY') this.#pollLess(retryAfterMs);
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

  /** When a take may be polled: later while its breaker is open, or while the provider wants fewer polls. */
  pollsFromMs(model: string): number {
    const { breakers, health } = this.#deps;
    return Math.max(health.pollsFromMs(this.name), breakers.admitsAtMs(this.#target(model), 'poll'));
  }

  #target(model: string): string {
    return `${this.name}/${model}`;
  }

  /** When a shot that waits for the hold's end looks again: soon once its time has come and somebody looks. */
  #lookAgainMs({ checkAtMs, pauseMs }: Hold): number {
    const now = this.#deps.clock.now();
    const hasCome = pauseMs > this.#deps.holdCheckMs;
    return Math.max(now + SOON_MS, hasCome ? Math.min(checkAtMs, now + 5 * SOON_MS) : checkAtMs);
  }

  #holdKey(model: string, credentialRef = this.credentialRefs[0] ?? ''): string {
    return holdKey({ provider: this.name, model, credentialRef });
  }

  #hold({ model, credentialRef }: TakeIntent, failure: FailureClass, retryAfterMs = 0): void {
    const { clock, health, holdCheckMs } = this.#deps;
    const hold = holdFor(failure, retryAfterMs, holdCheckMs, clock.now());
    if (hold !== undefined) health.hold(this.#holdKey(model, credentialRef), hold);
  }

  #pollLess(retryAfterMs: number): void {
    const pauseMs = FIRST_POLL_PAUSE_MS * 2 ** Math.min(6, this.#pollRefusals);
    this.#pollRefusals += 1;
    const askedMs = Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS);
    this.#deps.health.pausePolls(this.name, this.#deps.clock.now() + Math.max(pauseMs, askedMs));
  }
}

/** The hold of one model with one credential. */
function holdKey({ provider, model, credentialRef }: Account): string {
  return `${provider}/${model}@${credentialRef}`;
}

/** The same backwards. */
export function accountOf(key: string): Account {
  const [, provider = '', model = '', credentialRef = ''] = /^([^/]*)\/(.*)@([^@]*)$/.exec(key) ?? [];
  return { provider, model, credentialRef };
}

type Account = Pick<TakeIntent, 'provider' | 'model' | 'credentialRef'>;

/** No answer, or none that makes sense; an answer that we do not like is none. */
export function isOutage(outcome: { readonly value: unknown } | { readonly error: unknown }): boolean {
  return 'error' in outcome && AppError.from(outcome.error).code === 'UNAVAILABLE';
}
