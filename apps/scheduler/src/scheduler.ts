import type { FilmAddress } from '@reelmesh/contracts';
import { CacheServiceDefinition } from '@reelmesh/contracts/cache';
import type { CutEvent, ShotOutcomeEvent } from '@reelmesh/contracts/event';
import type { FilmOptions } from '@reelmesh/contracts/film';
import { ProviderGatewayServiceDefinition } from '@reelmesh/contracts/shot';
import {
  AppError,
  Code,
  approvalsKept,
  isAtRest,
  isTerminal,
  keysOf,
  pickFair,
  withApprovals,
} from '@reelmesh/domain';
import type {
  BlobStore,
  Clock,
  FactStore,
  FilmRecord,
  Ids,
  Plan,
  ScriptSource,
  Waiting,
} from '@reelmesh/domain';
import type { Bus, Client } from '@reelmesh/messaging';
import type { Logger } from '@reelmesh/service';
import { Errands } from './errands.ts';
import { assertWithinBudget, spentBy } from './film-budget.ts';
import { FilmIndex } from './film-index.ts';
import { FilmLog, isSuperseded } from './film-log.ts';
import type { FilmEntry } from './film-log.ts';
import { FilmRunner } from './film-runner.ts';
import type { Revision, RunnerDeps } from './film-runner.ts';
import { Planner, assertRenderable, assertShotsExist } from './planner.ts';
import { assertNotCancelled, assertSameRequest, filmIdOf, requestReused } from './requests.ts';

export interface SchedulerDeps {
  readonly log: Logger;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly bus: Bus;
  readonly facts: FactStore;
  readonly blobs: BlobStore;
  /** This scheduler, as the owner of films. */
  readonly owner: string;
  readonly maxInFlight: number;
  readonly redriveMs: number;
  readonly maxShots: number;
  /** Whether news of a film that nobody here drives is a reason to drive it. */
  readonly takesUpFilms: boolean;
}

/** Revisions of one film at once, by different callers, each of which planned from the one before. */
const MAX_REVISION_ATTEMPTS = 10;

/** Owns films: takes them on, gives their shots slots by fairness, wakes them when something has happened. */
export class Scheduler {
  readonly planner: Planner;
  readonly filmLog: FilmLog;
  readonly cache: Client<typeof CacheServiceDefinition>;
  readonly #deps: SchedulerDeps;
  readonly #index: FilmIndex;
  readonly #runnerDeps: RunnerDeps;
  readonly #runners = new Map<string, FilmRunner>();
  readonly #loading = new Map<string, Promise<FilmRunner | undefined>>();
  #pumping = false;
  #stopped = false;

