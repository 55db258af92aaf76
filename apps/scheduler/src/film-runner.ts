import { commands, events } from '@reelmesh/contracts';
import type { CacheServiceDefinition, ResolvedClip } from '@reelmesh/contracts/cache';
import { Timeline } from '@reelmesh/contracts/compose';
import type { CutEvent, ShotOutcomeEvent } from '@reelmesh/contracts/event';
import type { ProviderGatewayServiceDefinition } from '@reelmesh/contracts/shot';
import {
  applyFilm,
  cutKey,
  framesOf,
  isAtRest,
  isTerminal,
  keysOf,
  layTimeline,
  nextStep,
} from '@reelmesh/domain';
import type {
  BlobStore,
  Clock,
  FilmFact,
  FilmRecord,
  FilmStep,
  Ids,
  Plan,
  PlannedShot,
  ShotEnd,
} from '@reelmesh/domain';
import type { Bus, Client } from '@reelmesh/messaging';
import type { Logger } from '@reelmesh/service';
import type { FilmEntry, FilmLog } from './film-log.ts';
import { isSuperseded } from './film-log.ts';
import { changeOf } from './film-message.ts';
import type { LedgerBook } from './ledger-book.ts';
import { cutNews, shotEndOf } from './news.ts';

export interface RunnerDeps {
  readonly log: Logger;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly bus: Bus;
  readonly blobs: BlobStore;
  readonly filmLog: FilmLog;
  readonly ledger: LedgerBook;
  readonly cache: Client<typeof CacheServiceDefinition>;
  readonly gateway: Client<typeof ProviderGatewayServiceDefinition>;
  /** Shots wait for slots, or slots have become free. */
  readonly onChange: () => void;
  /** The film is at rest and nothing of it is under way. */
  readonly onRest: (filmId: string) => void;
}

/** A shot that was asked for and has not ended. */
interface Underway {
  readonly sinceMs: number;
}

/**
 * Drives one film that this scheduler owns. What happens next is decided by the film's facts alone (`nextStep`); this
 * class does it, writes down what came of it, and decides again. One thing at a time: everything goes through one line.
 */
export class FilmRunner {
  readonly #deps: RunnerDeps;
  #film: FilmRecord;
  /** Keys that may be rendered and wait for a slot, in the plan's order. */
  readonly #queued = new Set<string>();
  readonly #underway = new Map<string, Underway>();
  /** Keys that another film is rendering, by when we last asked. */
  readonly #following = new Map<string, number>();
  #cutAskedAtMs: number | undefined;
  #line: Promise<unknown> = Promise.resolve();
  #inbox: ShotOutcomeEvent[] = [];
  #stopped = false;

