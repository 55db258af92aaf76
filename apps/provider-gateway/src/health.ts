import {
  claimCheck,
  closedSince,
  healthy,
  pruned,
  withHold,
  withPollPause,
  withTrip,
  withoutHold,
  withoutTrip,
} from '@reelmesh/domain';
import type { Clock, HealthRecord, Hold } from '@reelmesh/domain';
import type { Bus, Shared } from '@reelmesh/messaging';
import type { Logger, Metrics } from '@reelmesh/service';

export interface HealthDeps {
  readonly bus: Pick<Bus, 'share'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The first pause between two looks at a hold. */
  readonly holdCheckMs: number;
}

/** Looks whether what a hold stands for is over, without spending anything. */
export type HoldCheck = (hold: Hold, signal: AbortSignal) => Promise<boolean>;

/** Hears of breakers. */
export interface BreakerNews {
  tripped(breaker: string, untilMs: number): void;
  closed(breaker: string): void;
}

type Change = (record: HealthRecord) => HealthRecord;

const TRY_AGAIN_MS = 1_000;
const STOP_MS = 2_000;
/** After a start accounts on hold are looked at before anything is sent, for so long. */
const FIRST_LOOK_MS = 2_000;

/**
 * Holds, tripped breakers and pauses, known to all gateways by one record. What happens here counts here at once, whether
 * or not it can be written down.
 */
export class Health {
  readonly #deps: HealthDeps;
  readonly #record: Shared<HealthRecord>;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #stopped = new AbortController();
  readonly #gauge;
  #now: HealthRecord = healthy;
  #changes: Change[] = [];
  #writing: Promise<void> | undefined;
  #breakers: BreakerNews | undefined;
  #checkFor: (key: string) => HoldCheck | undefined = () => undefined;

