import { takeFactId, takeId, takeSeq, takeStream } from '@reelmesh/domain';
import type { TakeKind } from '@reelmesh/domain';
import { EMULATOR_API_KEY, EMULATOR_BEARER, EMULATOR_FAL_KEY } from '@reelmesh/testing';
import type { Environment } from '@reelmesh/service';
import type { FaultRule } from '@reelmesh/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { expectLedgersEqual, openWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const fal: Environment = { FAL_KEY: EMULATOR_FAL_KEY };
const zhipu: Environment = { ZHIPU_API_KEY: EMULATOR_BEARER };
const server = (more: Environment = {}): Environment => ({
  OPENAI_VIDEOS_BASE_URL: world.emulator.vllmOmniUrl,
  ...more,
});
const cheapest = { strategy: 'cheapest' };
const lostCreate = (provider: FaultRule['match']['provider']): FaultRule => ({
  match: { provider, operation: 'create' },
  action: { type: 'reset_after_accepting' },
});

describe('Pika at fal', () => {
  test('renders 3 s as 5 s at the price of 5 s, and the take says so', async () => {
    await world.start(fal);

    await world.render(cheapest);

    expect(await world.outcome()).toMatchObject({
      $case: 'rendered',
      value: { provider: 'fal', model: 'pika-2.2-720p', costMicros: 200_000 },
    });
    const [take] = await world.takes();
    expect(take?.intent.warnings).toEqual([
      'unsupported: 3 s; rendered 5 s, trimmed by the composer',
      "unsupported: 24 fps; rendered at the model's own rate, evened out by the composer",
    ]);
    expect(take?.intent.fallbackReason).toBe('zhipu/cogvideox-3: not_configured');
    expect((await world.emulator.ledger()).totals.netMicros).toBe(await world.settled());
  });

  test('a create whose answer was lost is found in the list of requests: paid once, rendered', async () => {
    await world.emulator.script(lostCreate('fal'));
    await world.start(fal);

    await world.render(cheapest);

    expect((await world.outcome()).$case).toBe('rendered');
    expect(await world.creates()).toBe(1);
    expect(await world.takes()).toMatchObject([{ state: 'TAKE_STATE_SETTLED' }]);
    expect((await world.emulator.ledger()).totals.netMicros).toBe(await world.settled());
  });

  test('a list that cannot be had leaves the take to an operator, who may ask for it again', async () => {
    await world.emulator.script(lostCreate('fal'), {
      match: { provider: 'fal', operation: 'list' },
      action: { type: 'html', status: 502 },
    });
    await world.start(fal);
    await world.render(cheapest);
    expect(await world.outcome()).toMatchObject({ $case: 'failed', value: { inDoubt: true } });

    await world.render(cheapest);

    expect((await world.outcome(2)).$case).toBe('rendered');
    expect(await world.creates()).toBe(1);
  });

  test('a request that is another film’s is not taken for the lost one', async () => {
    await world.start(fal);
    const began = Date.now() - 1000;
    await world.render(cheapest);
    await world.outcome(1);
    const [first] = await world.takes();
    const id = takeId('film2', first!.intent.shotKey, 1);
    const fact = { stream: takeStream(id), tenant: 'local', atMs: began, epoch: 0 };
    const step = (kind: TakeKind, body: unknown) =>
      world.write({ ...fact, id: takeFactId(id, kind), seq: takeSeq[kind], kind, body });
    await step('take.intent', { ...first!.intent, filmId: 'film2' });
    await step('take.sending', { sender: 'gateway-one/rdead' });

    await world.render({ ...cheapest, filmId: 'film2' });

    expect(await world.outcome(2)).toMatchObject({ $case: 'failed', value: { inDoubt: true } });
    expect(await world.settled('film2')).toBe(0);
    expect(await world.creates()).toBe(1);
  });

  test('D4: a result call that answers 504 after COMPLETED is read again, never submitted again', async () => {
    await world.emulator.script({
      match: { provider: 'fal', operation: 'result' },
      action: { type: 'respond', status: 504, body: {} },
      times: 3,
    });
    await world.start(fal);

    await world.render(cheapest);

    expect((await world.outcome()).$case).toBe('rendered');
    expect(await world.creates()).toBe(1);
    await expectLedgersEqual(world);
  });
});

