import type { FailureClass } from '@reelmesh/contracts/shot';
import type { Strategy } from './routing.ts';
import type { TakeRecord } from './take.ts';
import { isInDoubt, isTakeOver } from './take.ts';

/** Failures after which the same candidate may be asked again with the same input, and how often in a row. */
const sameAgain: Partial<Record<FailureClass, number>> = {
  FAILURE_CLASS_TRANSIENT: 3,
  FAILURE_CLASS_RATE_LIMIT: 5,
  FAILURE_CLASS_CAPACITY: 5,
};

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** A provider that asks for more is put on hold, and the hold does the waiting. */
export const LONGEST_RETRY_AFTER_MS = 60_000;

/** What to do about a shot, given all its takes so far. */
export type ShotStep =
  | { readonly kind: 'have-clip'; readonly take: TakeRecord }
  /** A take is under way: see to it. */
  | { readonly kind: 'continue'; readonly take: TakeRecord }
  /** The charge is in doubt: nothing more until that has ended. */
  | { readonly kind: 'doubt'; readonly take: TakeRecord }
  /** Make the next take, not before the time given. */
  | {
      readonly kind: 'take';
      readonly attempt: number;
      readonly exhausted: ReadonlySet<string>;
      readonly notBeforeMs: number;
      /** Why the candidates in `exhausted` were given up; empty when none was. */
      readonly fallbackReason: string;
      /** A take whose charge is in doubt: should it come to light, the shot is paid for twice. */
      readonly duplicateOf?: string;
    }
  | {
      readonly kind: 'give-up';
      readonly failure: FailureClass;
      readonly message: string;
      readonly takeId: string;
    };

/**
 * The one retry loop of the whole system. Falls back only after a terminal verdict of a class that the strategy allows,
 * never from doubt (I5), and asks the same candidate again only where nothing can have been paid, or where the strategy
 * has an allowance for paying twice.
 */
export function nextShotStep(takes: readonly TakeRecord[], strategy: Strategy): ShotStep {
  const settled = takes.find((take) => take.state === 'TAKE_STATE_SETTLED');
  if (settled !== undefined) return { kind: 'have-clip', take: settled };
  const doubtful = takes.filter(({ state }) => isInDoubt(state));
  const open = takes.find(({ state }) => !isTakeOver(state) && !isInDoubt(state));
  if (open !== undefined) return { kind: 'continue', take: open };
  const [doubt] = doubtful;
  if (doubt === undefined) return nextTake(takes, strategy);
  const spared = doubtful.length <= (strategy.duplicateAllowance ?? 0) && doubtful.every(isLostCreate);
  const next = spared ? nextTake(takes, strategy) : undefined;
  if (next?.kind === 'take') return { ...next, duplicateOf: doubt.id };
  return { kind: 'doubt', take: doubtful.find(({ state }) => state === 'TAKE_STATE_UNKNOWN') ?? doubt };
}

/** Looked up in vain. A task that was accepted is surely there, and no allowance is spent on it. */
function isLostCreate({ state, taskId }: TakeRecord): boolean {
  return state === 'TAKE_STATE_PARKED' && taskId === '';
}

function nextTake(takes: readonly TakeRecord[], strategy: Strategy): ShotStep {
  const last = takes.at(-1);
  if (last === undefined) {
    return { kind: 'take', attempt: 1, exhausted: new Set(), notBeforeMs: 0, fallbackReason: '' };
  }
  const giveUp: ShotStep = { kind: 'give-up', failure: last.failure, message: last.message, takeId: last.id };
  if (takes.length >= strategy.maxTakes) return giveUp;
  const exhausted = new Set(usedUp(takes));
  const attempt = last.intent.attempt + 1;
  const name = candidateOf(last);
  if (isInDoubt(last.state)) {
    const others = strategy.candidates.filter((candidate) => candidate !== name);
    const { fallbackReason } = last.intent;
    return { kind: 'take', attempt, exhausted: new Set(others), notBeforeMs: 0, fallbackReason };
  }
  const inARow = countInARow(takes, name);
  if (last.chargedMicros === 0 && inARow <= (sameAgain[last.failure] ?? 0)) {
    const asked = last.retryAfterMs <= LONGEST_RETRY_AFTER_MS ? last.retryAfterMs : 0;
    // Never shorter than our own pause, whatever the provider says.
    const pause = Math.max(asked, Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (inARow - 1)));
    return {
      kind: 'take',
      attempt,
      exhausted,
      notBeforeMs: last.updatedAtMs + pause,
      fallbackReason: last.intent.fallbackReason,
    };
  }
  if (!strategy.fallbackOn.includes(last.failure)) return giveUp;
  exhausted.add(name);
  if (strategy.candidates.every((candidate) => exhausted.has(candidate))) return giveUp;
  return { kind: 'take', attempt, exhausted, notBeforeMs: 0, fallbackReason: fallbackText(last) };
}

export function candidateOf(take: TakeRecord): string {
  return `${take.intent.provider}/${take.intent.model}`;
}

/** Candidates that were left for another one. */
function usedUp(takes: readonly TakeRecord[]): readonly string[] {
  const current = takes.at(-1);
  return takes.map(candidateOf).filter((name) => current !== undefined && name !== candidateOf(current));
}

function countInARow(takes: readonly TakeRecord[], name: string): number {
  let count = 0;
  for (const take of takes.toReversed()) {
    if (candidateOf(take) !== name) break;
    count += 1;
  }
  return count;
}

function fallbackText(take: TakeRecord): string {
  const failure = take.failure.slice('FAILURE_CLASS_'.length).toLowerCase();
  return `${candidateOf(take)}: ${failure}${take.message === '' ? '' : ` (${take.message})`}`;
}
