import { sumMicros } from '@reelmesh/domain';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { expectLedgersEqual, openWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
  await world.emulator.configure({ runway: { renderMs: 600_000 } });
});
afterEach(() => world.close());

const film = { tenant: 'local', filmId: 'film1' };
const stateOf = async (index = 0) => (await world.takes())[index]?.state;
const deletes = async (): Promise<number> =>
  (await world.emulator.calls()).filter(({ operation }) => operation === 'delete').length;

describe('D9: cancel during submit, and cascade', () => {
  test('D9: a film cancelled while its take is being sent: the take is cancelled as soon as it is accepted, charges are booked', async () => {
    await world.emulator.script({
      match: { provider: 'runway', operation: 'create' },
      action: { type: 'delay', ms: 700 },
    });
    await world.start();
    await world.render();
    await vi.waitFor(async () => expect(await world.emulator.tasks()).toHaveLength(1));

    await world.gateway.cancelTakes(film);

    expect(await stateOf()).toBe('TAKE_STATE_SENDING');
    expect(await world.outcome()).toMatchObject({
      $case: 'failed',
      value: { failure: 'FAILURE_CLASS_CANCELLED' },
    });
    expect(await stateOf()).toBe('TAKE_STATE_CANCELLED');
    expect([await world.creates(), await deletes()]).toEqual([1, 1]);
    await expectLedgersEqual(world);
  });

  test('D9: whichever of two gateways hears of a cancel, the one that watches the takes cancels them', async () => {
    const env = { REELMESH_GATEWAY__RUNWAY_CONCURRENCY: '8' };
    await world.start(env, 'one');
    await world.start(env, 'two');
    const films = [...'abcdefgh'].map((letter) => `film-${letter}`);
    await Promise.all(films.map((filmId) => world.render({ filmId })));
    await vi.waitFor(async () => expect(await world.emulator.tasks()).toHaveLength(films.length));

    await Promise.all(films.map((filmId) => world.gateway.cancelTakes({ tenant: 'local', filmId })));

    await world.outcome(films.length);
    expect([await world.creates(), await deletes()]).toEqual([films.length, films.length]);
    expect((await world.emulator.ledger()).totals.netMicros).toBe(
      sumMicros(await Promise.all(films.map((filmId) => world.settled(filmId)))),
    );
  });

  test('D9: a cancel that the provider does not answer is told again, while polls say that the task runs', async () => {
    await world.emulator.script({
      match: { provider: 'runway', operation: 'delete' },
      action: { type: 'reset_before_accepting' },
    });
    await world.start();
    await world.render();
    await vi.waitFor(async () => expect(await stateOf()).toBe('TAKE_STATE_ACCEPTED'));

    await world.gateway.cancelTakes(film);

    await world.outcome();
    expect(await stateOf()).toBe('TAKE_STATE_CANCELLED');
    expect(await deletes()).toBe(2);
    await expectLedgersEqual(world);
  });

  test('D9: a cancel that comes when the task has just ended deletes nothing: the clip is paid for and kept', async () => {
    await world.start({ REELMESH_GATEWAY__POLL_PERCENT: '1000' });
    await world.render();
    await vi.waitFor(async () => expect(await stateOf()).toBe('TAKE_STATE_ACCEPTED'));
    await world.emulator.advanceClock(600_000);

    await world.gateway.cancelTakes(film);

    expect((await world.outcome()).$case).toBe('rendered');
    expect(await deletes()).toBe(0);
    await expectLedgersEqual(world);
  });
});
