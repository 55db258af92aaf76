import { billedSeconds, priceOf } from '@reelmesh/domain';
import { EMULATOR_BEARER, temporaryDirectory } from '@reelmesh/testing';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadCatalogue } from '../src/catalogue.ts';
import { PRICE, expectLedgersEqual, openWorld } from './world.ts';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => directory.remove());

/** The folder of an operator with these tables. */
async function tables(files: Readonly<Record<string, string>>): Promise<string> {
  const dir = join(directory.path, 'config');
  await mkdir(dir, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  return dir;
}

const on = (day: string) => ({ clock: { now: () => Date.parse(`${day}T12:00:00Z`) } });

describe('the price table', () => {
  test('every model has a price for every length that it offers', async () => {
    const { models } = await loadCatalogue();

    const broken = [...models].filter(([, card]) =>
      card.seconds.some((seconds) => !Number.isSafeInteger(priceOf(card, billedSeconds(card, seconds)!))),
    );

    expect(broken.map(([name]) => name)).toEqual([]);
  });

  test('a price of the operator’s stands in for ours, and changes on its day', async () => {
    const dir = await tables({
      'prices.yaml': `
prices:
  - { provider: runway, model: gen4.5, from: '2026-12-01', microsPerSecond: 150000 }
  - { provider: runway, model: gen4.5, from: '2027-01-01', microsPerSecond: 160000 }
`,
    });
    const priceOn = async (day: string) => {
      const { models } = await loadCatalogue(dir, on(day));
      return priceOf(models.get('runway/gen4.5')!, 2);
    };

    expect(await Promise.all(['2026-12-31', '2027-01-01'].map(priceOn))).toEqual([300_000, 320_000]);
  });

  test('prices change at midnight while the gateway runs', async () => {
    let day = '2026-12-31';
    const dir = await tables({
      'rates.yaml': `
rates:
  - { currency: CNY, from: '2026-12-01', usd: 0.14 }
  - { currency: CNY, from: '2027-01-01', usd: 0.15 }
`,
    });
    const catalogue = await loadCatalogue(dir, { clock: { now: () => Date.parse(day) } });
    const price = () => priceOf(catalogue.models.get('zhipu/cogvideox-3')!, 5);
    const before = price();

    day = '2027-01-01';

    expect([before, price()]).toEqual([140_000, 150_000]);
  });

  test.each([
    [
      'a model that there is not',
      `prices: [{ provider: runway, model: gen9, from: '2026-12-01', microsPerSecond: 1 }]`,
      'no model runway/gen9',
    ],
    [
      'a length without a price',
      `prices: [{ provider: fal, model: pika-2.2-720p, from: '2026-12-01', priceMicros: { 5: 1 } }]`,
      'has no price for 10 s',
    ],
    [
      'a currency without a rate',
      `prices: [{ provider: runway, model: gen4.5, from: '2026-12-01', currency: EUR, microsPerSecond: 1 }]`,
      'is priced in EUR, which has no rate',
    ],
    [
      'two ways to count',
      `prices: [{ provider: runway, model: gen4.5, from: '2026-12-01', microsPerSecond: 1, priceMicros: { 5: 1 } }]`,
      'either microsPerSecond or priceMicros',
    ],
    [
      'a day that is none',
      `prices: [{ provider: runway, model: gen4.5, from: '2026-13-01', microsPerSecond: 1 }]`,
      'from',
    ],
    [
      'a discount above 100',
      `discounts: [{ provider: runway, from: '2026-12-01', percent: 101 }]`,
      'percent',
    ],
    [
      'a discount of nobody',
      `discounts: [{ provider: sora, from: '2026-12-01', percent: 1 }]`,
      'no model sora/*',
    ],
  ])('%s is refused', async (_name, text, message) => {
    const dir = await tables({ 'prices.yaml': text });

    await expect(loadCatalogue(dir)).rejects.toMatchObject({
      ...{ reason: 'CATALOGUE_BROKEN', message: expect.stringContaining(message) as string },
    });
  });

  test('a model of the operator’s without a price is refused', async () => {
    const row = `{ provider: runway, model: mine, revision: r, seconds: [5], expectedMsPerSecond: 1, pollMs: 1, deadlineMs: 1 }`;
    const dir = await tables({ 'catalogue.yaml': `models: [${row}]` });

    await expect(loadCatalogue(dir)).rejects.toThrow('runway/mine: has no price');
  });
});

describe('what is booked', () => {
  const strategies = (candidate: string): string => `
strategies:
  one: { description: '', candidates: [${candidate}], fallbackOn: [], maxTakes: 1 }
`;

  test('a provider that sells in yuan is booked in yuan, to the micro, and counts in dollars', async () => {
    await using world = closing(await openWorld());
    const dir = await tables({ 'strategies.yaml': strategies('zhipu/cogvideox-3') });
    await world.start({ ZHIPU_API_KEY: EMULATOR_BEARER, REELMESH_GATEWAY__CONFIG_DIR: dir });

    await world.render({ strategy: 'one' });

    expect(await world.outcome()).toMatchObject({ $case: 'rendered', value: { costMicros: 140_845 } });
    expect(await world.balance()).toMatchObject({ settledMicros: 1_000_000, heldMicros: 0 });
    await expectLedgersEqual(world);
  });

  test('the tokens that Ark says a task used are booked in yuan, to the micro', async () => {
    await using world = closing(await openWorld());
    const dir = await tables({ 'strategies.yaml': strategies('ark/seedance-1.0-pro-720p') });
    await world.start({ ARK_API_KEY: EMULATOR_BEARER, REELMESH_GATEWAY__CONFIG_DIR: dir });

    await world.render({ strategy: 'one' });

    expect((await world.outcome()).$case).toBe('rendered');
    expect((await world.balance()).settledMicros).toBe(3 * 21_600 * 15);
    await expectLedgersEqual(world);
  });

  test('a discount comes off what is reserved, booked and shown; the list price is kept beside it', async () => {
    await using world = closing(await openWorld());
    const dir = await tables({
      'prices.yaml': `discounts: [{ provider: runway, from: '2026-01-01', percent: 25 }]`,
    });
    await world.start({ REELMESH_GATEWAY__CONFIG_DIR: dir });

    await world.render();

    const discounted = PRICE * 0.75;
    expect(await world.outcome()).toMatchObject({ value: { costMicros: discounted } });
    expect(await world.balance()).toEqual({
      ...{ reservedMicros: discounted, settledMicros: discounted, releasedMicros: 0, heldMicros: 0 },
    });
    await expectLedgersEqual(world);
  });

  test('a discount by volume begins with the clip after the last that it needs', async () => {
    await using world = closing(await openWorld());
    const dir = await tables({
      'prices.yaml': `discounts: [{ provider: runway, from: '2026-01-01', percent: 50, minVideosPerMonth: 2 }]`,
    });
    await world.start({ REELMESH_GATEWAY__CONFIG_DIR: dir });

    for (const [index, letter] of [...'abc'].entries()) {
      await world.render({ shotKey: letter.repeat(64) });
      await world.outcome(index + 1);
      await world.ledger.listBudgets({ tenant: 'local' });
    }

    const costs = (await world.takes()).map(({ costMicros }) => costMicros);
    expect(costs.sort((a, b) => a - b)).toEqual([PRICE / 2, PRICE, PRICE]);
    await expectLedgersEqual(world);
  });
});

function closing<T extends { close(): Promise<void> }>(world: T): T & AsyncDisposable {
  return Object.assign(world, { [Symbol.asyncDispose]: () => world.close() });
}
