import { reserveId, takeId } from '@reelmesh/domain';
import type { LedgerFact } from '@reelmesh/domain';
import { createLogger, createMetrics } from '@reelmesh/service';
import { temporaryDirectory } from '@reelmesh/testing';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LedgerKeeper } from '../src/ledger-keeper.ts';
import { MoneyWatch } from '../src/money-watch.ts';
import { TakeLog } from '../src/take-log.ts';
import { PRICE, command, openWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const watchful = { REELMESH_GATEWAY__MONEY_WATCH_MS: '50' };
const runway = { provider: 'runway', model: 'gen4.5' };

type Gateway = Awaited<ReturnType<World['start']>>;

/** A series of the gateway's, by name and labels; undefined when there is none. */
async function valueOf(gateway: Gateway, name: string, labels: Readonly<Record<string, string>> = {}) {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const lines = (await gateway.metrics.text()).split('\n');
  const line = lines.find(
    (one) => one.split(/[{ ]/)[0] === name && wanted.every((label) => one.includes(label)),
  );
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

const eventually = (
  gateway: Gateway,
  name: string,
  labels: Readonly<Record<string, string>>,
  value: number,
) => vi.waitFor(async () => expect(await valueOf(gateway, name, labels)).toBe(value), { timeout: 5000 });

describe('what a take cost, in money and time', () => {
  test('is counted by provider and model', async () => {
    const gateway = await world.start();

    await world.render();
    await world.outcome();

    await eventually(gateway, 'reelmesh_cost_usd_total', runway, PRICE / 1_000_000);
    const counts = await Promise.all(
      ['submit', 'render', 'download'].map((phase) =>
        valueOf(gateway, `reelmesh_take_${phase}_seconds_count`, runway),
      ),
    );
    expect(counts).toEqual([1, 1, 1]);
  });

  test('the time in the provider’s queue is told from the time that it renders', async () => {
    await world.emulator.configure({
      runway: { queueMs: 200, renderMs: 300, concurrency: null, dailyQuota: null },
    });
    const gateway = await world.start();

    await world.render();
    await world.outcome();

    expect(await valueOf(gateway, 'reelmesh_take_queue_seconds_count', runway)).toBe(1);
    expect(await valueOf(gateway, 'reelmesh_take_queue_seconds_sum', runway)).toBeGreaterThan(0);
  });
});

describe('fallbacks', () => {
  test('are counted by the class of the failure, or by what stood in the way', async () => {
    await world.emulator.script({
      match: { provider: 'runway', operation: 'create' },
      action: { type: 'fail', failureCode: 'INTERNAL.BAD_OUTPUT.CODE01' },
    });
    const gateway = await world.start();
    await world.render({ strategy: 'final-or-draft' });
    await world.outcome(1);
    await world.ledger.switchProvider({ provider: 'runway', enabled: false, reason: 'test', by: 'me' });
    await world.render({ strategy: 'final-or-draft', shotKey: 'b'.repeat(64) });
    await world.outcome(2);

    const counts = await Promise.all(
      ['bad_output', 'switched_off'].map((reason) =>
        valueOf(gateway, 'reelmesh_fallbacks_total', { provider: 'self-hosted', reason }),
      ),
    );

    expect(counts).toEqual([1, 1]);
  });
});

describe('money at risk', () => {
  test('shows what is in doubt, how many takes and for how long, until the doubt has ended', async () => {
    await world.emulator.script({
      match: { provider: 'runway', operation: 'create' },
      action: { type: 'reset_after_accepting' },
    });
    const gateway = await world.start(watchful);
    await world.render();
    await world.outcome();

    const inDoubt = { provider: 'runway', state: 'in_doubt' };
    await eventually(gateway, 'reelmesh_money_at_risk_usd', inDoubt, PRICE / 1_000_000);
    await eventually(gateway, 'reelmesh_takes_unknown', { provider: 'runway' }, 1);
    await vi.waitFor(async () =>
      expect(
        await valueOf(gateway, 'reelmesh_takes_unknown_oldest_seconds', { provider: 'runway' }),
      ).toBeGreaterThan(0),
    );
    await world.gateway.resolveTake({
      ...{ tenant: 'local', takeId: takeId('film1', command().shotKey, 1) },
      ...{ resolution: 'RESOLUTION_WRITE_OFF', taskId: '' },
    });

    await eventually(gateway, 'reelmesh_money_at_risk_usd', inDoubt, 0);
    await eventually(gateway, 'reelmesh_takes_unknown', { provider: 'runway' }, 0);
    await eventually(gateway, 'reelmesh_takes_unknown_oldest_seconds', { provider: 'runway' }, 0);
  });

  test('shows what takes under way have set aside', async () => {
    await world.emulator.configure({
      runway: { queueMs: 0, renderMs: 60_000, concurrency: null, dailyQuota: null },
    });
    const gateway = await world.start(watchful);

    await world.render();

    const reserved = { provider: 'runway', state: 'reserved' };
    await eventually(gateway, 'reelmesh_money_at_risk_usd', reserved, PRICE / 1_000_000);
  });
});

test('of the budgets of a kind the fullest is shown', async () => {
  await using directory = await temporaryDirectory();
  const rows = `[{ tenant: '*', per: day, usd: 0.72 }, { platform: true, per: month, usd: 36, limit: soft }]`;
  await writeFile(join(directory.path, 'budgets.yaml'), `budgets: ${rows}`);
  const gateway = await world.start({ ...watchful, REELMESH_GATEWAY__CONFIG_DIR: directory.path });

  await world.render();
  await world.outcome();

  await eventually(gateway, 'reelmesh_budget_used_ratio', { scope: 'tenant_day', limit: 'hard' }, 0.5);
  await eventually(gateway, 'reelmesh_budget_used_ratio', { scope: 'platform_month', limit: 'soft' }, 0.01);
});

describe('an hour that costs remarkably more than the day before', () => {
  /** A charge of an hour ago, as another gateway booked it. */
  function charge(number: number, hoursAgo: number, usdMicros: number): LedgerFact[] {
    const about = {
      ...{ filmId: 'film9', shotId: 's', takeId: `t${number}`, provider: 'runway', model: 'gen4.5' },
      ...{ amountMicros: usdMicros, currency: 'USD', usdMicros, listMicros: usdMicros, seconds: 1 },
    };
    const where = {
      stream: 'ledger/film9',
      seq: 0,
      tenant: 'local',
      atMs: Date.now() - hoursAgo * 3_600_000,
      epoch: 0,
    };
    return [
      {
        ...where,
        id: reserveId(number),
        kind: 'ledger.reserve',
        body: { ...about, entry: 'LEDGER_KIND_RESERVE' },
      },
      {
        ...where,
        id: `ledger/film9/t${number}/settle`,
        kind: 'ledger.settle',
        body: { ...about, entry: 'LEDGER_KIND_SETTLE' },
      },
    ];
  }
  const alerts = () => world.lines.filter((line) => line.includes('money goes out fast'));
  const usualDay = () =>
    Array.from({ length: 24 }, (_, hour) => charge(hour + 1, hour + 1.5, 1_000_000)).flat();

  test('is an error in the log, and shown', async () => {
    await world.write(...usualDay(), ...charge(25, 0.5, 20_000_000));

    const gateway = await world.start(watchful);

    await eventually(gateway, 'reelmesh_spend_alert', {}, 1);
    expect(await valueOf(gateway, 'reelmesh_spend_last_hour_usd')).toBe(20);
    expect(alerts()[0]).toContain('$20.00 in the last hour, $1.00 in a usual one');
  });

  test('is said once an hour', async () => {
    await world.write(...usualDay(), ...charge(25, 0.5, 20_000_000), ...charge(26, -0.8, 20_000_000));
    const log = createLogger({
      service: 'test',
      level: 'debug',
      destination: { write: (line) => world.lines.push(line) },
    });
    let now = Date.now();
    const { facts } = world;
    const clock = { now: () => now };
    const watch = new MoneyWatch({
      ...{ log, clock, metrics: createMetrics(), facts, takeLog: new TakeLog(facts, clock), budgets: [] },
      ledger: new LedgerKeeper({ facts, clock, log, budgets: [] }),
      ...{ spendAlert: { factor: 3, floorMicros: 0 }, providers: ['runway'] },
    });

    await watch.look();
    now += 1_800_000;
    await watch.look();
    expect(alerts()).toHaveLength(1);
    now += 1_800_000;
    await watch.look();

    expect(alerts()).toHaveLength(2);
  });

  test('is none below the floor', async () => {
    await world.write(...charge(1, 0.5, 9_000_000));

    const gateway = await world.start(watchful);

    await eventually(gateway, 'reelmesh_spend_last_hour_usd', {}, 9);
    expect(await valueOf(gateway, 'reelmesh_spend_alert')).toBe(0);
    expect(alerts()).toEqual([]);
  });
});
