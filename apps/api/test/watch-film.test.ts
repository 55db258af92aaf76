import { events } from '@reelmesh/contracts';
import type { WatchFilmResponse } from '@reelmesh/contracts/film';
import { AppError, Code } from '@reelmesh/domain';
import { testKit } from '@reelmesh/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { watchFilm } from '../src/watch-film.ts';
import { collect } from './collect.ts';
import { Story, encodeChange } from './story.ts';

/** NATS and scheduler as a watch sees them, with the network in the test's hands. */
class Stage {
  readonly story = new Story('f1');
  readonly draining = new AbortController();
  readonly caller = new AbortController();
  schedulerIsAway = false;
  reads = 0;
  tails = 0;
  /** What happens just before the scheduler answers. */
  onRead: () => void = () => {};
  #listener: ((name: string, data: Uint8Array) => void) | undefined;

  hear(name: string, data: Uint8Array): void {
    this.#listener?.(name, data);
  }

  hearChange(sequence: number): void {
    const change = this.story.changes[sequence - 1];
    if (change !== undefined) this.hear(events.film.name, encodeChange(change));
  }

  watch(afterSequence = 0, resyncMs = 60_000): AsyncGenerator<WatchFilmResponse, void, undefined> {
    const answer = <T>(value: () => T): Promise<T> => {
      this.reads += 1;
      this.onRead();
      if (this.schedulerIsAway) return Promise.reject(new AppError(Code.UNAVAILABLE, 'nobody answers'));
      return Promise.resolve(value());
    };
    return watchFilm(
      {
        bus: {
          tail: (_film, onEvent) => {
            this.tails += 1;
            this.#listener = onEvent;
            return {
              stop: async () => {
                this.tails -= 1;
                this.#listener = undefined;
              },
            };
          },
        },
        scheduler: {
          readFilm: () => answer(() => ({ film: this.story.film })),
          readChanges: ({ afterSequence: from }) => answer(() => ({ changes: this.story.after(from) })),
        },
        clock: { now: () => 5_000 },
        log: testKit().log,
        tenant: 'local',
        resyncMs,
        timeoutMs: 1_000,
        draining: this.draining.signal,
      },
      { filmId: 'f1', afterSequence },
      this.caller.signal,
    );
  }
}

const sequencesOf = (messages: readonly WatchFilmResponse[]): number[] =>
  messages.map(({ sequence }) => sequence);

async function next(watch: AsyncGenerator<WatchFilmResponse, void>): Promise<WatchFilmResponse | undefined> {
  const { value } = await watch.next();
  return value ?? undefined;
}

test('begins with the film as it is and ends with its terminal change', async () => {
  const stage = new Stage();
  stage.story.enter('FILM_STATE_RENDERING');
  const watch = stage.watch();

  expect(await next(watch)).toMatchObject({ sequence: 1, news: { $case: 'film', value: { id: 'f1' } } });
  stage.story.shot('k1');
  stage.story.enter('FILM_STATE_COMPLETED');
  stage.hearChange(2);
  stage.hearChange(3);

  expect(sequencesOf(await collect(watch))).toEqual([2, 3]);
  expect(stage.tails).toBe(0);
});

test.each([
  'FILM_STATE_COMPLETED',
  'FILM_STATE_FAILED',
  'FILM_STATE_CANCELLED',
  'FILM_STATE_IN_DOUBT',
] as const)('a film that is %s already is told and the watch is over', async (state) => {
  const stage = new Stage();
  stage.story.enter(state);

  expect(await collect(stage.watch())).toHaveLength(1);
});

test('a change that happens while the film is read is neither lost nor told twice', async () => {
  const stage = new Stage();
  stage.onRead = () => {
    stage.onRead = () => {};
    stage.story.shot('k1');
    stage.hearChange(1);
  };
  const watch = stage.watch();

  expect((await next(watch))?.sequence).toBe(1);
  stage.story.enter('FILM_STATE_COMPLETED');
  stage.hearChange(2);

  expect(sequencesOf(await collect(watch))).toEqual([2]);
});

test('resumes after the last sequence seen, without the film', async () => {
  const stage = new Stage();
  stage.story.enter('FILM_STATE_RENDERING');
  stage.story.shot('k1');
  stage.story.shot('k2');
  stage.story.enter('FILM_STATE_COMPLETED');

  const messages = await collect(stage.watch(2));

  expect(sequencesOf(messages)).toEqual([3, 4]);
  expect(messages.map(({ news }) => news?.$case)).toEqual(['change', 'change']);
});

test('resumed at the very end it is over at once', async () => {
  const stage = new Stage();
  stage.story.enter('FILM_STATE_COMPLETED');

  expect(await collect(stage.watch(1))).toEqual([]);
});

test('resumed across an end that a new script or an answer to a doubt undid, it goes on', async () => {
  const stage = new Stage();
  stage.story.shot('k1');
  stage.story.enter('FILM_STATE_IN_DOUBT');
  stage.story.shot('k2');
  const watch = stage.watch(1);

  expect((await next(watch))?.sequence).toBe(2);
  expect((await next(watch))?.sequence).toBe(3);
  stage.story.enter('FILM_STATE_COMPLETED');
  stage.hearChange(4);

  expect(sequencesOf(await collect(watch))).toEqual([4]);
});

test('a sequence from the future is refused', async () => {
  const watch = new Stage().watch(7);

  await expect(watch.next()).rejects.toMatchObject({ code: 'OUT_OF_RANGE', reason: 'SEQUENCE_AHEAD' });
});

