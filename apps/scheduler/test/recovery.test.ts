import { filmFactId } from '@reelmesh/domain';
import type { Fact } from '@reelmesh/domain';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PRICE, openWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

/** Lost news is noticed soon. */
const quick = { REELMESH_SCHEDULER__REDRIVE_MS: '300' };

describe('a scheduler is stopped and another one starts', () => {
  test.each([
    ['the same instance', 'one'],
    ['another instance', 'two'],
  ])(
    'in the middle of rendering: %s goes on at once, nothing is asked for that has ended',
    async (_, name) => {
      world.onRender = () => 'hold';
      const first = await world.start();
      const { id } = await world.make(['red', 'blue']);
      await world.underway('red', 'blue');
      await world.finish('red');
      await world.eventually(async () => expect(await world.kinds(id)).toContain('film.shot'));
      await first.stop();

      await world.start({}, name);
      await world.finish('blue');
      const film = await world.until(id, 'FILM_STATE_COMPLETED');

      expect(film.costMicros).toBe(2 * PRICE);
      expect(world.askedFor().filter((what) => what === 'red')).toEqual(['red']);
      expect((await world.log(id)).at(-1)).toMatchObject({ epoch: 2 });
    },
  );

  test('a shot that ended while nobody was there is found by asking again', async () => {
    world.onRender = () => 'hold';
    const first = await world.start();
    const { id } = await world.make(['red']);
    await world.underway('red');
    await first.stop();
    await world.finish('red');

    await world.start();

    expect(await world.until(id, 'FILM_STATE_COMPLETED')).toMatchObject({ costMicros: PRICE, rendered: 1 });
  });

  test('while composing: the cut is asked for again and made', async () => {
    world.onCompose = () => 'hold';
    const first = await world.start();
    const { id } = await world.make(['red']);
    await world.eventually(() => expect(world.composed).toHaveLength(1));
    await first.stop();
    world.onCompose = () => 'make';

    await world.start();
    await world.until(id, 'FILM_STATE_COMPLETED');

    expect(world.composed[1]).toEqual(world.composed[0]);
    expect(world.askedFor()).toEqual(['red']);
  });

  test('after the cut was made and its news was lost: it is found, not made anew', async () => {
    world.onCompose = () => 'lose';
    const first = await world.start();
    const { id } = await world.make(['red']);
    await world.eventually(() => expect(world.composed).toHaveLength(1));
    await first.stop();
    world.onCompose = () => 'make';

    await world.start();

    expect(await world.until(id, 'FILM_STATE_COMPLETED')).toMatchObject({ cutCached: true });
  });

  test('whatever beginning of a film’s log it finds, it brings the film to its end', async () => {
    const first = await world.start();
    const { id } = await world.make(['red', 'blue', 'green']);
    await world.until(id, 'FILM_STATE_COMPLETED');
    await first.stop();
    const log = await world.log(id);
    const names = log.slice(0, -1).map((_, index) => `copy${index + 1}`);
    for (const [index, name] of names.entries()) {
      const copies = log.slice(0, index + 1).map((fact) => copyOf(fact, id, name));
      await world.facts.append(copies);
    }
    world.cache.forgetClips();

    await world.start();

    for (const name of names) await world.until(name, 'FILM_STATE_COMPLETED');
  });

  test('a film that was begun and can no longer be planned fails and says why', async () => {
    const first = await world.start();
    const { id } = await world.make(['red']);
    await world.until(id, 'FILM_STATE_COMPLETED');
    const { options } = await world.film(id);
    await first.stop();
    const [created] = await world.log(id);
    const copy = copyOf(created!, id, 'copy');
    const body = { ...(copy.body as object), options: { ...options, strategy: 'nonsense' } };
    await world.facts.append([{ ...copy, body }]);

    await world.start();

    expect(await world.film('copy')).toMatchObject({
      state: 'FILM_STATE_FAILED',
      reason: 'STRATEGY_UNKNOWN',
    });
  });
});

