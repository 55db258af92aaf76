import { validateHeaderName, validateHeaderValue } from 'node:http';
import {
  anything,
  choice,
  either,
  flag,
  integer,
  isObject,
  mapOf,
  object,
  optional,
  text,
  type Reader,
  type ReadOf,
} from './shape.ts';
import type { Operation } from './provider.ts';

const status = integer(200, 599);
const milliseconds = integer(0, 24 * 3_600_000);

/** A text that HTTP can carry in a header: checked when the rule is added, not when it strikes. */
const headerValue: Reader<string> = (value, path, problems) => {
  const found = text()(value, path, problems);
  if (!holds(() => validateHeaderValue('x', found)))
    problems.push(`${path}: has characters no header can hold`);
  return found;
};

const headers: Reader<Readonly<Record<string, string>>> = (value, path, problems) => {
  const found = mapOf(headerValue)(value, path, problems);
  for (const name of Object.keys(found)) {
    if (!holds(() => validateHeaderName(name)))
      problems.push(`${path}: ${JSON.stringify(name)} is no header name`);
  }
  return found;
};

const REFUSAL_REASONS = [
  'auth',
  'no_funds',
  'quota',
  'rate_limit',
  'capacity',
  'moderation',
  'unavailable',
] as const;
/** Why a provider may refuse a call; it answers in its own shape. */
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** What happens to the exchange: the wire between client and provider misbehaves. */
const WIRE = {
  /** Answers so. With `accept` the request is carried out first: the task exists though the client reads an error. */
  respond: object({
    type: choice('respond'),
    status,
    headers: optional(headers),
    body: anything,
    accept: optional(flag),
  }),
  /** A load balancer's error page. */
  html: object({ type: choice('html'), status: optional(status), accept: optional(flag) }),
  /** The provider's own refusal of that kind. */
  refuse: object({ type: choice('refuse'), reason: choice(...REFUSAL_REASONS) }),
  /** The service crashes on this call: the connection drops, and what it kept in memory is gone. */
  restart: object({ type: choice('restart') }),
  reset_before_reading: object({ type: choice('reset_before_reading') }),
  reset_before_accepting: object({ type: choice('reset_before_accepting') }),
  reset_after_accepting: object({ type: choice('reset_after_accepting') }),
  /** Waits (real time). `accept` says whether the request is carried out before the wait (the default) or after it. */
  delay: object({ type: choice('delay'), ms: milliseconds, accept: optional(choice('first', 'last')) }),
  truncated_json: object({ type: choice('truncated_json') }),
  unknown_status: object({ type: choice('unknown_status'), status: text(100) }),
  unknown_fields: object({ type: choice('unknown_fields'), fields: mapOf(anything) }),
  clock_skew: object({ type: choice('clock_skew'), ms: integer(-365 * 86_400_000, 365 * 86_400_000) }),
  truncated_body: object({ type: choice('truncated_body') }),
  zero_bytes: object({ type: choice('zero_bytes') }),
  wrong_content_type: object({ type: choice('wrong_content_type'), contentType: headerValue }),
  corrupt_mp4: object({ type: choice('corrupt_mp4') }),
  redirect: object({ type: choice('redirect'), location: optional(headerValue) }),
  trickle: object({ type: choice('trickle'), bytesPerSecond: integer(1) }),
  no_ranges: object({ type: choice('no_ranges') }),
} as const;

/** How the task of a create ends: the provider itself misbehaves. */
const OUTCOME = {
  stuck: object({ type: choice('stuck'), at: optional(choice('PENDING', 'RUNNING')) }),
  succeed_without_output: object({ type: choice('succeed_without_output') }),
  /** `cost` unset: what the documentation says of the code (moderation is charged, everything else is not). */
  fail: object({
    type: choice('fail'),
    failureCode: optional(text(200)),
    failure: optional(text()),
    cost: optional(either(choice('zero', 'full'), integer(0))),
  }),
  /** A cancel that is answered and does not stop the task. */
  complete_anyway: object({ type: choice('complete_anyway') }),
  pace: object({ type: choice('pace'), queueMs: optional(milliseconds), renderMs: optional(milliseconds) }),
  wrong_video: object({
    type: choice('wrong_video'),
    width: optional(integer(2, 4096)),
    height: optional(integer(2, 4096)),
    seconds: optional(integer(1, 60)),
  }),
} as const;

/** What goes wrong when the provider calls back. */
const DELIVERY = {
  lose: object({ type: choice('lose') }),
  duplicate: object({ type: choice('duplicate'), copies: optional(integer(2, 100)) }),
  postpone: object({ type: choice('postpone'), ms: milliseconds }),
  bad_signature: object({ type: choice('bad_signature') }),
  stale_timestamp: object({ type: choice('stale_timestamp'), ms: optional(milliseconds) }),
  without_payload: object({ type: choice('without_payload'), payloadError: optional(text()) }),
} as const;

export type WireAction = { [K in keyof typeof WIRE]: ReadOf<(typeof WIRE)[K]> }[keyof typeof WIRE];
export type OutcomeAction = {
  [K in keyof typeof OUTCOME]: ReadOf<(typeof OUTCOME)[K]>;
}[keyof typeof OUTCOME];
export type DeliveryAction = {
  [K in keyof typeof DELIVERY]: ReadOf<(typeof DELIVERY)[K]>;
}[keyof typeof DELIVERY];
export type Action = WireAction | OutcomeAction | DeliveryAction;

/** Actions that make sense for some operations only; the others fit all. */
const OPERATIONS_OF: Readonly<Partial<Record<Action['type'], readonly Operation[]>>> = {
  unknown_status: ['get'],
  clock_skew: ['get'],
  truncated_json: ['create', 'get', 'result', 'list', 'organization', 'upload'],
  unknown_fields: ['create', 'get', 'result', 'list', 'organization', 'upload'],
  truncated_body: ['download'],
  zero_bytes: ['download'],
  wrong_content_type: ['download'],
  corrupt_mp4: ['download'],
  redirect: ['download'],
  trickle: ['download'],
  no_ranges: ['download'],
  stuck: ['create'],
  succeed_without_output: ['create'],
  fail: ['create'],
  complete_anyway: ['delete'],
  pace: ['create'],
  wrong_video: ['create'],
};

export const action: Reader<Action> = (value, path, problems) => {
  const readers: Readonly<Record<string, Reader<Action>>> = { ...WIRE, ...OUTCOME, ...DELIVERY };
  const type = isObject(value) ? value['type'] : undefined;
  const reader = typeof type === 'string' && Object.hasOwn(readers, type) ? readers[type] : undefined;
  if (reader !== undefined) return reader(value, path, problems);
  problems.push(`${path}.type: must be one of ${Object.keys(readers).join(', ')}`);
  return { type: 'reset_before_reading' };
};

export function fitsOperation(type: Action['type'], operation: Operation): boolean {
  // only the provider itself calls back: nothing else applies there, and what applies there nowhere else
  if (operation === 'webhook' || Object.hasOwn(DELIVERY, type)) {
    return operation === 'webhook' && Object.hasOwn(DELIVERY, type);
  }
  return OPERATIONS_OF[type]?.includes(operation) ?? true;
}

export function isOutcome(candidate: Action): candidate is OutcomeAction {
  return Object.hasOwn(OUTCOME, candidate.type);
}

export function isDelivery(candidate: Action): candidate is DeliveryAction {
  return Object.hasOwn(DELIVERY, candidate.type);
}

function holds(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}
