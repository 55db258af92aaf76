import { setTimeout as delay } from 'node:timers/promises';
import { commands, events } from '@reelmesh/contracts';
import { RenderCommand } from '@reelmesh/contracts/shot';
import { ShotOutcomeEvent } from '@reelmesh/contracts/event';
import { AppError, Code } from '@reelmesh/domain';
import { startNats, testKit, type TestNats } from '@reelmesh/testing';
import { connect } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { connectBus, type Bus, type BusOptions } from '../src/index.ts';

const film = { tenant: 'acme', filmId: 'f1' };
const { log } = testKit();
let nats: TestNats;
const buses: Bus[] = [];

beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats.stop());
// each test has a disk of its own
beforeEach(() => nats.wipe());
afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
});

async function openBus(options: Partial<BusOptions> = {}): Promise<Bus> {
  const bus = await connectBus({
    servers: nats.url,
    name: 'test',
    queueGroup: 'test',
    log,
    stopGraceMs: 500,
    ...options,
  });
  buses.push(bus);
  return bus;
}

function render(shotKey: string): RenderCommand {
  return RenderCommand.fromPartial({ shotKey });
}

function within(expectation: () => void, timeout = 15_000): Promise<void> {
  return vi.waitFor(expectation, { timeout, interval: 10 });
}

/** Collects the shot keys of what is delivered. */
function collector() {
  const seen: string[] = [];
  return { seen, handle: async (message: RenderCommand) => void seen.push(message.shotKey) };
}

