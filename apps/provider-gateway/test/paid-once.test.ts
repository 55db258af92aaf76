import { takeFactId, takeId, takeSeq, takeStream } from '@reelmesh/domain';
import type { Fact, TakeBodies, TakeIntent, TakeKind } from '@reelmesh/domain';
import type { FaultRule } from '@reelmesh/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PRICE, command, expectLedgersEqual, openWorld, spec } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const create = (action: FaultRule['action'], more: Partial<FaultRule> = {}): FaultRule => ({
  match: { provider: 'runway', operation: 'create' },
  action,
  ...more,
});

/** What a gateway that has died left of its first take. */
function leftover(...steps: { [K in TakeKind]?: TakeBodies[K] }[]): Fact[] {
  const id = takeId('film1', command().shotKey, 1);
  const intent: TakeIntent = {
    filmId: 'film1',
    shotId: 's1',
    shotKey: command().shotKey,
    attempt: 1,
    provider: 'runway',
    model: 'gen4.5',
    endpoint: world.emulator.runwayUrl,
    credentialRef: 'env:RUNWAYML_API_SECRET#a36197f6',
    request: {
      path: '/v1/text_to_video',
      body: { model: 'gen4.5', promptText: 'a clerk', ratio: '720:1280', duration: 3, seed: 7 },
    },
    requestDigest: 'd',
    quoteMicros: PRICE,
    spec,
    strategy: 'final',
    decision: { strategy: 'final', candidates: [] },
    warnings: [],
    reservedMicros: 1_000_000,
    fallbackReason: '',
  };
  return [{ 'take.intent': intent }, ...steps].map((step) => {
    const [kind, body] = Object.entries(step)[0] as [TakeKind, unknown];
    return {
      id: takeFactId(id, kind),
      stream: takeStream(id),
      seq: takeSeq[kind],
      kind,
      tenant: 'local',
      atMs: Date.now(),
      epoch: 0,
      body,
    };
  });
}

