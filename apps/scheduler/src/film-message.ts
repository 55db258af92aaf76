import type { Film, FilmChange, FilmShot, SequencedChange, ShotState } from '@reelmesh/contracts/film';
import type { FailureClass } from '@reelmesh/contracts/shot';
import type { FilmFact, FilmRecord, Plan, PlannedShot, ShotEnd } from '@reelmesh/domain';
import { applyFilm, costOf, isApproved, isAtRest, isVoid, keysOf, sumMicros } from '@reelmesh/domain';

/** A film for the outside. */
export function filmMessage(film: FilmRecord): Film {
  const { plan } = film;
  return {
    ...filmSummary(film),
    scenes: plan?.scenes ?? [],
    shots: plan?.shots.map((shot, index) => shotMessage(shot, film, index + 1)) ?? [],
    diagnostics: plan?.diagnostics ?? [],
  };
}

/** The same without scenes, shots and diagnostics. */
export function filmSummary(film: FilmRecord): Film {
  const { plan } = film;
  const ends = plan === undefined ? [] : keysOf(plan).flatMap((key) => film.ends.get(key) ?? []);
  const rendered = ends.filter((end) => end.state === 'RENDERED').length;
  const have = plan?.shots.filter(({ key }) => hasClip(film.ends.get(key))).length ?? 0;
  return {
    id: film.id,
    tenant: film.tenant,
    title: plan?.title ?? '',
    state: film.state,
    revision: film.revision,
    options: film.options,
    scenes: [],
    shots: [],
    quoteMicros: plan === undefined ? 0 : quoteOf(plan),
    costMicros: costOf(film),
    rendered,
    cached: have - rendered,
    cut: film.cut,
    reason: film.reason,
    message: film.message,
    diagnostics: [],
    createTimeMs: film.createdAtMs,
    updateTimeMs: film.updatedAtMs,
    sequence: film.seq,
    cutCached: film.cutCached,
  };
}

/** What the plan costs at the first candidates; shots that share a clip are paid for once, cached ones not at all. */
export function quoteOf(plan: Plan): number {
  const toPay = plan.shots.filter((shot) => shot.reservedMicros > 0);
  return sumMicros(new Map(toPay.map((shot) => [shot.key, shot.quoteMicros])).values());
}

/** The film's log as changes for watchers: one for each fact, so that the sequence has no gaps. */
export function changesOf(facts: readonly FilmFact[], afterSequence: number): readonly SequencedChange[] {
  const changes: SequencedChange[] = [];
  let film: FilmRecord | undefined;
  for (const fact of facts) {
    const change = film !== undefined && isVoid(film, fact) ? stateOf(film) : undefined;
    film = applyFilm(film, fact);
    if (fact.seq > afterSequence) changes.push(changeOf(fact, film, change));
  }
  return changes;
}

export function changeOf(
  fact: FilmFact,
  film: FilmRecord,
  change: FilmChange['change'] = newsOf(fact, film),
): SequencedChange {
  return { sequence: fact.seq, timeMs: fact.atMs, change: { change } };
}

function newsOf(fact: FilmFact, film: FilmRecord): FilmChange['change'] {
  if (fact.kind === 'film.planned') return { $case: 'planned', value: { film: filmMessage(film) } };
  if (fact.kind === 'film.shot') {
    const { key, provider, model, costMicros, message, fallbackReason } = fact.body;
    const [state, failure] = [shotState(fact.body), failureOf(fact.body)];
    return {
      $case: 'shot',
      value: { shotKey: key, state, provider, model, costMicros, message, fallbackReason, failure },
    };
  }
  return stateOf(film);
}

function stateOf({ state, reason, message, cut }: FilmRecord): FilmChange['change'] {
  return { $case: 'state', value: { state, reason, message, cut: isAtRest(state) ? cut : undefined } };
}

function shotMessage(shot: PlannedShot, film: FilmRecord, number: number): FilmShot {
  const end = film.ends.get(shot.key);
  return {
    shotId: shot.shotId,
    shotKey: shot.key,
    scene: shot.scene,
    description: shot.spec.picture?.description ?? '',
    durationMs: shot.durationMs,
    state: end === undefined ? 'SHOT_STATE_WAITING' : shotState(end),
    quoteMicros: shot.quoteMicros,
    costMicros: end?.costMicros ?? 0,
    provider: end?.provider ?? '',
    model: end?.model ?? '',
    message: end?.message ?? '',
    fallbackReason: end?.fallbackReason ?? '',
    approved: isApproved(film.options, number),
    strategy: shot.strategy,
    failure: failureOf(end),
  };
}

function failureOf(end: ShotEnd | undefined): FailureClass {
  return end?.failure ?? 'FAILURE_CLASS_UNSPECIFIED';
}

function hasClip(end: ShotEnd | undefined): boolean {
  return end?.state === 'RENDERED' || end?.state === 'CACHED';
}

function shotState(end: ShotEnd): ShotState {
  return `SHOT_STATE_${end.state}`;
}
