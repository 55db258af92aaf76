import { describe, expect, test } from 'vitest';
import { World, day, hour, tenant } from './world.ts';

describe('single flight', () => {
  test('the first film leads, the next one follows, and asking again changes nothing', async () => {
    const world = new World();

    expect(await world.ask('a', 'k1', 'k2')).toEqual(['LEAD', 'LEAD']);
    expect(await world.ask('b', 'k1', 'k2')).toEqual(['FOLLOW', 'FOLLOW']);
    expect(await world.ask('a', 'k1', 'k2')).toEqual(['LEAD', 'LEAD']);
  });

  test('two films that ask at the same moment do not both lead', async () => {
    const world = new World();

    const answers = await Promise.all([world.ask('a', 'k1'), world.ask('b', 'k1'), world.ask('c', 'k1')]);

    expect(answers.flat().sort()).toEqual(['FOLLOW', 'FOLLOW', 'LEAD']);
  });

  test('a key that a film needs twice is answered twice and led once', async () => {
    const world = new World();

    expect(await world.ask('a', 'k1', 'k2', 'k1')).toEqual(['LEAD', 'LEAD', 'LEAD']);
    expect(world.facts.all.size).toBe(2);
  });

  test('a put clip is a hit for all, and every follower is told once at no cost', async () => {
    const world = new World();
    await world.ask('a', 'k1');
    await world.ask('b', 'k1');
    await world.ask('b', 'k1');
    await world.ask('c', 'k1');

    await world.put('a', 'k1');

    expect(world.outcomes).toEqual(['b k1 rendered', 'c k1 rendered']);
    expect(world.told[0]?.outcome).toMatchObject({
      value: { costMicros: 0, cached: true, takeId: 'a-take' },
    });
    expect(await world.ask('c', 'k1')).toEqual(['HIT']);
  });

  test('a released lead goes to the follower that asks first', async () => {
    const world = new World();
    await world.ask('a', 'k1');
    await world.ask('b', 'k1');
    await world.ask('c', 'k1');

    await world.release('a', 'k1');

    expect(world.outcomes).toEqual(['b k1 abandoned', 'c k1 abandoned']);
    expect(await world.ask('b', 'k1')).toEqual(['LEAD']);
    expect(await world.ask('c', 'k1')).toEqual(['FOLLOW']);
  });

  test('a film cannot release what another one leads', async () => {
    const world = new World();
    await world.ask('a', 'k1');
    await world.ask('b', 'k1');

    await world.release('b', 'k1');

    expect(await world.ask('c', 'k1')).toEqual(['FOLLOW']);
    expect(world.outcomes).toEqual([]);
  });

  test('a follower that has given up is not told', async () => {
    const world = new World();
    await world.ask('a', 'k1');
    await world.ask('b', 'k1');
    await world.release('b', 'k1');

    await world.put('a', 'k1');

    expect(world.outcomes).toEqual([]);
  });

  test('releasing twice does not take the lead from whoever took it in between', async () => {
    const world = new World();
    await world.ask('a', 'k1');
    await world.release('a', 'k1');
    await world.ask('b', 'k1');

    await world.release('a', 'k1');

    expect(await world.ask('b', 'k1')).toEqual(['LEAD']);
  });

  test('leads outlive the process', async () => {
    const world = new World();
    await world.ask('a', 'k1');

    await world.restart();

    expect(await world.ask('b', 'k1')).toEqual(['FOLLOW']);
    expect(await world.ask('a', 'k1')).toEqual(['LEAD']);
  });

  test('a film that never comes back loses its lead in the end', async () => {
    const world = new World();
    await world.ask('a', 'k1');

    world.nowMs += day;

    expect(await world.ask('b', 'k1')).toEqual(['LEAD']);
    expect(await world.ask('a', 'k1')).toEqual(['FOLLOW']);
  });

  test('many leads that came to nothing are still one story', async () => {
    const world = new World();
    const films = Array.from({ length: 10 }, (_, index) => `f${index}`);
    for (const film of films) {
      await world.ask(film, 'k1');
      await world.release(film, 'k1');
    }

    expect(await world.ask('a', 'k1')).toEqual(['LEAD']);
    expect(await world.ask('f9', 'k1')).toEqual(['FOLLOW']);
  });

  test('followers are told nothing when NATS is down, and the clip is kept all the same', async () => {
    const world = new World();
    await world.ask('a', 'k1');
    await world.ask('b', 'k1');
    world.natsIsUp = false;

    await world.put('a', 'k1');

    expect(await world.ask('b', 'k1')).toEqual(['HIT']);
  });
});

