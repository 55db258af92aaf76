import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startEmulator, type FaultAction, type FaultRule, type TestEmulator } from '@reelmesh/testing';
import { CREATE_CREDITS, HEADERS, runwayClient } from './runway-client.ts';

let emulator: TestEmulator;
let runway: ReturnType<typeof runwayClient>;

beforeAll(async () => {
  emulator = await startEmulator({ config: { runway: { queueMs: 0, renderMs: 0, concurrency: null } } });
  runway = runwayClient(emulator);
});
afterAll(() => emulator.stop());
beforeEach(() => emulator.reset());

const rule = (
  operation: FaultRule['match']['operation'],
  action: FaultAction,
  more: Partial<FaultRule['match']> & { times?: number | null } = {},
): FaultRule => {
  const { times, ...match } = more;
  return {
    match: { provider: 'runway', operation, ...match },
    ...(times === undefined ? {} : { times }),
    action,
  };
};
const charges = async () => (await emulator.ledger()).totals.charges;

describe('a lost connection', () => {
  test.each([
    ['reset_before_reading', 0],
    ['reset_before_accepting', 0],
    ['reset_after_accepting', 1],
  ] as const)('of kind %s looks the same to the client and leaves %i charges', async (type, count) => {
    const rules = await emulator.script(rule('create', { type }));

    await expect(runway.create()).rejects.toThrow('fetch failed');

    expect(await charges()).toBe(count);
    expect(await emulator.tasks()).toHaveLength(count);
    expect(await emulator.calls()).toMatchObject([{ operation: 'create', outcome: 'reset', rules }]);
  });
});

describe('a delay', () => {
  test.each(['first', 'last'] as const)(
    'with accept: %s makes the task though the client has gone',
    async (accept) => {
      await emulator.script(rule('create', { type: 'delay', ms: 200, accept }));

      const answer = fetch(`${emulator.runwayUrl}/v1/text_to_video`, {
        method: 'POST',
        headers: HEADERS,
        body: JSON.stringify({ model: 'gen4.5', promptText: 'x', ratio: '720:1280', duration: 2 }),
        signal: AbortSignal.timeout(100),
      });

      await expect(answer).rejects.toThrow();
      await expect.poll(charges).toBe(1);
      await expect.poll(() => emulator.calls()).toMatchObject([{ outcome: 'abandoned', status: 200 }]);
    },
  );

  test('within the patience of the client only takes its time', async () => {
    await emulator.script(rule('get', { type: 'delay', ms: 50 }));

    expect((await runway.get(await runway.createId())).status).toBe(200);
  });
});

describe('a scripted answer', () => {
  test.each([
    [{ 'retry-after': '7' }],
    [{ 'retry-after': '86400' }],
    [{ 'retry-after': 'Wed, 25 Nov 2026 08:00:00 GMT' }],
    [{ 'retry-after-ms': '250' }],
  ])('carries status, headers %j and body', async (headers) => {
    await emulator.script(
      rule('create', { type: 'respond', status: 429, headers, body: { error: 'slow down' } }),
    );

    const answer = await runway.create();

    expect(answer).toMatchObject({ status: 429, body: { error: 'slow down' } });
    expect(Object.fromEntries(answer.headers)).toMatchObject(headers);
    expect(await charges()).toBe(0);
  });

  test('can hide that the task was made', async () => {
    await emulator.script(rule('create', { type: 'respond', status: 504, body: {}, accept: true }));

    const answer = await runway.create();

    expect([answer.status, await charges()]).toEqual([504, 1]);
  });

  test('can be a load balancer page', async () => {
    await emulator.script(rule('create', { type: 'html' }));

    await expect(runway.create()).rejects.toThrow(SyntaxError);
    expect(await emulator.calls()).toMatchObject([{ status: 502, outcome: 'answered' }]);
  });

  test('can be JSON that breaks off, while the task exists', async () => {
    await emulator.script(rule('create', { type: 'truncated_json' }));

    await expect(runway.create()).rejects.toThrow(SyntaxError);
    expect(await charges()).toBe(1);
  });

  test('can name a status that no client knows', async () => {
    const id = await runway.createId();
    await emulator.script(rule('get', { type: 'unknown_status', status: 'ARCHIVING' }));

    expect((await runway.get(id)).body['status']).toBe('ARCHIVING');
    expect((await runway.get(id)).body['status']).toBe('SUCCEEDED');
  });

  test('can carry fields that no client knows', async () => {
    await emulator.script(rule('create', { type: 'unknown_fields', fields: { region: 'eu' } }));

    expect((await runway.create()).body).toMatchObject({
      region: 'eu',
      estimatedCost: { credits: CREATE_CREDITS },
    });
  });

  test('can be from a server whose clock is wrong', async () => {
    const id = await runway.createId();
    const { body: right } = await runway.get(id);
    await emulator.script(rule('get', { type: 'clock_skew', ms: -3_600_000 }));

    const { body: wrong } = await runway.get(id);

    expect(Date.parse(String(right['createdAt'])) - Date.parse(String(wrong['createdAt']))).toBe(3_600_000);
  });
});

