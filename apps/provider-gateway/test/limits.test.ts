import { jetstreamManager } from '@nats-io/jetstream';
import { temporaryDirectory } from '@reelmesh/testing';
import { connect } from 'nats';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PRICE, expectLedgersEqual, openWorld } from './world.ts';
import type { World } from './world.ts';

// Several gateways at once, some of them processes: room for a busy machine.
vi.setConfig({ testTimeout: 60_000 });

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const limit = (concurrency: number) => ({
  REELMESH_GATEWAY__RUNWAY_CONCURRENCY: String(concurrency),
  REELMESH_GATEWAY__TAKE_OVER_MS: '150',
});
const pace = (renderMs: number) => ({
  runway: { queueMs: 0, renderMs, concurrency: null, dailyQuota: null },
});
const keyOf = (shot: number): string => String(shot).padStart(16, '0').padEnd(64, '0');
const render = (shots: number) =>
  Promise.all(Array.from({ length: shots }, (_, shot) => world.render({ shotKey: keyOf(shot) })));
const states = async () => (await world.takes()).map(({ state }) => state);
const underway = async (): Promise<number | undefined> =>
  (await world.ledger.listProviders({})).providers.find(({ name }) => name === 'runway')?.underway;
const running = (takes: number) =>
  vi.waitFor(async () => expect(await world.emulator.tasks()).toHaveLength(takes), { timeout: 10_000 });

describe('the concurrency of a credential is that of all gateways together', () => {
  test('200 shots over three gateway processes: never more under way than allowed, each sent and charged once', async () => {
    await world.emulator.configure(pace(40));
    await Promise.all(['one', 'two', 'three'].map((name) => world.spawn(limit(7), name)));

    await render(200);
    await vi.waitFor(() => expect(world.outcomes).toHaveLength(200), { timeout: 100_000, interval: 100 });

    expect(new Set(world.outcomes.map(({ outcome }) => outcome?.$case))).toEqual(new Set(['rendered']));
    expect((await world.emulator.peaks())['runway']).toBeLessThanOrEqual(7);
    expect(await world.creates()).toBe(200);
    await expectLedgersEqual(world);
  }, 120_000);

  test('200 shots over three gateway processes with a hard budget for 100: exactly the affordable ones are sent', async () => {
    await using own = await temporaryDirectory();
    await writeFile(join(own.path, 'budgets.yaml'), 'budgets: [{ tenant: local, per: day, usd: 36 }]');
    await world.emulator.configure(pace(40));
    const env = { ...limit(7), REELMESH_GATEWAY__CONFIG_DIR: own.path };
    await Promise.all(['one', 'two', 'three'].map((name) => world.spawn(env, name)));

    await render(200);
    await vi.waitFor(() => expect(world.outcomes).toHaveLength(200), { timeout: 100_000, interval: 100 });

    const ends = world.outcomes.map(({ outcome }) =>
      outcome?.$case === 'failed' ? outcome.value.failure : outcome?.$case,
    );
    expect(ends.filter((end) => end === 'rendered')).toHaveLength(100);
    expect(ends.filter((end) => end === 'FAILURE_CLASS_BUDGET')).toHaveLength(100);
    expect((await world.emulator.peaks())['runway']).toBeLessThanOrEqual(7);
    expect(await world.creates()).toBe(100);
    expect(await world.settled()).toBe(100 * PRICE);
    await expectLedgersEqual(world);
  }, 120_000);

  test('all of it is used, by whichever gateway has the work', async () => {
    await world.emulator.configure(pace(600_000));
    await world.start(limit(4), 'one');
    await world.start(limit(4), 'two');

    await render(9);
    await running(4);

    expect(await underway()).toBe(4);
  });

  test('NATS loses its disk: nothing is granted before every gateway has written back what it holds', async () => {
    await world.emulator.configure(pace(600_000));
    await world.start(limit(2), 'one');
    await world.start(limit(2), 'two');
    await render(2);
    await running(2);

    await world.nats.wipe();
    await world.render({ shotKey: 'f'.repeat(64) });
    await vi.waitFor(async () => expect(await states()).toContain('TAKE_STATE_INTENT'), { timeout: 10_000 });
    await vi.waitFor(async () => expect(await underway()).toBe(2), { timeout: 10_000 });

    expect(await world.creates()).toBe(2);
    await world.emulator.advanceClock(600_000);
    await running(3);
    expect((await world.emulator.peaks())['runway']).toBe(2);
  });

  test('D12: a full pool writes nothing, asks nothing of the provider and logs nothing while shots wait', async () => {
    await world.emulator.configure(pace(600_000));
    await world.start(limit(1));
    await render(30);
    await running(1);
    await vi.waitFor(async () => expect(await world.takes()).toHaveLength(30));
    const raw = await connect({ servers: world.nats.url });
    const writes = async (): Promise<number> =>
      (await (await jetstreamManager(raw)).streams.info('KV_shared')).state.last_seq;
    const [written, logged] = [await writes(), world.lines.length];

    const until = Date.now() + 1500;
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(until), { timeout: 5000 });

    expect(await writes()).toBe(written);
    expect(world.lines.length - logged).toBeLessThanOrEqual(2);
    expect(await world.creates()).toBe(1);
    await raw.close();
  });
});