test('a gap is filled from the scheduler before the newer change is told', async () => {
  const stage = new Stage();
  const watch = stage.watch();
  await next(watch);
  stage.story.shot('k1');
  stage.story.shot('k2');
  stage.story.enter('FILM_STATE_COMPLETED');

  stage.hearChange(3);

  expect(sequencesOf(await collect(watch))).toEqual([1, 2, 3]);
});

test('what NATS lost altogether is found by asking from time to time, also after the scheduler was away', async () => {
  const stage = new Stage();
  const watch = stage.watch(0, 2);
  await next(watch);
  stage.story.enter('FILM_STATE_COMPLETED');
  stage.schedulerIsAway = true;
  const rest = collect(watch);
  stage.onRead = () => {
    stage.schedulerIsAway = stage.reads < 4;
  };

  expect(sequencesOf(await rest)).toEqual([1]);
});

test('progress passes with sequence 0, news that a change of the film tells does not', async () => {
  const stage = new Stage();
  const watch = stage.watch();
  await next(watch);
  const cut = { tenant: 'local', filmId: 'f1', cutKey: 'c1' };

  stage.hear(
    'take',
    events.take.codec.encode({ take: undefined, progress: 0.5, waitingFor: 'render' }).finish(),
  );
  stage.hear('outcome', new Uint8Array());
  stage.hear(
    'cut',
    events.cut.codec
      .encode({ ...cut, news: { $case: 'made', value: { cut: undefined, cached: true } } })
      .finish(),
  );
  stage.hear(
    'cut',
    events.cut.codec
      .encode({ ...cut, news: { $case: 'progress', value: { progress: 1, stage: 'join' } } })
      .finish(),
  );

  expect(await next(watch)).toMatchObject({
    sequence: 0,
    timeMs: 5_000,
    news: { $case: 'take', value: { progress: 0.5 } },
  });
  expect(await next(watch)).toMatchObject({
    sequence: 0,
    news: { $case: 'cut', value: { news: { $case: 'progress' } } },
  });
  await watch.return();
  expect(stage.tails).toBe(0);
});

test('a caller who goes away ends the watch and frees what it listened to', async () => {
  const stage = new Stage();
  const watch = stage.watch();
  await next(watch);
  const waiting = watch.next();

  stage.caller.abort();

  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(stage.tails).toBe(0);
});

test('a film that cannot be read ends the watch with the reason and frees what it listened to', async () => {
  const stage = new Stage();
  stage.schedulerIsAway = true;

  await expect(stage.watch().next()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(stage.tails).toBe(0);
});

test('a watch that begins while the server stops does not wait', async () => {
  const stage = new Stage();
  stage.draining.abort();
  const watch = stage.watch();

  expect(await next(watch)).toMatchObject({ news: { $case: 'film' } });
  await expect(watch.next()).rejects.toMatchObject({ reason: 'DRAINING' });
});

test('a caller who leaves amid a flood of news is noticed all the same', async () => {
  const stage = new Stage();
  const watch = stage.watch();
  await next(watch);
  const progress = events.take.codec
    .encode({ take: undefined, progress: 0.5, waitingFor: 'render' })
    .finish();

  stage.caller.abort();
  for (let news = 0; news < 2_500; news++) stage.hear('take', progress);

  expect(await watch.next()).toEqual({ done: true, value: undefined });
});

test('a caller who is too slow for the news misses progress, but no change', async () => {
  const stage = new Stage();
  const watch = stage.watch();
  await next(watch);
  const progress = events.take.codec
    .encode({ take: undefined, progress: 0.5, waitingFor: 'render' })
    .finish();

  stage.story.shot('k1');
  stage.hearChange(1);
  for (let news = 0; news < 2_500; news++) stage.hear('take', progress);
  stage.story.enter('FILM_STATE_COMPLETED');
  stage.hearChange(2);
  const rest = await collect(watch);

  expect(rest.length).toBeLessThan(1_010);
  expect(sequencesOf(rest).filter((sequence) => sequence > 0)).toEqual([1, 2]);
});

test('a server that stops says where to go on', async () => {
  const stage = new Stage();
  stage.story.shot('k1');
  const watch = stage.watch();
  await next(watch);
  const waiting = watch.next();

  stage.draining.abort();

  await expect(waiting).rejects.toMatchObject({ code: 'UNAVAILABLE', reason: 'DRAINING', retryable: true });
  await expect(waiting).rejects.toThrow('watch again from sequence 1');
});

test('whatever NATS loses, doubles or reorders, and wherever a watch is cut, every change is told once and in order', async () => {
  const network = fc.array(fc.record({ sequence: fc.integer({ min: 1, max: 12 }), breaks: fc.boolean() }), {
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 11 }), network, async (shots, deliveries) => {
      const stage = new Stage();
      const seen: number[] = [];
      let watch = stage.watch(0, 2);
      await next(watch);
      const follow = async (): Promise<void> => {
        for await (const { sequence } of watch) seen.push(sequence);
      };
      let following = follow();

      for (let shot = 1; shot <= shots; shot++) stage.story.shot(`k${shot}`);
      for (const { sequence, breaks } of deliveries) {
        stage.hearChange(sequence);
        if (!breaks || seen.length === 0) continue;
        stage.draining.abort();
        await following.catch(() => {});
        watch = Object.assign(stage, { draining: new AbortController() }).watch(seen.at(-1), 2);
        following = follow();
      }
      stage.story.enter('FILM_STATE_COMPLETED');
      await following;

      expect(seen).toEqual(Array.from({ length: shots + 1 }, (_, index) => index + 1));
    }),
    { numRuns: 60 },
  );
});
