import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { tryMake } from './support/made-films.ts';
import type { Made } from './support/made-films.ts';
import { openPaidHouse } from './support/paid-house.ts';
import type { PaidHouse } from './support/paid-house.ts';
import { runCli } from './support/processes.ts';
import { random } from './support/random.ts';

const pace = { queueMs: 10, renderMs: 100, concurrency: null, dailyQuota: null };
const slow = { ...pace, renderMs: 600_000 };
const linesOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `Lamp number ${index + 1} goes out above the empty crates.`);

let house: PaidHouse;
afterEach(() => house.close());

const until = (check: () => Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 30_000, interval: 20 });
const statesOf = async (): Promise<readonly string[]> =>
  (await house.books()).takes.map(({ state }) => state.slice('TAKE_STATE_'.length));

describe('a paid film, one process for all services', () => {
  let api: string;
  beforeEach(async () => {
    house = await openPaidHouse({
      emulator: { runway: pace },
      env: { REELMESH_SCHEDULER__REDRIVE_MS: '300', REELMESH_GATEWAY__SUBMIT_TIMEOUT_MS: '20000' },
    });
    api = await house.serve('all');
  });

  test('D1: killed after the submit, before the task id is stored: shown as doubtful, never sent again, paid once', async () => {
    await house.emulator.script({
      match: { provider: 'runway', operation: 'create' },
      action: { type: 'delay', ms: 3000 },
    });
    const script = await house.script('one.fountain', linesOf(1));
    const first = house.start(house.options(script, api));
    await until(async () => expect(await house.emulator.tasks()).toHaveLength(1));

    await house.kill('all');
    first.child.kill('SIGKILL');
    api = await house.serve('all');
    const ended = await tryMake(house.options(script, api));

    expect(ended).toMatchObject({ code: 4, stderr: expect.stringContaining('is in doubt') as string });
    expect(await statesOf()).toEqual(['PARKED']);
    await house.expectLedgersEqual();
    expect(await house.insist(house.options(script, api), api)).toMatchObject({ code: 0 });
    expect([await house.creates(), await statesOf()]).toEqual([1, ['SETTLED']]);
    await house.expectLedgersEqual();
  }, 120_000);

  test('D5: moderation rejects 1 of 18 shots: the other 17 finish, and after an edit that shot alone is paid for', async () => {
    await house.emulator.script({
      match: { provider: 'runway', operation: 'create', promptText: 'number 7 ' },
      action: { type: 'fail', failureCode: 'SAFETY.INPUT.TEXT', failure: 'Input text was rejected' },
    });
    const lines = linesOf(18);
    const script = await house.script('lamps.fountain', lines);

    const refused = await tryMake(house.options(script, api));

    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('1 shot of 18 could not be rendered (number 7)') as string,
    });
    const states = await statesOf();
    expect([states.length, states.filter((state) => state === 'SETTLED').length]).toEqual([18, 17]);
    await house.expectLedgersEqual();

    await house.script('lamps.fountain', lines.with(6, 'A lantern takes its place, and burns.'));
    const ended = await tryMake(house.options(script, api));

    expect(ended).toMatchObject({ code: 0 });
    expect(JSON.parse(ended.stdout) as Made).toMatchObject({ rendered: 1, cached: 17 });
    expect(await house.creates()).toBe(19);
    await house.expectLedgersEqual();
  }, 120_000);

  test('D9: a cancelled film cancels all that runs and sends nothing more; what was charged is booked', async () => {
    await house.emulator.configure({ runway: slow });
    const script = await house.script('lamps.fountain', linesOf(20));
    const making = house.start(house.options(script, api));
    await until(async () =>
      expect((await statesOf()).filter((state) => state === 'ACCEPTED').length).toBeGreaterThanOrEqual(8),
    );
    const [filmId = ''] = (await house.books()).takes.map(({ intent }) => intent.filmId);

    expect(await runCli(['cancel', filmId, '--server', api])).toMatchObject({ code: 0 });

    expect(await making.ended).toMatchObject({ code: 1 });
    await until(async () => expect(new Set(await statesOf())).toEqual(new Set(['CANCELLED'])));
    const open = (await house.emulator.tasks()).filter(({ ended }) => ended === undefined);
    expect(open).toEqual([]);
    expect(await house.creates()).toBeLessThan(20);
    await house.expectLedgersEqual();
  }, 120_000);

  test('D13: no parent gives up before its child: takes that outlast every redrive are waited for, each sent once', async () => {
    await house.emulator.configure({ runway: { ...pace, renderMs: 2000, concurrency: 2 } });
    const script = await house.script('lamps.fountain', linesOf(6));

    expect(await tryMake(house.options(script, api))).toMatchObject({ code: 0 });

    expect([await house.creates(), (await house.books()).takes.length]).toEqual([6, 6]);
    await house.expectLedgersEqual();
  }, 120_000);

  test('D14: a shot edited while it renders: the old clip is kept and not shown, the edit alone is paid for when asked', async () => {
    await house.emulator.configure({ runway: { ...pace, renderMs: 4000 } });
    const lines = linesOf(5);
    const old = await house.script('lamps.fountain', lines);
    const first = house.start(house.options(old, api));
    await until(async () => expect(await house.emulator.tasks()).toHaveLength(5));
    const edited = await house.script('edited.fountain', lines.with(2, 'A cat walks between the crates.'));

    const ended = await tryMake(house.options(edited, api, ['-o', join(house.home, 'edited.mp4')]));

    expect(ended).toMatchObject({ code: 0 });
    expect(await first.ended).toMatchObject({ code: 0 });
    expect(JSON.parse(ended.stdout) as Made).toMatchObject({ rendered: 1, cached: 4 });
    expect(await house.creates()).toBe(6);
    await house.expectLedgersEqual();
  }, 120_000);

  test('D15: looking at a film while it renders, again and again, makes no paid call', async () => {
    await house.emulator.configure({ runway: { ...pace, renderMs: 3000 } });
    const script = await house.script('lamps.fountain', linesOf(4));
    const making = house.start(house.options(script, api));
    await until(async () => expect(await house.emulator.tasks()).toHaveLength(4));
    const [filmId = ''] = (await house.books()).takes.map(({ intent }) => intent.filmId);

    const watched = await Promise.all([1, 2, 3].map(() => runCli(['watch', filmId, '--server', api])));
    // The same request as the one that is under way.
    const again = await tryMake(house.options(script, api));

    expect([...watched, await making.ended, again].map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
    expect(await house.creates()).toBe(4);
    await house.expectLedgersEqual();
  }, 120_000);
});

