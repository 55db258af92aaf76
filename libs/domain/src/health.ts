import type { FailureClass } from '@reelmesh/contracts/shot';
import { LONGEST_RETRY_AFTER_MS } from './retry.ts';

/** A pause of one account or model that only a look at it ends. */
export interface Hold {
  /** Stable: `hold_no_funds`. */
  readonly reason: string;
  readonly failure: FailureClass;
  readonly sinceMs: number;
  /** The next look; whoever looks moves it first. */
  readonly checkAtMs: number;
  /** Between two looks. */
  readonly pauseMs: number;
  /** Whether it is over at `checkAtMs` for all that is known; otherwise time alone says nothing. */
  readonly isTimed: boolean;
}

/** What gateways tell each other about providers. */
export interface HealthRecord {
  /** By `provider/model@credential`. */
  readonly holds: Readonly<Record<string, Hold>>;
  /** Until when breakers stay open, by breaker. */
  readonly trips: Readonly<Record<string, number>>;
  /** Until when a provider is not polled, by provider. */
  readonly pollPauses: Readonly<Record<string, number>>;
}

export const healthy: HealthRecord = { holds: {}, trips: {}, pollPauses: {} };

const accountFailures: Partial<Record<FailureClass, string>> = {
  FAILURE_CLASS_AUTH: 'hold_auth',
  FAILURE_CLASS_NO_FUNDS: 'hold_no_funds',
  FAILURE_CLASS_QUOTA: 'hold_quota',
};

const tooMany: readonly FailureClass[] = ['FAILURE_CLASS_RATE_LIMIT', 'FAILURE_CLASS_CAPACITY'];

/** Pauses between looks grow up to so many times the first. */
const MOST_PAUSES = 10;
/** What nobody has looked at for so long is of a key that nobody has. */
const FORGOTTEN_MS = 86_400_000;

/**
 * The hold that a refusal asks for: of the account, not of the shot, or a wait that is longer than a pause.
 * @param retryAfterMs what the provider asks for; 0 when it does not say
 */
export function holdFor(
  failure: FailureClass,
  retryAfterMs: number,
  checkMs: number,
  now: number,
): Hold | undefined {
  const reason = accountFailures[failure];
  const common = { failure, sinceMs: now, pauseMs: checkMs };
  if (reason !== undefined) return { ...common, reason, checkAtMs: now + checkMs, isTimed: false };
  if (!tooMany.includes(failure) || retryAfterMs <= LONGEST_RETRY_AFTER_MS) return undefined;
  return { ...common, reason: 'hold_rate_limit', checkAtMs: now + retryAfterMs, isTimed: true };
}

/** A hold that is there already stays as it is: one refusal more says nothing new. */
export function withHold(record: HealthRecord, key: string, hold: Hold): HealthRecord {
  return record.holds[key] === undefined ? { ...record, holds: { ...record.holds, [key]: hold } } : record;
}

/**
 * Whoever is to look whether a hold is over moves the next look first: exactly one does.
 * @param first whether it is looked at before its time, as after a start
 * @returns undefined when there is nothing to look at now
 */
export function claimCheck(
  record: HealthRecord,
  key: string,
  checkMs: number,
  now: number,
  first = false,
): HealthRecord | undefined {
  const hold = record.holds[key];
  if (hold === undefined || (hold.checkAtMs > now && (!first || hold.isTimed))) return undefined;
  const pauseMs = Math.min(checkMs * MOST_PAUSES, hold.pauseMs * 2);
  return { ...record, holds: { ...record.holds, [key]: { ...hold, checkAtMs: now + pauseMs, pauseMs } } };
}

export function withoutHold(record: HealthRecord, key: string): HealthRecord {
  const { [key]: gone, ...holds } = record.holds;
  return gone === undefined ? record : { ...record, holds };
}

export function withTrip(record: HealthRecord, breaker: string, untilMs: number): HealthRecord {
  if ((record.trips[breaker] ?? 0) >= untilMs) return record;
  return { ...record, trips: { ...record.trips, [breaker]: untilMs } };
}

export function withoutTrip(record: HealthRecord, breaker: string): HealthRecord {
  const { [breaker]: gone, ...trips } = record.trips;
  return gone === undefined ? record : { ...record, trips };
}

/** A pause is never made shorter, and not worth writing down for less than a second more. */
export function withPollPause(record: HealthRecord, provider: string, untilMs: number): HealthRecord {
  if ((record.pollPauses[provider] ?? 0) > untilMs - 1_000) return record;
  return { ...record, pollPauses: { ...record.pollPauses, [provider]: untilMs } };
}

/** A trip is remembered for so long after its end: what is missing sooner has been closed. */
const TRIP_KEPT_MS = 600_000;

/** Breakers that somebody has found closed between two states of the record. */
export function closedSince(before: HealthRecord, after: HealthRecord, now: number): readonly string[] {
  return Object.entries(before.trips).flatMap(([breaker, untilMs]) =>
    after.trips[breaker] === undefined && untilMs > now - TRIP_KEPT_MS ? [breaker] : [],
  );
}

/** Without what is over; the very same object when nothing is. */
export function pruned(record: HealthRecord, now: number): HealthRecord {
  const holds = kept(record.holds, ({ checkAtMs }) => checkAtMs > now - FORGOTTEN_MS);
  const trips = kept(record.trips, (untilMs) => untilMs > now - TRIP_KEPT_MS);
  const pollPauses = kept(record.pollPauses, (untilMs) => untilMs > now);
  const isSame = holds === record.holds && trips === record.trips && pollPauses === record.pollPauses;
  return isSame ? record : { holds, trips, pollPauses };
}

function kept<V>(
  values: Readonly<Record<string, V>>,
  isKept: (value: V) => boolean,
): Readonly<Record<string, V>> {
  const entries = Object.entries(values);
  const left = entries.filter(([, value]) => isKept(value));
  return left.length === entries.length ? values : Object.fromEntries(left);
}
