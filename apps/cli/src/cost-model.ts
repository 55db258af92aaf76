import { MICROS_PER_UNIT } from '@reelmesh/domain';

/** What one stage of a strategy takes to render a video's shots once each. */
export interface StageCost {
  /** What providers charge, as quoted; millionths of a dollar. */
  readonly paidMicros: number;
  /** Time on GPUs of one's own. */
  readonly gpuMs: number;
}

/** A strategy's price of one video: its only stage, or drafts of all shots and finals for all. */
export interface StrategyCost {
  readonly name: string;
  /** The models that render, for people: `runway gen4.5`. */
  readonly models: readonly string[];
  readonly first: StageCost;
  /** Only where drafts come first. */
  readonly final?: StageCost;
}

/** Everything that the price table does not say. Percentages are 0 to 100. */
export interface Assumptions {
  readonly secondsPerVideo: number;
  /** Shots that are rendered once more because nobody likes them. */
  readonly retakesPercent: number;
  /** Shots that get their final, where drafts come first. */
  readonly approvedPercent: number;
  /** Shots of which the clip is there already. */
  readonly cachePercent: number;
  /** Taken off what providers quote. */
  readonly discountPercent: number;
  readonly gpuHourMicros: number;
  /** Share of a rented GPU hour in which it renders. */
  readonly gpuBusyPercent: number;
}

export interface VideoCost {
  /** Every shot rendered, as quoted. */
  readonly plainMicros: number;
  /** With the cache and the discount. */
  readonly micros: number;
  readonly plainPerMinuteMicros: number;
  readonly perMinuteMicros: number;
  /** Rented, busy or not; with the cache. */
  readonly gpuHours: number;
}

/**
 * What a video costs. Retakes are of the first stage: where drafts come first, nobody renders a final twice for its looks.
 */
export function videoCost({ first, final }: StrategyCost, assumed: Assumptions): VideoCost {
  const renders = 1 + assumed.retakesPercent / 100;
  const approved = assumed.approvedPercent / 100;
  const paid = first.paidMicros * renders + (final?.paidMicros ?? 0) * approved;
  const busyMs = first.gpuMs * renders + (final?.gpuMs ?? 0) * approved;
  const gpuHours = busyMs / 3_600_000 / (assumed.gpuBusyPercent / 100);
  const gpu = gpuHours * assumed.gpuHourMicros;
  const missed = 1 - assumed.cachePercent / 100;
  const plainMicros = Math.round(paid + gpu);
  const micros = Math.round((paid * (1 - assumed.discountPercent / 100) + gpu) * missed);
  const minutes = assumed.secondsPerVideo / 60;
  return {
    plainMicros,
    micros,
    plainPerMinuteMicros: Math.round(plainMicros / minutes),
    perMinuteMicros: Math.round(micros / minutes),
    gpuHours: gpuHours * missed,
  };
}

/** To the cent, for amounts that are estimates: `$1,234.50`. */
export function formatEstimate(micros: number): string {
  return `$${(micros / MICROS_PER_UNIT).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

/** One shot of a film as it was priced: its key says which clips are the same. */
export interface PricedShot {
  readonly key: string;
  readonly micros: number;
}

export interface RevisionsCost {
  /** Each revision renders all of its shots. */
  readonly plainMicros: number;
  /** Each clip is rendered once. */
  readonly micros: number;
  /** Shots of all revisions, and how many of them had to be rendered with the cache. */
  readonly shots: number;
  readonly rendered: number;
}

/** What it costs to make a film's revisions one after the other, without a cache and with one. */
export function costOfRevisions(revisions: readonly (readonly PricedShot[])[]): RevisionsCost {
  const shots = revisions.flat();
  const clips = new Map(shots.map(({ key, micros }) => [key, micros]));
  return {
    plainMicros: shots.reduce((sum, { micros }) => sum + micros, 0),
    micros: [...clips.values()].reduce((sum, micros) => sum + micros, 0),
    shots: shots.length,
    rendered: clips.size,
  };
}
