import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { QuoteShotsRequest } from '@reelmesh/contracts/shot';
import { EMULATOR_FAL_KEY, startEmulator, temporaryDirectory } from '@reelmesh/testing';
import type { FaultRule } from '@reelmesh/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PRICE, command, openWorld, quick } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const outcomeOfTask = (failureCode: string): FaultRule => ({
  match: { provider: 'runway', operation: 'create' },
  action: { type: 'fail', failureCode, failure: 'no' },
});

describe('the free provider', () => {
  test('a draft is rendered by our own machines and costs nothing', async () => {
    await world.start();

    await world.render({ strategy: 'draft', reservedMicros: 0 });

    expect(await world.outcome()).toMatchObject({
      $case: 'rendered',
      value: {
        provider: 'self-hosted',
        model: 'animatic',
        costMicros: 0,
        clip: { frames: 36, fpsMilli: 12_000 },
      },
    });
    expect(await world.settled()).toBe(0);
  });

  test('a job that its machine lost is started again under the same take', async () => {
    world.gpu.state = 'JOB_STATE_RUNNING';
    await world.start();
    await world.render({ strategy: 'draft' });
    await vi.waitFor(async () => expect((await world.takes())[0]?.state).toBe('TAKE_STATE_ACCEPTED'));

    world.jobs.clear();
    world.gpu.state = 'JOB_STATE_SUCCEEDED';

    expect((await world.outcome()).$case).toBe('rendered');
    expect(world.gpu.starts).toHaveLength(2);
    expect(await world.takes()).toHaveLength(1);
  });
});

describe('fallback with consent (I5)', () => {
  test('a bad output goes to the next model that the strategy names, and says why', async () => {
    await world.emulator.script(outcomeOfTask('INTERNAL.BAD_OUTPUT.CODE01'));
    await world.start();

    await world.render({ strategy: 'final-or-draft' });

    expect(await world.outcome()).toMatchObject({
      $case: 'rendered',
      value: {
        provider: 'self-hosted',
        takes: 2,
        fallbackReason: expect.stringContaining('runway/gen4.5: bad_output') as string,
      },
    });
    const { filmId } = command();
    const { takes } = await world.gateway.listTakes({ tenant: 'local', filmId, unknownOnly: false });
    expect(takes.map(({ provider, fallbackReason }) => [provider, fallbackReason])).toEqual([
      ['runway', ''],
      ['self-hosted', expect.stringContaining('runway/gen4.5: bad_output')],
    ]);
  });

  test.each(['SAFETY.INPUT.TEXT', 'SAFETY.OUTPUT.VIDEO', 'ASSET.INVALID', 'SOMETHING.NEW'])(
    '%s is final: no other model is asked',
    async (code) => {
      await world.emulator.script(outcomeOfTask(code));
      await world.start();

      await world.render({ strategy: 'final-or-draft' });

      expect((await world.outcome()).$case).toBe('failed');
      expect(world.gpu.starts).toEqual([]);
    },
  );

  test("a moderated output goes on where the operator's own strategy says so, for that tenant only", async () => {
    await world.emulator.script({ ...outcomeOfTask('SAFETY.OUTPUT.VIDEO'), times: 2 });
    await using own = await temporaryDirectory();
    await writeFile(
      join(own.path, 'strategies.yaml'),
      `tenants: { acme: { final-or-draft: { description: "", maxTakes: 2,
        candidates: [runway/gen4.5, self-hosted/animatic], fallbackOn: [MODERATED_OUTPUT] } } }`,
    );
    await world.start({ REELMESH_GATEWAY__CONFIG_DIR: own.path });

    await world.render({ strategy: 'final-or-draft', tenant: 'acme' });
    const consented = await world.outcome(1);
    await world.render({ strategy: 'final-or-draft', filmId: 'film2' });

    expect(consented).toMatchObject({
      $case: 'rendered',
      value: { provider: 'self-hosted', takes: 2, costMicros: PRICE },
    });
    expect(await world.outcome(2)).toMatchObject({
      $case: 'failed',
      value: { failure: 'FAILURE_CLASS_MODERATED_OUTPUT' },
    });
  });

  test('a charge in doubt is no reason to ask another model', async () => {
    await world.emulator.script({
      match: { provider: 'runway', operation: 'create' },
      action: { type: 'reset_after_accepting' },
    });
    await world.start();

    await world.render({ strategy: 'final-or-draft' });

    expect(await world.outcome()).toMatchObject({ $case: 'failed', value: { inDoubt: true } });
    expect(world.gpu.starts).toEqual([]);
  });

  test('a moderated task costs what the provider says', async () => {
    await world.emulator.script(outcomeOfTask('SAFETY.OUTPUT.VIDEO'));
    await world.start();

    await world.render();

    expect(await world.outcome()).toMatchObject({
      $case: 'failed',
      value: { failure: 'FAILURE_CLASS_MODERATED_OUTPUT', costMicros: PRICE },
    });
    expect(await world.settled()).toBe(PRICE);
  });
});

