import { readdir } from 'node:fs/promises';
import type { Job } from '@reelmesh/contracts/gpu';
import type { RenderSpec } from '@reelmesh/contracts/shot';
import { AppError, Code, type BlobStore } from '@reelmesh/domain';
import { openFileBlobs } from '@reelmesh/storage';
import { temporaryDirectory, type TemporaryDirectory } from '@reelmesh/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { catalogueOf } from '../src/catalogue.ts';
import { Jobs } from '../src/jobs.ts';
import { HeldBackend } from './fake-backend.ts';
import { specOf } from './specs.ts';

let directory: TemporaryDirectory;
let blobs: BlobStore;
let backend: HeldBackend;
let jobs: Jobs;
let changes: string[];
let now: number;

function open(options: { workers?: number; queueLimit?: number } = {}): Jobs {
  changes = [];
  return new Jobs({
    blobs,
    clock: { now: () => now },
    workers: 1,
    queueLimit: 2,
    ...options,
    onChange: (job: Job) => changes.push(`${job.id} ${job.state.replace('JOB_STATE_', '').toLowerCase()}`),
  });
}

const start = (id: string, spec: RenderSpec = specOf()) =>
  jobs.start({ id, listing: catalogueOf([backend]).find('held'), spec });
const stateOf = async (id: string) => (await jobs.get(id)).state;
const until = (id: string, state: Job['state']) =>
  vi.waitFor(async () => expect(await stateOf(id)).toBe(state));

beforeEach(async () => {
  directory = await temporaryDirectory();
  blobs = await openFileBlobs({ dir: `${directory.path}/blobs` });
  backend = new HeldBackend(directory.path);
  now = 1000;
  jobs = open();
});

afterEach(async () => {
  await jobs.stop();
  await directory.remove();
});

describe('a job', () => {
  test('renders, is stored and linked, and tells each change once', async () => {
    expect(await start('t1')).toMatchObject({ id: 't1', state: 'JOB_STATE_RUNNING', progress: 0 });
    now += 250;
    backend.tasks[0]?.onProgress(0.5);

    expect(await jobs.get('t1')).toMatchObject({ progress: 0.5, deviceMs: 250 });

    backend.finish('t1');
    await until('t1', 'JOB_STATE_SUCCEEDED');
    const { output } = await jobs.get('t1');

    expect(output?.mediaType).toBe('video/mp4');
    expect(await blobs.resolve('gpu/t1')).toEqual(output);
    expect(changes).toEqual(['t1 queued', 't1 running', 't1 succeeded']);
    expect(await readdir(directory.path)).toEqual(['blobs']);
  });

  test('is rendered once however often it is started, at the same moment too', async () => {
    await Promise.all([start('t1'), start('t1'), start('t1')]);
    backend.finish('t1');
    await until('t1', 'JOB_STATE_SUCCEEDED');
    await start('t1');

    expect(backend.started).toEqual(['t1']);
  });

  test('that succeeded is not rendered again by the next process', async () => {
    await start('t1');
    backend.finish('t1');
    await until('t1', 'JOB_STATE_SUCCEEDED');
    const before = await jobs.get('t1');

    jobs = open();

    expect(await start('t1')).toMatchObject({
      state: 'JOB_STATE_SUCCEEDED',
      progress: 1,
      output: before.output,
    });
    expect(await jobs.get('t1')).toMatchObject({ state: 'JOB_STATE_SUCCEEDED', output: before.output });
    expect(backend.started).toEqual(['t1']);
  });

  test('that was lost with its process is unknown to the next, and starts anew', async () => {
    await start('t1');
    await jobs.stop();
    jobs = open();

    await expect(jobs.get('t1')).rejects.toMatchObject({ code: Code.NOT_FOUND, reason: 'JOB_UNKNOWN' });
    expect(await start('t1')).toMatchObject({ state: 'JOB_STATE_RUNNING' });
  });

  test('whose file was swept away from the blob store is rendered again', async () => {
    await start('t1');
    backend.finish('t1');
    await until('t1', 'JOB_STATE_SUCCEEDED');
    await blobs.delete((await jobs.get('t1')).output?.sha256 ?? '');
    jobs = open();

    expect(await start('t1')).toMatchObject({ state: 'JOB_STATE_RUNNING' });
  });

  test('fails with its reason, and stays failed under its id', async () => {
    await start('t1');
    backend.fail('t1', new AppError(Code.INTERNAL, 'paint ran out', { retryable: true }));
    await until('t1', 'JOB_STATE_FAILED');

    expect(await start('t1')).toMatchObject({
      state: 'JOB_STATE_FAILED',
      error: 'paint ran out',
      retryable: true,
    });
    expect(backend.started).toEqual(['t1']);
  });

  test('refuses another spec under the same id', async () => {
    await start('t1');

    await expect(start('t1', specOf({ location: 'ROOM' }))).rejects.toMatchObject({ reason: 'JOB_ID_TAKEN' });
  });

  test.each(['', '../x', 'T1', 'a/b', 'x'.repeat(101)])('refuses %j as an id', async (id) => {
    await expect(start(id)).rejects.toMatchObject({ code: Code.INVALID_ARGUMENT, reason: 'JOB_ID' });
    await expect(jobs.get(id)).rejects.toMatchObject({ code: Code.INVALID_ARGUMENT, reason: 'JOB_ID' });
  });
});

