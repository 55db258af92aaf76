import { filmFactId } from '@reelmesh/domain';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LIMIT, PRICE, openWorld, whatOf } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const staged = { strategy: 'staged' };
/** What was asked for, each with the stage. */
const asked = () => world.asked.map((command) => `${whatOf(command)} ${command.strategy}`);

async function drafted(...lines: string[]) {
  const { id } = await world.make(lines, { options: staged, requestId: 'r1' });
  return world.until(id, 'FILM_STATE_COMPLETED');
}

describe('a film whose shots are approved', () => {
  test('has the finals of those rendered, and the drafts of the others from the cache (I7)', async () => {
    await world.start();
    const { id, cut } = await drafted('red', 'blue', 'green');

    const begun = await world.approve(id, [2]);
    const film = await world.until(id, 'FILM_STATE_COMPLETED');

    expect(begun).toMatchObject({ revision: 2, options: { approvedShots: [2] } });
    expect(asked()).toEqual(['red rough', 'blue rough', 'green rough', 'blue fine']);
    expect(film).toMatchObject({ rendered: 1, cached: 2, costMicros: 4 * PRICE });
    expect(film.shots.map(({ approved }) => approved)).toEqual([false, true, false]);
    expect(film.cut).not.toEqual(cut);
  });

  test('adds up approvals, and knows each once, under whatever request it comes', async () => {
    await world.start();
    const { id } = await drafted('red', 'blue', 'green');
    await world.approve(id, [3], 'r2');
    await world.until(id, 'FILM_STATE_COMPLETED');
    await world.approve(id, [1, 3], 'r3');
    await world.until(id, 'FILM_STATE_COMPLETED');

    const again = await Promise.all([world.approve(id, [3], 'r2'), world.approve(id, [1], 'r4')]);

    expect(again).toMatchObject([{ revision: 3 }, { revision: 3 }]);
    expect(again[0].options?.approvedShots).toEqual([1, 3]);
    expect(asked().slice(3)).toEqual(['green fine', 'red fine']);
  });

  test('loses none of the approvals that come at once', async () => {
    await world.start();
    const { id } = await drafted('red', 'blue', 'green');

    await Promise.all([world.approve(id, [1]), world.approve(id, [2]), world.approve(id, [3])]);

    const film = await world.until(id, 'FILM_STATE_COMPLETED');
    expect(film).toMatchObject({ revision: 4, options: { approvedShots: [1, 2, 3] } });
    expect(asked().slice(3).sort()).toEqual(['blue fine', 'green fine', 'red fine']);
  });

  test('all: also the shots of scripts to come', async () => {
    await world.start();
    const { id } = await drafted('red');
    await world.approve(id, 'all');
    await world.until(id, 'FILM_STATE_COMPLETED');

    await world.revise(id, ['red', 'blue']);
    await world.until(id, 'FILM_STATE_COMPLETED');

    expect(asked()).toEqual(['red rough', 'red fine', 'blue fine']);
  });

  test('when it is made: has those finals at once', async () => {
    await world.start();

    const { id } = await world.make(['red', 'blue'], { options: { ...staged, approvedShots: [2] } });
    await world.until(id, 'FILM_STATE_COMPLETED');

    expect(asked()).toEqual(['red rough', 'blue fine']);
  });

  test('whose script changes: approvals stay with the shots that look the same, not with their numbers', async () => {
    await world.start();
    const { id } = await drafted('red', 'blue', 'green');
    await world.approve(id, [1, 2]);
    await world.until(id, 'FILM_STATE_COMPLETED');

    await world.revise(id, ['white', 'violet', 'blue']);
    const film = await world.until(id, 'FILM_STATE_COMPLETED');

    expect(film.options?.approvedShots).toEqual([3]);
    expect(asked().slice(5).sort()).toEqual(['violet rough', 'white rough']);
  });

  test('and whose scheduler died before it planned again: goes on with what was approved', async () => {
    await world.start();
    const { id, sequence } = await drafted('red', 'blue');
    const [created] = await world.log(id);
    const { options, owner: _, ...source } = created?.kind === 'film.created' ? created.body : never();
    const body = { ...source, requestId: 'r2', revision: 2, options: { ...options, approvedShots: [1] } };
    await world.facts.append([
      { ...created!, id: filmFactId(id, sequence + 1), seq: sequence + 1, kind: 'film.revised', body },
    ]);

    await world.approve(id, [2]);
    const film = await world.until(id, 'FILM_STATE_COMPLETED');

    expect(film).toMatchObject({ revision: 3, options: { approvedShots: [1, 2] } });
    expect(asked().slice(2).sort()).toEqual(['blue fine', 'red fine']);
  });
});

describe('an approval is refused', () => {
  test.each([[[3]], [[0]], [[1, 9]]])('for shots %j of two', async (shots) => {
    await world.start();
    const film = await drafted('red', 'blue');

    await expect(world.approve(film.id, shots)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'SHOT_UNKNOWN',
    });
    expect(await world.film(film.id)).toEqual(film);
  });

  test('for a shot that there is not, also when all are approved', async () => {
    await world.start();
    const { id } = await drafted('red');
    await world.approve(id, 'all');

    await expect(world.approve(id, [2])).rejects.toMatchObject({ reason: 'SHOT_UNKNOWN' });
    await world.until(id, 'FILM_STATE_COMPLETED');
  });

  test('under a strategy that has no stages, also when the film is made', async () => {
    await world.start();
    const { id } = await world.make(['red']);
    await world.until(id, 'FILM_STATE_COMPLETED');
    const refusal = { code: 'FAILED_PRECONDITION', reason: 'NO_STAGES' };

    await expect(world.approve(id, [1])).rejects.toMatchObject(refusal);
    await expect(world.make(['red'], { options: { approveAll: true } })).rejects.toMatchObject(refusal);
  });

  test('above the budget, and nothing is rendered', async () => {
    await world.start();
    const { id } = await world.make(['red'], { options: { ...staged, budgetMicros: LIMIT } });
    await world.until(id, 'FILM_STATE_COMPLETED');

    await expect(world.approve(id, 'all')).rejects.toMatchObject({ reason: 'BUDGET_EXCEEDED' });

    expect(asked()).toEqual(['red rough']);
  });

  test('of a cancelled film', async () => {
    world.onRender = () => 'hold';
    await world.start();
    const { id } = await world.make(['red'], { options: staged });
    await world.cancel(id);

    await expect(world.approve(id, [1])).rejects.toMatchObject({ reason: 'FILM_CANCELLED' });
  });

  test('under a request id that approved other shots', async () => {
    await world.start();
    const { id } = await drafted('red', 'blue');
    await world.approve(id, [1], 'r2');

    await expect(world.approve(id, [2], 'r2')).rejects.toMatchObject({ reason: 'REQUEST_ID_REUSED' });
    await world.until(id, 'FILM_STATE_COMPLETED');
  });

  test('for another tenant’s film, which does not exist for it (I10)', async () => {
    await world.start();
    const { id } = await drafted('red');

    await expect(world.approve(id, [1], 'r2', 'acme')).rejects.toMatchObject({ reason: 'FILM_NOT_FOUND' });
  });
});

function never(): never {
  throw new Error('the log does not begin with film.created');
}
