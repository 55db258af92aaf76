import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LIMIT, PRICE, openWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

describe('the life of a film', () => {
  test('a script becomes a cut: each shot asked for once, joined in order, paid and settled', async () => {
    await world.start();

    const begun = await world.make(['red: hello', 'blue', 'green']);
    const film = await world.until(begun.id, 'FILM_STATE_COMPLETED');

    expect(begun).toMatchObject({ state: 'FILM_STATE_RENDERING', title: 'Tiny', quoteMicros: 3 * PRICE });
    expect(film).toMatchObject({ rendered: 3, cached: 0, costMicros: 3 * PRICE, revision: 1 });
    expect(film.cut?.blob?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(film.shots.map(({ description, state }) => [description, state])).toEqual([
      ['red', 'SHOT_STATE_RENDERED'],
      ['blue', 'SHOT_STATE_RENDERED'],
      ['green', 'SHOT_STATE_RENDERED'],
    ]);
    expect(world.askedFor().sort()).toEqual(['blue', 'green', 'red']);
    const timeline = await world.timeline(world.composed[0]!);
    expect(timeline.shots.map(({ shotId, frames }) => [shotId, frames])).toEqual([
      ['s1', 48],
      ['s2', 48],
      ['s3', 48],
    ]);
    expect(timeline.subtitles).toMatchObject([{ text: 'hello', startMs: 0 }]);
    expect(await world.settled(film.id)).toBe(3 * PRICE);
  });

  test('the composer gets a head start on each clip while others are still rendering', async () => {
    world.onRender = () => 'hold';
    await world.start();
    await world.make(['red', 'blue']);
    await world.underway('red', 'blue');

    await world.finish('red');

    await world.eventually(() => expect(world.normalised).toHaveLength(1));
    expect(world.normalised[0]).toMatchObject({ width: 64, height: 64, fps: 24, frames: 48 });
    expect(world.composed).toEqual([]);
  });

  test('shots that look alike share one clip, rendered and paid for once', async () => {
    await world.start();

    const { id } = await world.make(['red', 'blue', 'red: said over it', 'red']);
    const film = await world.until(id, 'FILM_STATE_COMPLETED');

    expect(world.askedFor().sort()).toEqual(['blue', 'red']);
    expect(film.costMicros).toBe(2 * PRICE);
    expect((await world.timeline(world.composed[0]!)).shots).toHaveLength(4);
    expect(await world.settled(id)).toBe(2 * PRICE);
  });

  test('the same film again asks for nothing and costs nothing', async () => {
    await world.start();
    const first = await world.make(['red', 'blue']);
    await world.until(first.id, 'FILM_STATE_COMPLETED');

    const second = await world.make(['red', 'blue']);
    const film = await world.until(second.id, 'FILM_STATE_COMPLETED');

    expect(second.id).not.toBe(first.id);
    expect(world.askedFor(second.id)).toEqual([]);
    expect(film).toMatchObject({ rendered: 0, cached: 2, costMicros: 0, cutCached: true });
    expect(await world.settled(second.id)).toBe(0);
  });

  test('a clip that was in the cache when the film was planned, and is gone, is asked for with leave to cost what it may', async () => {
    await world.start();
    world.onRender = () => 'hold';
    const first = await world.make(['red']);
    await world.underway('red');
    await world.finish('red');
    await world.until(first.id, 'FILM_STATE_COMPLETED');
    world.cache.forgetAfterPeek = true;

    const { id } = await world.make(['red']);
    await world.underway('red');

    expect(world.asked.at(-1)).toMatchObject({ filmId: id, reservedMicros: LIMIT });
    await world.finish('red');
    await world.until(id, 'FILM_STATE_COMPLETED');
  });

  test('a clip that is gone is not rendered anew where the budget of the film has no room for it (I4)', async () => {
    await world.start();
    const first = await world.make(['red']);
    await world.until(first.id, 'FILM_STATE_COMPLETED');
    world.cache.forgetAfterPeek = true;

    const { id } = await world.make(['red', 'blue'], { options: { budgetMicros: LIMIT } });
    const film = await world.until(id, 'FILM_STATE_FAILED');

    expect(world.askedFor()).toEqual(['red', 'blue']);
    expect(film.shots.map(({ failure, state }) => [state, failure])).toEqual([
      ['SHOT_STATE_FAILED', 'FAILURE_CLASS_BUDGET'],
      ['SHOT_STATE_RENDERED', 'FAILURE_CLASS_UNSPECIFIED'],
    ]);
    expect(film.message).toContain('no longer in the cache');
    expect(world.cache.released.at(-1)).toMatchObject({ filmId: id, keys: [film.shots[0]?.shotKey] });
  });

  test('options that were left open are filled in and told', async () => {
    await world.start();

    const { options } = await world.make(['red'], { options: { strategy: '', width: 0, height: 0, fps: 0 } });

    expect(options).toMatchObject({ strategy: 'draft', width: 1080, height: 1920, fps: 24 });
  });

  test('a cut that cannot be made fails the film with the composer’s reason', async () => {
    world.onCompose = () => 'fail';
    await world.start();

    const { id } = await world.make(['red']);

    expect(await world.until(id, 'FILM_STATE_FAILED')).toMatchObject({
      reason: 'CLIP_BROKEN',
      message: 'a clip is broken',
    });
  });
});

describe('a request is a film', () => {
  test('the same request finds its film, however often and however many at once', async () => {
    world.onRender = () => 'hold';
    await world.start();
    const request = { requestId: 'r1' };

    const films = await Promise.all([1, 2, 3, 4, 5].map(() => world.make(['red'], request)));
    await world.underway('red');
    await world.finish('red');
    const done = await world.until(films[0]!.id, 'FILM_STATE_COMPLETED');

    expect(new Set(films.map(({ id }) => id)).size).toBe(1);
    expect(await world.make(['red'], request)).toEqual(done);
    expect(world.askedFor()).toEqual(['red']);
    expect(await world.settled(done.id)).toBe(PRICE);
  });

  test('with another script or other options it is refused, and the film is left as it is', async () => {
    await world.start();
    const { id } = await world.make(['red'], { requestId: 'r1' });
    const done = await world.until(id, 'FILM_STATE_COMPLETED');

    const refusal = { code: 'ALREADY_EXISTS', reason: 'REQUEST_ID_REUSED' };
    await expect(world.make(['blue'], { requestId: 'r1' })).rejects.toMatchObject(refusal);
    await expect(world.make(['red'], { requestId: 'r1', options: { seed: 8 } })).rejects.toMatchObject(
      refusal,
    );

    expect(await world.film(id)).toEqual(done);
  });

  test.each([
    ['a script without a shot', [], {}, 'SCRIPT_EMPTY'],
    ['a strategy that does not exist', ['red'], { options: { strategy: 'nonsense' } }, 'STRATEGY_UNKNOWN'],
    ['more shots than allowed', ['1', '2', '3', '4'], {}, 'TOO_MANY_SHOTS'],
  ])('%s is refused and leaves no film and no reservation', async (_name, lines, more, reason) => {
    await world.start({ REELMESH_SCHEDULER__MAX_SHOTS: '3' });

    await expect(world.make(lines, more)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', reason });

    expect(await world.allFacts()).toEqual([]);
  });

  test('a request without a script is refused', async () => {
    await world.start();
    const request = { tenant: 'local', requestId: 'r', script: undefined, fileName: '', options: undefined };

    await expect(world.scheduler.startFilm(request)).rejects.toMatchObject({ reason: 'SCRIPT_MISSING' });
  });
});

describe('the budget (I4)', () => {
  const budget = (budgetMicros: number) => ({ options: { budgetMicros } });

  test('a film that might cost more is refused before anything is asked for or written', async () => {
    await world.start();

    await expect(world.make(['red', 'blue'], budget(2 * LIMIT - 1))).rejects.toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      reason: 'BUDGET_EXCEEDED',
      details: { needed_micros: String(2 * LIMIT), budget_micros: String(2 * LIMIT - 1) },
    });

    expect(world.asked).toEqual([]);
    expect(await world.allFacts()).toEqual([]);
  });

  test('what counts is what can still cost: shared and cached clips are free', async () => {
    await world.start();
    const { id } = await world.make(['red']);
    await world.until(id, 'FILM_STATE_COMPLETED');

    const film = await world.make(['red', 'blue', 'blue', 'green'], budget(2 * LIMIT));
    await world.until(film.id, 'FILM_STATE_COMPLETED');

    expect(await world.settled(film.id)).toBe(2 * PRICE);
  });

  test('each command says what its shot may cost', async () => {
    await world.start();
    const { id } = await world.make(['red'], budget(LIMIT));
    await world.until(id, 'FILM_STATE_COMPLETED');

    expect(world.asked).toMatchObject([{ reservedMicros: LIMIT, strategy: 'draft', shotId: 's1' }]);
  });

  test('a quote tells the same figures and keeps nothing', async () => {
    await world.start();
    const { id } = await world.make(['red']);
    await world.until(id, 'FILM_STATE_COMPLETED');
    const before = await world.allFacts();

    const script = await world.script('red', 'blue', 'blue');
    const { quote } = await world.scheduler.planFilm({
      tenant: 'local',
      script,
      fileName: '',
      options: (await world.film(id)).options,
      hypothetical: false,
    });

    expect(quote).toMatchObject({ expectedMicros: PRICE, limitMicros: LIMIT, cached: 1, durationMs: 6000 });
    expect(quote?.shots.map(({ description, cached }) => [description, cached])).toEqual([
      ['red', true],
      ['blue', false],
      ['blue', false],
    ]);
    expect(await world.allFacts()).toEqual(before);
    expect(world.cache.leads()).toEqual([]);
  });
});
