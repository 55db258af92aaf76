import { setTimeout as delay } from 'node:timers/promises';
import {
  LONGEST_RETRY_AFTER_MS,
  calm,
  freshSlots,
  grantSlots,
  grow,
  inheritSlots,
  pauseAfter,
  pauseSlots,
  shrink,
  sizeOf,
  slotsInUse,
} from '@reelmesh/domain';
import type { Clock, SlotDemand, SlotGrant, SlotLimits, SlotRecord } from '@reelmesh/domain';
import type { Bus, Shared } from '@reelmesh/messaging';
import type { Logger } from '@reelmesh/service';
import { Queue } from './slots.ts';
import type { SlotUsage, Slots } from './slots.ts';

export interface SharedSlotsDeps {
  readonly bus: Pick<Bus, 'share'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Key of the record. */
  readonly key: string;
  /** This run of this gateway, as takes name their sender. */
  readonly run: string;
  readonly limits: SlotLimits;
  /** What the facts say about who has takes under way: for a record that is lost. */
  readonly heldByFacts: () => Promise<Readonly<Record<string, number>>>;
  readonly onChange: (slots: SharedSlots) => void;
}

interface Held {
  /** When it was sent; 0 when that was another run. */
  readonly sentAtMs: number;
  takenOn: boolean;
  throttled: boolean;
}

/** Takes of dead runs that are ours now. */
export interface Inheritance {
  readonly runs: readonly string[];
  /** Slots of theirs, until it is known which takes they were. */
  reserved: number;
  /** Undefined until it is known. */
  left: Set<string> | undefined;
}

type Change = (record: SlotRecord) => SlotRecord;

/** After a loss of the record nothing is granted before every gateway has had the time to write back what it holds. */
const SETTLE_MS = 1_000;
const TRY_AGAIN_MS = 1_000;
/** Whether or not NATS answers: the others find out by themselves. */
const STOP_MS = 2_000;

/**
 * Slots that all gateways share, counted in one record that is changed by compare-and-swap: one write for all that has
 * happened here meanwhile. While the pool is full nothing is written or asked; a change of the record is what wakes it.
 */
export class SharedSlots implements Slots {
  readonly #deps: SharedSlotsDeps;
  readonly #record: Shared<SlotRecord>;
  readonly #held = new Map<string, Held>();
  readonly #queue = new Queue();
  readonly #inherited = new Set<Inheritance>();
  #passing: { takeId: string; granted: boolean }[] = [];
  #changes: Change[] = [];
  #running: Promise<void> | undefined;
  #again = false;
  #timer: NodeJS.Timeout | undefined;
  #wasSeen = false;
  #stopped = false;

