import { EMULATOR_FAL_KEY } from '@reelmesh/testing';
import type { FaultAction } from '@reelmesh/testing';
import type { Environment } from '@reelmesh/service';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebhookAddresses } from '../src/webhooks/addresses.ts';
import { freePort, startSigner } from './fal-signer.ts';
import { openWorld } from './world.ts';
import type { World } from './world.ts';

const SECRET = 'a secret of a gateway, long enough';
const PRICE = 200_000;

let world: World;
let port: number;
beforeEach(async () => {
  [world, port] = await Promise.all([openWorld(), freePort()]);
});
afterEach(() => world.close());

const command = { strategy: 'cheapest' };

/** A gateway that polls too seldom to find anything by itself within a test. */
const hooked = (more: Environment = {}): Environment => ({
  FAL_KEY: EMULATOR_FAL_KEY,
  FAL_JWKS_URL: world.emulator.falJwksUrl,
  REELMESH_GATEWAY__WEBHOOK_URL: `http://127.0.0.1:${port}`,
  REELMESH_GATEWAY__WEBHOOK_PORT: String(port),
  REELMESH_GATEWAY__WEBHOOK_SECRET: SECRET,
  REELMESH_GATEWAY__POLL_PERCENT: '1000',
  ...more,
});
const pace = (renderMs: number, more = {}) =>
  world.emulator.configure({ fal: { queueMs: 0, renderMs, concurrency: null, webhookRetries: 0, ...more } });
const onWebhook = (action: FaultAction) =>
  world.emulator.script({ match: { provider: 'fal', operation: 'webhook' }, action });
const calls = async (operation: string) =>
  (await world.emulator.calls()).filter((call) => call.operation === operation);
const delivered = (count: number) =>
  vi.waitFor(
    async () => {
      const statuses = (await calls('webhook')).map(({ status }) => status);
      expect(statuses.filter((status) => status !== undefined)).toHaveLength(count);
      return statuses;
    },
    { timeout: 10_000, interval: 10 },
  );

describe('a webhook of fal', () => {
  test('has its take polled at once, and what it says is not taken for the result', async () => {
    await pace(300);
    await onWebhook({ type: 'without_payload' });
    await world.start(hooked());

    await world.render(command);

    expect(await world.outcome()).toMatchObject({ $case: 'rendered', value: { costMicros: PRICE } });
    expect(await delivered(1)).toEqual([200]);
    expect((await world.emulator.ledger()).totals.netMicros).toBe(await world.settled());
  });

  test('that comes twice changes nothing', async () => {
    await pace(300);
    await onWebhook({ type: 'duplicate', copies: 3 });
    await world.start(hooked());

    await world.render(command);

    expect((await world.outcome()).$case).toBe('rendered');
    expect(await delivered(3)).toEqual([200, 200, 200]);
    expect(await world.settled()).toBe(PRICE);
    expect(world.outcomes).toHaveLength(1);
  });

  test('that comes before the answer to the create is heeded as soon as there is a task', async () => {
    await pace(0);
    // Without the clip to describe it is sent at once.
    await onWebhook({ type: 'without_payload' });
    await world.emulator.script({
      match: { provider: 'fal', operation: 'create' },
      action: { type: 'delay', ms: 1500 },
    });
    await world.start(hooked());

    await world.render(command);

    expect((await world.outcome()).$case).toBe('rendered');
    expect(await delivered(1)).toEqual([503]);
  });

  test.each([
    ['signed by somebody else', { type: 'bad_signature' }],
    ['signed ten minutes ago', { type: 'stale_timestamp' }],
  ] as const)('%s is refused without a word and without a poll', async (_title, fault) => {
    await pace(100);
    await onWebhook(fault);
    await world.start(hooked());

    await world.render(command);

    expect(await delivered(1)).toEqual([401]);
    expect(await calls('get')).toEqual([]);
    expect((await world.takes())[0]?.state).toBe('TAKE_STATE_ACCEPTED');
  });

  test('that is lost costs time alone: the poll finds the clip', async () => {
    await pace(50);
    await onWebhook({ type: 'lose' });
    await world.start(hooked({ REELMESH_GATEWAY__POLL_PERCENT: '1' }));

    await world.render(command);

    expect((await world.outcome()).$case).toBe('rendered');
  });

  test('tells which request a create made whose answer was lost: paid once, rendered', async () => {
    await pace(600, { webhookRetries: 5, webhookRetryMs: 200 });
    await world.emulator.script(
      { match: { provider: 'fal', operation: 'create' }, action: { type: 'reset_after_accepting' } },
      {
        match: { provider: 'fal', operation: 'list' },
        times: null,
        action: { type: 'html', status: 502 },
      },
    );
    await world.start(hooked());

    await world.render(command);

    expect(await world.outcome(1)).toMatchObject({ $case: 'failed', value: { inDoubt: true } });
    expect(await world.outcome(2)).toMatchObject({ $case: 'rendered', value: { costMicros: PRICE } });
    expect(await world.creates()).toBe(1);
    expect(JSON.stringify(await world.facts.readPrefix('take/'))).toContain('"by":"webhook"');
    expect((await world.emulator.ledger()).totals.netMicros).toBe(await world.settled());
  });

  test('has an address that is in no fact and in no log line', async () => {
    await pace(100);
    await world.start(hooked());

    await world.render(command);
    await world.outcome();

    const [create] = await calls('create');
    const address = new URL(`http://x${create?.path ?? ''}`).searchParams.get('fal_webhook') ?? '';
    const mac = address.split('/').at(-1) ?? '';
    expect(mac).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(await world.facts.readPrefix(''))).not.toContain(mac);
    expect(world.lines.join('\n')).not.toContain(mac);
    expect(world.lines.join('\n')).not.toContain(SECRET);
  });
});

