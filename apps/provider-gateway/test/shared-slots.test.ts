import type { SlotLimits, SlotRecord } from '@reelmesh/domain';
import { createLogger } from '@reelmesh/service';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SharedSlots } from '../src/shared-slots.ts';
import { Memory } from './memory.ts';

const MINUTE = 60_000;

let memory: Memory;
const record = (): SlotRecord => memory.stored as SlotRecord;
const lines: string[] = [];
const opened: SharedSlots[] = [];
const never = new AbortController().signal;

beforeEach(() => {
  vi.useFakeTimers();
  memory = new Memory();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((slots) => slots.stop()));
  vi.useRealTimers();
  lines.length = 0;
});

function open(run: string, limits: Partial<SlotLimits> = {}): SharedSlots {
  const slots = new SharedSlots({
    bus: memory,
    clock: { now: () => Date.now() },
    log: createLogger({ service: run, level: 'debug', destination: { write: (line) => lines.push(line) } }),
    key: 'slots.fal.key',
    run,
    limits: { concurrency: 2, submitsPerMinute: Infinity, ...limits },
    heldByFacts: async () => ({}),
    onChange: () => undefined,
  });
  opened.push(slots);
  return slots;
}

/** Takes that have got their slot, in that order. */
function acquire(slots: SharedSlots, ...takeIds: string[]): string[] {
  const got: string[] = [];
  for (const takeId of takeIds) void slots.acquire(takeId, never).then(() => got.push(takeId));
  return got;
}
const pass = (ms = 1) => vi.advanceTimersByTimeAsync(ms);
const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `t${n}`);

describe('D12: a full pool', () => {
  test('D12: for half an hour of waiting: next to nothing goes to NATS, and not a line to the log', async () => {
    const slots = open('a/1');
    const got = acquire(slots, ...names(64));
    await pass();
    const before = memory.operations;

    await pass(30 * MINUTE);

    expect(got).toEqual(['t0', 't1']);
    expect(before).toBeLessThanOrEqual(3);
    expect(memory.operations).toBe(before);
    expect(lines).toEqual([]);
  });

  test('each slot that becomes free goes to the one that waits longest, with one write', async () => {
    const slots = open('a/1');
    const got = acquire(slots, ...names(10));
    await pass();
    const before = memory.operations;

    slots.release('t1');
    await pass();
    slots.release('t0');
    slots.release('t2');
    await pass();

    expect(got).toEqual(names(5));
    expect(memory.operations - before).toBe(2);
  });

  test('one that no longer waits leaves no trace', async () => {
    const slots = open('a/1');
    acquire(slots, 't0', 't1');
    const gone = new AbortController();
    const waited = slots.acquire('t2', gone.signal);
    await pass();

    gone.abort(new Error('stopped'));

    await expect(waited).rejects.toThrow('stopped');
    await pass();
    expect(record().holders).toEqual({ 'a/1': { held: 2 } });
    expect(slots.waiting).toBe(0);
  });
});

describe('several gateways', () => {
  test('a slot that one gives back goes to the other that waits longer', async () => {
    const [one, two] = [open('a/1'), open('b/1')];
    const first = acquire(one, 't0', 't1');
    await pass(1);
    const second = acquire(two, 'u0');
    await pass(1);
    acquire(one, 't2');
    await pass(1);

    one.release('t0');
    await pass();

    expect(first).toEqual(['t0', 't1']);
    expect(second).toEqual(['u0']);
    expect(one.waiting).toBe(1);
  });

  test('a lost record is written back by all before anything is granted', async () => {
    const [one, two] = [open('a/1'), open('b/1')];
    acquire(one, 't0');
    acquire(two, 'u0');
    await pass();

    memory.wipe();
    const waiting = acquire(one, 't1');
    await pass(5 * MINUTE);

    expect(waiting).toEqual([]);
    expect(record().holders).toMatchObject({ 'a/1': { held: 1 }, 'b/1': { held: 1 } });
    two.release('u0');
    await pass();
    expect(waiting).toEqual(['t1']);
  });

  test('exactly one is the heir of a dead one, with its slots; when its last take has ended nothing is left of it', async () => {
    const dead = open('x/1');
    acquire(dead, 'd0', 'd1');
    await pass();
    const [one, two] = [open('a/1'), open('b/1')];
    await Promise.all([one.open(), two.open()]);

    const [mine, theirs] = await Promise.all([one.inherit('x/1'), two.inherit('x/1')]);

    expect(theirs).toBeUndefined();
    expect(record().holders['a/1']).toEqual({ held: 2, heirTo: ['x/1'] });
    expect([one.isHeirTo('x/1'), two.isHeirTo('x/1'), two.isElsewhere('x/1')]).toEqual([true, false, true]);
    one.settle(mine!, ['d0', 'd1']);
    one.release('d0');
    one.release('d1');
    await pass();
    expect(record().holders['a/1']).toBeUndefined();
  });
});

describe('a provider that refuses', () => {
  test('nothing is sent anywhere for as long as it asks, and half as much after it', async () => {
    const limits = { concurrency: 4 };
    const [one, two] = [open('a/1', limits), open('b/1', limits)];
    acquire(one, 't0');
    await pass(1);

    one.refused('t0', 20_000);
    one.release('t0');
    const later = acquire(two, 'u0', 'u1', 'u2');
    await pass(19_990);

    expect(later).toEqual([]);
    await pass(20);
    expect(later).toEqual(['u0', 'u1']);
    expect(two.usage).toEqual({ underway: 2, limit: 2 });
  });

  test('without a word for how long: a second, twice as long with each refusal, until a take is taken on', async () => {
    const slots = open('a/1', { concurrency: 1 });
    const gaps: number[] = [];
    for (const takeId of names(4)) {
      await slots.acquire(takeId, never);
      const refusedAtMs = Date.now();
      slots.refused(takeId, 5);
      slots.release(takeId);
      await pass();
      gaps.push(record().pausedUntilMs - refusedAtMs);
      await pass(60_000);
    }
    expect(gaps).toEqual([1000, 2000, 4000, 8000]);

    await slots.acquire('ok', never);
    slots.accepted('ok');
    await pass();

    expect(record().window.refusals).toBe(0);
  });

  test('takes that it throttles count once each, and what is sent after it may grow again', async () => {
    const slots = open('a/1', { concurrency: 8 });
    acquire(slots, ...names(8));
    await pass(1);
    for (const takeId of [...names(8), ...names(8)]) slots.throttled(takeId);
    await pass();
    expect(slots.usage.limit).toBe(4);
    for (const takeId of names(8)) slots.release(takeId);
    await pass(1);

    for (const takeId of ['a', 'b', 'c', 'd']) {
      await slots.acquire(takeId, never);
      slots.accepted(takeId);
      slots.release(takeId);
    }
    await pass();

    expect(slots.usage.limit).toBe(5);
  });
});

test('a rate limit lets the next go when the minute is over, without asking meanwhile', async () => {
  const slots = open('a/1', { concurrency: 100, submitsPerMinute: 3 });
  const got = acquire(slots, ...names(5));
  await pass(MINUTE - 10);
  const before = memory.operations;

  expect(got).toEqual(['t0', 't1', 't2']);
  await pass(1200);

  expect(got).toEqual(names(5));
  expect(memory.operations - before).toBeLessThanOrEqual(2);
});