describe('commands', () => {
  test('a command sent before any worker lives reaches the first one', async () => {
    const bus = await openBus();
    await bus.send(commands.render, render('t1'), 't1');
    const { seen, handle } = collector();

    await bus.work(commands.render, { concurrency: 4 }, handle);

    await within(() => expect(seen).toEqual(['t1']));
  });

  test('a command sent twice under one id is handled once', async () => {
    const bus = await openBus();
    const { seen, handle } = collector();

    await bus.send(commands.render, render('t1'), 't1');
    await bus.send(commands.render, render('t1'), 't1');
    await bus.send(commands.render, render('t2'), 't2');
    await bus.work(commands.render, { concurrency: 1 }, handle);

    await within(() => expect(seen).toContain('t2'));
    expect(seen).toEqual(['t1', 't2']);
  });

  test('the same id on two queues names two commands', async () => {
    const bus = await openBus();
    const { seen, handle } = collector();
    let composed = 0;

    await bus.send(commands.render, render('t1'), 'same');
    await bus.send(commands.compose, commands.compose.codec.decode(new Uint8Array()), 'same');
    await bus.work(commands.render, { concurrency: 1 }, handle);
    await bus.work(commands.compose, { concurrency: 1 }, async () => void (composed += 1));

    await within(() => expect([seen.length, composed]).toEqual([1, 1]));
  });

  test('a retryable error brings the command back after the time it asks for', async () => {
    const bus = await openBus();
    const attempts: { attempt: number; atMs: number }[] = [];

    await bus.work(commands.render, { concurrency: 1 }, async (_, { attempt }) => {
      attempts.push({ attempt, atMs: performance.now() });
      if (attempt === 1) throw new AppError(Code.UNAVAILABLE, 'not now', { retryAfterMs: 300 });
    });
    await bus.send(commands.render, render('t1'), 't1');

    await within(() => expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2]));
    expect(attempts[1]!.atMs - attempts[0]!.atMs).toBeGreaterThanOrEqual(280);
  });

  test.each([
    ['a terminal error', () => Promise.reject(new AppError(Code.INVALID_ARGUMENT, 'no such model'))],
    ['a bug', () => Promise.reject(new TypeError('x is not a function'))],
  ])('%s drops the command for good', async (_, fail) => {
    const bus = await openBus();
    const delivered: string[] = [];

    await bus.work(commands.render, { concurrency: 1 }, (message) => {
      delivered.push(message.shotKey);
      return message.shotKey === 'bad' ? fail() : Promise.resolve();
    });
    await bus.send(commands.render, render('bad'), 'bad');
    await bus.send(commands.render, render('good'), 'good');

    await within(() => expect(delivered).toEqual(['bad', 'good']));
    await expectEmptyQueue();
  });

  test('an undecodable command is dropped and does not stop the queue', async () => {
    const { metrics } = testKit();
    const bus = await openBus({ metrics });
    const raw = await connect({ servers: nats.url });
    const { seen, handle } = collector();

    await raw.request('work.render', new Uint8Array([0xff, 0xff, 0xff]));
    await raw.close();
    await bus.send(commands.render, render('t1'), 't1');
    await bus.work(commands.render, { concurrency: 1 }, handle);

    await within(() => expect(seen).toEqual(['t1']));
    await expectEmptyQueue();
    expect(await metrics.text()).toContain(
      'reelmesh_messages_total{subject="work.render",outcome="undecodable"} 1',
    );
  });

  test('a handler slower than the acknowledgement time keeps its command', async () => {
    const bus = await openBus({ ackWaitMs: 600 });
    const { seen, handle } = collector();
    let finished = false;

    await bus.work(commands.render, { concurrency: 4 }, async (message) => {
      await handle(message);
      await delay(2_000);
      finished = true;
    });
    await bus.send(commands.render, render('slow'), 'slow');

    await within(() => expect(finished).toBe(true));
    expect(seen).toEqual(['slow']);
    await expectEmptyQueue();
  });

  test('a worker takes no more than it has hands for, so that another gets the rest', async () => {
    const [first, second] = [await openBus(), await openBus()];
    const release = Promise.withResolvers<void>();
    const taken = { first: 0, second: 0 };

    await first.work(commands.render, { concurrency: 2 }, () => {
      taken.first += 1;
      return release.promise;
    });
    await within(() => expect(first.connected).toBe(true));
    await Promise.all(
      Array.from({ length: 5 }, (_, n) => first.send(commands.render, render(`t${n}`), `t${n}`)),
    );
    await within(() => expect(taken.first).toBe(2));
    await second.work(commands.render, { concurrency: 5 }, () => {
      taken.second += 1;
      return release.promise;
    });

    await within(() => expect(taken.second).toBe(3));
    expect(taken.first).toBe(2);
    release.resolve();
    await expectEmptyQueue();
  });

  test('500 commands at 16 in flight are each handled, never more than 16 at a time', async () => {
    const bus = await openBus();
    const { seen, handle } = collector();
    let now = 0;
    let most = 0;

    await bus.work(commands.render, { concurrency: 16 }, async (message) => {
      most = Math.max(most, (now += 1));
      await Promise.resolve();
      await handle(message);
      now -= 1;
    });
    await Promise.all(
      Array.from({ length: 500 }, (_, n) => bus.send(commands.render, render(`t${n}`), `t${n}`)),
    );

    await within(() => expect(new Set(seen).size).toBe(500));
    expect(seen).toHaveLength(500);
    expect(most).toBeLessThanOrEqual(16);
  });

  test('stop waits for what is under way and takes nothing new', async () => {
    const bus = await openBus();
    const release = Promise.withResolvers<void>();
    const { seen, handle } = collector();

    const worker = await bus.work(commands.render, { concurrency: 1 }, async (message) => {
      await handle(message);
      await release.promise;
    });
    await bus.send(commands.render, render('t1'), 't1');
    await bus.send(commands.render, render('t2'), 't2');
    await within(() => expect(seen).toEqual(['t1']));
    const stopped = worker.stop();
    release.resolve();
    await stopped;

    expect(seen).toEqual(['t1']);
    const rest = collector();
    await bus.work(commands.render, { concurrency: 1 }, rest.handle);
    await within(() => expect(rest.seen).toEqual(['t2']));
  });

  test('a handler that outlasts the grace time is aborted and its command goes to another worker at once', async () => {
    const bus = await openBus({ stopGraceMs: 50 });
    const { seen, handle } = collector();

    const worker = await bus.work(commands.render, { concurrency: 1 }, async (message, { signal }) => {
      await handle(message);
      await delay(60_000, undefined, { signal });
    });
    await bus.send(commands.render, render('t1'), 't1');
    await within(() => expect(seen).toEqual(['t1']));
    await worker.stop();
    const next = collector();
    await bus.work(commands.render, { concurrency: 1 }, next.handle);

    await within(() => expect(next.seen).toEqual(['t1']), 3_000);
  });

  test('a message larger than NATS carries is refused with the way out', async () => {
    const bus = await openBus();

    const sent = bus.send(commands.render, render('x'.repeat(2 * 1024 * 1024)), 'big');

    await expect(sent).rejects.toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      reason: 'MESSAGE_TOO_LARGE',
      retryable: false,
    });
  });
});

