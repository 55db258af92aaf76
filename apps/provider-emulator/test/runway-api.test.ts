import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startEmulator, type TestEmulator } from '@reelmesh/testing';
import { CREATE, CREATE_CREDITS, HEADERS, PNG, runwayClient } from './runway-client.ts';

const DAY_MS = 86_400_000;
let emulator: TestEmulator;
let runway: ReturnType<typeof runwayClient>;

beforeAll(async () => {
  emulator = await startEmulator({ config: { runway: { queueMs: 1000, renderMs: 4000 } } });
  await emulator.setClock('virtual');
  runway = runwayClient(emulator);
});
afterAll(() => emulator.stop());
beforeEach(() => emulator.reset());

const statusOf = async (id: string) => (await runway.get(id)).body['status'];

describe('the door', () => {
  test.each([
    ['no key', { authorization: '' }, 401],
    ['a short key', { authorization: 'Bearer key_abc' }, 401],
    ['no version', { 'x-runway-version': '' }, 400],
    ['an old version', { 'x-runway-version': '2024-09-13' }, 400],
  ])('refuses %s', async (_title, headers, status) => {
    const answer = await runway.call('GET', '/v1/organization', undefined, {
      headers: { ...HEADERS, ...headers },
    });

    expect(answer).toMatchObject({ status, body: { error: expect.any(String) as string } });
  });

  test.each([
    ['GET', '/v1/text_to_video', 405, 'POST'],
    ['PATCH', '/v1/tasks/x', 405, 'GET, DELETE'],
    ['GET', '/v1/tasks', 404, null],
    ['POST', '/v2/text_to_video', 404, null],
  ])('answers %s %s with %i', async (method, path, status, allow) => {
    const answer = await runway.call(method, path);

    expect([answer.status, answer.headers.get('allow')]).toEqual([status, allow]);
  });

  test('hides the tasks of one key from another', async () => {
    const id = await runway.createId();
    const stranger = { ...HEADERS, authorization: `Bearer key_${'f'.repeat(128)}` };

    const answer = await runway.call('GET', `/v1/tasks/${id}`, undefined, { headers: stranger });

    expect([answer.status, await statusOf(id)]).toEqual([404, 'PENDING']);
  });

  test('refuses a body that is no JSON with the documented issues', async () => {
    const answer = await runway.call('POST', '/v1/text_to_video', undefined, { body: '{"model":' });

    expect(answer).toMatchObject({
      status: 400,
      body: {
        error: 'Validation of body failed',
        issues: [{ path: [] }],
        docUrl: expect.any(String) as string,
      },
    });
  });

  test('refuses a body above 12 MiB and keeps nothing of it', async () => {
    const answer = await runway.create({ promptText: 'x'.repeat(13 * 1024 * 1024) });

    expect(answer.status).toBe(413);
    expect(await emulator.tasks()).toEqual([]);
  });
});

