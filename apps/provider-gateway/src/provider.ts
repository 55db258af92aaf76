import type { BlobRef } from '@reelmesh/contracts/common';
import type { FailureClass, RenderSpec } from '@reelmesh/contracts/shot';
import type { Obstacle, TakeIntent, TakeRecord } from '@reelmesh/domain';
import type { OutputSource } from './download.ts';
import type { ModelRow } from './knobs.ts';

/** A request ready to send, fixed before the first byte leaves. */
export interface PreparedRequest {
  readonly endpoint: string;
  readonly credentialRef: string;
  readonly request: unknown;
  /** What the model cannot honour, for the take. */
  readonly warnings: readonly string[];
}

export type SubmitResult =
  /** `already` saves a poll when the provider's answer says more than that it has accepted. */
  | { readonly kind: 'accepted'; readonly taskId: string; readonly already?: PollResult }
  /** Surely never reached the provider: safe to try again. */
  | { readonly kind: 'not-sent'; readonly message: string }
  /** A definite refusal: nothing was charged. */
  | {
      readonly kind: 'rejected';
      readonly failure: FailureClass;
      readonly message: string;
      /** How long the provider asks to be left alone; absent when it does not say. */
      readonly retryAfterMs?: number;
    }
  /** Sent, and no telling what came of it. */
  | { readonly kind: 'unknown'; readonly message: string };

/** What a task waits for that the provider has taken on though there are too many; adapters use this very word. */
export const THROTTLED = 'provider concurrency';

export type PollResult =
  | {
      readonly kind: 'running';
      readonly progress: number;
      /** Shown to people: "provider queue", "provider concurrency", "render". */
      readonly waitingFor: string;
      /** The provider's word is none that we know: it may as well have ended. */
      readonly isGuess?: true;
    }
  | { readonly kind: 'succeeded'; readonly costMicros: number; readonly output: Output }
  | {
      readonly kind: 'failed';
      readonly failure: FailureClass;
      readonly message: string;
      readonly costMicros: number;
      /** What is wrong may be the answer alone: worth one more look. */
      readonly lookAgain?: true;
    }
  | { readonly kind: 'cancelled'; readonly costMicros: number }
  /** The provider no longer knows the task. */
  | { readonly kind: 'expired'; readonly message: string; readonly costMicros: number };

/** Where the clip is: already in our blob store, or at a URL of the provider's. */
export type Output = { readonly blob: BlobRef } | { readonly url: string };

export type LookupResult =
  | { readonly kind: 'found'; readonly taskId: string }
  | { readonly kind: 'not-found' }
  /** `hint`: what the provider does tell, for an operator. It decides nothing. */
  | { readonly kind: 'cannot-tell'; readonly hint?: string };

/**
 * One provider. Only `submit` creates anything, with one call; the others ask. None retries: the gateway has the only
 * retry loop. A network failure of poll, lookup or cancel is thrown as a retryable AppError; it is never a verdict.
 */
export interface Provider {
  readonly name: string;
  /** What its takes may have been submitted with, as the settings are; absent for what needs no credential. */
  readonly credentialRefs?: readonly string[];
  /** Why a model of it cannot be used now; undefined when it can. */
  unavailable(model: string): Obstacle | undefined;
  /** Pure. The prompt's length in UTF-16 units counts against the model's limit. */
  prepare(row: ModelRow, spec: RenderSpec): PreparedRequest;
  /** 0 when the model takes no text. */
  promptLength(spec: RenderSpec): number;
  /** Exactly one create call. Never throws: every outcome is one of the four. */
  submit(intent: TakeIntent, takeId: string, signal: AbortSignal): Promise<SubmitResult>;
  /** Whether a create call whose answer was lost has arrived, where the provider can be asked. */
  lookup(take: TakeRecord, signal: AbortSignal): Promise<LookupResult>;
  poll(take: TakeRecord, signal: AbortSignal): Promise<PollResult>;
  cancel(take: TakeRecord, signal: AbortSignal): Promise<void>;
  /**
   * Whether what made it refuse is over: the key is good, there are funds, the quota has room. Asks the provider without
   * spending anything, and throws what keeps it from asking.
   */
  isOver(model: string, failure: FailureClass, signal: AbortSignal): Promise<boolean>;
  /** Where a clip may be downloaded from, given where, and with which credential, the take was submitted. */
  outputSource(identity: Pick<TakeIntent, 'endpoint' | 'credentialRef'>): OutputSource;
  /**
   * The provider's own figures: what it has charged for each of its models on each UTC day, in micros of its currency.
   * Absent where it does not tell. No answer is thrown as UNAVAILABLE.
   * @param fromDay and toDay `YYYY-MM-DD`, both included
   */
  usage?(fromDay: string, toDay: string, signal: AbortSignal): Promise<readonly DayUsage[]>;
  /**
   * Looks how the account stands, without spending anything: `unavailable` then knows of funds, quota and key. Never
   * throws; what cannot be learned is left to the next create.
   */
  lookAtAccount?(signal: AbortSignal): Promise<void>;
  /**
   * What the provider itself counts of a take's model, others' generations under the same account included: for an
   * operator who has to decide about a take in doubt. Absent where it does not tell. No answer is thrown as UNAVAILABLE.
   */
  count?(take: TakeRecord, signal: AbortSignal): Promise<ModelCount>;
}

export interface ModelCount {
  /** As the provider names it. */
  readonly model: string;
  /** In the last 24 hours. */
  readonly generations: number;
  /** Charged for the model since the UTC day on which the take began, micros of the provider's currency. */
  readonly micros: number;
}

export interface DayUsage {
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  /** As the provider names it: a row's `remoteId`. */
  readonly model: string;
  readonly micros: number;
}