describe('a scripted task', () => {
  test.each([
    ['SAFETY.INPUT.TEXT', CREATE_CREDITS],
    ['SAFETY.INPUT.IMAGE', CREATE_CREDITS],
    ['SAFETY.OUTPUT.VIDEO', CREATE_CREDITS],
    ['INPUT_PREPROCESSING.SAFETY.TEXT', CREATE_CREDITS],
    ['INTERNAL.BAD_OUTPUT.CODE01', 0],
    ['ASSET.INVALID', 0],
    ['INPUT_PREPROCESSING.INTERNAL', 0],
    ['INTERNAL', 0],
    ['THIRD_PARTY.UNAVAILABLE', 0],
    ['SOMETHING.NEW', 0],
  ])('that fails with %s costs %i credits', async (failureCode, credits) => {
    await emulator.script(rule('create', { type: 'fail', failureCode }));

    const { body } = await runway.get(await runway.createId());

    expect(body).toMatchObject({ status: 'FAILED', failureCode, cost: { credits } });
    expect((await emulator.ledger()).totals.netCredits).toBe(credits);
  });

  test.each([
    ['zero', 0],
    ['full', CREATE_CREDITS],
    [5, 5],
    [10_000, CREATE_CREDITS],
  ] as const)('that fails without a code at cost %s is charged %i credits', async (cost, credits) => {
    await emulator.script(rule('create', { type: 'fail', cost }));

    const { body } = await runway.get(await runway.createId());

    expect(body).toMatchObject({ status: 'FAILED', cost: { credits } });
    expect(body).not.toHaveProperty('failureCode');
    expect((await emulator.ledger()).totals.netCredits).toBe(credits);
  });

  test.each(['PENDING', 'RUNNING'] as const)('can be stuck in %s', async (at) => {
    await emulator.script(rule('create', { type: 'stuck', at }));
    const id = await runway.createId();

    await emulator.advanceClock(30 * 86_400_000);

    expect((await runway.get(id)).body['status']).toBe(at);
  });

  test('can succeed without an output', async () => {
    await emulator.script(rule('create', { type: 'succeed_without_output' }));

    expect((await runway.get(await runway.createId())).body).toMatchObject({
      status: 'SUCCEEDED',
      output: [],
    });
  });

  test('can take longer than the others', async () => {
    await emulator.script(rule('create', { type: 'pace', renderMs: 3_600_000 }));

    expect((await runway.get(await runway.createId())).body['status']).toBe('RUNNING');
  });

  test('can lose its answer and fail besides', async () => {
    const rules = await emulator.script(
      rule('create', { type: 'reset_after_accepting' }),
      rule('create', { type: 'fail', failureCode: 'INTERNAL' }),
    );

    await expect(runway.create()).rejects.toThrow('fetch failed');

    expect(await emulator.tasks()).toMatchObject([{ status: 'FAILED' }]);
    expect(await emulator.calls()).toMatchObject([{ rules }]);
  });
});

describe('a rule', () => {
  const refused = { type: 'respond', status: 503, body: {} } as const;

  test('takes the nth matching call and as many as it is told', async () => {
    await emulator.script(rule('create', refused, { nth: 2, times: 2 }));

    const statuses = [];
    for (let call = 0; call < 4; call += 1) statuses.push((await runway.create()).status);

    expect(statuses).toEqual([200, 503, 503, 200]);
  });

  test('takes every call when its times are null, until the script is cleared', async () => {
    await emulator.script(rule('create', refused, { times: null }));

    const before = [await runway.create(), await runway.create()];
    await emulator.clearScript();
    const after = await runway.create();

    expect([...before, after].map(({ status }) => status)).toEqual([503, 503, 200]);
  });

  test('looks for words of the prompt, on polls in the prompt of their task', async () => {
    await emulator.script(rule('get', refused, { promptText: 'umbrella', times: null }));
    const [rain, umbrella] = [
      await runway.createId(),
      await runway.createId({ promptText: 'a red umbrella' }),
    ];

    expect([(await runway.get(rain)).status, (await runway.get(umbrella)).status]).toEqual([200, 503]);
  });

  test('leaves other operations alone', async () => {
    await emulator.script(rule('delete', refused, { times: null }));

    expect((await runway.create()).status).toBe(200);
  });

  test('can tell the two steps of an upload apart by the path', async () => {
    await emulator.script(rule('upload', refused, { pathContains: '/runway-cdn/' }));

    const opened = await runway.call('POST', '/v1/uploads', { filename: 'a.png', type: 'ephemeral' });
    const stored = await fetch(String(opened.body['uploadUrl']), { method: 'POST' });

    expect([opened.status, stored.status]).toEqual([200, 503]);
  });
});
