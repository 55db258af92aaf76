import type { AimdWindow } from './aimd.ts';
import { openWindow, sizeOf } from './aimd.ts';

/** What one run of a gateway has of a credential. */
export interface SlotHolder {
  /** Takes that it has under way or is about to send. */
  readonly held: number;
  /** Since when the first in its queue waits; absent when none does. */
  readonly waitsSinceMs?: number;
  /** Dead runs whose takes it sees to their end. */
  readonly heirTo?: readonly string[];
}

/** What all gateways know together about one credential at one provider. Counts, no takes: it stays small. */
export interface SlotRecord {
  /** By run: the instance and its run, as takes name their sender. */
  readonly holders: Readonly<Record<string, SlotHolder>>;
  readonly window: AimdWindow;
  /** Nothing is sent before. */
  readonly pausedUntilMs: number;
  /** Submits of the last minute: the second (since the epoch) and how many; empty without a rate limit. */
  readonly recent: readonly (readonly [number, number])[];
}

/** What one run wants of it. */
export interface SlotDemand {
  readonly run: string;
  readonly held: number;
  readonly heirTo: readonly string[];
  /** Its queue, first come first. */
  readonly waiting: readonly {
    readonly sinceMs: number;
    /** Takes a slot only if there is one now, and is not in line otherwise. */
    readonly isPassing: boolean;
  }[];
}

export interface SlotLimits {
  /** Takes under way, at least 1. */
  readonly concurrency: number;
  /** Infinity for none. */
  readonly submitsPerMinute: number;
}

export interface SlotGrant {
  /** The very same object when there is nothing to write down. */
  readonly record: SlotRecord;
  /** How many of the queue may go. */
  readonly granted: number;
  /** When more may go although nothing has changed; undefined when only a change helps. */
  readonly againAtMs: number | undefined;
}

const MINUTE_S = 60;

export function freshSlots({ concurrency }: SlotLimits): SlotRecord {
  return { holders: {}, window: openWindow(concurrency), pausedUntilMs: 0, recent: [] };
}

/** Takes under way, on all gateways. */
export function slotsInUse({ holders }: Pick<SlotRecord, 'holders'>): number {
  return Object.values(holders).reduce((sum, { held }) => sum + held, 0);
}

/**
 * Writes down what a run holds, and lets as many of its queue go as there is room for. Among runs the one whose first
 * waits longest comes first: each that waits longer has one slot kept free.
 */
export function grantSlots(
  record: SlotRecord,
  demand: SlotDemand,
  limits: SlotLimits,
  now: number,
): SlotGrant {
  const { [demand.run]: _mine, ...others } = record.holders;
  const second = Math.floor(now / 1000);
  const recent = record.recent.filter(([at]) => at > second - MINUTE_S - 1);
  const sent = recent.reduce((sum, [, count]) => sum + count, 0);
  const isPaused = record.pausedUntilMs > now;
  const room = sizeOf(record.window, limits.concurrency) - slotsInUse({ holders: others }) - demand.held;
  const allowed = isPaused ? 0 : Math.min(room, limits.submitsPerMinute - sent);

  const elders = Object.entries(others).flatMap(([run, { waitsSinceMs }]) =>
    waitsSinceMs === undefined ? [] : [{ run, waitsSinceMs }],
  );
  const isBehind = (sinceMs: number, run: string, waitsSinceMs: number): boolean =>
    waitsSinceMs < sinceMs || (waitsSinceMs === sinceMs && run < demand.run);
  let granted = 0;
  for (const { sinceMs } of demand.waiting) {
    const keptFree = elders.filter((elder) => isBehind(sinceMs, elder.run, elder.waitsSinceMs)).length;
    if (granted + keptFree >= allowed) break;
    granted += 1;
  }

  const stillWaits = demand.waiting.slice(granted);
  const first = stillWaits.find(({ isPassing }) => !isPassing);
  const mine: SlotHolder = {
    held: demand.held + granted,
    ...(first === undefined ? {} : { waitsSinceMs: first.sinceMs }),
    ...(demand.heirTo.length === 0 ? {} : { heirTo: demand.heirTo }),
  };
  const isIdle = mine.held === 0 && first === undefined && demand.heirTo.length === 0;
  const next: SlotRecord = {
    ...record,
    holders: isIdle ? others : { ...others, [demand.run]: mine },
    recent: granted > 0 && Number.isFinite(limits.submitsPerMinute) ? count(recent, second, granted) : recent,
  };
  return {
    record: isSame(record, next, demand.run) && granted === 0 ? record : next,
    granted,
    againAtMs: first === undefined ? undefined : againAt(),
  };

  function againAt(): number | undefined {
    if (isPaused) return record.pausedUntilMs;
    const [oldest] = recent;
    if (sent + granted < limits.submitsPerMinute) return undefined;
    return ((oldest?.[0] ?? second) + MINUTE_S + 1) * 1000;
  }
}

/**
 * The takes of a dead run go over to a living one, with their slots, exactly once: undefined when there is nothing to do
 * because somebody has them already.
 */
export function inheritSlots(record: SlotRecord, heir: string, dead: string): SlotRecord | undefined {
  const { [dead]: gone, ...rest } = record.holders;
  const hasHeir = Object.entries(rest).some(
    ([run, { heirTo = [] }]) => run !== heir && heirTo.includes(dead),
  );
  if (hasHeir) return undefined;
  const mine = rest[heir];
  if (mine?.heirTo?.includes(dead) === true) {
    // Ours already; a record that was rebuilt from facts may name it once more.
    return gone === undefined ? undefined : { ...record, holders: rest };
  }
  const heirTo = [...(mine?.heirTo ?? []), dead, ...(gone?.heirTo ?? [])];
  const held = (mine?.held ?? 0) + (gone?.held ?? 0);
  return { ...record, holders: { ...rest, [heir]: { ...mine, held, heirTo: [...new Set(heirTo)] } } };
}

/** Nothing is sent before that time. A pause is never made shorter. */
export function pauseSlots(record: SlotRecord, untilMs: number): SlotRecord {
  return untilMs <= record.pausedUntilMs ? record : { ...record, pausedUntilMs: untilMs };
}

function count(
  recent: SlotRecord['recent'],
  second: number,
  granted: number,
): readonly (readonly [number, number])[] {
  const before = recent.find(([at]) => at === second)?.[1] ?? 0;
  return [...recent.filter(([at]) => at !== second), [second, before + granted] as const];
}

function isSame(before: SlotRecord, after: SlotRecord, run: string): boolean {
  return JSON.stringify(before.holders[run]) === JSON.stringify(after.holders[run]);
}