describe('a film of another scheduler', () => {
  let filmId: string;
  beforeEach(async () => {
    world.onRender = () => 'hold';
    const one = await world.start({}, 'one');
    filmId = (await world.make(['red', 'blue'])).id;
    await world.underway('red', 'blue');
    await one.stop();
  });
  const owners = async () => new Set((await world.log(filmId)).map(({ epoch }) => epoch));

  test('is left alone while that one lives, and taken over when it is dead', async () => {
    const lease = await world.bus.join('scheduler-one');
    await world.start(quick, 'two');
    expect(await owners()).toEqual(new Set([1]));

    await lease.stop();
    await world.eventually(async () => expect(await owners()).toEqual(new Set([1, 2])));
    await world.finish('red');
    await world.finish('blue');

    await world.until(filmId, 'FILM_STATE_COMPLETED');
  });

  test('can be cancelled through any scheduler', async () => {
    const lease = await world.bus.join('scheduler-one');
    await world.start({}, 'two');

    await world.cancel(filmId);

    expect(await world.film(filmId)).toMatchObject({ state: 'FILM_STATE_CANCELLED' });
    await lease.stop();
  });
});

describe('films that go on only when they are asked for', () => {
  test('are left as they are, whatever news of them comes, until the same request comes again', async () => {
    world.onRender = () => 'hold';
    const first = await world.start();
    const request = { requestId: 'r1' };
    const { id } = await world.make(['red', 'blue'], request);
    await world.underway('red', 'blue');
    await first.stop();
    const before = await world.kinds(id);

    await world.start({ ...quick, REELMESH_SCHEDULER__RESUME: 'requested' });
    await world.finish('red');
    world.onRender = () => 'render';
    await world.until((await world.make(['green'])).id, 'FILM_STATE_COMPLETED');
    expect(await world.kinds(id)).toEqual(before);
    await world.make(['red', 'blue'], request);

    expect(await world.until(id, 'FILM_STATE_COMPLETED')).toMatchObject({ costMicros: 2 * PRICE });
  });
});

describe('two schedulers at once', () => {
  test('one place in the log has one writer, and no fact is lost', async () => {
    await Promise.all([world.start({}, 'one'), world.start({}, 'two')]);
    const lines = Array.from({ length: 24 }, (_, index) => `shot ${index}`);

    const { id } = await world.make(lines);
    await world.until(id, 'FILM_STATE_COMPLETED');

    const log = await world.log(id);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    const ends = log.flatMap((fact) => (fact.kind === 'film.shot' ? fact.body.key : []));
    expect(new Set(ends).size).toBe(24);
    expect((await world.kinds(id)).filter((kind) => kind === 'film.completed')).toHaveLength(1);
    expect(await world.film(id)).toMatchObject({ costMicros: 24 * PRICE, rendered: 24 });
    const changes = await world.changes(id);
    expect(changes.map(({ sequence }) => sequence)).toEqual(log.map(({ seq }) => seq));
    await world.eventually(() => expect(world.news.at(-1)?.change?.sequence).toBe(log.length));
    for (const { change } of world.news) expect(change).toEqual(changes[change!.sequence - 1]);
  });

  test('what a former owner still had to write does not undo what the new one wrote', async () => {
    world.onRender = () => 'hold';
    await world.start();
    const { id, shots } = await world.make(['red', 'blue']);
    await world.underway('red', 'blue');
    await world.finish('red');
    await world.eventually(async () => expect(await endsOf(id)).toBe(1));
    await world.cancel(id);
    const log = await world.log(id);
    const late = { ...log.find(({ kind }) => kind === 'film.shot')!, seq: log.length + 2 };
    const places = [
      { kind: 'film.adopted', epoch: 2, body: { owner: 'scheduler-two' } },
      { kind: 'film.shot', epoch: 1, body: { ...(late.body as object), key: shots[1]!.shotKey } },
    ];

    await world.facts.append(
      places.map((place, index) => {
        const seq = log.length + 1 + index;
        return { ...late, ...place, seq, id: filmFactId(id, seq) };
      }),
    );

    const film = await world.film(id);
    expect(film).toMatchObject({ state: 'FILM_STATE_CANCELLED', sequence: log.length + 2 });
    expect(film.shots[1]).toMatchObject({ state: 'SHOT_STATE_WAITING' });
    expect((await world.changes(id)).at(-1)?.change?.change).toMatchObject({
      $case: 'state',
      value: { state: 'FILM_STATE_CANCELLED' },
    });
  });

  test('an outcome that comes when another one has just written is taken in all the same', async () => {
    world.onRender = () => 'hold';
    await world.start();
    const { id } = await world.make(['red', 'blue']);
    await world.underway('red', 'blue');
    const log = await world.log(id);
    const seq = log.length + 1;
    const body = { owner: 'scheduler-two' };
    const adopted = { ...log[0]!, id: filmFactId(id, seq), seq, epoch: 2, kind: 'film.adopted', body };

    await world.facts.append([adopted]);
    await Promise.all([world.finish('red'), world.finish('blue')]);
    await world.until(id, 'FILM_STATE_COMPLETED');

    const after = await world.log(id);
    expect(after.flatMap(({ kind, epoch: by }) => (kind === 'film.adopted' ? by : []))).toEqual([2, 3]);
    expect(after.filter(({ kind, epoch: by }) => kind === 'film.shot' && by === 3)).toHaveLength(2);
    expect((await world.film(id)).costMicros).toBe(2 * PRICE);
  });

  test('both know at once what one of them has done', async () => {
    world.onRender = () => 'hold';
    await Promise.all([world.start({}, 'one'), world.start({}, 'two')]);
    const { id } = await world.make(['red']);
    await world.underway('red');

    await world.cancel(id);

    for (let times = 0; times < 10; times += 1) {
      expect(await world.film(id)).toMatchObject({ state: 'FILM_STATE_CANCELLED' });
    }
  });

  test('a revision made through one is carried out once, though the other had work of the film', async () => {
    await Promise.all([world.start(quick, 'one'), world.start(quick, 'two')]);
    const { id } = await world.make(['red', 'blue']);
    await world.until(id, 'FILM_STATE_COMPLETED');

    await Promise.all([1, 2, 3, 4].map(() => world.revise(id, ['red', 'green'], 'r2')));
    const film = await world.until(id, 'FILM_STATE_COMPLETED');

    expect(film).toMatchObject({ revision: 2, costMicros: 3 * PRICE });
    expect((await world.kinds(id)).filter((kind) => kind === 'film.revised')).toHaveLength(1);
  });
});