describe('clips', () => {
  test('the first clip that is put counts, whoever puts the next', async () => {
    const world = new World();
    const first = world.clip('first');

    await world.put('a', 'k1', first);
    const counted = await world.put('b', 'k1', world.clip('second'));

    expect(counted).toEqual(first);
  });

  test('putting the same clip twice keeps one', async () => {
    const world = new World();
    const clip = world.clip();

    await Promise.all([world.put('a', 'k1', clip), world.put('a', 'k1', clip)]);

    expect(await world.stats()).toMatchObject({ clips: 1, bytes: 100 });
  });

  test('is a hit until the last millisecond of its seven days, and then a miss', async () => {
    const world = new World();
    await world.put('a', 'k1');

    world.nowMs += 7 * day - 1;
    expect(await world.ask('b', 'k1')).toEqual(['HIT']);
    world.nowMs += 1;
    expect(await world.ask('b', 'k1')).toEqual(['LEAD']);
  });

  test('an expired clip is followed by the next generation', async () => {
    const world = new World();
    await world.put('a', 'k1');
    world.nowMs += 7 * day;
    const next = world.clip('next');

    expect(await world.put('b', 'k1', next)).toEqual(next);
    expect([...world.facts.all.keys()]).toEqual(['clip/local/k1/made/1', 'clip/local/k1/made/2']);
  });

  test('a hit whose file is gone is a miss, and the next clip takes its place', async () => {
    const world = new World();
    const clip = world.clip('gone');
    await world.put('a', 'k1', clip);
    world.files.delete(clip.blob?.sha256 ?? '');

    expect(await world.look('k1')).toEqual(['MISS']);
    expect(await world.ask('b', 'k1')).toEqual(['LEAD']);
    await world.put('b', 'k1');
    expect(await world.ask('a', 'k1')).toEqual(['HIT']);
    expect(await world.kit.metrics.text()).toMatch(/evictions_total\{reason="lost"\} 1/);
  });

  test('a clip whose file is not in the blob store is refused', async () => {
    const world = new World();
    const clip = world.clip('never stored');
    world.files.clear();

    await expect(world.put('a', 'k1', clip)).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'BLOB_MISSING',
    });
  });

  test('no tenant is given the clip of another', async () => {
    const world = new World();
    await world.put('a', 'k1');

    const { clips } = await world.service.resolveClips(
      { tenant: 'other', filmId: 'b', shotKeys: ['k1'], peek: false },
      { signal: new AbortController().signal, headers: {} },
    );

    expect(clips[0]?.resolve).toBe('RESOLVE_LEAD');
  });
});

describe('looking only', () => {
  test('gives no lead and counts nothing', async () => {
    const world = new World();

    expect(await world.look('k1')).toEqual(['MISS']);
    expect(world.facts.all.size).toBe(0);
    expect(await world.stats()).toMatchObject({ hits: 0, misses: 0 });
  });

  test('sees clips, and a lead of another film as a miss', async () => {
    const world = new World();
    await world.put('a', 'k1');
    await world.ask('a', 'k2');

    expect(await world.look('k1', 'k2')).toEqual(['HIT', 'MISS']);
  });
});

describe('accounting', () => {
  test('counts what was reused and what that saved', async () => {
    const world = new World();
    await world.put('a', 'k1', world.clip(), 70);
    await world.ask('b', 'k1', 'k2');
    await world.ask('b', 'k2');
    await world.ask('c', 'k2');
    await world.ask('c', 'k2');

    expect(await world.stats()).toEqual({ clips: 1, bytes: 100, hits: 1, misses: 1, savedMicros: 70 });
    const text = await world.kit.metrics.text();
    expect(text).toMatch(
      /requests_total\{result="hit"\} 1\n.*\{result="miss"\} 1\n.*\{result="follow"\} 1\n/,
    );
    expect(text).toMatch(/reelmesh_cache_saved_micros_total 70\n/);
    expect(text).toMatch(/reelmesh_cache_bytes 100\n/);
  });

  test('twenty keys take two calls to the store, not forty', async () => {
    const world = new World();
    const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);

    await world.ask('a', ...keys);
    const leading = world.facts.calls;
    await world.ask('b', ...keys);

    expect(leading).toBe(2);
    expect(world.facts.calls).toBe(3);
  });
});

