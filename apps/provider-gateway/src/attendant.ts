import { AppError } from '@reelmesh/domain';
import type { Clock, TakeBodies, TakeKind, TakeRecord } from '@reelmesh/domain';
import type { Logger } from '@reelmesh/service';
import type { Catalogue } from './catalogue.ts';
import type { ClipCollector } from './clip-collector.ts';
import { isBadFile } from './clip-collector.ts';
import { DueQueue } from './due-queue.ts';
import { THROTTLED } from './provider.ts';
import type { Phase } from './gateway-metrics.ts';
import type { Output, PollResult, Provider } from './provider.ts';
import type { Reporter } from './reporter.ts';
import type { TakeLog } from './take-log.ts';

export interface AttendantDeps {
  readonly log: Logger;
  readonly clock: Clock;
  readonly catalogue: Catalogue;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly takeLog: TakeLog;
  readonly collector: ClipCollector;
  readonly reporter: Reporter;
  /** Factor on the catalogue's pauses. */
  readonly pollFactor: number;
  /** When the take may be polled; in the past when it may now. */
  readonly pollsFromMs: (take: TakeRecord) => number;
  /** The provider lets a take wait because there are too many; may be called again for the same take. */
  readonly onThrottled: (take: TakeRecord) => void;
  /** Told how long each part of a take's way took. */
  readonly onPassed: (take: TakeRecord, phase: Phase, seconds: number) => void;
  /** Called once for each take that has ended or is in doubt. */
  readonly onEnd: (take: TakeRecord) => void;
}

interface Watched {
  take: TakeRecord;
  /** Polls or downloads that failed in a row. */
  failures: number;
  /** Files in a row that were no clip. */
  badFiles: number;
  busy: boolean;
  /** Somebody said "look now" while a look was under way. */
  again: boolean;
  lookedAgain: boolean;
  /** When its provider first said that it renders. */
  renderingSinceMs: number | undefined;
  /** `wanted` by this process since it watches, then `told` to the provider. */
  cancel: 'no' | 'wanted' | 'told';
}

/** What a take waits for that could not be looked after, by the reason. */
const waitingFor: Readonly<Record<string, string>> = {
  DISK_FULL: 'disk space',
  CREDENTIAL_REFUSED: 'a key that is let in',
  CREDENTIAL_MISSING: 'the key that it was submitted with',
};

/** What a take waits for before its provider renders it. */
const QUEUES: readonly string[] = [THROTTLED, 'provider queue'];

const LONGEST_PAUSE_MS = 60_000;
/** Hints are remembered for so many takes; most are of takes that have ended, or of other gateways. */
const EARLY_HINTS = 1000;
/** A broken file may be a broken download: looked at this often before it counts as the provider's. */
const BAD_FILE_TRIES = 3;
/** Providers keep a file for about a day: after that nobody waits for one that cannot be had. */
const FILE_KEPT_MS = 86_400_000;
/** After its deadline a take is cancelled; after this many deadlines nobody waits for the provider's word any longer. */
const GIVE_UP_AFTER_DEADLINES = 2;

/**
 * Sees accepted takes to their end: polls when due or when hinted at, collects the clip, writes down how it ended.
 * A failed poll says nothing about the take, so it never leads to another submit.
 */
export class Attendant {
  readonly #deps: AttendantDeps;
  readonly #watched = new Map<string, Watched>();
  /** Hints that came before their take was written down as accepted: a fast provider is done by then. */
  readonly #early = new Set<string>();
  readonly #due: DueQueue;
  readonly #stopped = new AbortController();
  readonly #looking = new Set<Promise<void>>();

  constructor(deps: AttendantDeps) {
    this.#deps = deps;
    this.#due = new DueQueue((takeId) => this.lookNow(takeId));
  }

