import CircuitBreaker from 'opossum';
import { AppError, Code } from '@reelmesh/domain';
import type { Clock } from '@reelmesh/domain';
import type { Logger, Metrics } from '@reelmesh/service';
import type { BreakerNews } from './health.ts';

export type Operation = 'submit' | 'poll' | 'download';

export interface BreakerSettings {
  /** Finished calls within the window before the share of failures means anything. */
  readonly volume: number;
  readonly windowMs: number;
  /** Open for this long after the first trip, twice as long after each failed probe. */
  readonly firstResetMs: number;
  readonly longestResetMs: number;
}

export const defaultBreakers: BreakerSettings = {
  volume: 5,
  windowMs: 60_000,
  firstResetMs: 30_000,
  longestResetMs: 600_000,
};

interface Entry {
  readonly key: string;
  breaker: CircuitBreaker<[boolean], void>;
  /** Grows with each trip: what was sent before it says nothing about after it. */
  generation: number;
  resetMs: number;
  probeAtMs: number;
  probing: boolean;
}

const states = ['closed', 'open', 'half_open'] as const;

/**
 * A circuit breaker for each target and operation, around HTTP calls and never around renders. opossum keeps the count and
 * the state; calls are reported to it when they have ended, so that a call and its failure always fall into the same
 * window, a late answer from before a trip changes nothing, and no call ever aborts another.
 */
export class Breakers {
  readonly #settings: BreakerSettings;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #state;
  readonly #news: BreakerNews;
  readonly #entries = new Map<string, Entry>();

  constructor(
    settings: BreakerSettings,
    deps: { readonly clock: Clock; readonly log: Logger; readonly metrics: Metrics },
    news: BreakerNews = { tripped: () => undefined, closed: () => undefined },
  ) {
    this.#settings = settings;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#news = news;
    this.#state = deps.metrics.gauge(
      'reelmesh_provider_circuit_state',
      '1 for the state that the breaker is in',
      ['target', 'operation', 'state'],
    );
  }

  /** When a call would be let through: now or earlier while closed, the time of the next probe while open. */
  admitsAtMs(target: string, operation: Operation): number {
    const entry = this.#entries.get(keyOf(target, operation));
    if (entry === undefined || entry.breaker.closed) return 0;
    // A probe is under way: its outcome is the next thing that is known.
    if (entry.breaker.halfOpen)
      return entry.probing ? this.#clock.now() + this.#settings.firstResetMs / 10 : 0;
    // The time has come, but opossum's timer has not: it still refuses.
    return Math.max(entry.probeAtMs, this.#clock.now() + 1);
  }

  /**
   * Makes the call unless the breaker is open: then UNAVAILABLE (BREAKER_OPEN), and nothing has been sent.
   * @param failed whether what came of it speaks of an outage; refusals, moderation and empty accounts do not
   */
  async call<T>(
    target: string,
    operation: Operation,
    action: () => Promise<T>,
    failed: (outcome: { readonly value: T } | { readonly error: unknown }) => boolean,
  ): Promise<T> {
    const entry = this.#entryOf(keyOf(target, operation));
    if (this.admitsAtMs(target, operation) > this.#clock.now()) throw open(entry.key);
    const { generation } = entry;
    if (entry.breaker.halfOpen) entry.probing = true;
    try {
      const value = await action();
      await this.#report(entry, generation, !failed({ value }));
      return value;
    } catch (error) {
      await this.#report(entry, generation, !failed({ error }));
      throw error;
    }
  }

  /** Another gateway's breaker has tripped: ours follows, for as long. */
  trip(key: string, untilMs: number): void {
    const entry = this.#entryOf(key);
    const leftMs = untilMs - this.#clock.now();
    if (leftMs <= 0 || !entry.breaker.closed) return;
    entry.resetMs = leftMs;
    setResetTimeout(entry.breaker, leftMs);
    entry.breaker.open();
  }

  /** Another gateway's probe has come through: ours needs none. */
  close(key: string): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined && !entry.breaker.closed) entry.breaker.close();
  }

  stop(): void {
    for (const { breaker } of this.#entries.values()) breaker.shutdown();
  }

  async #report(entry: Entry, generation: number, ok: boolean): Promise<void> {
    if (entry.generation !== generation) return;
    entry.probing = false;
    await entry.breaker.fire(ok).catch(() => undefined);
  }

  #entryOf(key: string): Entry {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const entry: Entry = {
      key,
      breaker: this.#make(() => entry),
      generation: 0,
      resetMs: this.#settings.firstResetMs,
      probeAtMs: 0,
      probing: false,
    };
    this.#entries.set(key, entry);
    this.#show(entry, 'closed');
    return entry;
  }

  #make(entry: () => Entry): Entry['breaker'] {
    const breaker: Entry['breaker'] = new CircuitBreaker(report, {
      timeout: false,
      errorThresholdPercentage: 50,
      volumeThreshold: this.#settings.volume,
      rollingCountTimeout: this.#settings.windowMs,
      rollingCountBuckets: 12,
      rollingPercentilesEnabled: false,
      resetTimeout: this.#settings.firstResetMs,
    });
    breaker.on('open', () => this.#opened(entry()));
    breaker.on('halfOpen', () => this.#show(entry(), 'half_open'));
    breaker.on('close', () => this.#closed(entry()));
    return breaker;
  }

  /** With an empty window: opossum would keep the outage's failures in it, and one more would open it again. */
  #closed(entry: Entry): void {
    entry.breaker.shutdown();
    entry.breaker = this.#make(() => entry);
    entry.resetMs = this.#settings.firstResetMs;
    this.#log.info({ breaker: entry.key }, 'breaker closed');
    this.#show(entry, 'closed');
    this.#news.closed(entry.key);
  }

  #opened(entry: Entry): void {
    entry.generation += 1;
    entry.probing = false;
    entry.probeAtMs = this.#clock.now() + entry.resetMs;
    this.#log.warn({ breaker: entry.key, resetMs: entry.resetMs }, 'breaker opened');
    // opossum read the pause for this trip already: this is the next one's.
    const { firstResetMs, longestResetMs } = this.#settings;
    entry.resetMs = Math.min(longestResetMs, Math.max(firstResetMs, entry.resetMs) * 2);
    setResetTimeout(entry.breaker, entry.resetMs);
    this.#show(entry, 'open');
    this.#news.tripped(entry.key, entry.probeAtMs);
  }

  #show(entry: Entry, state: (typeof states)[number]): void {
    const [target = '', operation = ''] = entry.key.split('#');
    for (const one of states) this.#state.set({ target, operation, state: one }, one === state ? 1 : 0);
  }
}

/** opossum reads it when it opens. */
function setResetTimeout(breaker: Entry['breaker'], ms: number): void {
  (breaker as unknown as { readonly options: { resetTimeout: number } }).options.resetTimeout = ms;
}

const keyOf = (target: string, operation: Operation): string => `${target}#${operation}`;

async function report(ok: boolean): Promise<void> {
  if (!ok) throw new Error('outage');
}

const open = (key: string): AppError =>
  new AppError(Code.UNAVAILABLE, `the breaker of ${key.replace('#', ', ')} is open`, {
    reason: 'BREAKER_OPEN',
  });
