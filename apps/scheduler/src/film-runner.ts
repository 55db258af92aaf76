import type { CacheServiceDefinition, ResolvedClip } from '@reelmesh/contracts/cache';
import { Timeline } from '@reelmesh/contracts/compose';
import type { CutEvent, ShotOutcomeEvent } from '@reelmesh/contracts/event';
import type { FilmOptions } from '@reelmesh/contracts/film';
import type { ProviderGatewayServiceDefinition } from '@reelmesh/contracts/shot';
import { cutKey, isAtRest, isTerminal, keysOf, layTimeline, nextStep, sumMicros } from '@reelmesh/domain';
import type {
  BlobStore,
  Clock,
  FilmRecord,
  FilmStep,
  Plan,
  PlannedShot,
  ScriptSource,
  ShotEnd,
} from '@reelmesh/domain';
import type { Client } from '@reelmesh/messaging';
import type { Logger } from '@reelmesh/service';
import type { Errands } from './errands.ts';
import type { FilmEntry, FilmLog, Written } from './film-log.ts';
import { hasRoomFor } from './film-budget.ts';
import { isSuperseded } from './film-log.ts';
import { cutNews, shotEndOf } from './news.ts';

export interface RunnerDeps {
  readonly log: Logger;
  /** This scheduler, as the owner of films. */
  readonly owner: string;
  readonly clock: Clock;
  readonly errands: Errands;
  readonly blobs: BlobStore;
  readonly filmLog: FilmLog;
  readonly cache: Client<typeof CacheServiceDefinition>;
  readonly gateway: Client<typeof ProviderGatewayServiceDefinition>;
  /** Shots wait for slots, or slots have become free. */
  readonly onChange: () => void;
  /** The film is at rest and nothing of it is under way. */
  readonly onRest: (filmId: string) => void;
}

/** A plan for a film that exists. */
export interface Revision {
  /** The film's revision that it was planned from. */
  readonly basedOn: number;
  readonly source: ScriptSource;
  /** When they are other than before. */
  readonly options?: FilmOptions;
  readonly plan: Plan;
}

/** A shot that was asked for and has not ended; it may belong to an earlier script of the film. */
interface Underway {
  readonly sinceMs: number;
  readonly shot: PlannedShot;
}

/**
 * Drives one film that this scheduler owns. What happens next is decided by the film's facts alone (`nextStep`); this
 * class does it, writes down what came of it, and decides again. One thing at a time: everything goes through one line.
 */
export class FilmRunner {
  readonly #deps: RunnerDeps;
  #film: FilmRecord;
  /** The fencing number of our ownership; the film has another one when somebody has taken it over. */
  #epoch: number;
  /** Keys that may be rendered and wait for a slot, in the plan's order. */
  readonly #queued = new Set<string>();
  readonly #underway = new Map<string, Underway>();
  /** Keys that another film is rendering, by when we last asked. */
  readonly #following = new Map<string, number>();
  #cutAskedAtMs: number | undefined;
  #line: Promise<unknown> = Promise.resolve();
  /** Jobs in the line, with the one that runs. */
  #jobs = 0;
  readonly #inbox: ShotOutcomeEvent[] = [];
  #stopped = false;

  constructor(deps: RunnerDeps, film: FilmRecord) {
    this.#deps = deps;
    this.#film = film;
    this.#epoch = film.epoch;
  }

  get film(): FilmRecord {
    return this.#film;
  }

  get queued(): ReadonlySet<string> {
    return this.#queued;
  }

  get underway(): number {
    return this.#underway.size;
  }

  /** Takes in the facts that somebody else wrote, and goes on from there. */
  advance(): Promise<void> {
    return this.#enqueue(() => this.#run());
  }

