import type { Clip } from '@reelmesh/contracts/common';
import type { FailureClass, RenderSpec, RoutingDecision } from '@reelmesh/contracts/shot';
import type { Fact } from './ports.ts';
import type { TakePrice } from './price.ts';
import type { TakeRecord } from './take.ts';

/** Everything needed to go on with a take whatever the configuration says later. */
export interface TakeIntent {
  readonly filmId: string;
  readonly shotId: string;
  readonly shotKey: string;
  readonly attempt: number;
  readonly provider: string;
  readonly model: string;
  /** Base URL or address that the submit goes to; polls, downloads and cancels go to the same. */
  readonly endpoint: string;
  /** Names the credential and tells it from others (`env:RUNWAYML_API_SECRET#` and 8 hex digits of its hash); never the secret. */
  readonly credentialRef: string;
  /** The provider's own request body, ready to send. */
  readonly request: unknown;
  readonly requestDigest: string;
  /** US dollars, the discount taken off. */
  readonly quoteMicros: number;
  /** Behind the quote; absent of takes that were quoted before there were prices. */
  readonly price?: TakePrice;
  readonly spec: RenderSpec;
  readonly strategy: string;
  readonly decision: RoutingDecision;
  readonly warnings: readonly string[];
  /** The most that all takes of this shot may cost together. */
  readonly reservedMicros: number;
  /** Why this is not the first candidate; empty when it is. */
  readonly fallbackReason: string;
}

/** Costs are what the provider charged: in the currency of the take's price, before any discount. */
export interface TakeBodies {
  'take.intent': TakeIntent;
  /** From here on bytes may have left. Whoever inserts this fact, and nobody else, sends. */
  'take.sending': { readonly sender: string };
  'take.accepted': { readonly taskId: string };
  'take.not_sent': { readonly message: string };
  'take.rejected': {
    readonly failure: FailureClass;
    readonly message: string;
    /** How long the provider asked to be left alone, if it did. */
    readonly retryAfterMs?: number;
  };
  'take.unknown': { readonly message: string };
  'take.found': { readonly taskId: string; readonly by: string };
  'take.not_found': { readonly by: string };
  'take.parked': { readonly message: string };
  'take.written_off': { readonly costMicros: number; readonly by: string };
  'take.cancel_requested': Record<string, never>;
  /** The provider's word that it is done and what it charged; the clip is fetched after this. */
  'take.succeeded': { readonly costMicros: number };
  'take.failed': { readonly failure: FailureClass; readonly message: string; readonly costMicros: number };
  'take.cancelled': { readonly costMicros: number };
  'take.expired': { readonly message: string; readonly costMicros: number };
  /** The clip is in the blob store, hashed and probed. */
  'take.settled': { readonly clip: Clip };
}

export type TakeKind = keyof TakeBodies;
export type TakeFact = { [K in TakeKind]: Fact<TakeBodies[K]> & { readonly kind: K } }[TakeKind];

/**
 * One id for each attempt of a film at a shot: the same command again finds the same take.
 * Safe as a subject token and as a path.
 */
export const takeId = (filmId: string, shotKey: string, attempt: number): string =>
  `${takePrefix(filmId, shotKey)}${attempt}`;

/** What the ids of a film's takes of one shot have in common. */
export const takePrefix = (filmId: string, shotKey: string): string => `${filmId}-${shotKey.slice(0, 16)}-`;

export const takeStream = (id: string): string => `take/${id}`;

/** What ends a doubt. */
const resolutions: readonly TakeKind[] = ['take.found', 'take.not_found', 'take.written_off'];

/**
 * Each step of a take happens at most once, so its name is its id. Whatever leads out of the intent has the id of the
 * sending, and whatever ends a doubt that of the resolution: of those who would send, refuse or cancel the take, or
 * resolve it (an operator, a lookup, a webhook), only one can.
 */
export const takeFactId = (id: string, kind: TakeKind, from?: TakeRecord['state']): string => {
  const name = from === 'TAKE_STATE_INTENT' ? 'sending' : kind.slice('take.'.length);
  return `${takeStream(id)}/${resolutions.includes(kind) ? 'resolved' : name}`;
};

/** Order of the steps within a take's stream. */
export const takeSeq: Readonly<Record<TakeKind, number>> = {
  'take.intent': 1,
  'take.sending': 2,
  'take.not_sent': 3,
  'take.rejected': 3,
  'take.unknown': 3,
  'take.parked': 4,
  'take.not_found': 5,
  'take.written_off': 5,
  'take.accepted': 6,
  'take.found': 6,
  'take.cancel_requested': 7,
  'take.succeeded': 8,
  'take.failed': 9,
  'take.cancelled': 9,
  'take.expired': 9,
  'take.settled': 9,
};
