import { jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { startNats, testKit, type TestNats } from '@reelmesh/testing';
import { connect } from 'nats';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectBus, type Bus, type Shared } from '../src/index.ts';

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

async function open(onChange: () => void = () => undefined, leaseMs = 15_000): Promise<Shared<number>> {
  const bus = await connectBus({ servers: nats.url, name: 'test', queueGroup: 'test', log, leaseMs });
  buses.push(bus);
  return bus.share('slots.runway', { read: Number, onChange });
}

const add = (record: Shared<number>) => record.update((now = 0) => now + 1);

test('of many who change it at the same moment nobody overwrites another', async () => {
  const records = await Promise.all([open(), open(), open()]);

  await Promise.all(records.flatMap((record) => Array.from({ length: 20 }, () => add(record))));

  await records[0].refresh();
  expect(records[0].value).toBe(60);
});

test('the others hear of a change at once', async () => {
  const heard = vi.fn();
  const [writer, listener] = [await open(), await open(heard)];
  await listener.refresh();
  heard.mockClear();

  await writer.update(() => 7);

  await vi.waitFor(() => expect(listener.value).toBe(7), { timeout: 2_000, interval: 5 });
  expect(heard).toHaveBeenCalledOnce();
});

test('a change that nobody told is seen all the same, a little later', async () => {
  const record = await open(undefined, 300);
  await record.update(() => 1);
  const raw = await connect({ servers: nats.url });

  await (await new Kvm(raw).open('shared')).put('slots.runway', '5');
  await raw.close();

  await vi.waitFor(() => expect(record.value).toBe(5), { timeout: 5_000, interval: 10 });
});

test('what changes nothing is not written', async () => {
  const record = await open();
  await record.update(() => 3);

  await record.update((now) => now);
  await record.update(() => undefined);

  const raw = await connect({ servers: nats.url });
  const { state } = await (await jetstreamManager(raw)).streams.info('KV_shared');
  await raw.close();
  expect(record.value).toBe(3);
  expect(state.last_seq).toBe(1);
});

test('a lost disk is a lost record: everybody sees that it is gone and may write it anew', async () => {
  const [one, two] = [await open(), await open()];
  await one.update(() => 9);
  await vi.waitFor(() => expect(two.value).toBe(9));

  await nats.wipe();

  await vi.waitFor(() => expect([one.value, two.value]).toEqual([undefined, undefined]), { timeout: 8_000 });
  expect(await add(two)).toBe(1);
  await vi.waitFor(() => expect(one.value).toBe(1), { timeout: 5_000 });
});

test('a change made while nats restarts is made when it is back', async () => {
  const record = await open();
  await record.update(() => 1);
  await nats.kill();

  const changed = add(record);
  await nats.restart();

  expect(await changed).toBeGreaterThanOrEqual(2);
});

test('says so when nats does not come back, and keys that nats cannot hold are refused', async () => {
  const bus = await connectBus({
    servers: nats.url,
    name: 'test',
    queueGroup: 'test',
    log,
    publishTimeoutMs: 300,
  });
  buses.push(bus);
  const record = bus.share('slots.runway', { read: Number, onChange: () => undefined });
  await nats.kill();

  await expect(record.update(() => 1)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    reason: 'SHARED_UNAVAILABLE',
  });
  expect(() => bus.share('slots.*', { read: Number, onChange: () => undefined })).toThrow(
    'shared record "slots.*"',
  );
});