describe('whoever else calls', () => {
  let fal: Awaited<ReturnType<typeof startSigner>>;
  beforeEach(async () => {
    fal = await startSigner();
  });
  afterEach(() => fal.stop());

  const addresses = () => new WebhookAddresses(`http://127.0.0.1:${port}`, SECRET);
  const ours = () => hooked({ FAL_JWKS_URL: fal.url });

  /** As fal would report the request to the take's address. */
  async function report(takeId: string, requestId: string, changes: Partial<Report> = {}): Promise<number> {
    const body = changes.body ?? JSON.stringify({ request_id: requestId, status: 'OK', payload: null });
    const response = await fetch(changes.url ?? addresses().of(takeId), {
      method: changes.method ?? 'POST',
      headers: { ...fal.headers(requestId, body, changes.atMs), ...changes.headers },
      ...(changes.method === 'PUT' || changes.method === undefined ? { body } : {}),
    });
    expect(await response.text()).toBe('');
    return response.status;
  }
  interface Report {
    readonly url: string;
    readonly method: string;
    readonly body: string;
    readonly headers: Record<string, string>;
    readonly atMs: number;
  }

  /** A take under way, and the id of its request. */
  async function accepted(filmId = 'film1') {
    await world.render({ ...command, filmId });
    return vi.waitFor(async () => {
      const [take] = await world.takes(filmId);
      expect(take?.state).toBe('TAKE_STATE_ACCEPTED');
      return { id: take!.id, requestId: take!.taskId.split('/').at(-1)! };
    });
  }

  test('is answered with a status alone, and counted', async () => {
    await pace(60_000);
    const gateway = await world.start(ours());
    const { id, requestId } = await accepted();
    const foreign = new WebhookAddresses(`http://127.0.0.1:${port}`, `${SECRET}!`);

    expect(await report(id, requestId)).toBe(200);
    expect(await report(id, requestId)).toBe(200);
    expect(await report(id, requestId, { url: foreign.of(id) })).toBe(404);
    expect(await report(id, requestId, { url: `http://127.0.0.1:${port}/` })).toBe(404);
    expect(await report(id, requestId, { method: 'GET' })).toBe(404);
    expect(await report(id, requestId, { method: 'PUT' })).toBe(404);
    expect(await report('film1-0000000000000000-1', requestId)).toBe(404);
    expect(await report(id, requestId, { headers: { 'x-fal-webhook-signature': '' } })).toBe(400);
    expect(await report(id, requestId, { headers: { 'x-fal-webhook-user-id': 'user-2' } })).toBe(401);
    expect(await report(id, requestId, { body: 'no json' })).toBe(400);
    expect(await report(id, requestId, { body: '{"request_id":"another"}' })).toBe(400);
    expect(await report(id, requestId, { atMs: Date.now() - 301_000 })).toBe(401);
    expect(await report(id, requestId, { atMs: Date.now() + 302_000 })).toBe(401);
    expect(await report(id, 'another')).toBe(409);

    const counted = await gateway.metrics.text();
    expect(counted).toContain('reelmesh_webhooks_total{provider="fal",outcome="hint"} 2');
    expect(counted).toContain('reelmesh_webhooks_total{provider="fal",outcome="not_found"} 4');
    expect(counted).toContain('reelmesh_webhooks_total{provider="fal",outcome="bad_signature"} 1');
    expect(counted).toContain('reelmesh_webhooks_total{provider="fal",outcome="stale"} 2');
    expect(counted).toContain('reelmesh_webhooks_total{provider="fal",outcome="other_take"} 1');
  });

  test('with a body that is too large is not read to its end', async () => {
    await pace(60_000);
    await world.start(ours());
    const { id, requestId } = await accepted();
    const body = JSON.stringify({ request_id: requestId, payload: 'x'.repeat(300_000) });

    expect(await report(id, requestId, { body })).toBe(413);
  });

  test('a webhook of another take’s request ends no doubt', async () => {
    await pace(60_000);
    await world.emulator.script(
      { match: { provider: 'fal', operation: 'create', nth: 2 }, action: { type: 'reset_after_accepting' } },
      {
        match: { provider: 'fal', operation: 'list' },
        times: null,
        action: { type: 'html', status: 502 },
      },
    );
    await world.start(ours());
    const first = await accepted();
    await world.render({ ...command, filmId: 'film2' });
    await world.outcome(1);
    const [doubtful] = await world.takes('film2');

    expect(await report(doubtful!.id, first.requestId)).toBe(409);

    expect((await world.takes('film2'))[0]?.state).toBe('TAKE_STATE_PARKED');
  });

  test('while there are no keys, fal is asked to come again, and the keys are not asked for each time', async () => {
    await pace(60_000);
    fal.setDown(true);
    await world.start(ours());
    const { id, requestId } = await accepted();

    expect(await report(id, requestId)).toBe(503);
    expect(await report(id, requestId)).toBe(503);

    expect(fal.requests).toBe(1);
  });
});

describe('settings', () => {
  test.each([
    [{ REELMESH_GATEWAY__WEBHOOK_SECRET: '' }, 'REELMESH_GATEWAY__WEBHOOK_SECRET must be set'],
    [{ REELMESH_GATEWAY__WEBHOOK_SECRET: 'short' }, '32 characters or more'],
    [{ REELMESH_GATEWAY__WEBHOOK_URL: 'http://gateway.example' }, 'must be https off loopback'],
    [{ FAL_JWKS_URL: 'http://rest.fal.example/jwks' }, 'FAL_JWKS_URL http://rest.fal.example/jwks must be'],
  ])('%j is refused at the start', async (env, problem) => {
    await expect(world.start(hooked(env))).rejects.toThrow(problem);
  });
});
