import type { BlobRef } from '@reelmesh/contracts/common';
import type { Cut } from '@reelmesh/contracts/compose';
import type { FilmOptions, FilmState } from '@reelmesh/contracts/film';
import type { FilmFact, Plan, ScriptSource, ShotEnd } from './film-facts.ts';

/** A film as its facts tell it. Immutable: applying a fact gives a new one. */
export interface FilmRecord {
  readonly id: string;
  readonly tenant: string;
  /** Of the newest fact. */
  readonly seq: number;
  readonly epoch: number;
  readonly owner: string;
  readonly revision: number;
  readonly source: ScriptSource;
  readonly options: FilmOptions;
  readonly plan: Plan | undefined;
  /** How the work on each key ended, in this revision. */
  readonly ends: ReadonlyMap<string, ShotEnd>;
  /** What earlier revisions cost. */
  readonly earlierCostMicros: number;
  /** Keys that earlier revisions had rendered: booked there, and from the cache here. */
  readonly earlierKeys: ReadonlySet<string>;
  readonly composing: { readonly cutKey: string; readonly timeline: BlobRef } | undefined;
  /** The newest cut, also of an earlier revision. */
  readonly cut: Cut | undefined;
  readonly cutCached: boolean;
  readonly state: FilmState;
  readonly reason: string;
  readonly message: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** Folds a film's log. Undefined for an empty one; throws when the log does not begin with film.created. */
export function foldFilm(facts: Iterable<FilmFact>): FilmRecord | undefined {
  let film: FilmRecord | undefined;
  for (const fact of facts) film = applyFilm(film, fact);
  return film;
}

export function applyFilm(film: FilmRecord | undefined, fact: FilmFact): FilmRecord {
  if (fact.kind === 'film.created') {
    const { options, owner, ...source } = fact.body;
    return {
      id: fact.stream.slice('film/'.length),
      tenant: fact.tenant,
      seq: fact.seq,
      epoch: fact.epoch,
      owner,
      revision: 1,
      source,
      options,
      plan: undefined,
      ends: new Map(),
      earlierCostMicros: 0,
      earlierKeys: new Set(),
      composing: undefined,
      cut: undefined,
      cutCached: false,
      state: 'FILM_STATE_PLANNING',
      reason: '',
      message: '',
      createdAtMs: fact.atMs,
      updatedAtMs: fact.atMs,
    };
  }
  if (film === undefined) throw new Error(`film log ${fact.stream} begins with ${fact.kind}`);
  if (isVoid(film, fact)) return { ...film, seq: fact.seq, updatedAtMs: fact.atMs };
  return { ...film, ...change(film, fact), seq: fact.seq, epoch: fact.epoch, updatedAtMs: fact.atMs };
}

/**
 * A fact of a former owner that got in after the film was taken over: the tail of a batch whose first place in the log
 * the new owner already had. It keeps its place and says nothing.
 */
export function isVoid(film: FilmRecord, fact: FilmFact): boolean {
  return fact.epoch < film.epoch;
}

function change(film: FilmRecord, fact: Exclude<FilmFact, { kind: 'film.created' }>): Partial<FilmRecord> {
  switch (fact.kind) {
    case 'film.revised': {
      const { revision, options = film.options, ...source } = fact.body;
      return {
        revision,
        source,
        options,
        plan: undefined,
        ends: new Map(),
        earlierCostMicros: costOf(film),
        earlierKeys: new Set([...film.earlierKeys, ...renderedKeys(film)]),
        composing: undefined,
        state: 'FILM_STATE_PLANNING',
        reason: '',
        message: '',
      };
    }
    case 'film.planned':
      return { plan: fact.body.plan, state: 'FILM_STATE_RENDERING' };
    case 'film.adopted':
      return { owner: fact.body.owner };
    case 'film.shot':
      return {
        ends: new Map(film.ends).set(fact.body.key, fact.body),
        state: 'FILM_STATE_RENDERING',
        reason: '',
        message: '',
      };
    case 'film.composing':
      return { composing: fact.body, state: 'FILM_STATE_COMPOSING' };
    case 'film.completed':
      return { cut: fact.body.cut, cutCached: fact.body.cutCached, state: 'FILM_STATE_COMPLETED' };
    case 'film.failed':
      return { state: 'FILM_STATE_FAILED', reason: fact.body.reason, message: fact.body.message };
    case 'film.in_doubt':
      return { state: 'FILM_STATE_IN_DOUBT', reason: 'TAKE_IN_DOUBT', message: fact.body.message };
    case 'film.resumed':
      return {
        ends: new Map([...film.ends].filter(([, end]) => end.state !== 'IN_DOUBT')),
        state: 'FILM_STATE_RENDERING',
        reason: '',
        message: '',
      };
    case 'film.cancelled':
      return { state: 'FILM_STATE_CANCELLED', reason: 'CANCELLED' };
  }
}

export function isTerminal(state: FilmState): boolean {
  return (
    state === 'FILM_STATE_COMPLETED' || state === 'FILM_STATE_FAILED' || state === 'FILM_STATE_CANCELLED'
  );
}

/** A film that nobody needs to work on: it has ended, or it waits for an operator. */
export function isAtRest(state: FilmState): boolean {
  return isTerminal(state) || state === 'FILM_STATE_IN_DOUBT';
}

/** What the film has cost so far, all revisions together. */
export function costOf(film: FilmRecord): number {
  let sum = film.earlierCostMicros;
  for (const end of film.ends.values()) sum += end.costMicros;
  return sum;
}

function renderedKeys(film: FilmRecord): readonly string[] {
  return [...film.ends.values()].filter((end) => end.state === 'RENDERED').map((end) => end.key);
}

/** The plan's keys, each once, in the order of their first shot. */
export function keysOf(plan: Plan): readonly string[] {
  return [...new Set(plan.shots.map((shot) => shot.key))];
}

/** What the owner of a film does next. */
export type FilmStep =
  /** Ask for clips for these keys. */
  | { readonly kind: 'render'; readonly keys: readonly string[] }
  | { readonly kind: 'compose' }
  /** Ask for the cut (again): idempotent by its key. */
  | { readonly kind: 'await-cut'; readonly cutKey: string; readonly timeline: BlobRef }
  | { readonly kind: 'fail'; readonly reason: string; readonly message: string }
  | { readonly kind: 'doubt'; readonly message: string }
  | { readonly kind: 'rest' };

/**
 * The whole policy of a film's life, from its facts alone. One failed shot does not stop the others: they are finished
 * and kept, then the film fails and names what is missing. Doubt about a charge outranks failure, for it can still end well.
 */
export function nextStep(film: FilmRecord): FilmStep {
  if (isAtRest(film.state) || film.plan === undefined) return { kind: 'rest' };
  if (film.composing !== undefined && film.state === 'FILM_STATE_COMPOSING') {
    return { kind: 'await-cut', ...film.composing };
  }
  const keys = keysOf(film.plan);
  const open = keys.filter((key) => !film.ends.has(key));
  if (open.length > 0) return { kind: 'render', keys: open };
  const ends = keys.flatMap((key) => film.ends.get(key) ?? []);
  const doubtful = ends.filter((end) => end.state === 'IN_DOUBT');
  const failed = ends.filter((end) => end.state === 'FAILED');
  if (doubtful.length > 0) return { kind: 'doubt', message: doubtText(film.plan, doubtful, failed) };
  if (failed.length > 0)
    return { kind: 'fail', reason: 'SHOTS_FAILED', message: failText(film.plan, failed) };
  return { kind: 'compose' };
}

/** Names the shots that wait for an operator, and those that are missing for good. */
function doubtText(plan: Plan, doubtful: readonly ShotEnd[], failed: readonly ShotEnd[]): string {
  const takes = doubtful.map((end) => `${end.takeId} of shot ${numbersOf(plan, [end.key])}`).join(', ');
  const doubt = `it is unknown whether the provider charged for ${plural(doubtful.length, 'take')}: ${takes}`;
  return failed.length === 0 ? doubt : `${doubt}; ${failText(plan, failed)}`;
}

/** Names every shot that is missing, those of one reason together. */
function failText(plan: Plan, failed: readonly ShotEnd[]): string {
  const keys = new Set(failed.map(({ key }) => key));
  const count = plan.shots.filter(({ key }) => keys.has(key)).length;
  const groups = [...Map.groupBy(failed, ({ message }) => message)].map(
    ([message, ends]) =>
      `(number ${numbersOf(
        plan,
        ends.map(({ key }) => key),
      )}): ${message}`,
  );
  return `${plural(count, 'shot')} of ${plan.shots.length} could not be rendered ${groups.join('; ')}`;
}

function numbersOf(plan: Plan, keys: readonly string[]): string {
  return plan.shots.flatMap((shot, index) => (keys.includes(shot.key) ? [index + 1] : [])).join(', ');
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