describe('messages are lost', () => {
  test('NATS loses its disk in mid-film: the film comes to its end, nothing is paid for twice (I8)', async () => {
    world.onRender = () => 'hold';
    await world.start(quick);
    const { id } = await world.make(['red', 'blue', 'green']);
    await world.underway('blue', 'green', 'red');
    await world.finish('red');
    // The gateway has not heard of these two, as far as it remembers.
    world.held.clear();
    world.onRender = () => 'render';

    await world.nats.wipe();

    expect(await world.until(id, 'FILM_STATE_COMPLETED')).toMatchObject({ costMicros: 3 * PRICE });
    expect(await world.settled(id)).toBe(3 * PRICE);
  });

  test('a command is lost: it is sent again', async () => {
    let lost = 0;
    world.onRender = () => ((lost += 1) === 1 ? 'lose' : 'render');
    await world.start(quick);

    const { id } = await world.make(['red']);

    await world.until(id, 'FILM_STATE_COMPLETED');
    expect(new Set(world.asked.map(({ shotKey }) => shotKey)).size).toBe(1);
  });

  test('the news of a cut is lost: it is asked for again', async () => {
    let lost = 0;
    world.onCompose = () => ((lost += 1) === 1 ? 'lose' : 'make');
    await world.start(quick);

    const { id } = await world.make(['red']);

    await world.until(id, 'FILM_STATE_COMPLETED');
    expect(world.composed[1]).toEqual(world.composed[0]);
  });

  test('the cache does not answer for a while: the film goes on when it does', async () => {
    world.onRender = () => 'hold';
    await world.start(quick);
    const { id } = await world.make(['red']);
    await world.underway('red');
    world.cache.down = true;
    await world.finish('red', 'abandon');
    await world.eventually(() => expect(world.cache.refused).toBeGreaterThan(0));
    world.onRender = () => 'render';

    world.cache.down = false;

    await world.until(id, 'FILM_STATE_COMPLETED');
  });

  test('a command that could not be sent is sent later', async () => {
    let sends = 0;
    const bus = Object.create(world.bus) as typeof world.bus;
    bus.send = async (...message) => {
      sends += 1;
      if (sends === 1) throw new Error('nats is away');
      return world.bus.send(...message);
    };
    await world.start(quick, 'one', { bus });

    const { id } = await world.make(['red']);

    await world.until(id, 'FILM_STATE_COMPLETED');
    expect(world.asked).toHaveLength(1);
  });
});

