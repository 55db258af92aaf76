import type { FaultRule } from '@reelmesh/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const account = { queueMs: 0, renderMs: 0, concurrency: null, dailyQuota: null };
const watching = { REELMESH_GATEWAY__ACCOUNT_CHECK_MS: '50' };
const looks = async () =>
  (await world.emulator.calls()).filter(({ operation }) => operation === 'organization').length;

test('an account that is empty from the start is asked for nothing, and for everything once it is filled', async () => {
  await world.emulator.configure({ runway: { ...account, credits: 0 } });
  await world.start(watching);
  await vi.waitFor(async () => expect(await looks()).toBeGreaterThan(1));

  await world.render();

  expect(await world.outcome()).toMatchObject({
    $case: 'failed',
    value: { failure: 'FAILURE_CLASS_NO_FUNDS', costMicros: 0 },
  });
  expect(await world.creates()).toBe(0);

  await world.emulator.configure({ runway: { ...account, credits: 1000 } });
  const before = await looks();
  await vi.waitFor(async () => expect(await looks()).toBeGreaterThan(before + 1));
  await world.render({ shotKey: 'b'.repeat(64) });

  expect((await world.outcome(2)).$case).toBe('rendered');
});

describe('a take whose create was lost at Runway', () => {
  const lost: FaultRule = {
    match: { provider: 'runway', operation: 'create', nth: 3 },
    action: { type: 'reset_after_accepting' },
  };

  test('is parked with what the organization counts and what of it is ours', async () => {
    await world.emulator.script(lost);
    await world.start();
    await world.render({ shotKey: 'b'.repeat(64) });
    await world.outcome(1);
    await world.render({ shotKey: 'c'.repeat(64) });
    await world.outcome(2);

    await world.render();

    expect(await world.outcome(3)).toMatchObject({ $case: 'failed', value: { inDoubt: true } });
    const { takes } = await world.gateway.listTakes({ tenant: 'local', filmId: '', unknownOnly: true });
    const today = new Date().toISOString().slice(0, 10);
    expect(takes.map(({ state, message }) => [state, message])).toEqual([
      [
        'TAKE_STATE_PARKED',
        expect.stringContaining(
          `; runway counts 3 generations of gen4.5 in the last 24 h, 2 of them ours, and has charged $1.08 for it since ${today}`,
        ) as string,
      ],
    ]);
    expect(await world.creates()).toBe(3);
  });

  test('is parked without a word of it when the organization does not answer', async () => {
    await world.emulator.script(
      { ...lost, match: { provider: 'runway', operation: 'create' } },
      {
        match: { provider: 'runway', operation: 'organization' },
        action: { type: 'html', status: 502 },
        times: null,
      },
    );
    await world.start();

    await world.render();

    expect(await world.outcome()).toMatchObject({ $case: 'failed', value: { inDoubt: true } });
    expect(await world.takes()).toMatchObject([{ state: 'TAKE_STATE_PARKED' }]);
    expect((await world.takes())[0]?.message).not.toContain('counts');
  });
});