describe('an allowance for a duplicate', () => {
  const lost = (times: number): FaultRule => ({
    match: { provider: 'runway', operation: 'create' },
    times,
    action: { type: 'reset_after_accepting' },
  });
  let own: Awaited<ReturnType<typeof temporaryDirectory>>;
  beforeEach(async () => {
    own = await temporaryDirectory();
    await writeFile(
      join(own.path, 'strategies.yaml'),
      `strategies: { insistent: { description: "", maxTakes: 4, duplicateAllowance: 1,
        candidates: [runway/gen4.5, self-hosted/animatic], fallbackOn: [TRANSIENT] } }`,
    );
    await world.start({ REELMESH_GATEWAY__CONFIG_DIR: own.path });
  });
  afterEach(() => own.remove());
  const insistent = { strategy: 'insistent', reservedMicros: 2 * PRICE };

  test('has a lost create made once more; the first stays in doubt, in sight and reserved (I1, I3)', async () => {
    await world.emulator.script(lost(1));

    await world.render(insistent);

    expect(await world.outcome()).toMatchObject({
      $case: 'rendered',
      value: { takes: 2, costMicros: PRICE },
    });
    const [first, second] = await world.takes();
    expect([first?.state, second?.state]).toEqual(['TAKE_STATE_PARKED', 'TAKE_STATE_SETTLED']);
    expect(second?.intent.warnings).toContain(
      `possible duplicate: whether take ${first?.id} was charged is unknown`,
    );
    const { takes: unknown } = await world.gateway.listTakes({
      tenant: 'local',
      filmId: '',
      unknownOnly: true,
    });
    expect(unknown).toMatchObject([{ id: first?.id, quoteMicros: PRICE }]);
    expect((await world.emulator.ledger()).totals.netMicros).toBe((await world.settled()) + PRICE);
  });

  test('has both charges booked when the first comes to light', async () => {
    await world.emulator.script(lost(1));
    await world.render(insistent);
    await world.outcome(1);
    const [first] = await world.takes();
    const [task] = await world.emulator.tasks();

    await world.gateway.resolveTake({
      tenant: 'local',
      takeId: first!.id,
      resolution: 'RESOLUTION_ATTACH',
      taskId: task!.id,
    });

    expect(await world.outcome(2)).toMatchObject({ $case: 'rendered', value: { costMicros: 2 * PRICE } });
    expect((await world.emulator.ledger()).totals.netMicros).toBe(await world.settled());
  });

  test('is one: a second lost create leaves the shot in doubt', async () => {
    await world.emulator.script(lost(3));

    await world.render(insistent);

    expect(await world.outcome()).toMatchObject({ $case: 'failed', value: { inDoubt: true } });
    expect(await world.creates()).toBe(2);
    expect(world.gpu.starts).toEqual([]);
  });

  test('is not spent where it was not reserved for (I4)', async () => {
    await world.emulator.script(lost(1));

    await world.render({ ...insistent, reservedMicros: 2 * PRICE - 1 });

    expect(await world.outcome()).toMatchObject({ $case: 'failed', value: { inDoubt: true } });
    expect(await world.creates()).toBe(1);
  });

  test('is part of what a shot may cost at most', async () => {
    const request = { tenant: 'local', strategy: 'insistent', specs: [command().spec!], approved: [] };

    const { quotes } = await world.gateway.quoteShots({
      ...request,
      quality: 'QUALITY_HIGH',
      hypothetical: false,
    });

    expect(quotes).toMatchObject([{ expectedMicros: PRICE, limitMicros: 2 * PRICE }]);
  });
});

