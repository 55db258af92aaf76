import { EMULATOR_BEARER, EMULATOR_FAL_KEY } from '@reelmesh/testing';
import type { EmulatorOperation, FaultRule } from '@reelmesh/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { expectLedgersEqual, openWorld } from './world.ts';
import type { World } from './world.ts';

// Several gateways at once, some of them processes: room for a busy machine.
vi.setConfig({ testTimeout: 60_000 });

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const patient = { timeout: 15_000, interval: 20 };
const shot = (letter: string, strategy = 'final') => world.render({ shotKey: letter.repeat(64), strategy });
const callsOf = async (operation: EmulatorOperation) =>
  (await world.emulator.calls()).filter((call) => call.operation === operation);
const obstacleOf = async (provider: string): Promise<string | undefined> =>
  (await world.ledger.listProviders({})).providers.find(({ name }) => name === provider)?.models[0]?.obstacle;
const broke = (credits: number) => ({
  runway: { queueMs: 0, renderMs: 0, concurrency: null, dailyQuota: null, credits },
});

describe('a hold is one for all gateways', () => {
  test('the others send nothing after the first refusal, nor does a gateway that starts later', async () => {
    await world.emulator.configure(broke(0));
    const first = await world.start({}, 'one');
    await world.start({}, 'two');
    await shot('a');
    await world.outcome(1);

    await Promise.all([...'bcde'].map((letter) => shot(letter)));
    await world.outcome(5);
    await first.stop();
    await world.start({}, 'three');
    await Promise.all([...'fghi'].map((letter) => shot(letter)));

    await world.outcome(9);
    expect(await world.creates()).toBe(1);
    const failures = world.outcomes.map(({ outcome }) =>
      outcome?.$case === 'failed' ? outcome.value.failure : outcome?.$case,
    );
    expect(failures).toEqual(failures.map(() => 'FAILURE_CLASS_NO_FUNDS'));
  });

  test('one gateway looks for all whether it is over, and ends it for all', async () => {
    await world.emulator.configure(broke(0));
    const env = { REELMESH_GATEWAY__HOLD_CHECK_MS: '200' };
    await Promise.all(['one', 'two', 'three'].map((name) => world.start(env, name)));
    await shot('a');
    await world.outcome(1);
    const looks = async () => (await callsOf('organization')).map(({ at }) => at);
    await vi.waitFor(async () => expect((await looks()).length).toBeGreaterThanOrEqual(2), patient);

    await world.emulator.configure(broke(100_000));
    await vi.waitFor(async () => expect(await obstacleOf('runway')).toBe(''), patient);
    await Promise.all([...'bcdefg'].map((letter) => shot(letter)));
    await world.outcome(7);

    expect(world.outcomes.slice(1).map(({ outcome }) => outcome?.$case)).toEqual(Array(6).fill('rendered'));
    // 400 ms, 800 ms and so on apart, whoever looks: three who each look would be close together.
    const at = await looks();
    expect(Math.min(...at.slice(1).map((time, n) => time - at[n]!))).toBeGreaterThanOrEqual(350);
    await expectLedgersEqual(world);
  });

  test('a gateway that starts looks at once: a key or an account that was mended is used', async () => {
    await world.emulator.configure(broke(0));
    await world.start({}, 'one');
    await shot('a');
    await world.outcome(1);
    await world.emulator.configure(broke(100_000));

    await world.restart();
    await shot('b');

    expect(await world.outcome(2)).toMatchObject({ $case: 'rendered' });
  });
});

describe('a breaker that trips', () => {
  test('trips those of the other gateways, also of one that starts later', async () => {
    const env = { RUNWAYML_BASE_URL: 'http://127.0.0.1:9', REELMESH_GATEWAY__BREAKER_RESET_MS: '60000' };
    const one = await world.start(env, 'one');
    await Promise.all([...'abcdef'].map((letter) => shot(letter, 'final-or-draft')));
    await world.outcome(6);
    await one.stop();

    await world.start(env, 'two');
    await shot('g', 'final-or-draft');

    expect(await world.outcome(7)).toMatchObject({
      $case: 'rendered',
      value: { provider: 'self-hosted', takes: 1, fallbackReason: 'runway/gen4.5: breaker_open' },
    });
  });
});

describe('Retry-After', () => {
  const zhipu = { ZHIPU_API_KEY: EMULATOR_BEARER };
  const busy = (operation: EmulatorOperation, headers: Record<string, string>): FaultRule => ({
    match: { provider: 'zhipu', operation },
    action: {
      type: 'respond',
      status: 429,
      headers,
      body: { error: { code: '1302', message: 'slow down' } },
    },
  });
  const gapAfterFirst = async (operation: EmulatorOperation): Promise<number> => {
    const [first, second] = await callsOf(operation);
    return second!.at - first!.at;
  };

  test('pauses the credential on all gateways, and the refused shot, for as long as it says', async () => {
    await world.emulator.script(busy('create', { 'retry-after-ms': '2500', 'retry-after': '1' }));
    await world.start(zhipu, 'one');
    await world.start(zhipu, 'two');
    await shot('a', 'cheapest');
    await vi.waitFor(
      async () => expect((await world.takes())[0]?.state).toBe('TAKE_STATE_REJECTED'),
      patient,
    );

    await Promise.all([...'bcde'].map((letter) => shot(letter, 'cheapest')));
    await world.outcome(5);

    expect(await gapAfterFirst('create')).toBeGreaterThanOrEqual(2400);
    expect((await world.takes()).filter(({ retryAfterMs }) => retryAfterMs === 2500)).toHaveLength(1);
    expect(await world.creates()).toBe(6);
    expect(await world.emulator.tasks()).toHaveLength(5);
  });

  test('above a minute is a hold: another model steps in where the strategy says so, and nobody asks again', async () => {
    await world.emulator.script(busy('create', { 'retry-after': '3600' }));
    await world.start({ ...zhipu, FAL_KEY: EMULATOR_FAL_KEY });

    await shot('a', 'cheapest');
    await world.outcome(1);
    await shot('b', 'cheapest');

    expect(await world.outcome(2)).toMatchObject({
      $case: 'rendered',
      value: { provider: 'fal', takes: 1, fallbackReason: 'zhipu/cogvideox-3: hold_rate_limit' },
    });
    expect(await world.outcome(1)).toMatchObject({ $case: 'rendered', value: { provider: 'fal', takes: 2 } });
    expect(await world.creates()).toBe(3);
  });

  test('of a poll slows the polls of that provider down and is no verdict', async () => {
    await world.emulator.configure({ zhipu: { queueMs: 0, renderMs: 300 } });
    await world.emulator.script(busy('get', { 'x-ms-retry-after-ms': '1500' }));
    await world.start(zhipu);

    await Promise.all([...'abcd'].map((letter) => shot(letter, 'cheapest')));
    await world.outcome(4);

    const polls = (await callsOf('get')).map(({ at }) => at);
    const refusedAt = polls[0]!;
    // What was on its way already when the refusal came is answered all the same.
    expect(polls.filter((at) => at > refusedAt + 500 && at < refusedAt + 1400)).toEqual([]);
    expect(await world.creates()).toBe(4);
    expect(world.lines.filter((line) => line.includes('could not be looked after'))).toHaveLength(1);
  });
});
