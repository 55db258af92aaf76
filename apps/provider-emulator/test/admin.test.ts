import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startEmulator, type TestEmulator } from '@reelmesh/testing';
import { CREATE, runwayClient } from './runway-client.ts';

let emulator: TestEmulator;

beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());
beforeEach(() => emulator.reset());

async function admin(method: string, path: string, body?: string) {
  const response = await fetch(`${emulator.adminUrl}/${path}`, {
    method,
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const match = { provider: 'runway', operation: 'create' };

describe('the admin API refuses', () => {
  test.each([
    ['script', '{', 'body: must be JSON'],
    [
      'script',
      [{ match, action: { type: 'explode' } }],
      'body[0].action.type: must be one of respond, html,',
    ],
    ['script', { match: { ...match, provider: 'sora' }, action: { type: 'stuck' } }, 'must be one of runway'],
    [
      'script',
      { match: { ...match, operation: 'poll' }, action: { type: 'stuck' } },
      'body[0].match.operation',
    ],
    ['script', { match, action: { type: 'zero_bytes' } }, 'zero_bytes does not apply to create'],
    [
      'script',
      { match, action: { type: 'respond', status: 42, body: {} } },
      'status: must be a whole number from 200',
    ],
    [
      'script',
      { match, action: { type: 'respond', status: 500, headers: { 'a b': 'x' } } },
      '"a b" is no header name',
    ],
    [
      'script',
      { match, action: { type: 'respond', status: 500, headers: { a: 'x\ny' } } },
      'headers.a: has characters',
    ],
    ['script', { match, times: 0, action: { type: 'stuck' } }, 'body[0].times'],
    ['script', { match, action: { type: 'stuck', att: 'PENDING' } }, 'body[0].action.att: unknown field'],
    [
      'script',
      { match: { ...match, promptText: 'x' }, action: { type: 'reset_before_reading' } },
      'never reads the prompt',
    ],
    ['script', { action: { type: 'stuck' } }, 'body[0].match: must be an object'],
    ['clock', { advanceMs: -1 }, 'body.advanceMs: must be a whole number from 0'],
    ['clock', { mode: 'fast' }, 'body.mode: must be one of "real", "virtual"'],
    ['config', { runway: { renderMs: 'slow' } }, 'runway.renderMs: must be a whole number of at least 0'],
    ['restart', { provider: 'sora' }, 'body.provider: must be one of runway, fal'],
    [
      'script',
      { match: { provider: 'zhipu', operation: 'create' }, action: { type: 'refuse', reason: 'quota' } },
      'zhipu has no such refusal; it has auth',
    ],
    [
      'script',
      { match: { provider: 'fal', operation: 'webhook' }, action: { type: 'html' } },
      'html does not apply',
    ],
    ['script', { match, action: { type: 'lose' } }, 'lose does not apply to create'],
    ['config', { fal: { mediaTtlMs: 0 } }, 'fal.mediaTtlMs: must be a whole number of at least 1'],
    ['config', { runway: { speed: 1 } }, 'runway.speed: unknown field; known are queueMs'],
    ['config', { pika: {} }, 'body.pika: unknown provider; known are runway'],
    ['config', [], 'body: must be an object'],
  ])('POST %s of %j', async (path, body, message) => {
    const answer = await admin('POST', path, typeof body === 'string' ? body : JSON.stringify(body));

    expect(answer).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining(message) as string },
    });
  });

  test('all rules of a list when one is wrong, naming every problem', async () => {
    const rules = [
      { match, action: { type: 'stuck' } },
      { match: { ...match, nth: 0 }, times: -1, action: { type: 'stuck' } },
    ];

    const { body } = await admin('POST', 'script', JSON.stringify(rules));

    expect(body['problems']).toHaveLength(2);
    expect((await admin('GET', 'script')).body).toEqual({ rules: [] });
  });

  test('a body above 1 MiB', async () => {
    expect((await admin('POST', 'script', JSON.stringify('x'.repeat(2 ** 20)))).status).toBe(413);
  });

  test('a call that it does not know, naming those it does', async () => {
    const answer = await admin('GET', 'secrets');

    expect(answer).toMatchObject({
      status: 404,
      body: { error: expect.stringContaining('GET /admin/ledger') as string },
    });
  });
});

describe('the admin API', () => {
  test('shows each rule with the calls that it has seen and taken', async () => {
    const [id] = await emulator.script({
      match: { provider: 'runway', operation: 'create', nth: 2 },
      action: { type: 'succeed_without_output' },
    });

    await runwayClient(emulator).create();

    expect((await admin('GET', 'script')).body).toMatchObject({ rules: [{ id, seen: 1, taken: 0 }] });
  });

  test('logs calls with body and digest, unrouted ones too, and never the key', async () => {
    await runwayClient(emulator).create();
    await runwayClient(emulator).call('GET', '/v1/nothing');

    const calls = await emulator.calls();

    expect(calls).toMatchObject([
      {
        seq: 1,
        provider: 'runway',
        operation: 'create',
        method: 'POST',
        path: '/runway/v1/text_to_video',
        status: 200,
        outcome: 'answered',
        body: CREATE,
        bodyDigest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      },
      { seq: 2, operation: 'unrouted', status: 404 },
    ]);
    expect(JSON.stringify(calls)).not.toContain(emulator.apiKey);
  });

  test('stops the clock and moves it by hand, without a jump between the modes', async () => {
    const before = Date.now();

    const stopped = await admin('POST', 'clock', JSON.stringify({ mode: 'virtual' }));
    const moved = await admin('POST', 'clock', JSON.stringify({ advanceMs: 5000 }));
    const running = await admin('POST', 'clock', JSON.stringify({ mode: 'real' }));

    const times = [stopped, moved, running].map(({ body }) => body['nowMs'] as number);
    expect(times[0]).toBeGreaterThanOrEqual(before);
    expect(times[1]).toBe(times[0]! + 5000);
    expect(times[2]).toBeGreaterThanOrEqual(times[1]!);
  });

  test('changes only the settings that it is given', async () => {
    await emulator.configure({ runway: { renderMs: 1 } });
    await emulator.configure({ runway: { credits: 7 } });

    expect((await admin('GET', 'config')).body).toMatchObject({
      runway: { renderMs: 1, credits: 7, concurrency: 2 },
    });
  });

  test('changes nothing when one of several providers is configured badly', async () => {
    const { status } = await admin(
      'POST',
      'config',
      JSON.stringify({ runway: { renderMs: 1 }, fal: { renderMs: 2 }, zhipu: { renderMs: -3 } }),
    );

    expect(status).toBe(400);
    expect((await admin('GET', 'config')).body).toMatchObject({
      runway: { renderMs: 4000 },
      fal: { renderMs: 4000 },
    });
  });

  test('forgets everything on reset', async () => {
    await emulator.configure({ runway: { renderMs: 1 } });
    await emulator.script({ match: { provider: 'runway', operation: 'create' }, action: { type: 'stuck' } });
    await runwayClient(emulator).create();

    await emulator.reset();

    expect(await emulator.tasks()).toEqual([]);
    expect(await emulator.calls()).toEqual([]);
    expect((await emulator.ledger()).entries).toEqual([]);
    expect((await admin('GET', 'script')).body).toEqual({ rules: [] });
    expect((await admin('GET', 'config')).body).toMatchObject({ runway: { renderMs: 4000 } });
  });
});