describe('CogVideoX at Zhipu', () => {
  test('is asked first by the cheapest strategy, with the take’s id and without sound', async () => {
    await world.start({ ...fal, ...zhipu });

    await world.render(cheapest);

    expect(await world.outcome()).toMatchObject({
      $case: 'rendered',
      value: { provider: 'zhipu', model: 'cogvideox-3', costMicros: 140_845 },
    });
    const [take] = await world.takes();
    const create = (await world.emulator.calls()).find(({ operation }) => operation === 'create');
    expect(create?.body).toMatchObject({
      request_id: take?.id,
      with_audio: false,
      size: '720x1280',
      duration: 5,
    });
    await expectLedgersEqual(world);
  });

  test('a lost create is in doubt, no other model is asked, and the request id finds it where Zhipu lets us', async () => {
    await world.emulator.script(lostCreate('zhipu'));
    await world.start({ ...fal, ...zhipu });
    await world.render(cheapest);
    expect(await world.outcome()).toMatchObject({ $case: 'failed', value: { inDoubt: true } });

    await world.emulator.configure({ zhipu: { lookupByRequestId: true } });
    await world.render(cheapest);

    expect(await world.outcome(2)).toMatchObject({ $case: 'rendered', value: { provider: 'zhipu' } });
    expect(await world.creates()).toBe(1);
  });

  test('moderation is final: no other model is asked', async () => {
    await world.emulator.script({
      match: { provider: 'zhipu', operation: 'create' },
      action: { type: 'refuse', reason: 'moderation' },
    });
    await world.start({ ...fal, ...zhipu });

    await world.render(cheapest);

    expect(await world.outcome()).toMatchObject({
      $case: 'failed',
      value: { failure: 'FAILURE_CLASS_MODERATED_INPUT', costMicros: 0 },
    });
    expect(await world.creates()).toBe(1);
  });
});

describe('a /v1/videos server', () => {
  const own = { strategy: 'self-hosted-first' };

  async function lostByRestart(): Promise<void> {
    await world.emulator.script({
      match: { provider: 'vllm-omni', operation: 'create' },
      action: { type: 'stuck', at: 'RUNNING' },
    });
    await world.render(own);
    await vi.waitFor(async () => expect((await world.takes())[0]?.state).toBe('TAKE_STATE_ACCEPTED'), 5000);
    await world.emulator.restart('vllm-omni');
  }

  test('of our own renders for nothing, before anything that costs money', async () => {
    await world.start(server());

    await world.render(own);

    expect(await world.outcome()).toMatchObject({
      $case: 'rendered',
      value: { provider: 'openai-videos', model: 'wan2.2-t2v-a14b', costMicros: 0 },
    });
    expect(await world.settled()).toBe(0);
  });

  test('of our own that was restarted renders the shot again, for nothing', async () => {
    await world.start(server());
    await lostByRestart();

    expect(await world.outcome()).toMatchObject({
      $case: 'rendered',
      value: { provider: 'openai-videos', takes: 2, costMicros: 0 },
    });
  });

  test('that costs money and was restarted has lost a paid take: it is booked and not sent again', async () => {
    await world.start(server({ REELMESH_GATEWAY__OPENAI_VIDEOS_MICROS_PER_SECOND: '10000' }));
    await lostByRestart();

    expect(await world.outcome()).toMatchObject({
      $case: 'failed',
      value: { failure: 'FAILURE_CLASS_LOST', costMicros: 50_000 },
    });
    expect(await world.creates()).toBe(1);
    expect(await world.settled()).toBe(50_000);
  });

  test.each([
    ['of our own', '0', 'rendered', 2],
    ['that costs money', '10000', 'failed', 1],
  ])(
    '%s whose answer was lost: %s micro-dollars, %s after %i creates',
    async (_title, price, end, creates) => {
      await world.emulator.script(lostCreate('vllm-omni'));
      await world.start(server({ REELMESH_GATEWAY__OPENAI_VIDEOS_MICROS_PER_SECOND: price }));

      await world.render(own);

      expect((await world.outcome()).$case).toBe(end);
      expect(await world.creates()).toBe(creates);
    },
  );

  test('that runs another model than the strategy names is no candidate', async () => {
    await world.start(server({ REELMESH_GATEWAY__OPENAI_VIDEOS_MODEL: 'ltx-video' }));

    await world.render(own);

    expect(await world.outcome()).toMatchObject({ $case: 'rendered', value: { provider: 'runway' } });
    expect((await world.takes())[0]?.intent.fallbackReason).toBe('openai-videos/wan2.2-t2v-a14b: not_served');
  });
});

test('no key is in a fact or in a log line, however a provider repeats it', async () => {
  const secrets = [EMULATOR_FAL_KEY, EMULATOR_BEARER, EMULATOR_API_KEY];
  await world.emulator.script({
    match: { provider: 'zhipu', operation: 'create' },
    action: {
      type: 'respond',
      status: 429,
      body: { error: { code: '1302', message: `key ${EMULATOR_BEARER}` } },
    },
    times: null,
  });
  await world.emulator.script({
    match: { provider: 'fal', operation: 'get' },
    action: { type: 'respond', status: 500, body: { detail: `Key ${EMULATOR_FAL_KEY}` } },
  });
  await world.start({ ...fal, ...zhipu });
  await world.render(cheapest);
  await vi.waitFor(async () => expect(await world.creates()).toBeGreaterThan(1), 10_000);

  const facts = JSON.stringify(await world.facts.readPrefix(''));
  const lines = world.lines.join('');

  expect(facts).toContain('zhipu answered 429: key ***');
  expect(lines).toContain('take was not accepted');
  for (const secret of secrets) {
    expect(facts).not.toContain(secret);
    expect(lines).not.toContain(secret);
  }
});