  /** Resolves when what it tells is durable. Outcomes that arrive together are written together. */
  outcome(outcome: ShotOutcomeEvent): Promise<void> {
    this.#inbox.push(outcome);
    return this.#enqueue(async () => {
      const outcomes = [...this.#inbox];
      if (outcomes.length > 0) await this.#takeIn(outcomes);
      // Only now: a job that fails, or that is tried again, finds them once more.
      this.#inbox.splice(0, outcomes.length);
    });
  }

  cut(news: CutEvent): Promise<void> {
    return this.#enqueue(async () => {
      if (!this.#awaits(news.cutKey)) await this.#catchUp();
      const entry = this.#awaits(news.cutKey) ? cutNews(news) : undefined;
      if (entry !== undefined) await this.#write([entry]);
      await this.#run();
    });
  }

  /**
   * A new script, or more shots approved. What is under way for the old plan is paid for, so it is seen to its end and kept
   * for the cache. The same request again changes nothing.
   * @returns undefined when the film is not at the revision that was planned from: plan again
   */
  revise({ basedOn, source, options, plan }: Revision): Promise<FilmRecord | undefined> {
    return this.#enqueue(async () => {
      if (this.#film.source.requestId === source.requestId && this.#film.plan !== undefined)
        return this.#film;
      if (this.#film.revision !== basedOn) return undefined;
      // Leave to render that is not used any more: others may have it.
      await this.#releaseKeys(this.#unqueue());
      const revision = basedOn + 1;
      await this.#write([
        ['film.revised', { ...source, revision, ...(options && { options }) }],
        ['film.planned', { revision, plan }],
      ]);
      this.#following.clear();
      this.#cutAskedAtMs = undefined;
      this.#later();
      return this.#film;
    });
  }

  /** What shots that are under way may still cost, those of the plan left out. */
  owedBesides(plan: Plan): number {
    const keys = new Set(keysOf(plan));
    return sumMicros([...this.#underway].map(([key, { shot }]) => (keys.has(key) ? 0 : shot.limitMicros)));
  }

  cancel(): Promise<FilmRecord> {
    return this.#enqueue(async () => {
      if (isTerminal(this.#film.state)) return this.#film;
      // First the work, then the word: a crash in between leaves a film that finds its takes stopped, not the reverse.
      const { id: filmId, tenant, plan } = this.#film;
      this.#unqueue();
      await this.#deps.gateway.cancelTakes({ tenant, filmId });
      if (plan !== undefined) await this.#releaseKeys(keysOf(plan));
      await this.#write([['film.cancelled', {}]]);
      this.#later();
      return this.#film;
    });
  }

  /** The film is asked for again while shots of it are in doubt: perhaps somebody has resolved them. */
  resume(): Promise<FilmRecord> {
    return this.#enqueue(async () => {
      const inDoubt = [...this.#film.ends.values()].some((end) => end.state === 'IN_DOUBT');
      if (inDoubt && !isTerminal(this.#film.state)) await this.#write([['film.resumed', {}]]);
      this.#later();
      return this.#film;
    });
  }

  /** Sends the command for a queued key: it has got a slot. */
  async dispatch(key: string): Promise<void> {
    this.#queued.delete(key);
    const shot = this.#film.plan?.shots.find((one) => one.key === key);
    if (shot !== undefined) await this.#ask(shot);
  }

  /** Asks again for whatever has been without news for too long: a message may have been lost. */
  async redrive(patienceMs: number): Promise<void> {
    if (!(await this.#enqueue(() => this.#isStillOurs()))) return;
    const before = this.#deps.clock.now() - patienceMs;
    for (const { sinceMs, shot } of this.#underway.values()) if (sinceMs <= before) await this.#ask(shot);
    for (const [key, askedAtMs] of this.#following) if (askedAtMs <= before) this.#following.delete(key);
    if (this.#cutAskedAtMs !== undefined && this.#cutAskedAtMs <= before) this.#cutAskedAtMs = undefined;
    await this.advance();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#line;
  }

  #enqueue<T>(job: () => Promise<T>): Promise<T> {
    this.#jobs += 1;
    const result = this.#line.then(() => this.#persist(job)).finally(() => (this.#jobs -= 1));
    this.#line = result.catch(() => undefined);
    return result;
  }

  /** Tries again for as long as others write to the film's log meanwhile: each time one of them has got on. */
  async #persist<T>(job: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await job();
      } catch (error) {
        if (!isSuperseded(error)) throw error;
        await this.#reload();
      }
    }
  }

  /** Goes on behind the caller's back. */
  #later(): void {
    this.advance().catch((error: unknown) => {
      if (!this.#stopped)
        this.#deps.log.warn(
          { filmId: this.#film.id, err: error },
          'film could not go on, will be tried again',
        );
    });
  }

  async #run(): Promise<void> {
    if (this.#stopped) return;
    for (let goOn = true; goOn;) goOn = await this.#perform(nextStep(this.#film));
    this.#deps.onChange();
    if (isAtRest(this.#film.state) && this.#underway.size === 0 && this.#jobs === 1) {
      this.#deps.onRest(this.#film.id);
    }
  }

  /** @returns whether the film's facts have changed, so that there may be more to do */
  async #perform(step: FilmStep): Promise<boolean> {
    switch (step.kind) {
      case 'render':
        return this.#resolve(step.keys);
      case 'compose':
        return this.#compose();
      case 'await-cut': {
        if (this.#cutAskedAtMs === undefined) {
          this.#cutAskedAtMs = this.#deps.clock.now();
          await this.#deps.errands.compose(this.#film, step.cutKey, step.timeline);
        }
        return false;
      }
      case 'fail':
        await this.#write([['film.failed', { reason: step.reason, message: step.message }]]);
        return false;
      case 'doubt':
        await this.#write([['film.in_doubt', { message: step.message }]]);
        return false;
      case 'rest':
        return false;
    }
  }

  /** Asks the cache about keys that we know nothing of: what it has is taken, what nobody renders is queued. */
  async #resolve(keys: readonly string[]): Promise<boolean> {
    const unknown = keys.filter(
      (key) => !this.#queued.has(key) && !this.#underway.has(key) && !this.#following.has(key),
    );
    if (unknown.length === 0) return false;
    const { id: filmId, tenant } = this.#film;
    const { clips } = await this.#deps.cache.resolveClips({ tenant, filmId, shotKeys: unknown, peek: false });
    const ends: FilmEntry[] = [];
    const refused: string[] = [];
    for (const found of clips) {
      if (found.resolve === 'RESOLVE_HIT' && found.clip !== undefined && !this.#hasPaidFor(found)) {
        ends.push(['film.shot', cachedEnd(found.shotKey, found.clip, found.provider, found.model)]);
      } else if (found.resolve === 'RESOLVE_FOLLOW') {
        this.#following.set(found.shotKey, this.#deps.clock.now());
      } else if (this.#hasRoomFor(found.shotKey)) {
        this.#queued.add(found.shotKey);
      } else {
        refused.push(found.shotKey);
        ends.push(['film.shot', refusedEnd(found.shotKey)]);
      }
    }
    await this.#releaseKeys(refused);
    if (ends.length === 0) return false;
    await this.#write(ends);
    return true;
  }

  #hasRoomFor(key: string): boolean {
    const shot = this.#film.plan?.shots.find((one) => one.key === key);
    const asked = new Set([...this.#queued, ...this.#underway.keys()]);
    return shot === undefined || hasRoomFor(shot, this.#film, asked);
  }

  /**
   * Whether this film had the clip rendered and was stopped before it wrote that down. The gateway knows what it cost,
   * so it is asked: it answers at once and renders nothing.
   */
  #hasPaidFor({ filmId, shotKey }: ResolvedClip): boolean {
    return filmId === this.#film.id && !this.#film.earlierKeys.has(shotKey);
  }

  async #compose(): Promise<boolean> {
    const { plan, options, ends } = this.#film;
    if (plan === undefined) return false;
    const clips = new Map(
      [...ends].flatMap(([key, end]) => (end.clip === undefined ? [] : [[key, end.clip] as const])),
    );
    const timeline = layTimeline(plan, options, clips);
    const bytes = Timeline.encode(timeline).finish();
    const blob = await this.#deps.blobs.put(bytes, 'application/x-protobuf');
    await this.#write([['film.composing', { cutKey: cutKey(timeline), timeline: blob }]]);
    this.#cutAskedAtMs = undefined;
    return true;
  }

  async #takeIn(outcomes: readonly ShotOutcomeEvent[]): Promise<void> {
    const entries = new Map<string, FilmEntry>();
    const failed: string[] = [];
    if (!outcomes.every((outcome) => this.#isNews(outcome.shotKey, shotEndOf(outcome))))
      await this.#catchUp();
    for (const outcome of outcomes) {
      const { shotKey } = outcome;
      this.#queued.delete(shotKey);
      this.#underway.delete(shotKey);
      this.#following.delete(shotKey);
      const end = shotEndOf(outcome);
      if (end?.state === 'FAILED') failed.push(shotKey);
      if (!this.#isNews(shotKey, end)) continue;
      if (end !== undefined) entries.set(shotKey, ['film.shot', end]);
      // The doubt has ended without a clip: the shot is asked for again.
      else if (this.#film.ends.has(shotKey)) entries.set('', ['film.resumed', {}]);
    }
    if (entries.size > 0) {
      await this.#write([...entries.values()]);
      this.#deps.errands.headStart(this.#film, [...entries.keys()]);
    }
    if (failed.length > 0) await this.#releaseKeys(failed);
    this.#later();
  }

  /** Whether this end of the key changes anything: the film is under way, and the key has not ended for good. */
  #isNews(key: string, end: ShotEnd | undefined): boolean {
    const { state, plan, ends } = this.#film;
    if (isTerminal(state) || state === 'FILM_STATE_COMPOSING' || plan === undefined) return false;
    if (!plan.shots.some((shot) => shot.key === key)) return false;
    const before = ends.get(key);
    return before === undefined || (before.state === 'IN_DOUBT' && end?.state !== 'IN_DOUBT');
  }

  #awaits(cut: string): boolean {
    const { state, composing } = this.#film;
    return state === 'FILM_STATE_COMPOSING' && composing?.cutKey === cut;
  }

  async #ask(shot: PlannedShot): Promise<void> {
    const { key } = shot;
    // First, for the outcome may be here before the command is known to be.
    this.#underway.set(key, { sinceMs: this.#deps.clock.now(), shot });
    await this.#deps.errands.render(this.#film, shot);
  }

  /** Takes back what waits for a slot. @returns its keys */
  #unqueue(): readonly string[] {
    const keys = [...this.#queued];
    this.#queued.clear();
    return keys;
  }

  async #releaseKeys(shotKeys: readonly string[]): Promise<void> {
    if (shotKeys.length === 0) return;
    const { id: filmId, tenant } = this.#film;
    await this.#deps.cache.releaseClips({ tenant, filmId, shotKeys });
  }

  async #write(entries: readonly FilmEntry[]): Promise<void> {
    const { filmLog, owner } = this.#deps;
    if (this.#film.epoch !== this.#epoch) {
      this.#written(await filmLog.claim(this.#film, owner));
      this.#epoch = this.#film.epoch;
    }
    this.#written(await filmLog.append(this.#film, entries));
  }

  #written({ film, facts }: Written): void {
    this.#deps.errands.tell(this.#film, facts);
    this.#film = film;
  }

  /** Lets a film go that another scheduler has taken over: it asks for everything itself. */
  async #isStillOurs(): Promise<boolean> {
    await this.#catchUp();
    if (this.#film.epoch === this.#epoch || this.#jobs > 1) return true;
    this.#queued.clear();
    this.#underway.clear();
    this.#deps.onRest(this.#film.id);
    return false;
  }

  /** What looks odd may be new: perhaps another scheduler has written since. */
  async #catchUp(): Promise<void> {
    if (!(await this.#deps.filmLog.isNewest(this.#film))) await this.#reload();
  }

  async #reload(): Promise<void> {
    const film = await this.#deps.filmLog.read(this.#film.id);
    if (film !== undefined) this.#film = film;
    for (const key of this.#film.ends.keys()) {
      this.#queued.delete(key);
      this.#underway.delete(key);
      this.#following.delete(key);
    }
  }
}

function cachedEnd(
  key: string,
  clip: NonNullable<ShotEnd['clip']>,
  provider: string,
  model: string,
): ShotEnd {
  return {
    key,
    state: 'CACHED',
    clip,
    costMicros: 0,
    provider,
    model,
    takeId: '',
    fallbackReason: '',
    message: '',
  };
}

function refusedEnd(key: string): ShotEnd {
  return {
    key,
    state: 'FAILED',
    costMicros: 0,
    provider: '',
    model: '',
    takeId: '',
    fallbackReason: '',
    failure: 'FAILURE_CLASS_BUDGET',
    message: "its clip is no longer in the cache, and the film's budget has no room for another",
  };
}
