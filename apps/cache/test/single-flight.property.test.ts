import fc from 'fast-check';
import { expect, test } from 'vitest';
import { World, day, tenant } from './world.ts';
import type { Gate } from './world.ts';

const films = ['a', 'b', 'c'] as const;
const shotKeys = ['k1', 'k2'] as const;

/** What a film that has the lead does next. */
const leaderMoves = ['put', 'release', 'ask again'] as const;
/** What happens around them. */
const weather = [
  'nothing',
  'ask',
  'expire',
  'sweep',
  'restart',
  'lose files',
  'NATS down',
  'NATS up',
] as const;

/** A film as the scheduler plays it: it renders when it leads, else it waits to be told, and asks again after a while. */
class Film {
  readonly #world: World;
  readonly #name: string;
  readonly #shotKey: string;
  readonly #moves: readonly (typeof leaderMoves)[number][];
  #move = 0;
  /** Films that lead each key, as they know it themselves. */
  readonly #leaders: Map<string, Set<string>>;
  hasClip = false;

  constructor(
    world: World,
    name: string,
    shotKey: string,
    moves: Film['moves'],
    leaders: Map<string, Set<string>>,
  ) {
    this.#world = world;
    this.#name = name;
    this.#shotKey = shotKey;
    this.#moves = moves;
    this.#leaders = leaders;
  }

  get moves(): readonly (typeof leaderMoves)[number][] {
    return this.#moves;
  }

  async ask(): Promise<void> {
    const [answer] = await this.#world.ask(this.#name, this.#shotKey);
    const leaders = this.#leaders.get(this.#shotKey) ?? new Set();
    this.#leaders.set(this.#shotKey, leaders);
    if (answer === 'HIT') this.hasClip = true;
    if (answer !== 'LEAD') return;
    leaders.add(this.#name);
    expect([...leaders]).toEqual([this.#name]);
    await this.#lead(leaders);
  }

  async #lead(leaders: Set<string>): Promise<void> {
    const move = this.#moves[this.#move++] ?? 'put';
    if (move === 'ask again') {
      const again = await this.#world.ask(this.#name, this.#shotKey);
      expect(again).toEqual(['LEAD']);
      return this.#lead(leaders);
    }
    leaders.delete(this.#name);
    if (move === 'release') {
      await this.#world.release(this.#name, this.#shotKey);
      return;
    }
    const clip = await this.#world.put(this.#name, this.#shotKey);
    expect(clip).toBeDefined();
    this.hasClip = true;
  }
}

async function change(world: World, what: (typeof weather)[number]): Promise<void> {
  switch (what) {
    case 'expire':
      // less than a lead lasts, so that no lead lapses; clips of the last round do
      world.nowMs += 1;
      for (const fact of world.facts.all.values()) {
        if (fact.kind === 'clip.made') Object.assign(fact.body as object, { expiresAtMs: world.nowMs });
      }
      break;
    case 'sweep':
      await world.sweep({ graceMs: 1, maxBytes: 1 });
      break;
    case 'restart':
      await world.restart();
      break;
    case 'lose files':
      world.files.clear();
      break;
    case 'NATS down':
      world.natsIsUp = false;
      break;
    case 'NATS up':
      world.natsIsUp = true;
      break;
    case 'nothing':
    case 'ask':
      break;
  }
}

test('at most one film leads a key at a time, and nobody waits for ever, in any order of things', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom(...leaderMoves), { maxLength: 6 }),
      fc.array(fc.constantFrom(...weather), { minLength: 1, maxLength: 8 }),
      async (scheduler, moves, changes) => {
        const gate: Gate = (call) => scheduler.scheduleFunction(call);
        const world = new World(gate);
        const leaders = new Map<string, Set<string>>();
        const all = films.flatMap((name) =>
          shotKeys.map((key) => new Film(world, name, key, moves, leaders)),
        );

        // every film asks again whenever something has happened: the timer of the scheduler
        for (const what of changes) {
          const asking = Promise.all(all.filter((film) => !film.hasClip).map((film) => film.ask()));
          await scheduler.waitFor(asking);
          await change(world, what);
        }
        for (let round = 0; round <= all.length * (moves.length + 1); round++) {
          await scheduler.waitFor(Promise.all(all.filter((film) => !film.hasClip).map((film) => film.ask())));
        }

        expect(all.filter((film) => !film.hasClip)).toEqual([]);
      },
    ),
    { numRuns: 150 },
  );
});

test('without a restart or a broken NATS every follower is told, so none needs to ask again', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.boolean(),
      fc.integer({ min: 0, max: 3 }),
      async (scheduler, leaderGivesUp, latecomers) => {
        const world = new World((call) => scheduler.scheduleFunction(call));
        await scheduler.waitFor(world.ask('leader', 'k1'));
        const followers = Array.from({ length: latecomers + 1 }, (_, index) => `f${index}`);

        const asking = Promise.all(
          followers.map(async (film) => [film, await world.ask(film, 'k1')] as const),
        );
        const ending = leaderGivesUp ? world.release('leader', 'k1') : world.put('leader', 'k1');
        await scheduler.waitFor(Promise.all([asking, ending]));

        const told = new Set(world.told.map((event) => event.filmId));
        const waiting = (await asking).filter(([, [answer]]) => answer === 'FOLLOW').map(([film]) => film);
        const newLeader = (await asking).some(([, [answer]]) => answer === 'LEAD');
        expect(newLeader ? [] : waiting.filter((film) => !told.has(film))).toEqual([]);
      },
    ),
    { numRuns: 200 },
  );
});

test('a clip is found whatever number its generation has', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 0, max: 12 }),
      async (generations, leads) => {
        const world = new World();
        for (let lead = 0; lead < leads; lead++) {
          await world.ask('a', 'k1');
          await world.release('a', 'k1');
        }
        for (let generation = 1; generation <= generations; generation++) {
          await world.put('a', 'k1');
          world.nowMs += 7 * day;
        }
        expect(world.facts.all.has(`clip/${tenant}/k1/made/${generations}`)).toBe(true);
        expect(await world.ask('b', 'k1')).toEqual(['LEAD']);

        await world.put('b', 'k1');

        expect(await world.ask('a', 'k1')).toEqual(['HIT']);
      },
    ),
    { numRuns: 40 },
  );
});