describe('a task', () => {
  test('goes from PENDING over RUNNING to SUCCEEDED, with the documented fields in each state', async () => {
    const created = await runway.create();
    const id = String(created.body['id']);

    const pending = await runway.get(id);
    await emulator.advanceClock(3000);
    const running = await runway.get(id);
    await emulator.advanceClock(2000);
    const succeeded = await runway.get(id);

    const base = { id, createdAt: expect.stringMatching(/^\d{4}-.*Z$/) as string };
    const estimatedCost = { credits: CREATE_CREDITS };
    expect(created.body).toEqual({ id, estimatedCost });
    expect(pending.body).toEqual({ ...base, status: 'PENDING', estimatedCost });
    expect(running.body).toEqual({ ...base, status: 'RUNNING', estimatedCost, progress: 0.5 });
    expect(succeeded.body).toEqual({
      ...base,
      status: 'SUCCEEDED',
      cost: { credits: CREATE_CREDITS },
      output: [expect.stringContaining(`/runway-cdn/outputs/${id}.mp4`)],
    });
  });

  test('is charged once, whatever is read afterwards', async () => {
    const id = await runway.createId();
    await emulator.advanceClock(5000);

    await Promise.all(Array.from({ length: 100 }, () => runway.get(id)));

    expect(await emulator.ledger()).toEqual({
      totals: {
        charges: 1,
        refunds: 0,
        chargedMicros: 480_000,
        refundedMicros: 0,
        netCredits: CREATE_CREDITS,
        netMicros: 480_000,
        gpuSeconds: 0,
        byCurrency: { USD: { chargedMicros: 480_000, refundedMicros: 0, netMicros: 480_000 } },
      },
      entries: [
        {
          seq: 1,
          at: expect.any(Number) as number,
          provider: 'runway',
          kind: 'charge',
          taskId: id,
          model: 'gen4.5',
          promptDigest: createHash('sha256').update(CREATE.promptText).digest('hex'),
          credits: CREATE_CREDITS,
          micros: 480_000,
          currency: 'USD',
          gpuSeconds: 0,
        },
      ],
    });
  });

  test('counts polls less than 5 s apart as violations and answers them', async () => {
    const id = await runway.createId();

    for (const waitMs of [0, 4999, 5000]) {
      await emulator.advanceClock(waitMs);
      expect((await runway.get(id)).status).toBe(200);
    }

    expect(await emulator.tasks()).toMatchObject([{ polls: 3, pollingViolations: 1 }]);
  });

  test('over the concurrency limit is THROTTLED and gets its turn in order', async () => {
    await emulator.configure({ runway: { concurrency: 1 } });
    const ids = [await runway.createId(), await runway.createId(), await runway.createId()];

    const atStart = await Promise.all(ids.map(statusOf));
    await emulator.advanceClock(5000);
    const afterOne = await Promise.all(ids.map(statusOf));
    await emulator.configure({ runway: { concurrency: null } });
    const unlimited = await Promise.all(ids.map(statusOf));

    expect(atStart).toEqual(['PENDING', 'THROTTLED', 'THROTTLED']);
    expect(afterOne).toEqual(['SUCCEEDED', 'PENDING', 'THROTTLED']);
    expect(unlimited).toEqual(['SUCCEEDED', 'PENDING', 'PENDING']);
  });
});

describe('DELETE', () => {
  test('cancels a waiting task, gives its credits back and its slot to the next', async () => {
    await emulator.configure({ runway: { concurrency: 1 } });
    const first = await runway.createId();
    const second = await runway.createId();

    const answer = await runway.remove(first);

    expect(answer.status).toBe(204);
    expect((await runway.get(first)).body).toMatchObject({ status: 'CANCELLED', cost: { credits: 0 } });
    expect(await statusOf(second)).toBe('PENDING');
    expect((await emulator.ledger()).totals).toMatchObject({
      charges: 2,
      refunds: 1,
      netCredits: CREATE_CREDITS,
    });
  });

  test.each([
    ['full', CREATE_CREDITS],
    ['zero', 0],
  ] as const)('of a running task costs what the setting %s says', async (cancelledCost, credits) => {
    await emulator.configure({ runway: { cancelledCost } });
    const id = await runway.createId();
    await emulator.advanceClock(2000);

    await runway.remove(id);

    expect((await runway.get(id)).body).toMatchObject({ status: 'CANCELLED', cost: { credits } });
    expect((await emulator.ledger()).totals.netCredits).toBe(credits);
  });

  test('of a finished task deletes it and its outputs, and refunds nothing', async () => {
    const id = await runway.createId();
    await emulator.advanceClock(5000);
    const output = await runway.outputOf(id);

    await runway.remove(id);

    expect((await runway.get(id)).status).toBe(404);
    expect((await runway.remove(id)).status).toBe(404);
    expect((await fetch(output)).status).toBe(404);
    expect((await emulator.ledger()).totals.netCredits).toBe(CREATE_CREDITS);
  });

  test('can be set to make a cancelled task answer 404', async () => {
    await emulator.configure({ runway: { cancelledAnswer: 'not_found' } });
    const id = await runway.createId();

    await runway.remove(id);

    expect((await runway.get(id)).status).toBe(404);
  });
});