async function taskMadeByHand(): Promise<string> {
  const answer = await fetch(`${world.emulator.runwayUrl}/v1/text_to_video`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${world.emulator.apiKey}`,
      'x-runway-version': '2024-11-06',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ model: 'gen4.5', promptText: 'a clerk', ratio: '720:1280', duration: 3 }),
  });
  return ((await answer.json()) as { id: string }).id;
}

describe('one charge a take, whatever happens on the way (I1)', () => {
  test('a clean render is charged once and settled to the micro-dollar', async () => {
    await world.start();

    await world.render();

    expect(await world.outcome()).toMatchObject({
      $case: 'rendered',
      value: { provider: 'runway', model: 'gen4.5', costMicros: PRICE, takes: 1, cached: false },
    });
    expect(await world.takes()).toMatchObject([{ state: 'TAKE_STATE_SETTLED', costMicros: PRICE }]);
    expect(world.puts).toEqual([takeId('film1', command().shotKey, 1)]);
    expect(await world.creates()).toBe(1);
    await expectLedgersEqual(world);
  });

  test('the same command delivered five times makes one take', async () => {
    await world.start();

    await Promise.all([1, 2, 3, 4, 5].map(() => world.render()));
    await world.outcome(1);

    expect(await world.creates()).toBe(1);
    expect(await world.takes()).toHaveLength(1);
  });

  test('two gateways given the same shot send it once', async () => {
    await world.start({}, 'one');
    await world.start({}, 'two');

    await Promise.all([1, 2, 3, 4, 5, 6].map(() => world.render()));
    await world.outcome(1);

    expect(await world.creates()).toBe(1);
  });

  test.each([
    ['the connection breaks after the request was read', { type: 'reset_after_accepting' }],
    ['the answer is cut off', { type: 'truncated_json' }],
    ['a load balancer answers 502', { type: 'html', status: 502, accept: true }],
    ['the provider answers 504', { type: 'respond', status: 504, body: {}, accept: true }],
    ['the provider answers 200 without an id', { type: 'respond', status: 200, body: {}, accept: true }],
  ] as const)('when %s: one POST, the take is parked in plain sight', async (_name, action) => {
    await world.emulator.script(create(action));
    await world.start({ REELMESH_GATEWAY__SUBMIT_TIMEOUT_MS: '400' });

    await world.render();

    expect(await world.outcome()).toMatchObject({
      $case: 'failed',
      value: { inDoubt: true, takeId: expect.any(String) as string },
    });
    expect(await world.creates()).toBe(1);
    expect(await world.takes()).toMatchObject([{ state: 'TAKE_STATE_PARKED' }]);
    const { takes } = await world.gateway.listTakes({ tenant: 'local', filmId: '', unknownOnly: true });
    expect(takes).toMatchObject([{ state: 'TAKE_STATE_PARKED', quoteMicros: PRICE }]);
  });

  test('a refused connection was surely not sent: tried again, charged once', async () => {
    await world.start({ RUNWAYML_BASE_URL: 'http://127.0.0.1:9' });
    await world.render({ reservedMicros: 1_000_000 });
    await vi.waitFor(async () => expect((await world.takes())[0]?.state).toBe('TAKE_STATE_NOT_SENT'));

    await vi.waitFor(async () => expect((await world.takes()).length).toBeGreaterThan(1), { timeout: 5000 });

    expect((await world.takes())[1]?.intent.attempt).toBe(2);
    expect(await world.settled()).toBe(0);
  });

  test.each([
    [
      'no credits',
      400,
      { error: 'You do not have enough credits to run this task.' },
      'FAILURE_CLASS_NO_FUNDS',
    ],
    [
      'a body that is refused',
      400,
      { error: 'Validation of body failed', issues: [] },
      'FAILURE_CLASS_INVALID_INPUT',
    ],
    ['a bad key', 401, { error: 'Unauthorized' }, 'FAILURE_CLASS_AUTH'],
    ['the daily quota', 429, { error: 'Daily limit' }, 'FAILURE_CLASS_QUOTA'],
  ] as const)('%s ends the shot with its class after one POST', async (_name, status, body, failure) => {
    await world.emulator.script(create({ type: 'respond', status, body }));
    await world.start();

    await world.render();

    expect(await world.outcome()).toMatchObject({
      $case: 'failed',
      value: { failure, inDoubt: false, costMicros: 0 },
    });
    expect(await world.creates()).toBe(1);
  });

  test.each([
    ['poll errors', { type: 'respond', status: 500, body: {} }, 3],
    ['an HTML page', { type: 'html', status: 502 }, 2],
    ['a broken connection', { type: 'reset_before_reading' }, 2],
  ] as const)('%s never lead to another submit', async (_name, action, times) => {
    await world.emulator.script({ match: { provider: 'runway', operation: 'get' }, action, times });
    await world.start();

    await world.render();

    expect((await world.outcome()).$case).toBe('rendered');
    expect(await world.creates()).toBe(1);
    await expectLedgersEqual(world);
  });

  test.each([
    ['a truncated body', { type: 'truncated_body' }],
    ['an empty file', { type: 'zero_bytes' }],
    ['a file that is no film', { type: 'corrupt_mp4' }],
  ] as const)('%s is downloaded again, not rendered again', async (_name, action) => {
    await world.emulator.script({ match: { provider: 'runway', operation: 'download' }, action });
    await world.start();

    await world.render();

    expect((await world.outcome()).$case).toBe('rendered');
    expect(await world.creates()).toBe(1);
    await expectLedgersEqual(world);
  });

  test('D6: a file address that answers 403 is asked for anew and downloaded, not rendered again', async () => {
    await world.emulator.script({
      match: { provider: 'runway', operation: 'download' },
      action: { type: 'respond', status: 403, body: '' },
    });
    await world.start();

    await world.render();

    expect((await world.outcome()).$case).toBe('rendered');
    const operations = (await world.emulator.calls()).map(({ operation }) => operation);
    expect(operations).toEqual(['create', 'get', 'download', 'get', 'download']);
    await expectLedgersEqual(world);
  });

  test('a file that stays broken is a bad output, paid for and said so', async () => {
    await world.emulator.script({
      match: { provider: 'runway', operation: 'download' },
      action: { type: 'corrupt_mp4' },
      times: null,
    });
    await world.start();

    await world.render();

    expect(await world.outcome()).toMatchObject({
      $case: 'failed',
      value: { failure: 'FAILURE_CLASS_BAD_OUTPUT', costMicros: PRICE },
    });
    await expectLedgersEqual(world);
  });

  test('a redirect to an inner address is not followed', async () => {
    await world.emulator.script({
      match: { provider: 'runway', operation: 'download' },
      action: { type: 'redirect', location: 'http://169.254.169.254/latest/meta-data' },
    });
    await world.start();

    await world.render();

    expect((await world.outcome()).$case).toBe('rendered');
    expect(await world.creates()).toBe(1);
  });
});

describe('a gateway that takes up what a dead one left', () => {
  test('sends an intent that was never sent, once', async () => {
    await world.write(...leftover());
    await world.start();

    await world.render();

    expect((await world.outcome()).$case).toBe('rendered');
    expect(await world.creates()).toBe(1);
    await expectLedgersEqual(world);
  });

  test('D1: does not send what may have been sent: it is in doubt', async () => {
    await world.write(...leftover({ 'take.sending': { sender: 'gateway-one/rdead' } }));
    await world.start();

    await world.render();

    expect(await world.outcome()).toMatchObject({ $case: 'failed', value: { inDoubt: true } });
    expect(await world.creates()).toBe(0);
  });

  test('leaves a send alone while the gateway that makes it is alive', async () => {
    await world.write(...leftover({ 'take.sending': { sender: 'gateway-other/r1' } }));
    const other = await world.bus.join('gateway-other');
    await world.start();

    await world.render();
    await world.render({ filmId: 'film2', shotKey: 'b'.repeat(64) });
    await world.outcome();

    expect(await world.takes()).toMatchObject([{ state: 'TAKE_STATE_SENDING' }]);
    await other.stop();
  });

  test('keeps a paid clip though nobody asks for it any more (I2)', async () => {
    const taskId = await taskMadeByHand();
    await world.write(
      ...leftover({ 'take.sending': { sender: 'gateway-one/rdead' } }, { 'take.accepted': { taskId } }),
    );

    await world.start();

    expect((await world.outcome()).$case).toBe('rendered');
    expect(world.puts).toHaveLength(1);
  });

  test('tells the outcome again when it is asked again', async () => {
    await world.start();
    await world.render();
    await world.outcome(1);

    await world.render();

    expect((await world.outcome(2)).$case).toBe('rendered');
    expect(await world.creates()).toBe(1);
  });
});

describe('an operator ends the doubt', () => {
  beforeEach(async () => {
    await world.emulator.script(create({ type: 'reset_after_accepting' }));
    await world.start();
    await world.render();
    await world.outcome(1);
  });
  const takeIdOfShot = takeId('film1', command().shotKey, 1);
  const resolve = (
    resolution: 'RESOLUTION_ATTACH' | 'RESOLUTION_VOID' | 'RESOLUTION_WRITE_OFF',
    taskId = '',
  ) => world.gateway.resolveTake({ tenant: 'local', takeId: takeIdOfShot, resolution, taskId });

  test('attach: the paid task is fetched, nothing is charged anew', async () => {
    const [task] = await world.emulator.tasks();

    await resolve('RESOLUTION_ATTACH', task!.id);

    expect((await world.outcome(2)).$case).toBe('rendered');
    expect(await world.creates()).toBe(1);
    await expectLedgersEqual(world);
  });

  test('write-off: the charge is booked, and the film is told to ask again', async () => {
    await resolve('RESOLUTION_WRITE_OFF');

    expect((await world.outcome(2)).$case).toBe('abandoned');
    await expectLedgersEqual(world);
  });

  test('void: the shot may be rendered anew', async () => {
    await resolve('RESOLUTION_VOID');
    await world.outcome(2);

    await world.render();

    expect((await world.outcome(3)).$case).toBe('rendered');
    expect(await world.takes()).toMatchObject([
      { state: 'TAKE_STATE_NOT_FOUND' },
      { state: 'TAKE_STATE_SETTLED' },
    ]);
  });

  test('a take without doubt, of another tenant or attached to nothing is refused', async () => {
    await expect(resolve('RESOLUTION_ATTACH')).rejects.toMatchObject({ reason: 'TASK_ID_MISSING' });
    await world.render({ shotKey: 'b'.repeat(64) });
    await world.outcome(2);
    const other = (await world.takes()).find((take) => take.state === 'TAKE_STATE_SETTLED');
    await expect(resolve('RESOLUTION_ATTACH', other!.taskId)).rejects.toMatchObject({ reason: 'TASK_TAKEN' });
    await expect(
      world.gateway.resolveTake({
        tenant: 'other',
        takeId: takeIdOfShot,
        resolution: 'RESOLUTION_VOID',
        taskId: '',
      }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await resolve('RESOLUTION_VOID');
    await expect(resolve('RESOLUTION_VOID')).rejects.toMatchObject({ reason: 'TAKE_NOT_IN_DOUBT' });
  });
});
