import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LIMIT, PRICE, openWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

describe('a new script for a film', () => {
  async function finished(...lines: string[]) {
    const { id } = await world.make(lines, { requestId: 'r1' });
    return world.until(id, 'FILM_STATE_COMPLETED');
  }

  test('only the shots that changed are asked for, and what was paid adds up (I7)', async () => {
    await world.start();
    const first = await finished('red', 'blue', 'green');

    const begun = await world.revise(first.id, ['red', 'violet', 'green', 'white']);
    const film = await world.until(first.id, 'FILM_STATE_COMPLETED');

    expect(begun).toMatchObject({ state: 'FILM_STATE_RENDERING', revision: 2, costMicros: 3 * PRICE });
    expect(world.askedFor().slice(3).sort()).toEqual(['violet', 'white']);
    expect(film).toMatchObject({ revision: 2, rendered: 2, cached: 2, costMicros: 5 * PRICE });
    expect(film.cut).not.toEqual(first.cut);
    expect(await world.settled(film.id)).toBe(5 * PRICE);
  });

  test('the old cut is kept until there is a new one', async () => {
    await world.start();
    const first = await finished('red');
    world.onRender = () => 'hold';

    const begun = await world.revise(first.id, ['blue']);
    await world.underway('blue');

    expect(begun.cut).toEqual(first.cut);
    expect((await world.film(first.id)).cut).toEqual(first.cut);
    await world.finish('blue');
    expect((await world.until(first.id, 'FILM_STATE_COMPLETED')).cut).not.toEqual(first.cut);
  });

  test('another line of dialogue asks for no shot, and the cut has new subtitles', async () => {
    await world.start();
    const first = await finished('red: hello');

    await world.revise(first.id, ['red: goodbye']);
    const film = await world.until(first.id, 'FILM_STATE_COMPLETED');

    expect(world.askedFor()).toEqual(['red']);
    expect(film.costMicros).toBe(PRICE);
    expect((await world.timeline(world.composed.at(-1)!)).subtitles).toMatchObject([{ text: 'goodbye' }]);
  });

  test('the same request twice is one revision, one after the other or both at once', async () => {
    await world.start();
    const first = await finished('red');

    await Promise.all([1, 2, 3].map(() => world.revise(first.id, ['blue'], 'r2')));
    await world.until(first.id, 'FILM_STATE_COMPLETED');
    const film = await world.revise(first.id, ['blue'], 'r2');

    expect(film).toMatchObject({ revision: 2, state: 'FILM_STATE_COMPLETED', costMicros: 2 * PRICE });
    expect((await world.kinds(first.id)).filter((kind) => kind === 'film.revised')).toHaveLength(1);
  });

  test('the same request with another script is refused', async () => {
    await world.start();
    const first = await finished('red');
    await world.revise(first.id, ['blue'], 'r2');

    await expect(world.revise(first.id, ['green'], 'r2')).rejects.toMatchObject({
      reason: 'REQUEST_ID_REUSED',
    });
    await world.until(first.id, 'FILM_STATE_COMPLETED');
  });

  test('in the middle of rendering: slots stay taken until the old shots end, which disturb nobody', async () => {
    world.onRender = () => 'hold';
    await world.start({ REELMESH_SCHEDULER__MAX_IN_FLIGHT: '2' });
    const { id } = await world.make(['red', 'blue', 'green']);
    await world.underway('red', 'blue');

    await world.revise(id, ['red', 'violet']);
    await world.finish('blue');
    await world.underway('red', 'violet');
    await world.finish('red');
    await world.finish('violet');
    const film = await world.until(id, 'FILM_STATE_COMPLETED');

    expect(film.shots.map(({ description }) => description)).toEqual(['red', 'violet']);
    expect(world.askedFor()).toEqual(['red', 'blue', 'violet']);
    expect(await world.settled(id)).toBe(3 * PRICE);
  });

  test('leave to render what the new script does not need is given up', async () => {
    world.onRender = () => 'hold';
    await world.start({ REELMESH_SCHEDULER__MAX_IN_FLIGHT: '1' });
    const { id } = await world.make(['red', 'green']);
    await world.underway('red');

    await world.revise(id, ['red']);
    const other = await world.make(['green']);
    await world.finish('red');
    await world.underway('green');
    await world.finish('green', 'render', other.id);

    await world.until(other.id, 'FILM_STATE_COMPLETED');
  });

  test('a failed film gets another chance', async () => {
    world.onRender = () => 'fail';
    await world.start();
    const { id } = await world.make(['red', 'blue']);
    await world.until(id, 'FILM_STATE_FAILED');
    world.onRender = () => 'render';

    await world.revise(id, ['green']);

    expect(await world.until(id, 'FILM_STATE_COMPLETED')).toMatchObject({ reason: '', message: '' });
  });

  test('a cancelled film does not', async () => {
    world.onRender = () => 'hold';
    await world.start();
    const { id } = await world.make(['red']);
    await world.cancel(id);

    await expect(world.revise(id, ['blue'])).rejects.toMatchObject({ reason: 'FILM_CANCELLED' });
  });

  test('what earlier revisions cost counts against the budget', async () => {
    await world.start();
    const { id } = await world.make(['red'], { options: { budgetMicros: LIMIT } });
    const film = await world.until(id, 'FILM_STATE_COMPLETED');

    await expect(world.revise(id, ['blue'])).rejects.toMatchObject({ reason: 'BUDGET_EXCEEDED' });

    expect(await world.film(id)).toEqual(film);
    expect(world.askedFor()).toEqual(['red']);
  });

  test('what earlier revisions still may cost counts against the budget (I4)', async () => {
    world.onRender = () => 'hold';
    await world.start();
    const { id } = await world.make(['red', 'blue'], { options: { budgetMicros: 2 * LIMIT } });
    await world.underway('red', 'blue');

    await expect(world.revise(id, ['green', 'white'])).rejects.toMatchObject({ reason: 'BUDGET_EXCEEDED' });
  });

  test('a script that makes no film leaves the film as it is', async () => {
    await world.start();
    const film = await finished('red');

    await expect(world.revise(film.id, [])).rejects.toMatchObject({ reason: 'SCRIPT_EMPTY' });

    expect(await world.film(film.id)).toEqual(film);
  });
});
