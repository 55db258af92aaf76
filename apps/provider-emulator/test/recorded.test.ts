import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmulator, temporaryDirectory, type TestEmulator } from '@reelmesh/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { apiClient, isVideo } from './api-client.ts';

/** A provider with a key of its own form, a list, a cancel, a price in units. */
const FILE = `provider: acme
auth: { header: X-Key, template: 'Acme \${secret}' }
submit:
  path: /jobs
  body: { model: '\${model}', text: '\${prompt}', seconds: '\${seconds}', seed: '\${takeSeed}', size: '\${size}' }
  taskId: /job/id
poll:
  path: /jobs/\${taskId}
  status: /job/state
  states: { queued: [waiting], running: [Working], succeeded: [done], failed: [broken], cancelled: [stopped] }
  output: [/job/clip, /job/clips/0]
cancel: { method: POST, path: '/jobs/\${taskId}/stop', when: [queued] }
lookup: { path: /jobs, items: /jobs, taskId: /id, match: { /seed: '\${takeSeed}' } }
errors: { code: /job/error }
cost: { at: /job/units, microsPerUnit: 50000, cancelled: free }
models: [{ model: m, microsPerSecond: 50000, parameters: { tier: unsaid } }]
recording:
  chargedMicros: 250000
  create:
    path: /jobs
    body: { model: m, text: rain, seconds: 5, seed: 11 }
    answer: { status: 202, body: { job: { id: j-1, state: waiting } } }
  polls:
    - body: { job: { id: j-1, state: waiting } }
    - body: { job: { id: j-1, state: working, eta: 3 } }
    - body: { job: { id: j-1, state: done, clips: [https://cdn.example.com/j.mp4], units: 5 } }
  failures:
    - body: { job: { id: j-1, state: broken, error: nsfw, units: 5 } }
  cancelled: { body: { job: { id: j-1, state: stopped } } }
  gone: { status: 410, body: { error: no such job } }
  found: { body: { jobs: [{ id: j-1, seed: 11 }] } }
  refusals:
    auth: { status: 401, body: { error: who are you } }
    invalid: { status: 422, body: { error: what is that } }
    capacity: { status: 429, body: { error: full } }
`;
const JOB = { model: 'm', text: 'an umbrella', seconds: 5, seed: 77 };
const provider = 'recorded-acme';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let emulator: TestEmulator;
let call: ReturnType<typeof apiClient>;

beforeAll(async () => {
  directory = await temporaryDirectory();
  const path = join(directory.path, 'acme.yaml');
  await writeFile(path, FILE);
  emulator = await startEmulator({ recorded: [path] });
  await emulator.setClock('virtual');
  call = apiClient(emulator.recorded?.[provider] ?? '', { 'x-key': 'Acme k' });
});
afterAll(async () => {
  await emulator.stop();
  await directory[Symbol.asyncDispose]();
});
beforeEach(() => emulator.reset());

type Job = Readonly<Record<string, unknown>>;
const jobOf = ({ body }: Awaited<ReturnType<typeof call>>): Job => body['job'] as Job;
const submit = async (): Promise<string> => jobOf(await call('POST', '/jobs', JOB))['id'] as string;
const find = async (id: string): Promise<Job> => jobOf(await call('GET', `/jobs/${id}`));

test('a task goes through the recorded words in the emulator’s time, to a real clip, for the recorded charge', async () => {
  const created = await call('POST', '/jobs', JOB);
  const id = jobOf(created)['id'] as string;
  const seen = [created.status, (await find(id))['state']];
  await emulator.advanceClock(1000);
  seen.push((await find(id))['state']);
  await emulator.advanceClock(4000);
  const done = await find(id);

  expect(seen).toEqual([202, 'waiting', 'working']);
  expect(id).not.toBe('j-1');
  expect(done).toMatchObject({ id, state: 'done', units: 5 });
  expect(await isVideo((done['clips'] as string[])[0]!)).toBe(true);
  expect((await emulator.ledger()).totals.netMicros).toBe(250_000);
});

test('a clip of another length costs what the file says, and says so', async () => {
  const id = jobOf(await call('POST', '/jobs', { ...JOB, seconds: 10 }))['id'] as string;
  await emulator.advanceClock(5000);

  expect(await find(id)).toMatchObject({ state: 'done', units: 10 });
  expect((await emulator.ledger()).totals.netMicros).toBe(500_000);
});

test('a failure has the scripted code, and costs what the script says, in the provider’s units', async () => {
  await emulator.script({
    match: { provider, operation: 'create', promptText: 'umbrella' },
    action: { type: 'fail', failureCode: 'flood', cost: 100_000 },
  });
  const id = await submit();
  await emulator.advanceClock(5000);

  expect(await find(id)).toMatchObject({ state: 'broken', error: 'flood', units: 2 });
  expect((await emulator.ledger()).totals.netMicros).toBe(100_000);
});

test('a cancel takes back what waits, free, and nothing that runs', async () => {
  const waiting = await submit();
  expect((await call('POST', `/jobs/${waiting}/stop`)).status).toBe(200);
  const running = await submit();
  await emulator.advanceClock(1000);

  expect((await call('POST', `/jobs/${running}/stop`)).status).toBe(409);
  expect((await find(waiting))['state']).toBe('stopped');
  expect((await emulator.ledger()).totals.netMicros).toBe(250_000);
});

test('the list has every task with what it was submitted with', async () => {
  const id = await submit();

  expect((await call('GET', '/jobs?limit=10')).body).toEqual({ jobs: [{ id, seed: 77 }] });
});

test('a wrong key, a wrong body, an unknown task and a scripted refusal are answered as recorded', async () => {
  await emulator.script({
    match: { provider, operation: 'create', nth: 2 },
    action: { type: 'refuse', reason: 'capacity' },
  });

  expect((await call('POST', '/jobs', JOB, { 'x-key': 'Bearer k' })).status).toBe(401);
  expect((await call('POST', '/jobs', JOB)).body).toEqual({ error: 'full' });
  expect((await call('POST', '/jobs', { nonsense: true })).body).toEqual({ error: 'what is that' });
  expect((await call('GET', '/jobs/nobody')).status).toBe(410);
  expect((await emulator.ledger()).totals.charges).toBe(0);
});

test('a file without a recording does not start, and says what it lacks', async () => {
  const path = join(directory.path, 'bare.yaml');
  await writeFile(path, FILE.split('recording:')[0]!);

  await expect(startEmulator({ recorded: [path] })).rejects.toThrow(
    /bare\.yaml: recording\.create\.path is missing/,
  );
});
