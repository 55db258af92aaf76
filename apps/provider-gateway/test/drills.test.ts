import { ledgerStream } from '@reelmesh/domain';
import type { FaultAction } from '@reelmesh/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PRICE, command, expectLedgersEqual, openWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const script = (operation: 'create' | 'get', action: FaultAction, times = 1) =>
  world.emulator.script({ match: { provider: 'runway', operation }, action, times });
const count = async (operation: string): Promise<number> =>
  (await world.emulator.calls()).filter((call) => call.operation === operation).length;

describe('D2: the client leaves, the provider finishes', () => {
  test('D2: the provider finishes 86 s after we left at 60 s: one POST, the charge shows as UNKNOWN until it is attached', async () => {
    // A hundredth of the real pace.
    await script('create', { type: 'delay', ms: 860, accept: 'last' });
    await world.start({ REELMESH_GATEWAY__SUBMIT_TIMEOUT_MS: '600' });
    await world.render();
    expect(await world.outcome()).toMatchObject({ $case: 'failed', value: { inDoubt: true } });
    await vi.waitFor(async () => expect(await world.emulator.tasks()).toHaveLength(1), { timeout: 5000 });
    const { totals } = await world.emulator.ledger();
    const { takes } = await world.gateway.listTakes({ tenant: 'local', filmId: '', unknownOnly: true });

    expect(totals.netMicros - (await world.settled())).toBe(PRICE);
    expect(takes).toMatchObject([{ state: 'TAKE_STATE_PARKED', quoteMicros: PRICE }]);

    const [task] = await world.emulator.tasks();
    const resolution = { resolution: 'RESOLUTION_ATTACH', taskId: task!.id } as const;
    await world.gateway.resolveTake({ tenant: 'local', takeId: takes[0]!.id, ...resolution });

    expect((await world.outcome(2)).$case).toBe('rendered');
    expect(await world.creates()).toBe(1);
    await expectLedgersEqual(world);
  });
});

describe('D3: the words of success', () => {
  test.each(['SUCCEEDED', 'succeeded', ' Succeeded '])('D3: "%s" is a success', async (status) => {
    await script('get', { type: 'unknown_status', status });
    await world.start();

    await world.render();

    expect((await world.outcome()).$case).toBe('rendered');
    expect(await count('get')).toBe(1);
    await expectLedgersEqual(world);
  });

  test('D3: success without a file is read once more, then it is a bad output, paid and never "still running"', async () => {
    await script('create', { type: 'succeed_without_output' });
    await world.start();

    await world.render();

    expect(await world.outcome()).toMatchObject({
      $case: 'failed',
      value: { failure: 'FAILURE_CLASS_BAD_OUTPUT', costMicros: PRICE },
    });
    expect([await world.creates(), await count('get')]).toEqual([1, 2]);
    await expectLedgersEqual(world);
  });

  test('D3: an unknown word means "still running", and is shown as it is', async () => {
    await script('get', { type: 'unknown_status', status: 'POLISHING' }, 3);
    await world.start();

    await world.render();

    expect((await world.outcome()).$case).toBe('rendered');
    expect([await world.creates(), await count('get')]).toEqual([1, 4]);
    expect(world.waits).toContain('provider: POLISHING');
    await expectLedgersEqual(world);
  });
});

describe('D11: an empty account', () => {
  test('D11: a balance error leaves the breaker closed: with new funds the next shot renders at once', async () => {
    const account = { queueMs: 0, renderMs: 0, concurrency: null, dailyQuota: null };
    await world.emulator.configure({ runway: { ...account, credits: 0 } });
    await world.start({
      REELMESH_GATEWAY__HOLD_CHECK_MS: '50',
      REELMESH_GATEWAY__BREAKER_RESET_MS: '600000',
    });
    await Promise.all([...'abcdefgh'].map((letter) => world.render({ shotKey: letter.repeat(64) })));
    await world.outcome(8);
    const failures = world.outcomes.map(
      ({ outcome }) => outcome?.$case === 'failed' && outcome.value.failure,
    );
    expect(failures).toEqual(failures.map(() => 'FAILURE_CLASS_NO_FUNDS'));

    await world.emulator.configure({ runway: { ...account, credits: 1000 } });
    await vi.waitFor(() => expect(world.lines.join('')).toContain('hold is over'), { timeout: 5000 });
    await world.render({ shotKey: '9'.repeat(64) });

    expect((await world.outcome(9)).$case).toBe('rendered');
    expect(world.lines.join('')).not.toContain('breaker opened');
    await expectLedgersEqual(world);
  });
});

describe('D16: asking', () => {
  test('D16: a hundred looks at a take cost what one does', async () => {
    await world.emulator.configure({ runway: { renderMs: 60_000 } });
    await world.start();
    await world.render();
    await vi.waitFor(async () => expect((await world.takes())[0]?.state).toBe('TAKE_STATE_ACCEPTED'));
    const [take] = await world.takes();
    const before = await world.emulator.ledger();

    while ((await count('get')) < 100) {
      world.bus.hint('take', take!.id);
      await world.gateway.listTakes({ tenant: 'local', filmId: 'film1', unknownOnly: false });
    }

    expect(await world.emulator.ledger()).toEqual(before);
    await world.emulator.advanceClock(60_000);
    expect(await world.outcome()).toMatchObject({ $case: 'rendered', value: { costMicros: PRICE } });
    const entries = await world.facts.read(ledgerStream(command().filmId));
    expect(entries.filter(({ kind }) => kind === 'ledger.settle')).toHaveLength(1);
    expect(await world.creates()).toBe(1);
    await expectLedgersEqual(world);
  });
});
