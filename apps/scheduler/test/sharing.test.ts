import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PRICE, openWorld, whatOf } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const slots = (count: number) => ({ REELMESH_SCHEDULER__MAX_IN_FLIGHT: String(count) });
/** Lost news is noticed soon. */
const quick = { REELMESH_SCHEDULER__REDRIVE_MS: '300' };

describe('slots', () => {
  beforeEach(() => {
    world.onRender = () => 'hold';
  });

  test('of several films together never more shots are under way than there are slots', async () => {
    await world.start(slots(3));
    const films = await Promise.all([
      world.make(['a1', 'a2', 'a3', 'a4', 'a5']),
      world.make(['b1', 'b2', 'b3']),
      world.make(['c1', 'c2'], { tenant: 'other' }),
    ]);

    let most = 0;
    for (let left = 10; left > 0; left -= 1) {
      await world.eventually(() => expect(world.held.size).toBe(Math.min(3, left)));
      most = Math.max(most, world.held.size);
      await world.finish(whatOf([...world.held.values()][0]!));
    }
    await world.until(films[0].id, 'FILM_STATE_COMPLETED');
    await world.until(films[1].id, 'FILM_STATE_COMPLETED');
    await world.until(films[2].id, 'FILM_STATE_COMPLETED', 'other');

    expect(most).toBe(3);
    expect(world.asked).toHaveLength(10);
  });

  test('a small film does not wait for the end of a large one', async () => {
    await world.start(slots(2));
    await world.make(['a1', 'a2', 'a3', 'a4', 'a5', 'a6']);
    await world.underway('a1', 'a2');
    const small = await world.make(['b1', 'b2']);

    await world.finish('a1');
    await world.underway('a2', 'b1');
    await world.finish('b1');
    await world.underway('a2', 'b2');
    await world.finish('b2');

    await world.until(small.id, 'FILM_STATE_COMPLETED');
    expect(world.askedFor()).not.toContain('a4');
  });

  test('a tenant with many films does not crowd out another', async () => {
    await world.start(slots(2));
    await Promise.all([world.make(['a1', 'a2']), world.make(['b1', 'b2']), world.make(['c1', 'c2'])]);
    await world.eventually(() => expect(world.held.size).toBe(2));
    const first = [...world.held.values()].map(whatOf);
    await world.make(['x1', 'x2'], { tenant: 'other' });

    await world.finish(first[0]!);

    await world.underway(first[1]!, 'x1');
  });

  test('a shot that failed frees its slot', async () => {
    await world.start(slots(1));
    await world.make(['red', 'blue']);
    await world.underway('red');

    await world.finish('red', 'fail');

    await world.underway('blue');
  });
});

describe('a clip that another film is rendering', () => {
  beforeEach(() => {
    world.onRender = () => 'hold';
  });

  async function leadAndFollower(env = {}) {
    await world.start(env);
    const lead = await world.make(['red']);
    await world.underway('red');
    const follower = await world.make(['red', 'blue']);
    await world.underway('red', 'blue');
    await world.finish('blue');
    return { lead, follower };
  }

  test('is waited for, not rendered twice, and costs the follower nothing', async () => {
    const { lead, follower } = await leadAndFollower();

    await world.finish('red');
    await world.until(lead.id, 'FILM_STATE_COMPLETED');
    const film = await world.until(follower.id, 'FILM_STATE_COMPLETED');

    expect(world.askedFor(follower.id)).toEqual(['blue']);
    expect(film).toMatchObject({ rendered: 1, cached: 1, costMicros: PRICE });
  });

  test('becomes the follower’s own to render when the film that led fails', async () => {
    const { lead, follower } = await leadAndFollower();

    await world.finish('red', 'fail', lead.id);
    await world.underway('red');
    await world.finish('red', 'render', follower.id);

    await world.until(lead.id, 'FILM_STATE_FAILED');
    expect(await world.until(follower.id, 'FILM_STATE_COMPLETED')).toMatchObject({ costMicros: 2 * PRICE });
  });

  test('becomes the follower’s own to render when the film that led is cancelled', async () => {
    const { lead, follower } = await leadAndFollower();

    await world.cancel(lead.id);

    await world.eventually(() => expect(world.askedFor(follower.id)).toEqual(['blue', 'red']));
  });

  test('is found by asking again when the news of it is lost', async () => {
    world.cache.silent = true;
    const { follower } = await leadAndFollower(quick);

    await world.finish('red');

    await world.until(follower.id, 'FILM_STATE_COMPLETED');
    expect(world.askedFor(follower.id)).toEqual(['blue']);
  });

  test('is taken over by asking again when the news that its film gave up is lost', async () => {
    world.cache.silent = true;
    const { lead, follower } = await leadAndFollower(quick);

    await world.cancel(lead.id);

    await world.eventually(() => expect(world.askedFor(follower.id)).toContain('red'));
  });
});
