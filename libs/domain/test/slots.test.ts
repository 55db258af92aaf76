import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { freshSlots, grantSlots, inheritSlots, pauseSlots, shrink, slotsInUse } from '../src/index.ts';
import type { SlotDemand, SlotLimits, SlotRecord } from '../src/index.ts';

const limits: SlotLimits = { concurrency: 3, submitsPerMinute: Infinity };
const fresh = freshSlots(limits);
const NOW = 1_000_000;

const wants = (run: string, held: number, ...since: number[]): SlotDemand => ({
  run,
  held,
  heirTo: [],
  waiting: since.map((sinceMs) => ({ sinceMs, isPassing: false })),
});
const grant = (record: SlotRecord, demand: SlotDemand, now = NOW, by = limits) =>
  grantSlots(record, demand, by, now);

describe('slots that all gateways share', () => {
  test('as many go as there is room for, the others wait', () => {
    const { record, granted } = grant(fresh, wants('a/1', 0, 1, 2, 3, 4));

    expect(granted).toBe(3);
    expect(record.holders).toEqual({ 'a/1': { held: 3, waitsSinceMs: 4 } });
  });

  test('what others hold counts; what exists above the limit is written down all the same', () => {
    const { record } = grant(fresh, wants('a/1', 5));

    expect(slotsInUse(record)).toBe(5);
    expect(grant(record, wants('b/1', 0, 1)).granted).toBe(0);
  });

  test('a freed slot goes to the gateway whose first waits longest, not to the one that freed it', () => {
    const full = grant(fresh, wants('a/1', 3, 20)).record;
    const waited = grant(full, wants('b/1', 0, 10)).record;

    const freed = grant(waited, wants('a/1', 2, 20));

    expect(freed.granted).toBe(0);
    expect(grant(freed.record, wants('b/1', 0, 10)).granted).toBe(1);
  });

  test('a full pool is written down once: asking again writes nothing', () => {
    const full = grant(fresh, wants('a/1', 3, 20)).record;

    expect(grant(full, wants('a/1', 3, 20), NOW + 60_000).record).toBe(full);
    expect(grant(full, wants('a/1', 3, 20, 30)).record).toBe(full);
  });

  test('one that is only passing takes a free slot or leaves no trace', () => {
    const passing = { ...wants('b/1', 0), waiting: [{ sinceMs: NOW, isPassing: true }] };
    const full = grant(fresh, wants('a/1', 3)).record;

    expect(grant(fresh, passing).granted).toBe(1);
    expect(grant(full, passing)).toMatchObject({ granted: 0, againAtMs: undefined });
    expect(grant(full, passing).record).toBe(full);
  });

  test('the window that the provider lets us have is the limit while it is smaller', () => {
    const record = { ...fresh, window: shrink(fresh.window, 3, 1, 2) };

    expect(grant(record, wants('a/1', 0, 1, 2, 3)).granted).toBe(1);
  });

  test('a pause lets nothing go, says until when, and is never made shorter', () => {
    const record = pauseSlots(pauseSlots(fresh, NOW + 500), NOW + 200);

    expect(grant(record, wants('a/1', 0, 1))).toMatchObject({ granted: 0, againAtMs: NOW + 500 });
    expect(grant(record, wants('a/1', 0, 1), NOW + 500).granted).toBe(1);
  });

  test('a dead run goes over to one heir with its slots and with what it had inherited itself', () => {
    const record = {
      ...fresh,
      holders: { 'a/1': { held: 2, heirTo: ['z/1'], waitsSinceMs: 3 }, 'b/1': { held: 1 } },
    };

    const inherited = inheritSlots(record, 'b/1', 'a/1')!;

    expect(inherited.holders).toEqual({ 'b/1': { held: 3, heirTo: ['a/1', 'z/1'] } });
    expect(inheritSlots(inherited, 'c/1', 'a/1')).toBeUndefined();
    expect(inheritSlots(inherited, 'c/1', 'z/1')).toBeUndefined();
    expect(inheritSlots(inherited, 'b/1', 'a/1')).toBeUndefined();
  });

  test('a dead run that a rebuilt record names again does not count twice', () => {
    const holders = { 'a/1': { held: 2 }, 'b/1': { held: 3, heirTo: ['a/1'] } };

    expect(inheritSlots({ ...fresh, holders }, 'b/1', 'a/1')?.holders).toEqual({ 'b/1': holders['b/1'] });
  });

  test('whoever comes, goes, dies or pauses: never above the limit, and nobody waits for ever', () => {
    const runs = ['a/1', 'b/1', 'c/1'] as const;
    const step = fc.record({
      run: fc.constantFrom(...runs),
      what: fc.constantFrom('come', 'come', 'release', 'look', 'pause'),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 80 }), (concurrency, steps) => {
        const by = { concurrency, submitsPerMinute: Infinity };
        const held = new Map<string, number>(runs.map((run) => [run, 0]));
        const queues = new Map<string, number[]>(runs.map((run) => [run, []]));
        let record = freshSlots(by);
        let now = NOW;
        const look = (run: string): void => {
          const queue = queues.get(run)!;
          const result = grant(record, wants(run, held.get(run)!, ...queue), now, by);
          record = result.record;
          queue.splice(0, result.granted);
          held.set(run, held.get(run)! + result.granted);
          expect(slotsInUse(record)).toBeLessThanOrEqual(concurrency);
        };
        const release = (run: string): void => void held.set(run, Math.max(0, held.get(run)! - 1));
        for (const { run, what } of steps) {
          now += 1;
          if (what === 'come') queues.get(run)!.push(now);
          if (what === 'release') release(run);
          if (what === 'pause') record = pauseSlots(record, now + 3);
          look(run);
        }
        now += 10;
        for (let turn = 0; turn < 600; turn += 1) {
          const run = runs[turn % 3]!;
          release(run);
          look(run);
        }
        expect([...queues.values()].flat()).toEqual([]);
        expect(slotsInUse(record)).toBe([...held.values()].reduce((sum, n) => sum + n, 0));
      }),
    );
  });
});

describe('a rate limit', () => {
  const slow = { concurrency: 1000, submitsPerMinute: 5 };

  test('lets so many go in a minute, and says when the next may', () => {
    const first = grant(freshSlots(slow), wants('a/1', 0, 1, 2, 3, 4, 5, 6), NOW, slow);

    expect(first).toMatchObject({ granted: 5, againAtMs: NOW + 61_000 });
    expect(grant(first.record, wants('a/1', 5, 6), NOW + 60_999, slow).granted).toBe(0);
    expect(grant(first.record, wants('a/1', 5, 6), NOW + 61_000, slow).granted).toBe(1);
  });

  test('no minute, whenever it begins, sees more; the record stays small', () => {
    const arrivals = fc.array(fc.record({ run: fc.constantFrom('a/1', 'b/1'), afterMs: fc.nat(20_000) }), {
      maxLength: 100,
    });
    fc.assert(
      fc.property(arrivals, (steps) => {
        const sent: number[] = [];
        let record = freshSlots(slow);
        let now = NOW;
        for (const { run, afterMs } of steps) {
          now += afterMs;
          const result = grant(record, wants(run, 0, now, now), now, slow);
          record = { ...result.record, holders: {} };
          sent.push(...Array.from({ length: result.granted }, () => now));
        }
        const most = Math.max(0, ...sent.map((at) => sent.filter((t) => t >= at && t < at + 60_000).length));
        expect(most).toBeLessThanOrEqual(5);
        expect(record.recent.length).toBeLessThanOrEqual(62);
      }),
    );
  });
});