  /**
   * Watching a take twice is watching it once.
   * @param already what the provider has said about it; saves the first poll
   */
  watch(take: TakeRecord, already?: PollResult): void {
    const known = this.#watched.get(take.id);
    if (known !== undefined) return;
    const watched: Watched = {
      take,
      failures: 0,
      badFiles: 0,
      busy: false,
      again: false,
      lookedAgain: false,
      renderingSinceMs: undefined,
      cancel: 'no',
    };
    this.#watched.set(take.id, watched);
    const hinted = this.#early.delete(take.id);
    if (already !== undefined && already.kind !== 'running') return this.#start(watched, already);
    if (hinted) return this.lookNow(take.id);
    this.#due.schedule(take.id, take.updatedAtMs + this.#pollMs(take) / 2 - this.#deps.clock.now());
  }

  /** A hint that something has changed: never the result itself. */
  lookNow(takeId: string): void {
    const watched = this.#watched.get(takeId);
    if (this.#stopped.signal.aborted) return;
    if (watched === undefined) return this.#remember(takeId);
    if (watched.busy) {
      watched.again = true;
      return;
    }
    const pauseMs = this.#deps.pollsFromMs(watched.take) - this.#deps.clock.now();
    if (pauseMs <= 0) return this.#start(watched);
    // One after the other when the pause is over, not all at once.
    this.#due.schedule(takeId, pauseMs + shareOf(takeId) * this.#pollMs(watched.take));
  }

  #start(watched: Watched, already?: PollResult): void {
    watched.busy = true;
    const lost = (error: unknown): void => {
      this.#deps.log.error({ takeId: watched.take.id, err: error }, 'take could not be written down');
      this.#due.schedule(watched.take.id, LONGEST_PAUSE_MS);
    };
    const look = this.#look(watched, already).catch(lost);
    this.#looking.add(look);
    void look.then(() => {
      this.#looking.delete(look);
      watched.busy = false;
      if (!watched.again) return;
      watched.again = false;
      this.lookNow(watched.take.id);
    });
  }

  #remember(takeId: string): void {
    const [oldest] = this.#early;
    if (this.#early.size >= EARLY_HINTS && oldest !== undefined) this.#early.delete(oldest);
    this.#early.add(takeId);
  }

  /**
   * Writes down that the take is to be cancelled. Its provider is told once a poll has said that it still runs: Runway's
   * DELETE of a task that has ended deletes the file that was paid for.
   * @returns whether it was under way here and nobody had asked before
   */
  async cancel({ id }: Pick<TakeRecord, 'id'>): Promise<boolean> {
    const watched = this.#watched.get(id);
    if (watched?.take.state !== 'TAKE_STATE_ACCEPTED' || watched.cancel !== 'no') return false;
    watched.cancel = 'wanted';
    if (!watched.take.cancelRequested) {
      watched.take =
        (await this.#deps.takeLog.step(watched.take, 'take.cancel_requested', {})) ?? watched.take;
    }
    this.lookNow(id);
    return true;
  }

  /** @returns how many takes of the film it is the first to cancel */
  async cancelFilm(tenant: string, filmId: string): Promise<number> {
    const ofFilm = [...this.#watched.values()].filter(
      ({ take }) => take.tenant === tenant && take.intent.filmId === filmId,
    );
    const asked = await Promise.all(ofFilm.map(({ take }) => this.cancel(take)));
    return asked.filter(Boolean).length;
  }

  async stop(): Promise<void> {
    this.#due.clear();
    this.#stopped.abort();
    await Promise.all(this.#looking);
  }

  async #look(watched: Watched, already?: PollResult): Promise<void> {
    const { take } = watched;
    try {
      const result = already ?? (await this.#provider(take).poll(take, this.#stopped.signal));
      await this.#act(watched, result);
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      const failure = AppError.from(error);
      if (isBadFile(failure)) watched.badFiles += 1;
      if (watched.badFiles >= BAD_FILE_TRIES) {
        return this.#end(watched, 'take.failed', {
          failure: 'FAILURE_CLASS_BAD_OUTPUT',
          message: failure.message,
          costMicros: watched.take.chargedMicros,
        });
      }
      watched.failures += 1;
      const ownPause = Math.min(LONGEST_PAUSE_MS, this.#pollMs(take) * 2 ** Math.min(watched.failures, 10));
      const pause = Math.max(ownPause, Math.min(LONGEST_PAUSE_MS, failure.retryAfterMs ?? 0));
      // A key that is missing or refused is for people: no pause mends it.
      const level = failure.reason.startsWith('CREDENTIAL_') ? 'error' : 'warn';
      this.#deps.log[level](
        {
          takeId: take.id,
          provider: take.intent.provider,
          failures: watched.failures,
          error: failure.message,
        },
        'take could not be looked after',
      );
      this.#deps.reporter.tell(watched.take, 1, waitingFor[failure.reason] ?? 'provider');
      await this.#mindDeadline(watched, pause);
    }
  }

