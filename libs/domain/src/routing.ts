import type { Candidate, FailureClass, RenderSpec, RoutingDecision } from '@reelmesh/contracts/shot';
import { digestOf } from './hash.ts';
import { MICROS_PER_UNIT } from './money.ts';
import { chargeOf } from './price.ts';
import type { TakePrice } from './price.ts';
import { formFor } from './model-form.ts';
import type { ImageCard } from './model-form.ts';

/** What a model can do and what it costs, as data. */
export interface ModelCard extends ImageCard {
  readonly provider: string;
  readonly model: string;
  /** Changes whenever the same request would give other pixels: part of the strategy's digest. */
  readonly revision: string;
  /** Lengths that can be asked for, whole seconds, ascending. */
  readonly seconds: readonly number[];
  /** Aspect ratios offered, width / height, with the provider's name for each; absent when any size goes. */
  readonly ratios?: readonly Ratio[];
  /** Longest prompt in UTF-16 code units; absent without a limit. */
  readonly maxPromptLength?: number;
  /** ISO 4217: what its list prices are in; dollars unless said otherwise. */
  readonly currency?: string;
  /** US dollars, millionths, for one unit of that currency. */
  readonly usdMicrosPerUnit?: number;
  /** 0 to 100, off the list prices. */
  readonly discountPercent?: number;
  /** List price for each second that is rendered, unless `priceMicros` says otherwise. */
  readonly microsPerSecond: number;
  /** List price of a clip by its length in seconds, where the provider sells lengths and not seconds; one for each offered. */
  readonly priceMicros?: Readonly<Record<number, number>>;
  /** Typical time from submit to clip, for one second of film. */
  readonly expectedMsPerSecond: number;
  /** Pause between polls of one take. */
  readonly pollMs: number;
  /** After this a take is cancelled, or parked when the provider does not say how it ended. */
  readonly deadlineMs: number;
  /** Parameters that go into every request and change pixels. */
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
}

