import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openWorld, whatOf } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

describe('the changes of a film', () => {
  test('are one for each fact, without a gap, and can be read from any of them on', async () => {
    world.onRender = (command) => (whatOf(command) === 'blue' ? 'doubt' : 'render');
    await world.start();
    const { id } = await world.make(['red', 'blue'], { requestId: 'r1' });
    await world.until(id, 'FILM_STATE_IN_DOUBT');
    world.onRender = () => 'render';
    await world.make(['red', 'blue'], { requestId: 'r1' });
    await world.until(id, 'FILM_STATE_COMPLETED');
    await world.revise(id, ['red', 'green']);
    const film = await world.until(id, 'FILM_STATE_COMPLETED');

    const log = await world.log(id);
    const changes = await world.changes(id);

    expect(changes.map(({ sequence }) => sequence)).toEqual(log.map((_, index) => index + 1));
    expect(film.sequence).toBe(log.length);
    expect(changes.map(({ timeMs }) => timeMs)).toEqual(log.map(({ atMs }) => atMs));
    for (const after of [1, 5, log.length])
      expect(await world.changes(id, after)).toEqual(changes.slice(after));
    expect(changes.at(-1)?.change?.change).toMatchObject({
      $case: 'state',
      value: { state: 'FILM_STATE_COMPLETED', cut: film.cut },
    });
  });

  test('are told as they happen, in the words in which they are read', async () => {
    await world.start();
    const { id } = await world.make(['red', 'blue']);
    const { sequence } = await world.until(id, 'FILM_STATE_COMPLETED');

    await world.eventually(() => expect(world.news).toHaveLength(sequence - 1));

    const told = world.news.map(({ change }) => change!).sort((a, b) => a.sequence - b.sequence);
    expect(told).toEqual(await world.changes(id, 1));
  });
});

describe('browsing', () => {
  test('goes through all films of a tenant, newest first, page by page', async () => {
    await world.start();
    const ids: string[] = [];
    for (const what of ['a', 'b', 'c', 'd', 'e']) ids.unshift((await world.make([what])).id);
    await world.make(['x'], { tenant: 'other' });
    const seen: string[] = [];
    const sizes: number[] = [];

    let pageToken = '';
    do {
      const page = await world.scheduler.browseFilms({ tenant: 'local', pageSize: 2, pageToken });
      seen.push(...page.films.map(({ id }) => id));
      sizes.push(page.films.length);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');

    expect(seen).toEqual(ids);
    expect(sizes).toEqual([2, 2, 1]);
  });

  test('leaves out what is long, and gives 20 unless asked for more', async () => {
    await world.start();
    await Promise.all(Array.from({ length: 21 }, () => world.make(['red'])));

    const { films, nextPageToken } = await world.scheduler.browseFilms({
      tenant: 'local',
      pageSize: 0,
      pageToken: '',
    });

    expect(films).toHaveLength(20);
    expect(nextPageToken).not.toBe('');
    expect(films[0]).toMatchObject({ title: 'Tiny', scenes: [], shots: [], diagnostics: [] });
  });

  test('refuses a page token that it did not give', async () => {
    await world.start();

    await expect(
      world.scheduler.browseFilms({ tenant: 'local', pageSize: 2, pageToken: 'elsewhere' }),
    ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('tenants are walls (I10)', () => {
  test('nobody can read, stop or revise another tenant’s film, nor learn that it exists', async () => {
    await world.start();
    const { id: filmId } = await world.make(['red'], { tenant: 'theirs' });
    const film = await world.until(filmId, 'FILM_STATE_COMPLETED', 'theirs');
    const script = await world.script('blue');
    const address = { tenant: 'ours', filmId };
    const hidden = { code: 'NOT_FOUND', reason: 'FILM_NOT_FOUND', message: `no film ${filmId}` };

    await expect(world.scheduler.readFilm(address)).rejects.toMatchObject(hidden);
    await expect(world.scheduler.readChanges({ ...address, afterSequence: 0 })).rejects.toMatchObject(hidden);
    await expect(world.scheduler.stopFilm(address)).rejects.toMatchObject(hidden);
    await expect(
      world.scheduler.reviseFilm({ ...address, requestId: 'r', script, fileName: '' }),
    ).rejects.toMatchObject(hidden);
    const { films } = await world.scheduler.browseFilms({ tenant: 'ours', pageSize: 0, pageToken: '' });

    expect(films).toEqual([]);
    expect(await world.film(filmId, 'theirs')).toEqual(film);
    expect(world.cancels).toEqual([]);
  });

  test('the same request of two tenants makes two films, and neither gets the other’s clips', async () => {
    await world.start();

    const [ours, theirs] = await Promise.all([
      world.make(['red'], { requestId: 'r1' }),
      world.make(['red'], { requestId: 'r1', tenant: 'theirs' }),
    ]);
    await world.until(ours.id, 'FILM_STATE_COMPLETED');
    await world.until(theirs.id, 'FILM_STATE_COMPLETED', 'theirs');

    expect(ours.id).not.toBe(theirs.id);
    expect(world.asked.map(({ tenant }) => tenant).sort()).toEqual(['local', 'theirs']);
  });

  test('news in another tenant’s name changes nothing', async () => {
    world.onRender = () => 'hold';
    await world.start();
    const { id } = await world.make(['red']);
    await world.underway('red');
    const [command] = world.asked;

    await world.tell({ ...(await world.outcomeOf(command!, 'fail')), tenant: 'theirs' });
    await world.finish('red');

    expect(await world.until(id, 'FILM_STATE_COMPLETED')).toMatchObject({ rendered: 1 });
  });
});

describe('what operators see', () => {
  test('films and shots under way are counted', async () => {
    world.onRender = () => 'hold';
    const { metrics, ready } = await world.start({ REELMESH_SCHEDULER__REDRIVE_MS: '300' });
    await world.make(['red', 'blue']);
    await world.underway('red', 'blue');

    await world.eventually(async () => {
      const text = await metrics.text();
      expect(text).toMatch(/^reelmesh_films_in_progress(\{.*\})? 1$/m);
      expect(text).toMatch(/^reelmesh_shots_in_flight(\{.*\})? 2$/m);
    });
    expect(await ready()).toEqual({ ready: true });
  });
});
