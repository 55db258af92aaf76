import { EMULATOR_API_KEY, startEmulator } from '@reelmesh/testing';
import type { TestEmulator } from '@reelmesh/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadCatalogue } from '../src/catalogue.ts';
import { Runway } from '../src/runway.ts';
import { intentFor } from './intent.ts';
import { spec } from './world.ts';

const { models } = await loadCatalogue();
const gen45 = models.get('runway/gen4.5')!;
const signal = AbortSignal.timeout(60_000);

let emulator: TestEmulator;
let runway: Runway;

beforeAll(async () => {
  emulator = await startEmulator({ config: { runway: { queueMs: 0, renderMs: 0, concurrency: null } } });
  runway = new Runway({
    baseUrl: emulator.runwayUrl,
    apiSecret: EMULATOR_API_KEY,
    submitTimeoutMs: 15_000,
    callTimeoutMs: 15_000,
  });
});
afterAll(() => emulator.stop());
beforeEach(() => emulator.reset());

const create = () => runway.submit(intentFor(runway, gen45, spec), 'take-1', signal);

describe("Runway's own figures", () => {
  test('name what each model has cost on each day, to the micro-dollar', async () => {
    await create();
    await create();
    const today = new Date().toISOString().slice(0, 10);

    expect(await runway.usage(today, today, signal)).toEqual([
      { day: today, model: 'gen4.5', micros: 720_000 },
    ]);
    expect((await emulator.ledger()).totals.netMicros).toBe(720_000);
  });

  test('of days without a generation are empty', async () => {
    await create();

    expect(await runway.usage('2020-01-01', '2020-01-31', signal)).toEqual([]);
  });

  test('that make no sense are no figures', async () => {
    await emulator.script({
      match: { provider: 'runway', operation: 'organization' },
      action: { type: 'html', status: 200 },
    });

    await expect(runway.usage('2026-01-01', '2026-01-31', signal)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });
});