export interface Ratio {
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

/** What puts candidates in order: the strategy's list, the price of the shot, or how long it is expected to take. */
export type Rank = 'listed' | 'price' | 'latency';

/** A routing policy: who may render, in which order, and what to do when one fails. */
export interface Strategy {
  readonly name: string;
  readonly description: string;
  /** `provider/model`, best first where the list ranks. Nothing that is not named here is ever used (I5). */
  readonly candidates: readonly string[];
  /** Candidates that are equal keep their place in the list. As listed when absent. */
  readonly rank?: Rank;
  /** Terminal verdicts after which the next candidate may be tried. */
  readonly fallbackOn: readonly FailureClass[];
  /** Takes of one shot, all candidates together, at least 1. */
  readonly maxTakes: number;
  /**
   * Takes of a shot whose create was lost that may be left in doubt while the same model is asked anew; 0 when absent. Each
   * may turn out to have been charged.
   */
  readonly duplicateAllowance?: number;
}

/** Why a candidate cannot be used now. */
export interface Obstacle {
  /** Stable, lower case: `not_configured`, `breaker_open`, `hold_no_funds`. */
  readonly reason: string;
  /**
   * What kind of failure stands behind it. The next candidate is then a fallback like any other: it needs the strategy's
   * consent for this class. Absent for what is no failure, such as a provider that nobody has set up.
   */
  readonly failure?: FailureClass;
  /** When it may be over; absent when time alone does not end it. */
  readonly untilMs?: number;
}

/** What routing must know besides the catalogue; empty when quoting. */
export interface RoutingContext {
  /** By `provider/model`. */
  readonly unavailable: ReadonlyMap<string, Obstacle>;
  /** What may still be spent on this shot. */
  readonly budgetMicros: number;
  /** Candidates that this shot has used up. */
  readonly exhausted: ReadonlySet<string>;
  readonly promptLength: number;
}

export interface Route {
  readonly decision: RoutingDecision;
  readonly chosen: ModelCard | undefined;
  /**
   * When nobody is chosen: the obstacle that no candidate behind may step in for, else the one that is over first. The shot
   * waits for it, or fails with its class.
   */
  readonly blocked: Obstacle | undefined;
  /** Price of the dearest candidate that could render the shot at all. */
  readonly limitMicros: number;
}

/** The shortest length that the model offers and that covers the clip; undefined when none does. */
export function billedSeconds(card: ModelCard, seconds: number): number | undefined {
  return card.seconds.find((offered) => offered >= seconds);
}

/** What a clip of a length that the model offers costs, US dollars. */
export function priceOf(card: ModelCard, seconds: number): number {
  const price = quoteOf(card, seconds);
  return chargeOf(price, price.listMicros).usdMicros;
}

/** The same as its provider bills it. */
export function quoteOf(card: ModelCard, seconds: number): TakePrice {
  const { currency = 'USD', usdMicrosPerUnit = MICROS_PER_UNIT, discountPercent = 0 } = card;
  const listMicros = card.priceMicros?.[seconds] ?? seconds * card.microsPerSecond;
  return { currency, listMicros, discountPercent, usdMicrosPerUnit, seconds };
}

/** The provider's ratio nearest to the film's, by the logarithm of width / height. */
export function nearestRatio(ratios: readonly Ratio[], width: number, height: number): Ratio | undefined {
  const distance = (ratio: Ratio): number =>
    Math.abs(Math.log(ratio.width / ratio.height / (width / height)));
  return ratios.reduce<Ratio | undefined>(
    (best, ratio) => (best === undefined || distance(ratio) < distance(best) ? ratio : best),
    undefined,
  );
}

/**
 * Ranks the strategy's candidates, filters them, and says of each why it was taken or left, best first.
 * Pure: the same arguments give the same decision.
 */
export function route(
  strategy: Strategy,
  catalogue: ReadonlyMap<string, ModelCard>,
  spec: RenderSpec,
  context: RoutingContext,
): Route {
  let chosen: ModelCard | undefined;
  let blocked: Obstacle | undefined;
  let passing: Obstacle | undefined;
  let limitMicros = 0;
  const offers = strategy.candidates.map((name) => offerOf(name, catalogue.get(name), spec));
  const candidates = ranked(offers, strategy.rank ?? 'listed').map((offer): Candidate => {
    const { name, card, seconds, quoteMicros } = offer;
    if (card === undefined)
      return candidate(offer, catalogue.has(name) ? 'capability_image' : 'not_in_catalogue');
    const reason = obstacle(name, card, seconds, quoteMicros, context);
    const capable = seconds !== undefined && reason !== 'capability_prompt_length';
    if (capable) limitMicros = Math.max(limitMicros, quoteMicros);
    if (reason !== undefined) {
      const standsBehind = context.unavailable.get(name);
      if (standsBehind !== undefined && reason === standsBehind.reason) {
        if (chosen === undefined && !mayPass(strategy, standsBehind)) blocked ??= standsBehind;
        if (endOf(standsBehind) < endOf(passing)) passing = standsBehind;
      }
      return candidate(offer, reason);
    }
    if (chosen === undefined && blocked !== undefined) return candidate(offer, 'no_consent');
    if (chosen !== undefined) return { ...candidate(offer, 'ranked_lower'), eligible: true };
    chosen = card;
    return { ...candidate(offer, 'chosen'), eligible: true };
  });
  return {
    decision: { strategy: strategy.name, candidates },
    chosen,
    blocked: chosen === undefined ? (blocked ?? passing) : undefined,
    limitMicros,
  };
}

/** What a candidate would render and ask for it. */
interface Offer {
  readonly name: string;
  /** In the form that the shot's images ask for; undefined when there is none. */
  readonly card: ModelCard | undefined;
  /** Undefined when it has no length for the shot. */
  readonly seconds: number | undefined;
  readonly quoteMicros: number;
  readonly expectedMs: number;
}

function offerOf(name: string, listed: ModelCard | undefined, spec: RenderSpec): Offer {
  const card = listed === undefined ? undefined : formFor(listed, spec.images);
  const seconds = card === undefined ? undefined : billedSeconds(card, spec.seconds);
  if (card === undefined || seconds === undefined)
    return { name, card, seconds, quoteMicros: 0, expectedMs: 0 };
  return {
    name,
    card,
    seconds,
    quoteMicros: priceOf(card, seconds),
    expectedMs: seconds * card.expectedMsPerSecond,
  };
}

/** What cannot render the shot has no price to be ranked by, and comes last. */
function ranked(offers: readonly Offer[], rank: Rank): readonly Offer[] {
  if (rank === 'listed') return offers;
  const figure = ({ seconds, quoteMicros, expectedMs }: Offer): number => {
    if (seconds === undefined) return Number.MAX_VALUE;
    return rank === 'price' ? quoteMicros : expectedMs;
  };
  return offers.toSorted((a, b) => figure(a) - figure(b));
}

/** Whether the strategy lets the next candidate step in for one with this obstacle. */
/** A breaker's obstacle passes by itself; others do not. */
function endOf(one: Obstacle | undefined): number {
  return one?.untilMs ?? Infinity;
}

function mayPass(strategy: Strategy, { failure }: Obstacle): boolean {
  return failure === undefined || strategy.fallbackOn.includes(failure);
}

function obstacle(
  name: string,
  card: ModelCard,
  seconds: number | undefined,
  quoteMicros: number,
  context: RoutingContext,
): string | undefined {
  if (seconds === undefined) return 'capability_duration';
  if (context.promptLength > (card.maxPromptLength ?? Infinity)) return 'capability_prompt_length';
  if (context.exhausted.has(name)) return 'exhausted';
  const unavailable = context.unavailable.get(name);
  if (unavailable !== undefined) return unavailable.reason;
  if (quoteMicros > context.budgetMicros) return 'budget';
  return undefined;
}

function candidate({ name, quoteMicros, expectedMs }: Offer, reason: string): Candidate {
  const [provider = '', model = ''] = name.split('/', 2);
  return { provider, model, eligible: false, reason, quoteMicros, expectedMs };
}

/**
 * Identifies all that a strategy may do to the pixels of a shot with these images: candidates in order, revisions,
 * parameters, and what ranks them. Prices are not in it, also where they rank: another price is no reason to render a
 * shot anew.
 */
export function strategyDigest(
  { candidates, rank = 'listed' }: Strategy,
  catalogue: ReadonlyMap<string, ModelCard>,
  images: RenderSpec['images'] = [],
): string {
  const models = candidates.map((name) => {
    const listed = catalogue.get(name);
    const card = listed === undefined ? undefined : (formFor(listed, images) ?? listed);
    return { name, revision: card?.revision ?? '', parameters: card?.parameters ?? {} };
  });
  return digestOf(rank === 'listed' ? models : { rank, models });
}