test('D10: killed when 5 of 12 shots were handed out: those are waited for, the other 7 are sent, each once', async () => {
  house = await openPaidHouse({
    emulator: { runway: { ...pace, renderMs: 6000 } },
    env: { REELMESH_SCHEDULER__MAX_IN_FLIGHT: '5' },
  });
  let api = await house.serve('all');
  const script = await house.script('lamps.fountain', linesOf(12));
  const first = house.start(house.options(script, api));
  await until(async () => expect(await statesOf()).toEqual(Array(5).fill('ACCEPTED')));

  await house.kill('all');
  first.child.kill('SIGKILL');
  const sent = await house.creates();
  await house.emulator.configure({ runway: pace });
  api = await house.serve('all');

  expect(sent).toBe(5);
  expect(await tryMake(house.options(script, api))).toMatchObject({ code: 0 });
  expect([await house.creates(), (await house.books()).takes.length]).toEqual([12, 12]);
  await house.expectLedgersEqual();
}, 120_000);

test('D17: two gateways and a scheduler killed in turn at any moment: the film completes, paid once a shot, every doubt shown', async () => {
  house = await openPaidHouse({
    emulator: { runway: { ...pace, renderMs: 500 } },
    env: { REELMESH_SCHEDULER__REDRIVE_MS: '1000', REELMESH_GATEWAY__RUNWAY_CONCURRENCY: '4' },
  });
  const replicas = [
    ['gateway-a', 'provider-gateway'],
    ['gateway-b', 'provider-gateway'],
    ['scheduler', 'scheduler'],
  ] as const;
  const [api] = await Promise.all([
    house.serve('rest', 'cache,script-parser,gpu-inference,composer,api'),
    ...replicas.map(([name, service]) => house.serve(name, service)),
  ]);
  const script = await house.script('lamps.fountain', linesOf(24));
  const options = house.options(script, api);
  const making = house.start(options);
  const next = random(20261125);

  for (let round = 0; round < 9; round += 1) {
    const [name, service] = replicas[round % replicas.length] ?? replicas[0];
    const target = round * 2 + next() * 2;
    await until(async () => expect(await house.creates()).toBeGreaterThan(target));
    await wait(next() * 200);
    await house.kill(name);
    await house.serve(name, service);
  }
  const first = await making.ended;
  const ended = first.code === 0 ? first : await house.insist(options, api);

  expect(ended).toMatchObject({ code: 0 });
  const { takes, doubtful } = await house.books();
  const settled = takes.filter(({ state }) => state === 'TAKE_STATE_SETTLED');
  expect([settled.length, new Set(settled.map(({ intent }) => intent.shotKey)).size]).toEqual([24, 24]);
  expect(doubtful).toEqual([]);
  expect(await house.creates()).toBe((await house.emulator.tasks()).length);
  await house.expectLedgersEqual();
}, 240_000);