  constructor(deps: SchedulerDeps) {
    const { bus, blobs, facts, clock } = deps;
    this.#deps = deps;
    this.planner = new Planner(bus, blobs, deps.maxShots);
    this.filmLog = new FilmLog(facts, clock);
    this.cache = bus.client(CacheServiceDefinition);
    this.#index = new FilmIndex(facts);
    this.#runnerDeps = {
      ...deps,
      errands: new Errands(deps),
      filmLog: this.filmLog,
      cache: this.cache,
      gateway: bus.client(ProviderGatewayServiceDefinition),
      onChange: () => this.#pump(),
      onRest: (filmId) => this.#runners.delete(filmId),
    };
  }

  get films(): number {
    return this.#runners.size;
  }

  get inFlight(): number {
    return [...this.#runners.values()].reduce((sum, runner) => sum + runner.underway, 0);
  }

  /**
   * Accepts a film. The id follows from tenant and request, so the same request finds the film that it made;
   * an unfinished one goes on.
   */
  async start(tenant: string, source: ScriptSource, options: FilmOptions): Promise<FilmRecord> {
    const filmId = filmIdOf(tenant, source.requestId);
    const first = await this.filmLog.firstFact(filmId);
    if (first?.kind === 'film.created') {
      assertSameRequest(source, options, first.body, first.body.options);
      return this.#goOn(filmId);
    }
    const { plan } = await this.#plan(tenant, source, options);
    assertWithinBudget(plan, 0, options.budgetMicros);
    const begun = await this.filmLog.begin(filmId, tenant, [
      ['film.created', { ...source, options, owner: this.#deps.owner }],
      ['film.planned', { revision: 1, plan }],
    ]);
    if (begun === undefined) return this.start(tenant, source, options);
    this.#runnerDeps.errands.tell(begun.film, begun.facts.slice(1));
    this.#run(begun.film);
    return begun.film;
  }

  /** A new script for a film. The same request again changes nothing. */
  async revise(tenant: string, filmId: string, source: ScriptSource): Promise<FilmRecord> {
    return this.#revise(tenant, filmId, async (film) => {
      if (film.source.requestId === source.requestId) {
        assertSameRequest(source, film.options, film.source, film.options);
        return undefined;
      }
      assertNotCancelled(film);
      return { source, ...(await this.#planScript(film, source)) };
    });
  }

  /** The same script with more shots approved. What was approved before changes nothing. */
  async approve(
    tenant: string,
    filmId: string,
    approval: { readonly requestId: string; readonly shots: readonly number[]; readonly all: boolean },
  ): Promise<FilmRecord> {
    const { requestId, shots, all } = approval;
    return this.#revise(tenant, filmId, async (film) => {
      if (film.plan !== undefined) assertShotsExist(shots, film.plan.shots.length);
      const options = withApprovals(film.options, shots, all);
      if (options === undefined) return undefined;
      assertNotCancelled(film);
      if (film.source.requestId === requestId) throw requestReused(requestId, 'other shots');
      const source = { ...film.source, requestId };
      return { source, options, ...(await this.#plan(tenant, source, options)) };
    });
  }

  async cancel(tenant: string, filmId: string): Promise<FilmRecord> {
    const film = await this.filmOf(tenant, filmId);
    if (isTerminal(film.state)) return film;
    return (await this.#adopt(film)).cancel();
  }

  /** NOT_FOUND (FILM_NOT_FOUND), also for another tenant's film. */
  async filmOf(tenant: string, filmId: string): Promise<FilmRecord> {
    const running = this.#runners.get(filmId)?.film;
    const film =
      running !== undefined && (await this.filmLog.isNewest(running))
        ? running
        : await this.filmLog.read(filmId);
    if (film?.tenant === tenant) return film;
    throw new AppError(Code.NOT_FOUND, `no film ${filmId}`, { reason: 'FILM_NOT_FOUND' });
  }

  async onOutcome(outcome: ShotOutcomeEvent): Promise<void> {
    const runner = await this.#runnerFor(outcome);
    await runner?.outcome(outcome);
    this.#pump();
  }

  async onCut(news: CutEvent): Promise<void> {
    const runner = await this.#runnerFor(news);
    await runner?.cut(news);
  }

  /** Takes over the unfinished films that nobody alive owns. */
  async adoptOrphans(): Promise<void> {
    for (const filmId of await this.#index.unfinished()) {
      if (this.#stopped || this.#runners.has(filmId)) continue;
      const film = await this.filmLog.read(filmId);
      if (film === undefined || isAtRest(film.state)) continue;
      const isOurs = film.owner === this.#deps.owner;
      if (!isOurs && (await this.#deps.bus.isAlive(film.owner))) continue;
      await this.#claim(film).catch((error: unknown) => {
        // Another scheduler was faster.
        if (!isSuperseded(error)) throw error;
      });
    }
  }

  async redrive(): Promise<void> {
    await Promise.all([...this.#runners.values()].map((runner) => runner.redrive(this.#deps.redriveMs)));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#runners.values()].map((runner) => runner.stop()));
  }

  async #plan(tenant: string, source: ScriptSource, options: FilmOptions): Promise<{ readonly plan: Plan }> {
    const { plan, decisions } = await this.planner.plan(tenant, source.script, source.fileName, options);
    const keys = keysOf(plan);
    const { clips } = await this.cache.resolveClips({ tenant, filmId: '', shotKeys: keys, peek: true });
    const cached = new Set(
      clips.filter((clip) => clip.resolve === 'RESOLVE_HIT').map((clip) => clip.shotKey),
    );
    plan.shots.forEach((shot, index) => {
      if (!cached.has(shot.key)) assertRenderable(index + 1, decisions[index]);
    });
    const shots = plan.shots.map((shot) => ({
      ...shot,
      reservedMicros: cached.has(shot.key) ? 0 : shot.limitMicros,
    }));
    return { plan: { ...plan, shots } };
  }

  /** Approvals go with the shots that they were given to. */
  async #planScript(
    { tenant, options, plan: before }: FilmRecord,
    source: ScriptSource,
  ): Promise<Pick<Revision, 'options' | 'plan'>> {
    if (options.approveAll || options.approvedShots.length === 0) return this.#plan(tenant, source, options);
    const drafts = { ...options, approvedShots: [] };
    const { plan } = await this.planner.plan(tenant, source.script, source.fileName, drafts);
    const approvedShots = [...approvalsKept(options, before?.shots ?? [], plan.shots)];
    const kept = { ...options, approvedShots };
    return { options: kept, ...(await this.#plan(tenant, source, kept)) };
  }

  /** @param prepare undefined when there is nothing to change; called again when somebody else was faster */
  async #revise(
    tenant: string,
    filmId: string,
    prepare: (film: FilmRecord) => Promise<Omit<Revision, 'basedOn'> | undefined>,
  ): Promise<FilmRecord> {
    for (let attempt = 1; attempt <= MAX_REVISION_ATTEMPTS; attempt += 1) {
      const film = await this.#planned(await this.filmOf(tenant, filmId));
      const revision = await prepare(film);
      if (revision === undefined) return this.#goOn(filmId);
      const { plan, options = film.options } = revision;
      const spentMicros = await spentBy(this.#deps.facts, filmId);
      const owedMicros = this.#runners.get(filmId)?.owedBesides(plan) ?? 0;
      assertWithinBudget(plan, spentMicros + owedMicros, options.budgetMicros);
      const runner = await this.#adopt(film);
      const revised = await runner.revise({ basedOn: film.revision, ...revision });
      if (revised !== undefined) return revised;
    }
    throw new AppError(Code.ABORTED, `film ${filmId} is being changed by others: try again`, {
      reason: 'FILM_BUSY',
      retryable: true,
    });
  }

  /** With the plan that a scheduler which died had no time to write. */
  async #planned(film: FilmRecord): Promise<FilmRecord> {
    return film.plan !== undefined || isTerminal(film.state) ? film : (await this.#adopt(film)).film;
  }

  async #goOn(filmId: string): Promise<FilmRecord> {
    const running = this.#runners.get(filmId);
    if (running !== undefined) return running.film;
    const film = await this.filmLog.read(filmId);
    if (film === undefined)
      throw new AppError(Code.NOT_FOUND, `no film ${filmId}`, { reason: 'FILM_NOT_FOUND' });
    if (isTerminal(film.state)) return film;
    const isOurs = film.owner === this.#deps.owner;
    if (!isOurs && (await this.#deps.bus.isAlive(film.owner))) return film;
    return (await this.#adopt(film)).resume();
  }

  /**
   * A runner for a film that news came of. Undefined for a film that has ended, whose news changes nothing, and for one
   * that is to wait until it is asked for: then the gateway tells the news again.
   */
  async #runnerFor({ tenant, filmId }: FilmAddress): Promise<FilmRunner | undefined> {
    const running = this.#runners.get(filmId);
    if (running !== undefined) return running.film.tenant === tenant ? running : undefined;
    if (!this.#deps.takesUpFilms) return undefined;
    const loading = this.#loading.get(filmId);
    if (loading !== undefined) return loading;
    const load = this.filmLog
      .read(filmId)
      .then((film) => (film?.tenant !== tenant || isTerminal(film.state) ? undefined : this.#adopt(film)));
    this.#loading.set(filmId, load);
    try {
      return await load;
    } finally {
      this.#loading.delete(filmId);
    }
  }

  /** Becomes the film's owner, whoever else writes to its log meanwhile. */
  async #adopt(film: FilmRecord): Promise<FilmRunner> {
    for (let newest = film; ;) {
      try {
        return await this.#claim(newest);
      } catch (error) {
        if (!isSuperseded(error)) throw error;
        newest = (await this.filmLog.read(film.id)) ?? newest;
      }
    }
  }

  /**
   * Becomes the film's owner, with a new fencing number. ABORTED (FILM_SUPERSEDED) when there is newer than this.
   * The plan that a scheduler that died had no time to write is written with it.
   */
  async #claim(film: FilmRecord): Promise<FilmRunner> {
    const running = this.#runners.get(film.id);
    if (running !== undefined) return running;
    const { filmLog } = this;
    const missing = film.state === 'FILM_STATE_PLANNING' ? await this.#planEntry(film) : undefined;
    let written = await filmLog.claim(film, this.#deps.owner);
    this.#runnerDeps.errands.tell(film, written.facts);
    if (missing !== undefined) {
      const { film: claimed } = written;
      written = await filmLog.append(claimed, [missing]);
      this.#runnerDeps.errands.tell(claimed, written.facts);
    }
    return this.#runners.get(film.id) ?? this.#run(written.film);
  }

  async #planEntry(film: FilmRecord): Promise<FilmEntry> {
    const { id, tenant, source, options, revision } = film;
    try {
      const { plan } = await this.#plan(tenant, source, options);
      assertWithinBudget(plan, await spentBy(this.#deps.facts, id), options.budgetMicros);
      return ['film.planned', { revision, plan }];
    } catch (reason) {
      const error = AppError.from(reason);
      if (error.retryable) throw error;
      this.#deps.log.warn({ filmId: id, err: error }, 'film could not be planned again');
      return ['film.failed', { reason: error.reason, message: error.message }];
    }
  }

  #run(film: FilmRecord): FilmRunner {
    const runner = new FilmRunner(this.#runnerDeps, film);
    this.#runners.set(film.id, runner);
    // Whoever took up a film at rest has something for it to do; until then it must not be let go of.
    if (isAtRest(film.state)) return runner;
    runner.advance().catch((error: unknown) => {
      if (!this.#stopped)
        this.#deps.log.warn({ filmId: film.id, err: error }, 'film could not go on, will be tried again');
    });
    return runner;
  }

  /** Gives free slots to waiting shots, by fairness. */
  #pump(): void {
    if (this.#pumping || this.#stopped) return;
    this.#pumping = true;
    queueMicrotask(() => {
      this.#pumping = false;
      const runners = [...this.#runners.values()];
      const inFlight = runners.flatMap(({ film, underway }) =>
        Array.from({ length: underway }, () => ({ tenant: film.tenant, filmId: film.id })),
      );
      const waiting = runners.flatMap((runner) =>
        [...runner.queued].map((key): Waiting<readonly [FilmRunner, string]> => ({
          tenant: runner.film.tenant,
          filmId: runner.film.id,
          item: [runner, key],
        })),
      );
      const free = this.#deps.maxInFlight - inFlight.length;
      for (const { item, filmId } of pickFair(waiting, inFlight, free)) {
        const [runner, key] = item;
        runner.dispatch(key).catch((error: unknown) => {
          this.#deps.log.warn({ filmId, err: error }, 'shot was not sent, will be tried again');
        });
      }
    });
  }
}
