import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PRICE, openWorld, whatOf } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

/** Sweeps often. */
const quick = { REELMESH_SCHEDULER__REDRIVE_MS: '300' };

describe('one shot fails', () => {
  test('the others are finished and kept, then the film fails and names it', async () => {
    world.onRender = (command) => (whatOf(command) === 'blue' ? 'fail' : 'hold');
    await world.start();
    const { id } = await world.make(['red', 'blue', 'green']);
    await world.underway('red', 'green');
    await world.eventually(async () => expect(await world.kinds(id)).toContain('film.shot'));
    expect(await world.film(id)).toMatchObject({ state: 'FILM_STATE_RENDERING' });

    await world.finish('red');
    await world.finish('green');
    const film = await world.until(id, 'FILM_STATE_FAILED');

    expect(film.reason).toBe('SHOTS_FAILED');
    expect(film.message).toMatch(/^1 shot of 3 could not be rendered \(.*2\): blue went wrong$/);
    expect(film).toMatchObject({ costMicros: 2 * PRICE, rendered: 2 });
    expect(world.composed).toEqual([]);
  });

  test('the leave to render it is given up, so that the next film may try', async () => {
    world.onRender = () => 'fail';
    await world.start();
    const first = await world.make(['red']);
    await world.until(first.id, 'FILM_STATE_FAILED');
    await world.eventually(() => expect(world.cache.leads()).toEqual([]));
    world.onRender = () => 'render';

    const second = await world.make(['red']);

    await world.until(second.id, 'FILM_STATE_COMPLETED');
  });

  test('a cache that is down just then delays that, and loses nothing', async () => {
    world.onRender = () => 'hold';
    await world.start();
    const { id } = await world.make(['red']);
    await world.underway('red');

    world.cache.down = true;
    await world.finish('red', 'fail');
    await world.eventually(async () => expect(await world.kinds(id)).toContain('film.shot'));
    world.cache.down = false;

    await world.until(id, 'FILM_STATE_FAILED');
    expect(world.cache.leads()).toEqual([]);
  });
});

test('a doubt that was resolved while the film was down is looked at anew, though the film had not come to rest', async () => {
  world.onRender = (command) => (whatOf(command) === 'red' ? 'doubt' : 'hold');
  const first = await world.start({ REELMESH_SCHEDULER__RESUME: 'requested' });
  const { id } = await world.make(['red', 'blue'], { requestId: 'again' });
  await world.eventually(async () => expect(await world.kinds(id)).toContain('film.shot'));
  await first.stop();
  world.onRender = () => 'render';

  await world.start({ REELMESH_SCHEDULER__RESUME: 'requested' });
  await world.make(['red', 'blue'], { requestId: 'again' });

  await world.until(id, 'FILM_STATE_COMPLETED');
  expect(await world.kinds(id)).not.toContain('film.in_doubt');
});

describe('a charge is in doubt (I3)', () => {
  beforeEach(async () => {
    world.onRender = (command) => (whatOf(command) === 'red' ? 'doubt' : 'render');
    await world.start();
  });

  async function filmInDoubt(...lines: string[]) {
    const film = await world.make(lines, { requestId: 'r1' });
    return world.until(film.id, 'FILM_STATE_IN_DOUBT');
  }

  test('the film says so and names the take', async () => {
    const film = await filmInDoubt('red', 'blue');

    expect(film.reason).toBe('TAKE_IN_DOUBT');
    expect(film.message).toContain(`1 take: ${film.id}-red`);
    expect(film.shots.map(({ state }) => state)).toEqual(['SHOT_STATE_IN_DOUBT', 'SHOT_STATE_RENDERED']);
    expect(world.composed).toEqual([]);
  });

  test('asked for again after it was resolved, it goes on where it stood', async () => {
    const { id } = await filmInDoubt('red', 'blue');
    world.onRender = () => 'render';

    await world.make(['red', 'blue'], { requestId: 'r1' });
    const film = await world.until(id, 'FILM_STATE_COMPLETED');

    expect(film).toMatchObject({ costMicros: 2 * PRICE, reason: '', message: '' });
    expect(world.askedFor()).toHaveLength(3);
  });

  test('asked for again while the doubt stands, it says so again', async () => {
    const { id } = await filmInDoubt('red');

    await world.make(['red'], { requestId: 'r1' });

    await world.eventually(async () =>
      expect((await world.kinds(id)).filter((kind) => kind === 'film.in_doubt')).toHaveLength(2),
    );
    await world.until(id, 'FILM_STATE_IN_DOUBT');
  });

  test('when the clip turns up late, it goes on by itself', async () => {
    const { id } = await filmInDoubt('red', 'blue');
    const command = world.asked.find((one) => whatOf(one) === 'red')!;

    await world.tell(await world.outcomeOf(command, 'render'));

    expect(await world.until(id, 'FILM_STATE_COMPLETED')).toMatchObject({ costMicros: 2 * PRICE });
    expect(world.askedFor()).toHaveLength(2);
  });

  test('when one of two doubts ends, the other is named, and nothing is asked for again', async () => {
    world.onRender = () => 'doubt';
    const { id } = await filmInDoubt('red', 'blue');
    const command = world.asked.find((one) => whatOf(one) === 'red')!;

    await world.tell(await world.outcomeOf(command, 'render'));
    await world.eventually(async () =>
      expect((await world.film(id)).message).toMatch(/ for 1 take: .*-blue of shot 2$/),
    );

    expect(await world.film(id)).toMatchObject({ state: 'FILM_STATE_IN_DOUBT', costMicros: PRICE });
    expect(world.asked).toHaveLength(2);
  });

  test('when an operator says that it was never charged, the shot is asked for again', async () => {
    const { id } = await filmInDoubt('red', 'blue');
    const command = world.asked.find((one) => whatOf(one) === 'red')!;
    world.onRender = () => 'render';

    await world.tell(await world.outcomeOf(command, 'abandon'));

    await world.until(id, 'FILM_STATE_COMPLETED');
    expect(world.askedFor().filter((what) => what === 'red')).toHaveLength(2);
  });

  test('news that says nothing new leaves it as it is', async () => {
    const { id } = await filmInDoubt('red', 'blue');
    const before = await world.kinds(id);
    const [red, blue] = ['red', 'blue'].map((what) => world.asked.find((one) => whatOf(one) === what)!);

    await world.tell(await world.outcomeOf(red!, 'doubt'));
    await world.tell(await world.outcomeOf(blue!, 'render'));
    await world.tell({ ...(await world.outcomeOf(blue!, 'abandon')), shotKey: 'f'.repeat(64) });
    await world.until((await world.make(['green'])).id, 'FILM_STATE_COMPLETED');

    // Who looks after it may change; the film does not.
    expect((await world.kinds(id)).filter((kind) => kind !== 'film.adopted')).toEqual(before);
    expect((await world.film(id)).state).toBe('FILM_STATE_IN_DOUBT');
    expect(world.askedFor(id)).toHaveLength(2);
  });

  test('it can be cancelled', async () => {
    const { id } = await filmInDoubt('red', 'blue');

    expect(await world.cancel(id)).toMatchObject({ state: 'FILM_STATE_CANCELLED' });
    expect(world.cancels).toEqual([id]);
  });
});

