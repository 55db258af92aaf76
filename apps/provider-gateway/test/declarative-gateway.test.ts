import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EMULATOR_BEARER, temporaryDirectory } from '@reelmesh/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { expectLedgersEqual, openWorld } from './world.ts';
import type { World } from './world.ts';

const kling = await readFile(new URL('../data/providers/kling.yaml', import.meta.url), 'utf8');
/** A provider of the operator's own: as Kling, under another name and with a key of its own. */
const own = kling.replace('provider: kling', 'provider: mine').replace(/KLING_/g, 'MINE_');
const strategies = `strategies:
  mine: { description: mine, candidates: [mine/v2.6-std], fallbackOn: [], maxTakes: 2 }
`;

let world: World;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => {
  directory = await temporaryDirectory();
  await mkdir(join(directory.path, 'providers'));
  await writeFile(join(directory.path, 'strategies.yaml'), strategies);
});
afterAll(() => directory[Symbol.asyncDispose]());
beforeEach(async () => {
  await writeFile(join(directory.path, 'providers/mine.yaml'), own);
  world = await openWorld();
});
afterEach(() => world.close());

const start = (env: Readonly<Record<string, string>> = { MINE_API_KEY: EMULATOR_BEARER }) =>
  world.start({
    REELMESH_GATEWAY__CONFIG_DIR: directory.path,
    MINE_BASE_URL: world.emulator.klingUrl,
    ...env,
  });

describe('a provider that is a file of the operator', () => {
  test('renders a shot, once, for what it says that it charged', async () => {
    await start();

    await world.render({ strategy: 'mine' });

    expect((await world.outcome()).$case).toBe('rendered');
    const [take] = await world.takes();
    expect(take).toMatchObject({ state: 'TAKE_STATE_SETTLED', costMicros: 280_000 });
    expect(await world.creates()).toBe(1);
    await expectLedgersEqual(world);
  });

  test('is found by the take’s id when the connection drops after the create was read, and not paid twice', async () => {
    await start();
    await world.emulator.script({
      match: { provider: 'kling', operation: 'create' },
      action: { type: 'reset_after_accepting' },
    });

    await world.render({ strategy: 'mine' });

    await world.outcome();
    const takes = await world.takes();
    expect(takes.map(({ state }) => state)).toEqual(['TAKE_STATE_SETTLED']);
    expect(await world.creates()).toBe(1);
    await expectLedgersEqual(world);
  });

  test('is no candidate while its key is not set, and nothing is sent', async () => {
    await start({});

    await world.render({ strategy: 'mine' });

    expect(JSON.stringify(await world.outcome())).toContain('not_configured');
    expect(await world.creates()).toBe(0);
  });

  test('that is broken stops the start, with file, line and field', async () => {
    await writeFile(
      join(directory.path, 'providers/mine.yaml'),
      own.replace('concurrency: 5', 'concurrency: 0'),
    );

    await expect(start()).rejects.toMatchObject({
      reason: 'CATALOGUE_BROKEN',
      message: expect.stringMatching(/mine\.yaml.*line \d+: concurrency/s) as string,
    });
  });
});

test('the provider of the README, written by nobody in code, renders a shot in its own words and ledgers are equal', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const section = readme.slice(readme.indexOf('### Adding a provider'));
  const [file = '', table = ''] = [...section.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);
  await using acme = await temporaryDirectory();
  const path = join(acme.path, 'providers/acme.yaml');
  await mkdir(join(acme.path, 'providers'));
  await writeFile(path, file);
  await writeFile(join(acme.path, 'strategies.yaml'), table);
  const played = await openWorld([path]);
  onTestFinished(() => played.close());
  await played.emulator.configure({ 'recorded-acme': { queueMs: 0, renderMs: 0 } });
  await played.emulator.script({
    match: { provider: 'recorded-acme', operation: 'create' },
    action: { type: 'fail', failureCode: 'crashed' },
  });
  await played.start({
    REELMESH_GATEWAY__CONFIG_DIR: acme.path,
    ACME_BASE_URL: played.emulator.recorded?.['recorded-acme'] ?? '',
    ACME_API_KEY: EMULATOR_BEARER,
  });

  await played.render({ strategy: 'acme' });

  expect((await played.outcome()).$case).toBe('rendered');
  expect((await played.takes()).map(({ state }) => state)).toEqual([
    'TAKE_STATE_FAILED',
    'TAKE_STATE_SETTLED',
  ]);
  expect(await played.creates()).toBe(2);
  await expectLedgersEqual(played);
});