describe('queue', () => {
  test('runs as many jobs as there are workers, the rest in order of arrival', async () => {
    jobs = open({ workers: 2, queueLimit: 9 });
    for (const id of ['t1', 't2', 't3', 't4']) await start(id);

    expect(backend.started).toEqual(['t1', 't2']);
    expect(jobs.waiting).toBe(2);

    backend.finish('t2');
    await vi.waitFor(() => expect(backend.started).toEqual(['t1', 't2', 't3']));

    expect(await stateOf('t4')).toBe('JOB_STATE_QUEUED');
  });

  test('refuses the job that is one too many, and takes it once there is room', async () => {
    for (const id of ['t1', 't2', 't3']) await start(id);

    await expect(start('t4')).rejects.toMatchObject({
      code: Code.RESOURCE_EXHAUSTED,
      reason: 'QUEUE_FULL',
      retryable: true,
    });
    await expect(jobs.get('t4')).rejects.toMatchObject({ code: Code.NOT_FOUND });

    backend.finish('t1');
    await vi.waitFor(() => expect(backend.started).toEqual(['t1', 't2']));

    expect(await start('t4')).toMatchObject({ state: 'JOB_STATE_QUEUED' });
  });

  test('goes on after a failed job', async () => {
    await start('t1');
    await start('t2');
    backend.fail('t1', new Error('broken'));

    await vi.waitFor(() => expect(backend.started).toEqual(['t1', 't2']));
  });
});

describe('cancelling', () => {
  test('ends a running job and frees its worker', async () => {
    await start('t1');
    await start('t2');

    expect(await jobs.cancel('t1')).toMatchObject({ state: 'JOB_STATE_CANCELLED' });
    await vi.waitFor(() => expect(backend.started).toEqual(['t1', 't2']));
    expect(await blobs.resolve('gpu/t1')).toBeUndefined();
  });

  test('a waiting job keeps it from ever starting', async () => {
    await start('t1');
    await start('t2');

    expect(await jobs.cancel('t2')).toMatchObject({ state: 'JOB_STATE_CANCELLED' });
    backend.finish('t1');
    await until('t1', 'JOB_STATE_SUCCEEDED');

    expect(backend.started).toEqual(['t1']);
    expect(changes.filter((change) => change.startsWith('t2'))).toEqual(['t2 queued', 't2 cancelled']);
  });

  test('changes nothing about a job that has succeeded', async () => {
    await start('t1');
    backend.finish('t1');
    await until('t1', 'JOB_STATE_SUCCEEDED');

    expect(await jobs.cancel('t1')).toMatchObject({ state: 'JOB_STATE_SUCCEEDED' });
  });

  test('an unknown job is an error', async () => {
    await expect(jobs.cancel('t9')).rejects.toMatchObject({ code: Code.NOT_FOUND });
  });

  test('stopping ends what runs, drops what waits and takes nothing new', async () => {
    await start('t1');
    await start('t2');

    await jobs.stop();

    expect(backend.tasks[0]?.signal.aborted).toBe(true);
    expect(backend.started).toEqual(['t1']);
    await expect(start('t3')).rejects.toMatchObject({
      code: Code.UNAVAILABLE,
      reason: 'STOPPING',
      retryable: true,
    });
  });
});
