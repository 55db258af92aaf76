import { ListEntriesRequest } from '@reelmesh/contracts/ledger';
import { foldTake, reservation, settleId, takeFactId, takeId, takeSeq, takeStream } from '@reelmesh/domain';
import type { Fact } from '@reelmesh/domain';
import { temporaryDirectory } from '@reelmesh/testing';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadBudgets } from '../src/budgets.ts';
import { PRICE, command, expectLedgersEqual, openWorld, spec } from './world.ts';
import type { World } from './world.ts';

let world: World;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeEach(async () => {
  [world, directory] = await Promise.all([openWorld(), temporaryDirectory()]);
});
afterEach(async () => {
  await world.close();
  await directory.remove();
});

const key = (index: number): string => index.toString(16).padStart(2, '0').repeat(32);

/** Settings of a gateway with these tables of the operator's. */
async function tables(files: Readonly<Record<string, string>>) {
  const dir = join(directory.path, 'config');
  await mkdir(dir, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  return { REELMESH_GATEWAY__CONFIG_DIR: dir };
}
const budgets = (...rows: string[]) =>
  tables({ 'budgets.yaml': ['budgets:', ...rows.map((row) => `  - ${row}`)].join('\n') });

const dollars = (micros: number): string => (micros / 1_000_000).toFixed(6);

const ended = () => world.outcomes.map(({ outcome }) => outcome?.$case);

describe('a hard budget (I4)', () => {
  test('for 100 of 200 shots lets exactly 100 through, over three gateway processes at once', async () => {
    const env = {
      ...(await budgets(`{ tenant: '*', per: day, usd: '${dollars(100 * PRICE)}' }`)),
      REELMESH_GATEWAY__RUNWAY_CONCURRENCY: '9',
    };
    await Promise.all(['one', 'two', 'three'].map((name) => world.spawn(env, name)));

    await Promise.all(Array.from({ length: 200 }, (_, index) => world.render({ shotKey: key(index) })));
    await vi.waitFor(() => expect(world.outcomes).toHaveLength(200), { timeout: 100_000, interval: 100 });

    expect(await world.creates()).toBe(100);
    expect(ended().filter((how) => how === 'rendered')).toHaveLength(100);
    expect((await world.emulator.peaks())['runway']).toBeLessThanOrEqual(9);
    expect(await world.balance()).toMatchObject({ settledMicros: 100 * PRICE, heldMicros: 0 });
    await expectLedgersEqual(world);
  }, 120_000);

  test('refuses before anything is sent, and says whose it is, how much there is and how much was needed', async () => {
    await world.start(await budgets(`{ provider: runway, per: day, usd: '${dollars(PRICE - 1)}' }`));

    await world.render();

    expect(await world.outcome()).toMatchObject({
      $case: 'failed',
      value: {
        failure: 'FAILURE_CLASS_BUDGET',
        message: expect.stringMatching(
          /^the budget of provider runway for \d{4}-\d\d-\d\d of \$0\.359999: \$0\.00 used, \$0\.36 needed$/,
        ) as string,
      },
    });
    expect(await world.creates()).toBe(0);
    expect(await world.takes()).toMatchObject([{ state: 'TAKE_STATE_REJECTED' }]);
    expect(await world.balance()).toMatchObject({ reservedMicros: 0, heldMicros: 0 });
  });

  test('of one tenant takes nothing from another', async () => {
    await world.start(await budgets(`{ tenant: local, per: month, usd: 0 }`));

    await world.render();
    await world.render({ tenant: 'other', filmId: 'film2' });
    await world.outcome(2);

    expect(world.outcomes.map(({ tenant, outcome }) => [tenant, outcome?.$case]).sort()).toEqual([
      ['local', 'failed'],
      ['other', 'rendered'],
    ]);
  });

  test('what a take gives back is there for the next one', async () => {
    await world.emulator.script({
      match: { provider: 'runway', operation: 'create' },
      action: { type: 'fail', failureCode: 'ASSET.INVALID', cost: 'zero' },
    });
    await world.start(await budgets(`{ platform: true, per: month, usd: '${dollars(PRICE)}' }`));

    await world.render({ shotKey: key(1) });
    await world.outcome(1);
    await world.render({ shotKey: key(2) });

    expect((await world.outcome(2)).$case).toBe('rendered');
    await expectLedgersEqual(world);
  });

  test('a take in doubt keeps its money: nobody else gets it until the doubt has ended', async () => {
    await world.emulator.script({
      match: { provider: 'runway', operation: 'create' },
      action: { type: 'reset_after_accepting' },
    });
    await world.start(await budgets(`{ tenant: local, per: day, usd: '${dollars(PRICE)}' }`));
    await world.render({ shotKey: key(1) });
    await world.outcome(1);

    await world.render({ shotKey: key(2) });
    expect(await world.outcome(2)).toMatchObject({ value: { failure: 'FAILURE_CLASS_BUDGET' } });
    const takeOfDoubt = takeId('film1', key(1), 1);
    await world.gateway.resolveTake({
      ...{ tenant: 'local', takeId: takeOfDoubt, resolution: 'RESOLUTION_VOID', taskId: '' },
    });
    await world.render({ filmId: 'film2', shotKey: key(3) });

    await vi.waitFor(() => expect(ended()).toContain('rendered'), { timeout: 5000 });
    expect(await world.balance()).toMatchObject({ settledMicros: 0, heldMicros: 0 });
  });

  test('a free model steps in where the strategy lets it, a dearer one never', async () => {
    const config = {
      ...(await tables({
        'budgets.yaml': `budgets: [{ provider: fal, per: day, usd: 0 }]`,
        'strategies.yaml': `
strategies:
  to-free:
    description: ''
    candidates: [fal/pika-2.2-720p, self-hosted/animatic]
    fallbackOn: [BUDGET]
    maxTakes: 4
  to-dearer:
    description: ''
    candidates: [fal/pika-2.2-720p, runway/gen4.5]
    fallbackOn: [BUDGET]
    maxTakes: 4
`,
      })),
      FAL_KEY: 'emulator:0123456789abcdef',
    };
    await world.start(config);

    await world.render({ strategy: 'to-free' });
    await world.outcome(1);
    await world.render({ strategy: 'to-dearer', shotKey: key(2) });
    await world.outcome(2);

    expect(world.outcomes.map(({ outcome }) => outcome)).toMatchObject([
      { $case: 'rendered', value: { provider: 'self-hosted', takes: 2 } },
      { $case: 'failed', value: { failure: 'FAILURE_CLASS_BUDGET' } },
    ]);
    expect(world.outcomes[1]).toMatchObject({
      outcome: { value: { message: expect.stringContaining('the budget of provider fal') as string } },
    });
    expect(await world.creates()).toBe(0);
  });
});

describe('a soft budget', () => {
  test('warns once in the log and on every take above it, and lets them go on', async () => {
    await world.start(await budgets(`{ tenant: local, per: day, usd: '${dollars(PRICE)}', limit: soft }`));

    for (const index of [1, 2, 3]) {
      await world.render({ shotKey: key(index) });
      await world.outcome(index);
    }

    expect(ended()).toEqual(['rendered', 'rendered', 'rendered']);
    const warnings = (await world.takes()).map(({ intent }) => intent.warnings.length);
    expect(warnings.sort()).toEqual([0, 1, 1]);
    expect(world.lines.filter((line) => line.includes('it is soft'))).toHaveLength(1);
    await expectLedgersEqual(world);
  });
});

describe('a gateway that died between setting money aside and sending', () => {
  const id = takeId('film1', command().shotKey, 1);
  function leftover(): Fact[] {
    const intent = {
      ...{ filmId: 'film1', shotId: 's1', shotKey: command().shotKey, attempt: 1, provider: 'runway' },
      ...{ model: 'gen4.5', endpoint: world.emulator.runwayUrl, credentialRef: 'env:RUNWAYML_API_SECRET' },
      request: {
        path: '/v1/text_to_video',
        body: { model: 'gen4.5', promptText: 'a clerk', ratio: '720:1280', duration: 3, seed: 7 },
      },
      ...{ requestDigest: 'd', quoteMicros: PRICE, spec, strategy: 'final', warnings: [] },
      ...{ decision: { strategy: 'final', candidates: [] }, reservedMicros: PRICE, fallbackReason: '' },
    };
    const kind = 'take.intent' as const;
    const fact = {
      ...{ id: takeFactId(id, kind), stream: takeStream(id), seq: takeSeq[kind], kind, tenant: 'local' },
      ...{ atMs: Date.now(), epoch: 0, body: intent },
    };
    return [fact, reservation(foldTake([fact])!, 1, Date.now())];
  }

  test('is followed by one that sends with that money, once', async () => {
    await world.write(...leftover());
    await world.start(await budgets(`{ tenant: local, per: day, usd: '${dollars(PRICE)}' }`));

    await world.render();

    expect((await world.outcome()).$case).toBe('rendered');
    expect(await world.balance()).toEqual({
      ...{ reservedMicros: PRICE, settledMicros: PRICE, releasedMicros: 0, heldMicros: 0 },
    });
    await expectLedgersEqual(world);
  });

  test('holds nothing any more when its film was cancelled meanwhile', async () => {
    await world.write(...leftover());
    await world.start({}, 'first').then((gateway) => gateway.stop());
    await world.write({
      ...{ id: 'take-stop/film1', stream: 'take-stop/film1', seq: 1, kind: 'take.film_stopped' },
      ...{ tenant: 'local', atMs: 0, epoch: 0, body: {} },
    });

    await world.start({}, 'second');

    await vi.waitFor(async () => expect((await world.balance()).heldMicros).toBe(0));
    expect(await world.takes()).toMatchObject([{ state: 'TAKE_STATE_CANCELLED' }]);
    expect(await world.creates()).toBe(0);
  });
});

test('a charge that a dead gateway booked before it learned what the take cost is corrected (I1)', async () => {
  await world.emulator.script({
    match: { provider: 'runway', operation: 'create' },
    action: { type: 'fail', failureCode: 'SAFETY.OUTPUT.VIDEO', cost: 24 },
  });
  const id = takeId('film1', command().shotKey, 1);
  await world.write({
    ...{ id: settleId('film1', id), stream: 'ledger/film1', seq: 0, kind: 'ledger.settle', tenant: 'local' },
    ...{ atMs: Date.now(), epoch: 0 },
    body: {
      ...{ entry: 'LEDGER_KIND_SETTLE', filmId: 'film1', shotId: 's1', takeId: id, provider: 'runway' },
      ...{
        model: 'gen4.5',
        amountMicros: PRICE,
        currency: 'USD',
        usdMicros: PRICE,
        listMicros: PRICE,
        seconds: 3,
      },
    },
  });
  await world.start();

  await world.render();

  expect(await world.outcome()).toMatchObject({ $case: 'failed', value: { costMicros: 240_000 } });
  await vi.waitFor(async () => expect((await world.balance()).settledMicros).toBe(240_000));
  await expectLedgersEqual(world);
});

describe('budgets for people', () => {
  test('say what of them is used up now', async () => {
    await world.start(
      await budgets(
        `{ tenant: '*', per: day, usd: 10 }`,
        `{ provider: runway, per: day, usd: 20, limit: soft }`,
        `{ platform: true, per: month, usd: 30 }`,
      ),
    );
    await world.render();
    await world.outcome();

    const { budgets: uses } = await world.ledger.listBudgets({ tenant: 'local' });

    expect(
      uses.map(({ scope, subject, limitMicros, settledMicros, hard }) => [
        ...[scope, subject, limitMicros, settledMicros, hard],
      ]),
    ).toEqual([
      ['BUDGET_SCOPE_TENANT_DAY', 'local', 10_000_000, PRICE, true],
      ['BUDGET_SCOPE_PLATFORM_MONTH', '', 30_000_000, PRICE, true],
      ['BUDGET_SCOPE_PROVIDER_DAY', 'runway', 20_000_000, PRICE, false],
    ]);
    const { entries } = await world.ledger.listEntries(ListEntriesRequest.fromPartial({ tenant: 'local' }));
    expect(entries.map(({ kind }) => kind)).toEqual(['LEDGER_KIND_RESERVE', 'LEDGER_KIND_SETTLE']);
  });

  test.each([
    ['a provider that there is not', `{ provider: sora, per: day, usd: 1 }`, 'no provider sora'],
    [
      'a limit twice',
      `{ tenant: a, per: day, usd: 1 }, { tenant: a, per: day, usd: 2 }`,
      'tenant_day a: has two hard limits',
    ],
    ['a fraction of a micro', `{ tenant: a, per: day, usd: '0.0000001' }`, 'at most six decimals'],
    ['a provider by the month', `{ provider: runway, per: month, usd: 1 }`, 'must be of a tenant'],
  ])('%s is refused', async (_name, rows, message) => {
    const { REELMESH_GATEWAY__CONFIG_DIR: dir } = await tables({ 'budgets.yaml': `budgets: [${rows}]` });

    await expect(loadBudgets(['runway'], dir)).rejects.toMatchObject({
      ...{ reason: 'CATALOGUE_BROKEN', message: expect.stringContaining(message) as string },
    });
  });
});
