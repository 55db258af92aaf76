import type { Clip } from '@reelmesh/contracts/common';
import type { FailureClass, TakeState } from '@reelmesh/contracts/shot';
import { chargeOf, priceOfTake } from './price.ts';
import type { TakeFact, TakeIntent, TakeKind } from './take-facts.ts';

/** A take as its facts tell it. */
export interface TakeRecord {
  readonly id: string;
  readonly tenant: string;
  readonly intent: TakeIntent;
  readonly state: TakeState;
  /** Who sent it: the instance and its run. */
  readonly sender: string;
  readonly taskId: string;
  /** US dollars, the discount taken off, at the rate of the quote. */
  readonly costMicros: number;
  /** What the provider charged: in its currency, before any discount. */
  readonly chargedMicros: number;
  readonly failure: FailureClass;
  readonly message: string;
  /** How long the provider that refused it asked to be left alone; 0 when it did not say. */
  readonly retryAfterMs: number;
  readonly clip: Clip | undefined;
  readonly cancelRequested: boolean;
  readonly createdAtMs: number;
  /** 0 until it is sent: it may have waited long for a slot. */
  readonly sentAtMs: number;
  readonly updatedAtMs: number;
}

/**
 * The take's state machine (DESIGN §5): from which states each step may be taken. Everything that is not here is a bug
 * of ours and is refused, for a wrong step may cost money.
 */
export const takeSteps: Readonly<Record<Exclude<TakeKind, 'take.intent'>, readonly TakeState[]>> = {
  'take.sending': ['TAKE_STATE_INTENT'],
  'take.accepted': ['TAKE_STATE_SENDING'],
  // From INTENT: its provider was switched off before it was sent.
  'take.not_sent': ['TAKE_STATE_INTENT', 'TAKE_STATE_SENDING'],
  // From INTENT: no budget had room for it.
  'take.rejected': ['TAKE_STATE_INTENT', 'TAKE_STATE_SENDING'],
  // From ACCEPTED: the deadline is over and the provider does not say how it ended.
  'take.unknown': ['TAKE_STATE_SENDING', 'TAKE_STATE_ACCEPTED'],
  'take.found': ['TAKE_STATE_UNKNOWN', 'TAKE_STATE_PARKED'],
  'take.not_found': ['TAKE_STATE_UNKNOWN', 'TAKE_STATE_PARKED'],
  'take.written_off': ['TAKE_STATE_UNKNOWN', 'TAKE_STATE_PARKED'],
  'take.parked': ['TAKE_STATE_UNKNOWN'],
  'take.cancel_requested': ['TAKE_STATE_ACCEPTED'],
  'take.succeeded': ['TAKE_STATE_ACCEPTED'],
  'take.failed': ['TAKE_STATE_ACCEPTED', 'TAKE_STATE_SUCCEEDED'],
  'take.cancelled': ['TAKE_STATE_INTENT', 'TAKE_STATE_ACCEPTED'],
  'take.expired': ['TAKE_STATE_ACCEPTED'],
  'take.settled': ['TAKE_STATE_SUCCEEDED'],
};

/** Whether the step may be taken from this state. */
export function mayStep(state: TakeState, kind: Exclude<TakeKind, 'take.intent'>): boolean {
  return takeSteps[kind].includes(state);
}

export function foldTake(facts: Iterable<TakeFact>): TakeRecord | undefined {
  let take: TakeRecord | undefined;
  for (const fact of facts) take = applyTake(take, fact);
  return take;
}

/** Groups the facts of several takes by stream, as FactStore.readPrefix gives them, and folds each. */
export function foldTakes(facts: readonly TakeFact[]): readonly TakeRecord[] {
  const takes = new Map<string, TakeRecord>();
  for (const fact of facts) takes.set(fact.stream, applyTake(takes.get(fact.stream), fact));
  return [...takes.values()].sort((a, b) => a.intent.attempt - b.intent.attempt);
}

/** Throws for a step that the state machine does not have. */
export function applyTake(take: TakeRecord | undefined, fact: TakeFact): TakeRecord {
  if (fact.kind === 'take.intent') {
    return {
      id: fact.stream.slice('take/'.length),
      tenant: fact.tenant,
      intent: fact.body,
      state: 'TAKE_STATE_INTENT',
      sender: '',
      taskId: '',
      costMicros: 0,
      chargedMicros: 0,
      failure: 'FAILURE_CLASS_UNSPECIFIED',
      message: '',
      retryAfterMs: 0,
      clip: undefined,
      cancelRequested: false,
      createdAtMs: fact.atMs,
      sentAtMs: 0,
      updatedAtMs: fact.atMs,
    };
  }
  if (take === undefined) throw new Error(`${fact.stream} begins with ${fact.kind}`);
  if (!mayStep(take.state, fact.kind))
    throw new Error(`${fact.stream}: ${fact.kind} cannot follow ${take.state}`);
  return { ...take, ...change(take.intent, fact), updatedAtMs: fact.atMs };
}