describe('a film is cancelled', () => {
  beforeEach(() => {
    world.onRender = () => 'hold';
  });

  test('its takes are cancelled and its leave to render is given up', async () => {
    await world.start({ REELMESH_SCHEDULER__MAX_IN_FLIGHT: '2' });
    const { id } = await world.make(['red', 'blue', 'green']);
    await world.underway('red', 'blue');

    const film = await world.cancel(id);

    expect(film).toMatchObject({ state: 'FILM_STATE_CANCELLED', reason: 'CANCELLED' });
    expect(world.cancels).toEqual([id]);
    expect(world.cache.leads()).toEqual([]);
  });

  test('what ends late is paid for and ignored', async () => {
    await world.start({ ...quick, REELMESH_SCHEDULER__MAX_IN_FLIGHT: '2' });
    const { id } = await world.make(['red', 'blue', 'green']);
    await world.underway('red', 'blue');
    await world.cancel(id);

    await world.finish('red', 'cancelled');
    await world.finish('blue', 'render');

    await world.eventually(async () => expect(await world.settled(id)).toBe(PRICE));
    expect((await world.kinds(id)).at(-1)).toBe('film.cancelled');
    expect(world.askedFor()).not.toContain('green');
  });

  test('no shot of it is sent while it is being cancelled, though a slot becomes free', async () => {
    await world.start({ ...quick, REELMESH_SCHEDULER__MAX_IN_FLIGHT: '1' });
    const other = await world.make(['other']);
    await world.underway('other');
    const { id } = await world.make(['red', 'blue']);
    const cancelling = Promise.withResolvers<void>();
    world.onCancel = () => cancelling.promise;

    const cancelled = world.cancel(id);
    await world.eventually(() => expect(world.cancels).toEqual([id]));
    await world.finish('other');
    await world.until(other.id, 'FILM_STATE_COMPLETED');
    cancelling.resolve();
    await cancelled;

    expect(world.askedFor(id)).toEqual([]);
  });

  test('a clip that was paid for all the same serves the next film', async () => {
    await world.start();
    const { id } = await world.make(['red']);
    await world.underway('red');
    await world.cancel(id);
    await world.finish('red', 'render');

    const next = await world.make(['red']);

    expect(await world.until(next.id, 'FILM_STATE_COMPLETED')).toMatchObject({ cached: 1, costMicros: 0 });
  });

  test('again changes nothing, and a finished film stays finished', async () => {
    world.onRender = () => 'render';
    await world.start();
    const done = await world.make(['red']);
    const completed = await world.until(done.id, 'FILM_STATE_COMPLETED');
    world.onRender = () => 'hold';
    const { id } = await world.make(['blue']);
    await world.underway('blue');

    const cancelled = await world.cancel(id);

    expect(await world.cancel(id)).toEqual(cancelled);
    expect(await world.cancel(done.id)).toEqual(completed);
    expect(world.cancels).toEqual([id]);
  });

  test('while it is composed: the cut that comes late is ignored', async () => {
    world.onRender = () => 'render';
    world.onCompose = () => 'hold';
    await world.start(quick);
    const { id } = await world.make(['red']);
    await world.eventually(() => expect(world.composed).toHaveLength(1));

    await world.cancel(id);
    await world.finishCut(world.composed[0]!, 'make');
    world.onCompose = () => 'make';
    await world.until((await world.make(['blue'])).id, 'FILM_STATE_COMPLETED');

    expect(await world.film(id)).toMatchObject({ state: 'FILM_STATE_CANCELLED', cut: undefined });
  });
});