  constructor(deps: HealthDeps) {
    this.#deps = deps;
    this.#gauge = deps.metrics.gauge('reelmesh_provider_holds', 'models on hold, by the reason', [
      'provider',
      'reason',
    ]);
    this.#record = deps.bus.share<HealthRecord>('health', {
      read: (json) => ({ ...healthy, ...(json as Partial<HealthRecord>) }),
      onChange: () => this.#heard(),
    });
  }

  /**
   * Learns what is on hold and tripped, and looks at once whether holds of ours are over.
   * @param checkFor undefined for holds of accounts that are not ours
   */
  async open(breakers: BreakerNews, checkFor: (key: string) => HoldCheck | undefined): Promise<void> {
    this.#breakers = breakers;
    this.#checkFor = checkFor;
    await this.#record.refresh();
    const looks = Object.keys(this.#now.holds).map((key) => this.#check(key, true));
    await Promise.race([Promise.all(looks), pause(FIRST_LOOK_MS)]);
  }

  holdOf(key: string): Hold | undefined {
    return this.#now.holds[key];
  }

  hold(key: string, hold: Hold): void {
    if (this.holdOf(key) !== undefined) return;
    this.#deps.log.error({ hold: key, reason: hold.reason }, 'provider put on hold');
    this.#change((record) => withHold(record, key, hold));
  }

  /** Until when the provider is not polled; in the past when it is. */
  pollsFromMs(provider: string): number {
    return this.#now.pollPauses[provider] ?? 0;
  }

  pausePolls(provider: string, untilMs: number): void {
    this.#change((record) => withPollPause(record, provider, untilMs));
  }

  tripped(breaker: string, untilMs: number): void {
    this.#change((record) => withTrip(record, breaker, untilMs));
  }

  closed(breaker: string): void {
    this.#change((record) => withoutTrip(record, breaker));
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.race([this.#writing, pause(STOP_MS)]);
    await this.#record.stop();
  }

  #change(change: Change): void {
    const next = change(this.#now);
    if (next === this.#now) return;
    this.#changes.push(change);
    this.#see(next);
    this.#writing ??= Promise.resolve().then(() => this.#write());
  }

  #again(): void {
    if (this.#now === healthy || this.#stopped.signal.aborted) return;
    this.#changes.push((record) => record);
    this.#writing ??= Promise.resolve().then(() => this.#write());
  }

  /** All that has changed meanwhile in one write. */
  async #write(): Promise<void> {
    while (this.#changes.length > 0 && !this.#stopped.signal.aborted) {
      const changes = this.#changes.splice(0);
      try {
        await this.#record.update((current) => {
          const base = pruned(current ?? this.#now, this.#deps.clock.now());
          const next = changes.reduce((record, change) => change(record), base);
          return next === base && current !== undefined ? current : next;
        });
      } catch (error) {
        this.#changes.unshift(...changes);
        if (this.#stopped.signal.aborted) break;
        this.#deps.log.warn({ err: error }, 'holds and breakers not written down');
        await pause(TRY_AGAIN_MS);
      }
    }
    // In the same breath as the last look: what changes now is written by a new turn.
    this.#writing = undefined;
  }

  /** Another gateway has changed it, or it is lost: then what we know is written down anew. */
  #heard(): void {
    if (this.#record.value === undefined) return this.#again();
    this.#see(this.#changes.reduce((record, change) => change(record), this.#record.value));
  }

  #see(next: HealthRecord): void {
    const before = this.#now;
    this.#now = next;
    for (const [breaker, untilMs] of Object.entries(next.trips)) {
      if (before.trips[breaker] !== untilMs) this.#breakers?.tripped(breaker, untilMs);
    }
    for (const breaker of closedSince(before, next, this.#deps.clock.now())) this.#breakers?.closed(breaker);
    for (const key of Object.keys(before.holds)) {
      if (next.holds[key] !== undefined) continue;
      this.#deps.log.info({ hold: key, reason: before.holds[key]?.reason }, 'hold is over');
    }
    if (before.holds !== next.holds) this.#alarm(before.holds);
  }

  #alarm(before: HealthRecord['holds']): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    const counts = new Map<string, number>(
      Object.entries(before).map(([key, hold]) => [labelOf(key, hold), 0]),
    );
    for (const [key, hold] of Object.entries(this.#now.holds)) {
      const label = labelOf(key, hold);
      counts.set(label, (counts.get(label) ?? 0) + 1);
      if (this.#checkFor(key) === undefined || this.#stopped.signal.aborted) continue;
      const pauseMs = Math.min(3_600_000, Math.max(1, hold.checkAtMs - this.#deps.clock.now()));
      this.#timers.set(
        key,
        setTimeout(() => void this.#check(key), pauseMs),
      );
    }
    for (const [label, count] of counts) {
      const [provider = '', reason = ''] = label.split(' ');
      this.#gauge.set({ provider, reason }, count);
    }
  }

  /** One gateway looks for all. */
  async #check(key: string, first = false): Promise<void> {
    const check = this.#checkFor(key);
    const { holdCheckMs, clock } = this.#deps;
    if (check === undefined || this.#stopped.signal.aborted) return;
    try {
      let claimed: Hold | undefined;
      await this.#record.update((current) => {
        const known = this.#now.holds[key];
        const stored = current ?? this.#now;
        // Ours may not be written down yet.
        const base = known === undefined ? stored : withHold(stored, key, known);
        const next = claimCheck(base, key, holdCheckMs, clock.now(), first);
        claimed = next === undefined ? undefined : base.holds[key];
        return next ?? current;
      });
      if (claimed === undefined) return this.#alarm(this.#now.holds);
      const over = await check(claimed, this.#stopped.signal).catch(() => false);
      if (over && !this.#stopped.signal.aborted) this.#change((record) => withoutHold(record, key));
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      this.#deps.log.warn({ hold: key, err: error }, 'hold not looked at');
      this.#timers.set(
        key,
        setTimeout(() => void this.#check(key, first), holdCheckMs),
      );
    }
  }
}

const labelOf = (key: string, { reason }: Hold): string => `${key.split('/', 1)[0] ?? key} ${reason}`;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