describe('limits', () => {
  test('a shot whose reservation does not cover the price is not submitted (I4)', async () => {
    await world.start();

    await world.render({ reservedMicros: PRICE - 1 });

    expect(await world.outcome()).toMatchObject({
      $case: 'failed',
      value: { failure: 'FAILURE_CLASS_BUDGET' },
    });
    expect(await world.creates()).toBe(0);
  });

  test('no more takes are under way at Runway than allowed', async () => {
    await world.emulator.configure({
      runway: { queueMs: 0, renderMs: 300, concurrency: null, dailyQuota: null },
    });
    await world.start({ REELMESH_GATEWAY__RUNWAY_CONCURRENCY: '2' });

    await Promise.all([...'abcdef'].map((letter) => world.render({ shotKey: letter.repeat(64) })));
    await world.outcome(6);

    const tasks = await world.emulator.tasks();
    const overlaps = tasks.map(
      (task) =>
        tasks.filter((other) => other.createdAt <= task.createdAt && other.ended!.at > task.createdAt).length,
    );
    expect(Math.max(...overlaps)).toBeLessThanOrEqual(2);
  });

  test('without a key Runway is not a candidate, and the message says so', async () => {
    await world.start({ RUNWAYML_API_SECRET: '' });

    await world.render();

    expect(await world.outcome()).toMatchObject({
      $case: 'failed',
      value: { message: expect.stringContaining('runway/gen4.5: not_configured') as string },
    });
  });
});

describe('an outage', () => {
  const render = (letter: string, strategy: string) => world.render({ shotKey: letter.repeat(64), strategy });

  test('of ten minutes: the breaker opens, the next model steps in and says why, a probe closes it, Runway renders again', async () => {
    // A thousandth of the real pace: down for 600 ms and more, probed after 100, 200, 400 ms.
    await world.start({ REELMESH_GATEWAY__BREAKER_RESET_MS: '100' });
    await world.emulator.stop();
    await Promise.all([...'abcdef'].map((letter) => render(letter, 'final-or-draft')));
    await world.outcome(6);
    const reasons = world.outcomes.map(
      ({ outcome }) => outcome?.$case === 'rendered' && outcome.value.fallbackReason,
    );

    const port = Number(new URL(world.emulator.runwayUrl).port);
    await using back = await startEmulator({ port, config: quick });
    await render('g', 'final');

    expect(await world.outcome(7)).toMatchObject({ $case: 'rendered', value: { provider: 'runway' } });
    expect(reasons).toContain('runway/gen4.5: breaker_open');
    expect(reasons.filter((reason) => reason === false || !reason.startsWith('runway/gen4.5: '))).toEqual([]);
    expect(world.lines.join('')).toMatch(/breaker opened[^]*breaker closed/);
    expect((await back.ledger()).totals.netMicros).toBe(await world.settled());
  });
});

describe('a hold', () => {
  const refuse = (status: number, error: string): FaultRule => ({
    match: { provider: 'runway', operation: 'create' },
    action: { type: 'respond', status, body: { error } },
    times: null,
  });

  test('an empty account is asked once; other shots fail as it did, without a POST and without another model', async () => {
    await world.emulator.configure({
      runway: { queueMs: 0, renderMs: 0, concurrency: null, dailyQuota: null, credits: 0 },
    });
    await world.start();
    await world.render({ strategy: 'final-or-draft' });
    await world.outcome(1);

    await world.render({ shotKey: 'b'.repeat(64), strategy: 'final-or-draft' });

    expect(await world.outcome(2)).toMatchObject({
      $case: 'failed',
      value: { failure: 'FAILURE_CLASS_NO_FUNDS' },
    });
    expect(await world.creates()).toBe(1);
    expect(world.gpu.starts).toEqual([]);
  });

  test('ends when a check finds the account good again, not by time alone', async () => {
    await world.emulator.script(refuse(400, 'You do not have enough credits to run this task.'));
    await world.emulator.configure({
      runway: { queueMs: 0, renderMs: 0, concurrency: null, dailyQuota: null, credits: 0 },
    });
    await world.start({ REELMESH_GATEWAY__HOLD_CHECK_MS: '50' });
    await world.render();
    await world.outcome(1);
    const checks = async () =>
      (await world.emulator.calls()).filter((one) => one.operation === 'organization').length;
    await vi.waitFor(async () => expect(await checks()).toBeGreaterThanOrEqual(2));
    await world.render({ shotKey: 'b'.repeat(64) });
    await world.outcome(2);
    expect(await world.creates()).toBe(1);

    await world.emulator.clearScript();
    await world.emulator.configure({
      runway: { queueMs: 0, renderMs: 0, concurrency: null, dailyQuota: null, credits: 1000 },
    });
    const before = await checks();
    await vi.waitFor(async () => expect(await checks()).toBeGreaterThan(before), { timeout: 5000 });
    await world.render({ shotKey: 'c'.repeat(64) });

    expect(await world.outcome(3)).toMatchObject({ $case: 'rendered' });
  });
});