  async #act(watched: Watched, result: PollResult): Promise<void> {
    switch (result.kind) {
      case 'running':
        watched.failures = 0;
        if (result.waitingFor === THROTTLED) this.#deps.onThrottled(watched.take);
        this.#deps.reporter.tell(watched.take, result.progress, result.waitingFor);
        if (!QUEUES.includes(result.waitingFor)) this.#rendering(watched);
        if (watched.cancel === 'wanted' && result.isGuess !== true) {
          await this.#provider(watched.take).cancel(watched.take, this.#stopped.signal);
          watched.cancel = 'told';
          watched.again = true;
        }
        return this.#mindDeadline(watched, this.#pollMs(watched.take));
      case 'succeeded':
        return this.#collect(watched, result.output, result.costMicros);
      case 'failed':
        if (result.lookAgain === true && !watched.lookedAgain) {
          watched.lookedAgain = true;
          return this.#mindDeadline(watched, this.#pollMs(watched.take));
        }
        return this.#end(watched, 'take.failed', {
          failure: result.failure,
          message: result.message,
          costMicros: result.costMicros,
        });
      case 'cancelled':
        return this.#cancelled(watched, result.costMicros);
      case 'expired':
        if (watched.take.state === 'TAKE_STATE_SUCCEEDED') {
          return this.#end(watched, 'take.failed', {
            failure: 'FAILURE_CLASS_DOWNLOAD',
            message: `paid, but gone before it could be downloaded: ${result.message}`,
            costMicros: watched.take.chargedMicros,
          });
        }
        return this.#end(watched, 'take.expired', { message: result.message, costMicros: result.costMicros });
    }
  }

  /** Cancelled for having passed its deadline is a failure like others; cancelled by somebody's will is an end. */
  async #cancelled(watched: Watched, costMicros: number): Promise<void> {
    const { take } = watched;
    const age = this.#deps.clock.now() - take.sentAtMs;
    if (age < this.#card(take).deadlineMs) return this.#end(watched, 'take.cancelled', { costMicros });
    const message = `${take.intent.provider} was not done within ${minutes(age)}, and was told to cancel`;
    await this.#end(watched, 'take.failed', { failure: 'FAILURE_CLASS_TIMEOUT', message, costMicros });
  }

  /** The charge is booked on the provider's word, whether or not the file can be had; both at once, for speed. */
  async #collect(watched: Watched, output: Output, costMicros: number): Promise<void> {
    const { take } = watched;
    if ('url' in output) this.#deps.reporter.tell(take, 1, 'download');
    const begunAtMs = this.#deps.clock.now();
    const collecting = this.#deps.collector.collect(take, this.#provider(take), output, this.#stopped.signal);
    const booking =
      take.state === 'TAKE_STATE_SUCCEEDED'
        ? take
        : this.#deps.takeLog.step(take, 'take.succeeded', { costMicros });
    if (take.state === 'TAKE_STATE_ACCEPTED')
      this.#passed(take, 'render', watched.renderingSinceMs ?? take.updatedAtMs);
    const [collected, booked] = await Promise.allSettled([collecting, booking]);
    if (booked.status === 'rejected') throw booked.reason;
    watched.take = booked.value ?? (await this.#reread(take));
    if (collected.status === 'rejected') throw collected.reason;
    if ('url' in output) this.#passed(take, 'download', begunAtMs);
    if (watched.take.state !== 'TAKE_STATE_SUCCEEDED') return this.#leave(watched);
    await this.#end(watched, 'take.settled', { clip: collected.value });
  }

  /** The provider's queue is behind it. */
  #rendering(watched: Watched): void {
    if (watched.renderingSinceMs !== undefined) return;
    watched.renderingSinceMs = this.#deps.clock.now();
    this.#passed(watched.take, 'queue', watched.take.updatedAtMs);
  }

  #passed(take: TakeRecord, phase: Phase, sinceMs: number): void {
    this.#deps.onPassed(take, phase, Math.max(0, this.#deps.clock.now() - sinceMs) / 1000);
  }

  async #end<K extends 'take.failed' | 'take.cancelled' | 'take.expired' | 'take.settled' | 'take.unknown'>(
    watched: Watched,
    kind: K,
    body: TakeBodies[K & TakeKind],
  ): Promise<void> {
    const { take } = watched;
    watched.take = (await this.#deps.takeLog.step(take, kind, body)) ?? (await this.#reread(take));
    // An operator who ended a doubt by attaching the task wants it watched for as long as it takes.
    if (watched.take.state !== 'TAKE_STATE_ACCEPTED') this.#leave(watched);
  }

  #leave(watched: Watched): void {
    const { take } = watched;
    this.#watched.delete(take.id);
    this.#due.cancel(take.id);
    // A settled take is told by the outcome of its shot.
    if (take.state !== 'TAKE_STATE_SETTLED') this.#deps.reporter.tell(take, 1, '');
    this.#deps.onEnd(take);
  }

  async #mindDeadline(watched: Watched, pauseMs: number): Promise<void> {
    const { take } = watched;
    const { deadlineMs } = this.#card(take);
    const now = this.#deps.clock.now();
    const age = now - take.sentAtMs;
    this.#due.schedule(take.id, pauseMs);
    if (take.state === 'TAKE_STATE_SUCCEEDED' && now - take.updatedAtMs > FILE_KEPT_MS) {
      return this.#end(watched, 'take.failed', {
        failure: 'FAILURE_CLASS_DOWNLOAD',
        message: 'paid, but its file could not be had for a day',
        costMicros: take.chargedMicros,
      });
    }
    if (age < deadlineMs || take.state !== 'TAKE_STATE_ACCEPTED') return;
    if (!take.cancelRequested) {
      this.#deps.log.warn({ takeId: take.id, ageMs: age }, 'take passed its deadline and was cancelled');
      await this.cancel(take);
      return;
    }
    if (age < deadlineMs * GIVE_UP_AFTER_DEADLINES) return;
    await this.#end(watched, 'take.unknown', {
      message: `${take.intent.provider} did not say in ${minutes(age)} how the take ended`,
    });
  }

  async #reread(take: TakeRecord): Promise<TakeRecord> {
    return (await this.#deps.takeLog.read(take.id)) ?? take;
  }

  #provider(take: TakeRecord): Provider {
    const provider = this.#deps.providers.get(take.intent.provider);
    if (provider === undefined) throw new Error(`take ${take.id}: no provider ${take.intent.provider}`);
    return provider;
  }

  #card(take: TakeRecord): { readonly pollMs: number; readonly deadlineMs: number } {
    const card = this.#deps.catalogue.models.get(`${take.intent.provider}/${take.intent.model}`);
    return card ?? { pollMs: 10_000, deadlineMs: 3_600_000 };
  }

  #pollMs(take: TakeRecord): number {
    return this.#card(take).pollMs * this.#deps.pollFactor;
  }
}

/** From 0 to 1, the same for a take at all times. */
function shareOf(takeId: string): number {
  let sum = 0;
  for (const char of takeId) sum = (sum * 31 + char.charCodeAt(0)) % 1009;
  return sum / 1009;
}

const minutes = (ms: number): string => `${Math.round(ms / 6_000) / 10} min`;
