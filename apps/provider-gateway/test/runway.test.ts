import { EMULATOR_API_KEY, startEmulator } from '@reelmesh/testing';
import type { FaultAction, TestEmulator } from '@reelmesh/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadCatalogue } from '../src/catalogue.ts';
import { Runway } from '../src/runway.ts';
import { firstFrame, imageOf, images, large, lastFrame } from './images.ts';
import { intentFor } from './intent.ts';
import { spec } from './world.ts';

const { models } = await loadCatalogue();
const gen45 = models.get('runway/gen4.5')!;

let emulator: TestEmulator;
let signal: AbortSignal;
let runway: Runway;

beforeAll(async () => {
  emulator = await startEmulator({ config: { runway: { queueMs: 0, renderMs: 0, concurrency: null } } });
  runway = new Runway({
    baseUrl: emulator.runwayUrl,
    apiSecret: EMULATOR_API_KEY,
    images,
    submitTimeoutMs: 15_000,
    callTimeoutMs: 15_000,
  });
});
afterAll(() => emulator.stop());
beforeEach(async () => {
  signal = AbortSignal.timeout(60_000);
  await emulator.reset();
});

const calls = async (operation: string) =>
  (await emulator.calls()).filter((call) => call.operation === operation);
const create = () => runway.submit(intentFor(runway, gen45, spec), 'take-1', signal);

describe('the organization', () => {
  const account = { queueMs: 0, renderMs: 0, concurrency: null, dailyQuota: null, credits: 1000 };
  const standing = async (model = 'gen4.5') => {
    await runway.lookAtAccount(signal);
    return runway.unavailable(model);
  };

  test.each<[string, object, object | undefined]>([
    ['in order', {}, undefined],
    ['out of credits', { credits: 0 }, { reason: 'account_no_funds', failure: 'FAILURE_CLASS_NO_FUNDS' }],
    [
      'out of generations for today',
      { dailyQuota: { 'gen4.5': 1 } },
      { reason: 'account_quota', failure: 'FAILURE_CLASS_QUOTA' },
    ],
    [
      'of a tier without the model',
      { concurrency: { 'gen4.5': 0 } },
      { reason: 'account_tier', failure: 'FAILURE_CLASS_QUOTA' },
    ],
  ])('%s is known without a create', async (_title, changes, obstacle) => {
    await emulator.configure({ runway: account });
    await create();
    await emulator.configure({ runway: { ...account, ...changes } });

    expect(await standing()).toEqual(obstacle);
    expect(await calls('create')).toHaveLength(1);
  });

  test('out of generations of one model has others', async () => {
    await emulator.configure({ runway: { ...account, dailyQuota: { 'gen4.5': 0 } } });

    expect(await standing('gen4.5')).toMatchObject({ reason: 'account_tier' });
    expect(await standing('veo3.1')).toBeUndefined();
  });

  test('that does not let the key in is an obstacle, one that does not answer is none', async () => {
    const answer = (action: FaultAction) =>
      emulator.script({ match: { provider: 'runway', operation: 'organization' }, action });
    await answer({ type: 'respond', status: 401, body: {} });
    expect(await standing()).toEqual({ reason: 'account_auth', failure: 'FAILURE_CLASS_AUTH' });

    await answer({ type: 'html', status: 502 });
    expect(await standing()).toBeUndefined();
  });
});

describe("Runway's own figures", () => {
  test('name what each model has cost on each day, to the micro-dollar', async () => {
    await create();
    await create();
    const today = new Date().toISOString().slice(0, 10);

    expect(await runway.usage(today, today, signal)).toEqual([
      { day: today, model: 'gen4.5', micros: 720_000 },
    ]);
    expect((await emulator.ledger()).totals.netMicros).toBe(720_000);
  });

  test('of days without a generation are empty', async () => {
    await create();

    expect(await runway.usage('2020-01-01', '2020-01-31', signal)).toEqual([]);
  });

  test('that make no sense are no figures', async () => {
    await emulator.script({
      match: { provider: 'runway', operation: 'organization' },
      action: { type: 'html', status: 200 },
    });

    await expect(runway.usage('2026-01-01', '2026-01-31', signal)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });
});

describe('an image for Runway', () => {
  const tooLarge = imageOf('IMAGE_ROLE_FIRST_FRAME', large);
  const createWith = (...shown: (typeof firstFrame)[]) =>
    runway.submit(intentFor(runway, gen45, { ...spec, images: shown }), 'take-1', signal);
  const failUpload = (action: FaultAction, nth = 1) =>
    emulator.script({ match: { provider: 'runway', operation: 'upload', nth }, action });

  test('travels with the request as long as it is small', async () => {
    expect((await createWith(firstFrame)).kind).toBe('accepted');

    expect(await calls('upload')).toEqual([]);
    expect((await calls('create'))[0]?.body).toMatchObject({
      model: 'gen4.5',
      promptImage: expect.stringMatching(/^data:image\/png;base64,/) as string,
    });
  });

  test('that is too large for that is uploaded first: a place, the file, one create', async () => {
    expect((await createWith(tooLarge)).kind).toBe('accepted');

    expect((await calls('upload')).map(({ path, status }) => [path.split('/').at(1), status])).toEqual([
      ['runway', 200],
      ['runway-cdn', 204],
    ]);
    expect((await calls('create')).map(({ body }) => body)).toMatchObject([
      { promptImage: expect.stringMatching(/^runway:\/\//) as string },
    ]);
  });

  test('is given its position where there are two', async () => {
    const veo = models.get('runway/veo3.1_fast')!;
    const shot = { ...spec, images: [firstFrame, lastFrame] };

    expect((await runway.submit(intentFor(runway, veo, shot), 'take-1', signal)).kind).toBe('accepted');

    expect((await calls('create'))[0]).toMatchObject({
      path: '/runway/v1/image_to_video',
      body: { promptImage: [{ position: 'first' }, { position: 'last' }] },
    });
  });

  test.each<[string, FaultAction, number]>([
    ['Runway names no place for it', { type: 'respond', status: 503, body: {} }, 1],
    ['Runway does not answer', { type: 'reset_before_reading' }, 1],
    ['the answer is cut off', { type: 'truncated_json' }, 1],
    ['the store refuses it', { type: 'respond', status: 403, body: {} }, 2],
    ['the store breaks off', { type: 'reset_before_reading' }, 2],
    [
      'the place is an inner address',
      { type: 'respond', status: 200, body: ticketFor('http://169.254.169.254/latest') },
      1,
    ],
    [
      'the place is another server of ours',
      { type: 'respond', status: 200, body: ticketFor('http://127.0.0.1:9/') },
      1,
    ],
  ])('was not sent when %s, and nothing was created', async (_title, action, nth) => {
    await failUpload(action, nth);

    expect((await createWith(tooLarge)).kind).toBe('not-sent');
    expect(await calls('create')).toEqual([]);

    expect((await createWith(tooLarge)).kind).toBe('accepted');
    expect(await calls('create')).toHaveLength(1);
    expect((await emulator.ledger()).totals.netMicros).toBe(360_000);
  });
});

function ticketFor(uploadUrl: string) {
  return { runwayUri: 'runway://x', uploadUrl, fields: {} };
}