describe('limits', () => {
  test('refuse the generation after the daily quota with 429 until 24 h have passed', async () => {
    await emulator.configure({ runway: { dailyQuota: 1 } });
    await runway.create();

    const refused = await runway.create();
    await emulator.advanceClock(DAY_MS);
    const later = await runway.create();

    expect([refused.status, later.status]).toEqual([429, 200]);
    expect((await emulator.ledger()).totals.charges).toBe(2);
  });

  test('count a model by itself', async () => {
    await emulator.configure({ runway: { dailyQuota: { 'gen4.5': 0 } } });

    const other = await runway.create({ model: 'veo3.1_fast' });

    expect(other.status).toBe(200);
  });

  test('refuse with 400 and words what the balance does not cover', async () => {
    await emulator.configure({ runway: { credits: CREATE_CREDITS - 1 } });

    const refused = await runway.create();

    expect(refused).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('enough credits') as string },
    });
    expect((await emulator.ledger()).totals.charges).toBe(0);
  });

  test('are shown by the organization, with balance and use', async () => {
    await emulator.configure({ runway: { credits: 1000, concurrency: { 'gen4.5': 3 }, dailyQuota: 50 } });
    await runway.create();

    const { body } = await runway.call('GET', '/v1/organization');

    expect(body).toMatchObject({
      creditBalance: 1000 - CREATE_CREDITS,
      tier: {
        models: {
          'gen4.5': { maxConcurrentGenerations: 3, maxDailyGenerations: 50 },
          'veo3.1': { maxConcurrentGenerations: null },
        },
      },
      usage: { models: { 'gen4.5': { dailyGenerations: 1 }, 'veo3.1': { dailyGenerations: 0 } } },
    });
  });

  test('usage sums credits by day and model, and refuses what is no date', async () => {
    await runway.create();
    await emulator.advanceClock(DAY_MS);
    await runway.create();
    await runway.create({ model: 'veo3.1_fast' });

    const usage = await runway.call('POST', '/v1/organization/usage', {});
    const refused = await runway.call('POST', '/v1/organization/usage', { startDate: 'yesterday' });

    expect(usage.body).toMatchObject({
      models: ['gen4.5', 'veo3.1_fast'],
      results: [
        { usedCredits: [{ model: 'gen4.5', amount: CREATE_CREDITS }] },
        {
          usedCredits: [
            { model: 'gen4.5', amount: CREATE_CREDITS },
            { model: 'veo3.1_fast', amount: 60 },
          ],
        },
      ],
    });
    expect(refused).toMatchObject({ status: 400, body: { issues: [{ path: ['startDate'] }] } });
  });
});

describe('an upload', () => {
  const openUpload = () => runway.call('POST', '/v1/uploads', { filename: 'first.png', type: 'ephemeral' });
  const postFile = (ticket: Record<string, unknown>, changes: Record<string, string> = {}) => {
    const form = new FormData();
    const fields = { ...(ticket['fields'] as Record<string, string>), ...changes };
    for (const [key, value] of Object.entries(fields)) form.append(key, value);
    form.append('file', new File([PNG], 'first.png'));
    return fetch(String(ticket['uploadUrl']), { method: 'POST', body: form });
  };
  const use = (ticket: Record<string, unknown>) =>
    runway.call('POST', '/v1/image_to_video', {
      model: 'gen4_turbo',
      promptImage: ticket['runwayUri'],
      ratio: '720:1280',
    });

  test('works once its file is there, for 24 hours', async () => {
    const { body: ticket } = await openUpload();

    const tooEarly = await use(ticket);
    const stored = await postFile(ticket);
    const inTime = await use(ticket);
    await emulator.advanceClock(DAY_MS);
    const tooLate = await use(ticket);

    expect(stored.status).toBe(204);
    expect([tooEarly, inTime, tooLate].map(({ status }) => status)).toEqual([400, 200, 400]);
    expect(tooLate.body).toMatchObject({ issues: [{ path: ['promptImage'] }] });
  });

  test('is refused with a wrong signature, after its time, and where none was opened', async () => {
    const { body: ticket } = await openUpload();

    const forged = await postFile(ticket, { 'x-amz-signature': '0'.repeat(32) });
    await emulator.advanceClock(DAY_MS);
    const late = await postFile(ticket);
    const unknown = await postFile({ ...ticket, uploadUrl: `${String(ticket['uploadUrl'])}0` });

    expect([forged, late, unknown].map(({ status }) => status)).toEqual([403, 403, 404]);
  });

  test('needs a filename and the ephemeral type', async () => {
    const answer = await runway.call('POST', '/v1/uploads', { filename: 'a.png', type: 'forever' });

    expect(answer).toMatchObject({ status: 400, body: { issues: [{ path: ['type'] }] } });
  });
});