describe('events', () => {
  const outcome = (shotKey: string) => ShotOutcomeEvent.fromPartial({ shotKey });

  test('each group gets every event once, whichever film it is of', async () => {
    const [one, two] = [await openBus(), await openBus()];
    const got: string[] = [];

    await one.subscribe(
      events.outcome,
      { group: 'a', concurrency: 1 },
      async ({ shotKey }) => void got.push(`a ${shotKey}`),
    );
    await two.subscribe(
      events.outcome,
      { group: 'a', concurrency: 1 },
      async ({ shotKey }) => void got.push(`a ${shotKey}`),
    );
    await two.subscribe(
      events.outcome,
      { group: 'b', concurrency: 1 },
      async ({ shotKey }) => void got.push(`b ${shotKey}`),
    );
    await one.publish(events.outcome, film, outcome('s1'), '1');
    await one.publish(events.outcome, { ...film, filmId: 'f2' }, outcome('s2'), '2');
    await one.publish(events.outcome, film, outcome('s1'), '1');
    await one.publish(events.outcome, film, outcome('s3'), '3');

    await within(() => expect(got).toHaveLength(6));
    expect(got.toSorted()).toEqual(['a s1', 'a s2', 'a s3', 'b s1', 'b s2', 'b s3']);
  });

  test('a tail hears one film from now on, stored events and whispers', async () => {
    const bus = await openBus();
    const heard: string[] = [];

    await bus.publish(events.outcome, film, outcome('before'), '0');
    bus.tail(film, (name, data) => heard.push(`${name} ${events.outcome.codec.decode(data).shotKey}`));
    await bus.publish(events.outcome, film, outcome('s1'), '1');
    await bus.publish(events.outcome, { ...film, filmId: 'other' }, outcome('s2'), '2');
    bus.whisper(events.outcome, film, outcome('s3'));

    await within(() => expect(heard).toEqual(['outcome s1', 'outcome s3']));
  });

  test('a hint reaches every listener of its topic', async () => {
    const [one, two] = [await openBus(), await openBus()];
    const heard: string[] = [];

    one.onHint('film', (id) => heard.push(`one ${id}`));
    two.onHint('film', (id) => heard.push(`two ${id}`));
    two.onHint('take', (id) => heard.push(`wrong ${id}`));
    await two.isAlive('flush');
    one.hint('film', 'film/f.1');

    await within(() => expect(heard.toSorted()).toEqual(['one film/f.1', 'two film/f.1']));
  });
});

describe('leases', () => {
  test('an instance lives while it is joined and at once no more when it leaves', async () => {
    const [one, two] = [await openBus(), await openBus()];

    const before = await two.isAlive('i1');
    const membership = await one.join('i1');
    const during = await two.isAlive('i1');
    await membership.stop();
    const after = await two.isAlive('i1');

    expect([before, during, after]).toEqual([false, true, false]);
  });

  test('an instance that is killed is dead after the lease time, a renewed one is not', async () => {
    const [dying, living] = [await openBus({ leaseMs: 900 }), await openBus({ leaseMs: 900 })];
    await dying.join('dying');
    await living.join('living');
    const raw = await connect({ servers: nats.url });
    await dying.close();
    raw.publish('$KV.instances.dying', '');
    await raw.drain();
    expect(await living.isAlive('dying')).toBe(true);

    await vi.waitFor(async () => expect(await living.isAlive('dying')).toBe(false), { timeout: 5_000 });

    expect(await living.isAlive('living')).toBe(true);
  });
});

async function expectEmptyQueue(): Promise<void> {
  const raw = await connect({ servers: nats.url });
  await vi.waitFor(async () => {
    const info = (await raw.request('$JS.API.STREAM.INFO.WORK')).json<{ state: { messages: number } }>();
    expect(info.state.messages).toBe(0);
  });
  await raw.close();
}