describe('requests that cannot be meant', () => {
  test.each(['', 'a/b', 'é', 'x'.repeat(129)])('refuses the shot key %j', async (key) => {
    await expect(new World().ask('a', key)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { field: 'shot_key' },
    });
  });

  test('refuses a film without a name', async () => {
    await expect(new World().ask('', 'k1')).rejects.toMatchObject({ details: { field: 'film_id' } });
  });
});

describe('sweeping', () => {
  test('drops an expired clip and its file', async () => {
    const world = new World();
    await world.put('a', 'k1');
    world.nowMs += 7 * day;

    expect(await world.sweep()).toBe(1);

    expect(world.files.size).toBe(0);
    expect(await world.stats()).toMatchObject({ clips: 0, bytes: 0 });
  });

  test('keeps a file as long as any tenant has a living clip of it', async () => {
    const world = new World();
    const clip = world.clip('shared');
    await world.put('a', 'k1', clip);
    world.nowMs += day;
    await world.service.putClip(
      {
        tenant: 'other',
        filmId: 'x',
        shotKey: 'k9',
        clip,
        takeId: 't',
        provider: 'p',
        model: 'm',
        costMicros: 0,
      },
      { signal: new AbortController().signal, headers: {} },
    );

    world.nowMs += 6 * day;
    expect(await world.sweep()).toBe(1);
    expect(world.files.size).toBe(1);
    world.nowMs += day;
    expect(await world.sweep()).toBe(1);
    expect(world.files.size).toBe(0);
  });

  test('leaves a clip alone that was handed out within the grace time', async () => {
    const world = new World();
    await world.put('a', 'k1');
    world.nowMs += 7 * day - 1;
    await world.ask('b', 'k1');
    world.nowMs += 1;

    expect(await world.sweep({ graceMs: hour })).toBe(0);
    world.nowMs += hour;
    expect(await world.sweep({ graceMs: hour })).toBe(1);
  });

  test('makes room by dropping the longest unused', async () => {
    const world = new World();
    await world.put('a', 'k1');
    world.nowMs += 1;
    await world.put('a', 'k2');
    world.nowMs += 1;
    await world.put('a', 'k3');
    world.nowMs += 1;
    await world.ask('b', 'k1');
    world.nowMs += day;

    expect(await world.sweep({ maxBytes: 250 })).toBe(1);

    expect(await world.look('k1', 'k2', 'k3')).toEqual(['HIT', 'MISS', 'HIT']);
  });

  test('does not count a shared file twice when it makes room', async () => {
    const world = new World();
    const shared = world.clip('shared');
    await world.put('a', 'k1', shared);
    await world.put('a', 'k2', shared);
    world.nowMs += day;

    expect(await world.sweep({ maxBytes: 100 })).toBe(0);
  });

  test('an evicted clip is a miss, and a later one takes its place', async () => {
    const world = new World();
    await world.put('a', 'k1');
    world.nowMs += day;
    await world.sweep({ maxBytes: 1 });

    expect(await world.ask('a', 'k1')).toEqual(['LEAD']);
    await world.put('a', 'k1');
    expect(await world.ask('b', 'k1')).toEqual(['HIT']);
  });

  test('goes on after a restart with what the facts say', async () => {
    const world = new World();
    await world.put('a', 'k1');
    await world.put('a', 'k2');
    world.nowMs += day;
    await world.sweep({ maxBytes: 100 });
    const before = await world.stats();

    await world.restart();

    expect(await world.stats()).toMatchObject({ clips: before.clips, bytes: before.bytes });
    world.nowMs += 7 * day;
    expect(await world.sweep()).toBe(1);
  });

  test('tenant totals do not mix', async () => {
    const world = new World();
    await world.put('a', 'k1');

    expect(world.index.totalOf('other')).toEqual({ clips: 0, bytes: 0 });
    expect(world.index.totalOf(tenant)).toEqual({ clips: 1, bytes: 100 });
  });
});