describe('a gateway that dies', () => {
  const takenOver = () => world.lines.filter((line) => line.includes('were taken over'));

  test('in mid-render: exactly one other finishes its takes and has their slots, nothing is sent twice', async () => {
    await world.emulator.configure(pace(600_000));
    const kill = await world.spawn(limit(3), 'far');
    await render(2);
    await running(2);
    await world.start(limit(3), 'one');
    await world.start(limit(3), 'two');

    kill();
    await vi.waitFor(() => expect(takenOver()).toHaveLength(1), { timeout: 10_000 });
    expect(await underway()).toBe(2);
    await world.emulator.advanceClock(600_000);

    await world.outcome(2);
    expect(await states()).toEqual(['TAKE_STATE_SETTLED', 'TAKE_STATE_SETTLED']);
    expect(await world.creates()).toBe(2);
    await vi.waitFor(async () => expect(await underway()).toBe(0));
    expect(takenOver()).toHaveLength(1);
    await expectLedgersEqual(world);
  });

  test('in mid-send: what may have been sent is in doubt, not sent again, and gives its slot back', async () => {
    await world.emulator.script({
      match: { provider: 'runway', operation: 'create' },
      action: { type: 'delay', ms: 15_000 },
    });
    const kill = await world.spawn(limit(1), 'far');
    await world.render();
    await vi.waitFor(async () => expect(await states()).toEqual(['TAKE_STATE_SENDING']), { timeout: 10_000 });
    await running(1);
    await world.start(limit(1), 'one');

    kill();

    await vi.waitFor(async () => expect(await states()).toEqual(['TAKE_STATE_PARKED']), { timeout: 10_000 });
    await world.render({ shotKey: 'b'.repeat(64) });
    await vi.waitFor(
      () => expect(world.outcomes.some(({ outcome }) => outcome?.$case === 'rendered')).toBe(true),
      {
        timeout: 10_000,
      },
    );
    expect(await world.creates()).toBe(2);
  });
});

describe('what the provider lets us have', () => {
  test('takes that it throttles halve the number under way; all are rendered', async () => {
    await world.emulator.configure({
      runway: { queueMs: 0, renderMs: 300, concurrency: 2, dailyQuota: null },
    });
    await world.start(limit(8));

    await render(16);
    await world.outcome(16);

    const limits = (await world.ledger.listProviders({})).providers.find(({ name }) => name === 'runway');
    expect(limits?.limit).toBeLessThan(8);
    expect(await world.creates()).toBe(16);
    await expectLedgersEqual(world);
  });
});
