import { CacheServiceDefinition, GetStatsResponse } from '@reelmesh/contracts/cache';
import { commands, events } from '@reelmesh/contracts';
import { ShotOutcomeEvent } from '@reelmesh/contracts/event';
import { RenderCommand } from '@reelmesh/contracts/shot';
import { jetstreamManager } from '@nats-io/jetstream';
import { startNats, testKit, type TestNats } from '@reelmesh/testing';
import { connect } from 'nats';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectBus, type Bus, type BusOptions, type Handlers } from '../src/index.ts';

const film = { tenant: 'acme', filmId: 'f1' };
const { log } = testKit();
let nats: TestNats;
const buses: Bus[] = [];

beforeEach(async () => {
  nats = await startNats();
});
afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
  await nats.stop();
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

function within(expectation: () => void, timeout: number): Promise<void> {
  return vi.waitFor(expectation, { timeout, interval: 10 });
}

test.each(['restart', 'wipe'] as const)(
  'after a %s work flows again by itself within seconds',
  async (fault) => {
    const bus = await openBus();
    const seen: string[] = [];
    await bus.work(commands.render, { concurrency: 2 }, async ({ shotKey }) => void seen.push(shotKey));
    await bus.send(commands.render, RenderCommand.fromPartial({ shotKey: 'before' }), 'before');
    await within(() => expect(seen).toEqual(['before']), 5_000);

    await nats[fault]();
    await bus.send(commands.render, RenderCommand.fromPartial({ shotKey: 'after' }), 'after');

    await within(() => expect(seen).toEqual(['before', 'after']), 8_000);
  },
);

test('after a wipe groups hear the events published since, and instances are alive again', async () => {
  const bus = await openBus();
  const heard: string[] = [];
  await bus.join('i1');
  await bus.subscribe(
    events.outcome,
    { group: 'g', concurrency: 1 },
    async ({ shotKey }) => void heard.push(shotKey),
  );

  await nats.wipe();
  await bus.publish(events.outcome, film, ShotOutcomeEvent.fromPartial({ shotKey: 's1' }), '1');

  await within(() => expect(heard).toEqual(['s1']), 8_000);
  await vi.waitFor(async () => expect(await bus.isAlive('i1')).toBe(true), { timeout: 8_000 });
});

test('what was sent through five kills is all handled, nothing sent is lost', async () => {
  const bus = await openBus();
  const seen = new Set<string>();
  await bus.work(commands.render, { concurrency: 8 }, async ({ shotKey }) => void seen.add(shotKey));
  const sent: string[] = [];
  let sending = true;

  const sender = (async () => {
    for (let n = 0; sending; n += 1) {
      await bus.send(commands.render, RenderCommand.fromPartial({ shotKey: `t${n}` }), `t${n}`);
      sent.push(`t${n}`);
    }
  })();
  for (const least of [50, 100, 150, 200, 250]) {
    await within(() => expect(sent.length).toBeGreaterThan(least), 10_000);
    await nats.restart();
  }
  sending = false;
  await sender;

  await within(() => expect(sent.filter((id) => !seen.has(id))).toEqual([]), 5_000);
}, 40_000);

test('says so while there is no connection, and gives up sending after its time', async () => {
  const bus = await openBus({ publishTimeoutMs: 300 });
  await nats.kill();
  await within(() => expect(bus.connected).toBe(false), 5_000);

  const sent = bus.send(commands.render, RenderCommand.fromPartial({}), 'x');

  await expect(sent).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    reason: 'NATS_DISCONNECTED',
    retryable: true,
  });
  await nats.restart();
  await within(() => expect(bus.connected).toBe(true), 5_000);
});

test('a call under way when nats restarts is made once more when that is harmless', async () => {
  const [server, caller] = [await openBus(), await openBus()];
  let calls = 0;
  const entered = Promise.withResolvers<void>();
  await server.serve(CacheServiceDefinition, {
    getStats: async () => {
      calls += 1;
      entered.resolve();
      if (calls === 1) await new Promise(() => undefined);
      return GetStatsResponse.fromPartial({ clips: 7 });
    },
  } as Partial<Handlers<typeof CacheServiceDefinition>> as Handlers<typeof CacheServiceDefinition>);

  const answer = caller.client(CacheServiceDefinition).getStats({ tenant: 't' }, { timeoutMs: 5_000 });
  await entered.promise;
  await nats.restart();

  expect(await answer).toMatchObject({ clips: 7 });
  expect(calls).toBe(2);
});

test('a worker recovers when its stream is deleted under it', async () => {
  const bus = await openBus();
  const seen: string[] = [];
  await bus.work(commands.render, { concurrency: 1 }, async ({ shotKey }) => void seen.push(shotKey));
  const raw = await connect({ servers: nats.url });
  await (await jetstreamManager(raw)).streams.delete('WORK');
  await raw.close();

  await bus.send(commands.render, RenderCommand.fromPartial({ shotKey: 't1' }), 't1');

  await within(() => expect(seen).toEqual(['t1']), 8_000);
});

test('refuses to start on a stream with other settings, naming both', async () => {
  const raw = await connect({ servers: nats.url });
  await (await jetstreamManager(raw)).streams.add({ name: 'WORK', subjects: ['work.>'], max_msgs: 5 });
  await raw.close();

  const opened = openBus();

  await expect(opened).rejects.toMatchObject({ code: 'FAILED_PRECONDITION', reason: 'NATS_CONFIG_MISMATCH' });
  await expect(opened).rejects.toThrow(/stream WORK: .*max_msgs is 5, wanted 100000/);
});

test('two processes that start at the same moment make the streams once', async () => {
  const opened = await Promise.all(Array.from({ length: 6 }, () => openBus()));

  expect(opened.map((bus) => bus.connected)).toEqual(Array.from({ length: 6 }, () => true));
});

test('without a server connecting fails in time and says where it looked', async () => {
  await nats.kill();

  const opened = openBus({ connectTimeoutMs: 200 });

  await expect(opened).rejects.toMatchObject({ code: 'UNAVAILABLE', reason: 'NATS_UNREACHABLE' });
  await expect(opened).rejects.toThrow(nats.url);
});