describe('odd news', () => {
  test('an outcome may come before its command is known to be sent', async () => {
    const bus = Object.create(world.bus) as typeof world.bus;
    bus.send = async (...message) => {
      await world.bus.send(...message);
      await world.eventually(async () => expect(await endsOf(id())).toBeGreaterThan(0));
    };
    await world.start({ REELMESH_SCHEDULER__MAX_IN_FLIGHT: '1' }, 'one', { bus });
    const film = await world.make(['red', 'blue'], { requestId: 'r1' });
    function id() {
      return world.asked[0]?.filmId ?? '';
    }

    expect(await world.until(film.id, 'FILM_STATE_COMPLETED')).toMatchObject({ rendered: 2 });
    expect(world.askedFor()).toEqual(['red', 'blue']);
  });

  test('a shot that ends before its turn is not asked for', async () => {
    world.onRender = () => 'hold';
    await world.start({ REELMESH_SCHEDULER__MAX_IN_FLIGHT: '1' });
    const { id, shots } = await world.make(['red', 'blue']);
    await world.underway('red');
    const rendered = await world.outcomeOf(world.asked[0]!, 'render');

    await world.tell({ ...rendered, shotKey: shots[1]!.shotKey });
    await world.eventually(async () => expect(await endsOf(id)).toBe(1));
    await world.finish('red');
    await world.until(id, 'FILM_STATE_COMPLETED');

    expect(world.askedFor()).toEqual(['red']);
  });

  test('doubled, late, contradicting and unknown outcomes change nothing', async () => {
    world.onRender = () => 'hold';
    world.onCompose = () => 'hold';
    await world.start();
    const { id } = await world.make(['red', 'blue']);
    await world.underway('red', 'blue');
    const [red, blue] = ['red', 'blue'].map((what) =>
      world.asked.find((command) => command.spec?.picture?.description === what),
    );
    const outcome = await world.outcomeOf(red!, 'render');
    await world.finish('red');
    await world.eventually(async () => expect(await endsOf(id)).toBe(1));

    await world.tell(outcome);
    await world.tell(await world.outcomeOf(red!, 'fail'));
    await world.tell(await world.outcomeOf(red!, 'doubt'));
    await world.tell(await world.outcomeOf(red!, 'abandon'));
    await world.tell({ ...outcome, shotKey: 'f'.repeat(64) });
    await world.tell({ ...outcome, filmId: 'nofilm' });
    await world.tell({ ...outcome, outcome: undefined });
    await world.finish('blue');
    await world.eventually(() => expect(world.composed).toHaveLength(1));
    await world.tell(await world.outcomeOf(blue!, 'fail'));
    const [command] = world.composed;
    const news = { $case: 'failed', value: { reason: 'X', message: 'x', retryable: false } } as const;
    await world.tellCut({ ...command!, cutKey: 'another', news });
    await world.tellCut({
      ...command!,
      news: { $case: 'progress', value: { progress: 0.5, stage: 'join' } },
    });
    await world.finishCut(command!, 'make');
    await world.until(id, 'FILM_STATE_COMPLETED');
    await world.finishCut(command!, 'fail');
    world.onRender = () => 'render';
    world.onCompose = () => 'make';
    await world.until((await world.make(['green'])).id, 'FILM_STATE_COMPLETED');

    expect(await world.kinds(id)).toEqual([
      'film.created',
      'film.planned',
      'film.shot',
      'film.shot',
      'film.composing',
      'film.completed',
    ]);
    expect(world.askedFor(id)).toHaveLength(2);
  });
});

async function endsOf(filmId: string): Promise<number> {
  return (await world.kinds(filmId)).filter((kind) => kind === 'film.shot').length;
}

/** The same fact of another film. */
function copyOf(fact: Fact, filmId: string, name: string): Fact {
  return JSON.parse(JSON.stringify(fact).replaceAll(filmId, name)) as Fact;
}