  constructor(deps: RunnerDeps, film: FilmRecord) {
    this.#deps = deps;
    this.#film = film;
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
      const outcomes = this.#inbox;
      this.#inbox = [];
      if (outcomes.length > 0) await this.#takeIn(outcomes);
    });
  }

  cut(news: CutEvent): Promise<void> {
    return this.#enqueue(async () => {
      const { composing, state } = this.#film;
      if (state !== 'FILM_STATE_COMPOSING' || composing?.cutKey !== news.cutKey) return;
      const entry = cutNews(news);
      if (entry !== undefined) await this.#write([entry]);
      await this.#run();
    });
  }

  /** A new script: what was under way for the old one is kept for the cache, and no longer waited for. */
  revise(entries: readonly FilmEntry[], plan: Plan): Promise<FilmRecord> {
    return this.#enqueue(async () => {
      // Leave to render that is not used any more: others may have it.
      await this.#releaseKeys([...this.#queued]);
      const reservation = this.#deps.ledger.reservation(this.#film, this.#film.revision + 1, plan);
      await this.#write(entries, reservation);
      this.#forget();
      this.#later();
      return this.#film;
    });
  }

  cancel(): Promise<FilmRecord> {
    return this.#enqueue(async () => {
      if (isTerminal(this.#film.state)) return this.#film;
      // First the work, then the word: a crash in between leaves a film that finds its takes stopped, not the reverse.
      const { id: filmId, tenant, plan } = this.#film;
      await this.#deps.gateway.cancelTakes({ tenant, filmId });
      if (plan !== undefined) await this.#releaseKeys(keysOf(plan));
      await this.#write([['film.cancelled', {}]]);
      this.#queued.clear();
      this.#later();
      return this.#film;
    });
  }

  /** The film is asked for again while in doubt: perhaps somebody has resolved it. */
  resume(): Promise<FilmRecord> {
    return this.#enqueue(async () => {
      if (this.#film.state === 'FILM_STATE_IN_DOUBT') await this.#write([['film.resumed', {}]]);
      this.#later();
      return this.#film;
    });
  }

  /** Sends the command for a queued key: it has got a slot. */
  async dispatch(key: string): Promise<void> {
    this.#queued.delete(key);
    this.#underway.set(key, { sinceMs: this.#deps.clock.now() });
    await this.#ask(key);
  }

  /** Asks again for whatever has been without news for too long: a message may have been lost. */
  async redrive(patienceMs: number): Promise<void> {
    const before = this.#deps.clock.now() - patienceMs;
    for (const [key, { sinceMs }] of this.#underway) {
      if (sinceMs > before) continue;
      this.#underway.set(key, { sinceMs: this.#deps.clock.now() });
      await this.#ask(key);
    }
    for (const [key, askedAtMs] of this.#following) if (askedAtMs <= before) this.#following.delete(key);
    if (this.#cutAskedAtMs !== undefined && this.#cutAskedAtMs <= before) this.#cutAskedAtMs = undefined;
    await this.advance();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#line;
  }

  #enqueue<T>(job: () => Promise<T>): Promise<T> {
    const result = this.#line.then(async () => {
      try {
        return await job();
      } catch (error) {
        if (!isSuperseded(error)) throw error;
        await this.#reload();
        return job();
      }
    });
    this.#line = result.catch(() => undefined);
    return result;
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
    if (isAtRest(this.#film.state) && this.#underway.size === 0) {
      if (isTerminal(this.#film.state)) await this.#deps.ledger.settleUp(this.#film);
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
          const { id: filmId, tenant } = this.#film;
          const { cutKey: key, timeline } = step;
          await this.#deps.bus.send(
            commands.compose,
            { tenant, filmId, cutKey: key, timeline },
            this.#deps.ids.next('c'),
          );
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
    const hits: FilmEntry[] = [];
    for (const found of clips) {
      if (found.resolve === 'RESOLVE_HIT' && found.clip !== undefined && !this.#hasPaidFor(found)) {
        hits.push(['film.shot', cachedEnd(found.shotKey, found.clip, found.provider, found.model)]);
      } else if (found.resolve === 'RESOLVE_FOLLOW') {
        this.#following.set(found.shotKey, this.#deps.clock.now());
      } else {
        this.#queued.add(found.shotKey);
      }
    }
    if (hits.length === 0) return false;
    await this.#write(hits);
    return true;
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
    const doubted = this.#film.state === 'FILM_STATE_IN_DOUBT';
    for (const outcome of outcomes) {
      const { shotKey } = outcome;
      this.#underway.delete(shotKey);
      this.#following.delete(shotKey);
      const end = shotEndOf(outcome);
      if (doubted) entries.set('', ['film.resumed', {}]);
      if (end === undefined) continue;
      if (end.state === 'FAILED') failed.push(shotKey);
      if (this.#wants(shotKey)) entries.set(shotKey, ['film.shot', end]);
    }
    if (entries.size > 0) {
      await this.#write([...entries.values()]);
      this.#headStart([...entries.keys()]);
    }
    if (failed.length > 0) await this.#releaseKeys(failed);
    this.#later();
  }

  /** Whether news of this key changes anything: the film is under way, and the key has not ended for good. */
  #wants(key: string): boolean {
    const { state, plan, ends } = this.#film;
    if (isTerminal(state) || state === 'FILM_STATE_COMPOSING' || plan === undefined) return false;
    const end = ends.get(key);
    return (end === undefined || end.state === 'IN_DOUBT') && plan.shots.some((shot) => shot.key === key);
  }

  /** Lets the composer begin with a clip while others are still rendering. */
  #headStart(keys: readonly string[]): void {
    const { id: filmId, tenant, options, plan, ends } = this.#film;
    const { width, height, fps } = options;
    for (const shot of plan?.shots ?? []) {
      const clip = ends.get(shot.key)?.clip;
      if (!keys.includes(shot.key) || clip === undefined) continue;
      const frames = framesOf(shot, fps);
      this.#deps.bus
        .send(
          commands.normalise,
          { tenant, filmId, clip, width, height, fps, frames },
          this.#deps.ids.next('n'),
        )
        .catch((error: unknown) => this.#deps.log.debug({ filmId, err: error }, 'head start was not sent'));
    }
  }

  async #ask(key: string): Promise<void> {
    const shot = this.#shotWith(key);
    if (shot === undefined) return;
    const { id: filmId, tenant, options } = this.#film;
    if (shot.reservedMicros < shot.limitMicros)
      await this.#deps.ledger.reserveMore(this.#film, key, shot.limitMicros);
    const command = {
      tenant,
      filmId,
      shotKey: key,
      shotId: shot.shotId,
      spec: shot.spec,
      strategy: options.strategy,
      reservedMicros: shot.limitMicros,
      traceparent: '',
    };
    await this.#deps.bus.send(commands.render, command, this.#deps.ids.next('w'));
  }

  #shotWith(key: string): PlannedShot | undefined {
    return this.#film.plan?.shots.find((shot) => shot.key === key);
  }

  async #releaseKeys(shotKeys: readonly string[]): Promise<void> {
    if (shotKeys.length === 0) return;
    const { id: filmId, tenant } = this.#film;
    await this.#deps.cache.releaseClips({ tenant, filmId, shotKeys });
  }

  async #write(entries: readonly FilmEntry[], others: Parameters<FilmLog['append']>[2] = []): Promise<void> {
    const { film, facts } = await this.#deps.filmLog.append(this.#film, entries, others);
    this.#publish(facts);
    this.#film = film;
  }

  #publish(facts: readonly FilmFact[]): void {
    publishFacts(this.#deps, this.#film, facts);
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

  #forget(): void {
    this.#queued.clear();
    this.#underway.clear();
    this.#following.clear();
    this.#cutAskedAtMs = undefined;
  }
}

/** News of facts that were just written. Nobody waits for it: watchers read what they missed from the facts. */
export function publishFacts(
  { bus, ids, log }: Pick<RunnerDeps, 'bus' | 'ids' | 'log'>,
  before: FilmRecord,
  facts: readonly FilmFact[],
): void {
  const address = { tenant: before.tenant, filmId: before.id };
  let film = before;
  for (const fact of facts) {
    film = applyFilm(film, fact);
    bus
      .publish(events.film, address, { change: changeOf(fact, film) }, ids.next('e'))
      .catch((error: unknown) => {
        log.debug({ filmId: film.id, err: error }, 'event was not published');
      });
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
