import { holdFor } from '@reelmesh/domain';
import { testKit } from '@reelmesh/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Health } from '../src/health.ts';
import { Memory } from './memory.ts';

const MINUTE = 60_000;
const KEY = 'zhipu/cogvideox-3@env:K';
let memory: Memory;
let isOver: boolean;
const looks: string[] = [];
const opened: Health[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  memory = new Memory();
  isOver = false;
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((health) => health.stop()));
  vi.useRealTimers();
  looks.length = 0;
});

async function open(name: string): Promise<Health> {
  const { log, metrics } = testKit(name);
  const health = new Health({
    bus: memory,
    clock: { now: () => Date.now() },
    log,
    metrics,
    holdCheckMs: MINUTE,
  });
  opened.push(health);
  const breakers = { tripped: () => undefined, closed: () => undefined };
  await health.open(breakers, () => async () => {
    looks.push(name);
    return isOver;
  });
  return health;
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const busyForAnHour = () => holdFor('FAILURE_CLASS_RATE_LIMIT', 60 * MINUTE, MINUTE, Date.now())!;

test('a rate limit of an hour: nobody looks sooner, then one does, and it is over for all only when that look says so', async () => {
  const [one, two] = [await open('one'), await open('two')];
  one.hold(KEY, busyForAnHour());
  await pass(60 * MINUTE - 10);
  expect(looks).toEqual([]);
  expect(two.holdOf(KEY)?.reason).toBe('hold_rate_limit');

  await pass(MINUTE);
  expect(looks).toHaveLength(1);
  expect(two.holdOf(KEY)).toBeDefined();
  isOver = true;
  await pass(2 * MINUTE);

  expect(looks).toHaveLength(2);
  expect([one.holdOf(KEY), two.holdOf(KEY)]).toEqual([undefined, undefined]);
});

test('a gateway that starts while it lasts knows of it and does not look before its time', async () => {
  const one = await open('one');
  one.hold(KEY, busyForAnHour());
  await pass(1);
  isOver = true;

  const late = await open('late');

  expect(late.holdOf(KEY)).toBeDefined();
  expect(looks).toEqual([]);
});

test('a record that is lost is written anew by those who know', async () => {
  const one = await open('one');
  one.hold(KEY, busyForAnHour());
  one.tripped('zhipu/cogvideox-3#submit', Date.now() + MINUTE);
  await pass(1);

  memory.wipe();
  await pass(1);

  expect((await open('late')).holdOf(KEY)).toBeDefined();
  expect(memory.stored).toMatchObject({
    trips: { 'zhipu/cogvideox-3#submit': expect.any(Number) as number },
  });
});