  constructor(deps: SharedSlotsDeps) {
    this.#deps = deps;
    this.#record = deps.bus.share<SlotRecord>(deps.key, {
      read: (json) => ({ ...freshSlots(deps.limits), ...(json as Partial<SlotRecord>) }),
      onChange: () => {
        // Our own writes are seen in the middle of a sync; what follows from them it does itself.
        if (this.#running === undefined) void this.#sync();
        else this.#again = true;
      },
    });
  }

  /** What is known of the record; as new while nothing is. */
  get record(): SlotRecord {
    return this.#record.value ?? freshSlots(this.#deps.limits);
  }

  get usage(): SlotUsage {
    const { record } = this;
    return { underway: slotsInUse(record), limit: sizeOf(record.window, this.#deps.limits.concurrency) };
  }

  get waiting(): number {
    return this.#queue.length;
  }

  get isPaused(): boolean {
    return this.record.pausedUntilMs > this.#deps.clock.now();
  }

  /** Learns what the others know, or makes the record anew. */
  async open(): Promise<void> {
    await this.#record.refresh();
    await this.#sync();
  }

  async tryAcquire(takeId: string): Promise<boolean> {
    if (this.#held.has(takeId)) return true;
    const passing = { takeId, granted: false };
    if (this.#queue.length > 0 || this.#decide(this.record, [passing]).granted === 0) return false;
    this.#passing.push(passing);
    await this.#sync();
    this.#passing = this.#passing.filter((one) => one !== passing);
    return passing.granted;
  }

  async acquire(takeId: string, signal: AbortSignal): Promise<void> {
    if (this.#held.has(takeId)) return;
    const wait = this.#queue.wait(takeId, this.#deps.clock.now(), signal);
    void this.#sync();
    try {
      await wait;
    } catch (error) {
      void this.#sync();
      throw error;
    }
  }

  hold(takeId: string): void {
    if (this.#held.has(takeId)) return;
    this.#held.set(takeId, { sentAtMs: 0, takenOn: false, throttled: false });
    void this.#sync();
  }

  release(takeId: string): void {
    const held = this.#held.get(takeId);
    this.#held.delete(takeId);
    for (const inheritance of this.#inherited) {
      inheritance.left?.delete(takeId);
      if (inheritance.left?.size === 0) this.#inherited.delete(inheritance);
    }
    if (held === undefined) return;
    const { concurrency } = this.#deps.limits;
    if (held.takenOn && !held.throttled && this.record.window.size < concurrency) {
      this.#change((record) => ({ ...record, window: grow(record.window, concurrency, held.sentAtMs) }));
    }
    void this.#sync();
  }

  accepted(takeId: string): void {
    const held = this.#held.get(takeId);
    if (held !== undefined) held.takenOn = true;
    if (this.record.window.refusals === 0) return;
    this.#change((record) => ({ ...record, window: calm(record.window) }));
    void this.#sync();
  }

  refused(takeId: string, retryAfterMs: number): void {
    const now = this.#deps.clock.now();
    const sentAtMs = this.#held.get(takeId)?.sentAtMs ?? now;
    this.#change((record) => {
      const window = shrink(record.window, this.#deps.limits.concurrency, sentAtMs, now);
      const pauseMs = Math.max(pauseAfter(window), Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS));
      return pauseSlots({ ...record, window }, now + pauseMs);
    });
    void this.#sync();
  }

  throttled(takeId: string): void {
    const held = this.#held.get(takeId);
    if (held === undefined || held.throttled) return;
    held.throttled = true;
    const now = this.#deps.clock.now();
    this.#change((record) => {
      const window = shrink(record.window, this.#deps.limits.concurrency, held.sentAtMs, now);
      return window === record.window ? record : { ...record, window };
    });
    void this.#sync();
  }

  isHeirTo(run: string): boolean {
    return this.#heirTo().includes(run);
  }

  isElsewhere(run: string): boolean {
    return Object.entries(this.record.holders).some(
      ([other, { heirTo = [] }]) => other !== this.#deps.run && (other === run || heirTo.includes(run)),
    );
  }

  /**
   * Takes over the takes of a dead run, with their slots, unless somebody has done so already.
   * @returns the runs whose takes are ours now; `settle` says which those are
   */
  async inherit(dead: string): Promise<Inheritance | undefined> {
    let mine: Inheritance | undefined;
    await this.#record.update((current) => {
      if (mine !== undefined) this.#inherited.delete(mine);
      mine = undefined;
      if (current === undefined) return undefined;
      const gone = current.holders[dead];
      const next = inheritSlots(current, this.#deps.run, dead);
      if (next !== undefined && !this.isHeirTo(dead)) {
        const runs = [dead, ...(gone?.heirTo ?? [])];
        mine = { runs, reserved: gone?.held ?? 0, left: undefined };
        this.#inherited.add(mine);
      }
      return next ?? current;
    });
    return mine;
  }

  /** Which takes those are that were inherited. Each holds its slot from now on. */
  settle(inheritance: Inheritance, takeIds: readonly string[]): void {
    for (const takeId of takeIds) this.hold(takeId);
    inheritance.reserved = 0;
    inheritance.left = new Set(takeIds);
    if (takeIds.length === 0) this.#inherited.delete(inheritance);
    void this.#sync();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await Promise.race([this.#sync(), delay(STOP_MS, undefined, { ref: false })]);
    await this.#record.stop();
  }

  #change(change: Change): void {
    this.#changes.push(change);
  }

  #heirTo(): readonly string[] {
    return [...this.#inherited].flatMap(({ runs }) => runs);
  }

  #decide(record: SlotRecord, passing: readonly { readonly granted: boolean }[]): SlotGrant {
    const { clock, run, limits } = this.#deps;
    const now = clock.now();
    const demand: SlotDemand = {
      run,
      held: this.#held.size + [...this.#inherited].reduce((sum, { reserved }) => sum + reserved, 0),
      heirTo: this.#heirTo(),
      waiting: this.#stopped
        ? []
        : [
            ...this.#queue.since.map((sinceMs) => ({ sinceMs, isPassing: false })),
            ...passing.filter(({ granted }) => !granted).map(() => ({ sinceMs: now, isPassing: true })),
          ],
    };
    return grantSlots(record, demand, limits, now);
  }

  /** One at a time; what comes meanwhile is seen to by the next round. */
  #sync(): Promise<void> {
    if (this.#running !== undefined) {
      this.#again = true;
      return this.#running;
    }
    this.#running = Promise.resolve().then(() => this.#rounds());
    return this.#running;
  }

  async #rounds(): Promise<void> {
    try {
      do {
        this.#again = false;
        await this.#round();
      } while (this.#again);
    } catch (error) {
      this.#deps.log.warn({ record: this.#deps.key, err: error }, 'slots not written down');
      this.#wakeAt(this.#deps.clock.now() + TRY_AGAIN_MS);
    } finally {
      // In the same breath as the last look at `again`: who comes now begins anew.
      this.#running = undefined;
      this.#deps.onChange(this);
    }
  }

  async #round(): Promise<void> {
    const changes = this.#changes.splice(0);
    try {
      const known = this.#record.value;
      const isSettled = known !== undefined && changes.length === 0;
      if (isSettled && this.#decide(known, this.#passing).record === known) {
        return this.#wakeAt(this.#decide(known, this.#passing).againAtMs);
      }
      if (known === undefined) await this.#record.refresh();
      const rebuilt = this.#record.value === undefined ? await this.#rebuilt() : undefined;
      let grant: SlotGrant | undefined;
      await this.#record.update((current) => {
        grant = undefined;
        const base = current ?? rebuilt;
        // Lost just now: rebuilt by the next round.
        if (base === undefined) return undefined;
        grant = this.#decide(
          changes.reduce((record, change) => change(record), base),
          this.#passing,
        );
        return grant.record;
      });
      if (grant === undefined) {
        this.#changes.unshift(...changes);
        this.#again = true;
        return;
      }
      this.#wasSeen = true;
      this.#handOut(grant.granted);
      this.#wakeAt(grant.againAtMs);
    } catch (error) {
      this.#changes.unshift(...changes);
      throw error;
    }
  }

  #handOut(granted: number): void {
    const sentAtMs = this.#deps.clock.now();
    const take = (takeId: string): void =>
      void this.#held.set(takeId, { sentAtMs, takenOn: false, throttled: false });
    for (let left = granted; left > 0; left -= 1) {
      const first = this.#queue.shift();
      const passing = first === undefined ? this.#passing.find((one) => !one.granted) : undefined;
      if (passing !== undefined) passing.granted = true;
      const takeId = first ?? passing?.takeId;
      // Who it was for has gone meanwhile: the next round gives it back.
      if (takeId === undefined) this.#again = true;
      else take(takeId);
    }
  }

  /** A record that is missing is lost, unless this is the first gateway ever: the facts know who has what. */
  async #rebuilt(): Promise<SlotRecord> {
    const { [this.#deps.run]: _mine, ...others } = await this.#deps.heldByFacts();
    const holders = Object.fromEntries(Object.entries(others).map(([run, held]) => [run, { held }]));
    const isLost = this.#wasSeen || Object.keys(holders).length > 0;
    const fresh = { ...freshSlots(this.#deps.limits), holders };
    return isLost ? pauseSlots(fresh, this.#deps.clock.now() + SETTLE_MS) : fresh;
  }

  #wakeAt(againAtMs: number | undefined): void {
    clearTimeout(this.#timer);
    const atMs = againAtMs ?? (this.isPaused ? this.record.pausedUntilMs : undefined);
    if (atMs === undefined || this.#stopped) return;
    const pauseMs = Math.min(60_000, Math.max(1, atMs - this.#deps.clock.now()));
    this.#timer = setTimeout(() => void this.#sync(), pauseMs);
  }
}