describe('cancelling a film', () => {
  test('cancels what runs, sends nothing that waits, and keeps the books straight', async () => {
    await world.emulator.configure({
      runway: { queueMs: 0, renderMs: 60_000, concurrency: null, dailyQuota: null },
    });
    await world.start({ REELMESH_GATEWAY__RUNWAY_CONCURRENCY: '1' });
    await world.render();
    await vi.waitFor(async () => expect((await world.takes())[0]?.state).toBe('TAKE_STATE_ACCEPTED'));
    await world.render({ shotKey: 'b'.repeat(64) });
    await vi.waitFor(async () => expect(await world.takes()).toHaveLength(2));

    await world.gateway.cancelTakes({ tenant: 'local', filmId: 'film1' });

    await world.outcome(2);
    expect((await world.takes()).map((take) => take.state)).toEqual([
      'TAKE_STATE_CANCELLED',
      'TAKE_STATE_CANCELLED',
    ]);
    expect(await world.creates()).toBe(1);
    expect((await world.emulator.ledger()).totals.netMicros).toBe(await world.settled());
  });

  test('a command that comes after the cancel sends nothing', async () => {
    await world.start();
    await world.gateway.cancelTakes({ tenant: 'local', filmId: 'film1' });

    await world.render();

    expect(await world.outcome()).toMatchObject({
      $case: 'failed',
      value: { failure: 'FAILURE_CLASS_CANCELLED' },
    });
    expect(await world.creates()).toBe(0);
  });
});

describe('quotes', () => {
  const quote = (strategy: string, more: Partial<QuoteShotsRequest> = {}) =>
    world.gateway.quoteShots({
      tenant: 'local',
      strategy,
      specs: [command().spec!],
      quality: 'QUALITY_HIGH',
      approved: [],
      hypothetical: false,
      ...more,
    });

  test('price the first candidate, reserve for the dearest, and explain', async () => {
    await world.start();

    const { quotes } = await quote('final-or-draft');

    expect(quotes[0]?.strategyDigest).toMatch(/^[0-9a-f]{64}$/);
    expect(quotes).toMatchObject([
      {
        expectedMicros: PRICE,
        limitMicros: PRICE,
        decision: { candidates: [{ reason: 'chosen' }, { reason: 'ranked_lower' }] },
      },
    ]);
  });

  test('price the draft of a shot until its final is approved, at the quality asked for', async () => {
    await world.start({ FAL_KEY: EMULATOR_FAL_KEY });
    const specs = [command().spec!, command().spec!];

    const { quotes } = await quote('mixed', { specs, quality: 'QUALITY_ULTRA', approved: [false, true] });

    expect(quotes).toMatchObject([
      { strategy: 'preview@ultra', expectedMicros: 200_000, limitMicros: 200_000 },
      { strategy: 'final@ultra', expectedMicros: PRICE, limitMicros: PRICE },
    ]);
    expect(quotes[0]?.strategyDigest).not.toBe(quotes[1]?.strategyDigest);
  });

  test('a shot is rendered by the member of the family that its quote named', async () => {
    await world.start({ FAL_KEY: EMULATOR_FAL_KEY });
    const { quotes } = await quote('cheapest', { quality: 'QUALITY_ULTRA' });

    await world.render({ strategy: quotes[0]!.strategy });

    expect(await world.outcome()).toMatchObject({ $case: 'rendered', value: { provider: 'fal' } });
    expect(quotes[0]!.decision?.candidates.map(({ model }) => model)).toContain('pika-2.2-1080p');
  });

  test('an unknown strategy is refused with the names of those that exist', async () => {
    await world.start();

    await expect(quote('finale')).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'STRATEGY_UNKNOWN',
      message:
        'unknown strategy "finale": use one of draft, preview, final, mixed, final-or-draft, resilient, cheapest, fastest, self-hosted-first',
    });
  });
});