function change(intent: TakeIntent, fact: Exclude<TakeFact, { kind: 'take.intent' }>): Partial<TakeRecord> {
  const cost = (chargedMicros: number): Pick<TakeRecord, 'costMicros' | 'chargedMicros'> => ({
    chargedMicros,
    costMicros: chargeOf(priceOfTake(intent), chargedMicros).usdMicros,
  });
  switch (fact.kind) {
    case 'take.sending':
      return { state: 'TAKE_STATE_SENDING', sender: fact.body.sender, sentAtMs: fact.atMs };
    case 'take.accepted':
    case 'take.found':
      return { state: 'TAKE_STATE_ACCEPTED', taskId: fact.body.taskId, message: '' };
    case 'take.not_sent':
      return { state: 'TAKE_STATE_NOT_SENT', failure: 'FAILURE_CLASS_TRANSIENT', message: fact.body.message };
    case 'take.rejected':
      return { state: 'TAKE_STATE_REJECTED', ...fact.body };
    case 'take.unknown':
      return { state: 'TAKE_STATE_UNKNOWN', message: fact.body.message };
    case 'take.parked':
      return { state: 'TAKE_STATE_PARKED', message: fact.body.message };
    case 'take.not_found':
      return { state: 'TAKE_STATE_NOT_FOUND', failure: 'FAILURE_CLASS_TRANSIENT' };
    case 'take.written_off':
      return {
        state: 'TAKE_STATE_WRITTEN_OFF',
        failure: 'FAILURE_CLASS_LOST',
        ...cost(fact.body.costMicros),
      };
    case 'take.cancel_requested':
      return { cancelRequested: true };
    case 'take.succeeded':
      return { state: 'TAKE_STATE_SUCCEEDED', ...cost(fact.body.costMicros) };
    case 'take.failed':
      return { state: 'TAKE_STATE_FAILED', ...fact.body, ...cost(fact.body.costMicros) };
    case 'take.cancelled':
      return {
        state: 'TAKE_STATE_CANCELLED',
        failure: 'FAILURE_CLASS_CANCELLED',
        ...cost(fact.body.costMicros),
      };
    case 'take.expired':
      return {
        state: 'TAKE_STATE_EXPIRED',
        failure: 'FAILURE_CLASS_LOST',
        message: fact.body.message,
        ...cost(fact.body.costMicros),
      };
    case 'take.settled':
      return { state: 'TAKE_STATE_SETTLED', clip: fact.body.clip };
  }
}

/** Ended for good, whatever the outcome. A take in doubt has not ended. */
export function isTakeOver(state: TakeState): boolean {
  return takeVerdict[state] === 'over';
}

/** Whether the provider may have charged without our knowing. */
export function isInDoubt(state: TakeState): boolean {
  return takeVerdict[state] === 'doubt';
}

/** Whether it is known what the provider has charged, or will not charge. */
export function isChargeKnown(state: TakeState): boolean {
  return state === 'TAKE_STATE_SUCCEEDED' || isTakeOver(state);
}

const takeVerdict: Readonly<Record<TakeState, 'under-way' | 'over' | 'doubt'>> = {
  TAKE_STATE_UNSPECIFIED: 'over',
  TAKE_STATE_INTENT: 'under-way',
  TAKE_STATE_SENDING: 'under-way',
  TAKE_STATE_ACCEPTED: 'under-way',
  TAKE_STATE_SUCCEEDED: 'under-way',
  TAKE_STATE_SETTLED: 'over',
  TAKE_STATE_FAILED: 'over',
  TAKE_STATE_CANCELLED: 'over',
  TAKE_STATE_EXPIRED: 'over',
  TAKE_STATE_NOT_SENT: 'over',
  TAKE_STATE_REJECTED: 'over',
  TAKE_STATE_UNKNOWN: 'doubt',
  TAKE_STATE_NOT_FOUND: 'over',
  TAKE_STATE_PARKED: 'doubt',
  TAKE_STATE_WRITTEN_OFF: 'over',
  UNRECOGNIZED: 'over',
};
