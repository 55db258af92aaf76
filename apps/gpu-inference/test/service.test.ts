import { GpuInferenceServiceDefinition } from '@reelmesh/contracts/gpu';
import { Code } from '@reelmesh/domain';
import { connectBus } from '@reelmesh/messaging';
import { systemClock } from '@reelmesh/service';
import { openFileBlobs } from '@reelmesh/storage';
import {
  startNats,
  temporaryDirectory,
  testKit,
  type TemporaryDirectory,
  type TestNats,
} from '@reelmesh/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { module } from '../src/module.ts';
import { specOf } from './specs.ts';

let nats: TestNats;
let directory: TemporaryDirectory;
let stops: (() => Promise<void>)[];

beforeAll(async () => {
  nats = await startNats();
});

afterAll(() => nats.stop());

beforeEach(async () => {
  directory = await temporaryDirectory();
  stops = [];
});

afterEach(async () => {
  for (const stop of stops.toReversed()) await stop();
  await directory.remove();
});

async function connect(name: string) {
  const kit = testKit();
  const bus = await connectBus({ servers: nats.url, name, queueGroup: name, log: kit.log });
  stops.push(() => bus.close());
  return { kit, bus };
}

/** One process's life of the service over the same blob directory. */
async function serve(workers = 1) {
  const { kit, bus } = await connect('gpu-inference');
  const blobs = await openFileBlobs({ dir: `${directory.path}/blobs` });
  const deps = {
    ...kit,
    bus,
    blobs,
    clock: systemClock,
    tempDir: directory.path,
    config: { workers, queue: 1 },
  };
  const running = await module.start(deps);
  stops.push(() => running.stop());
  return { ...running, blobs, metrics: kit.metrics };
}

async function gateway() {
  const { bus } = await connect('provider-gateway');
  const hints: string[] = [];
  bus.onHint('take', (id) => hints.push(id));
  return { client: bus.client(GpuInferenceServiceDefinition), hints };
}

const spec = specOf({}, { width: 96, height: 160, fps: 12, seconds: 1 });
const slow = specOf({}, { width: 640, height: 1136, fps: 60, seconds: 10 });
const request = (jobId: string, of = spec) => ({ jobId, model: 'animatic', spec: of, tenant: 'default' });

test('a take is rendered once, hinted at each change, and found again after a restart', async () => {
  const first = await serve();
  const { client, hints } = await gateway();

  await client.startJob(request('take-1'));
  const done = await vi.waitFor(async () => {
    const { job } = await client.getJob({ jobId: 'take-1' });
    expect(job?.state).toBe('JOB_STATE_SUCCEEDED');
    return job;
  }, { timeout: 15_000 }); // prettier-ignore
  await vi.waitFor(() => expect(hints).toEqual(['take-1', 'take-1', 'take-1']));
  await first.stop();
  const second = await serve();
  const again = await client.startJob(request('take-1'));

  expect(done).toMatchObject({ progress: 1, error: '', output: { mediaType: 'video/mp4' } });
  expect(done?.deviceMs).toBeGreaterThan(0);
  expect(again.job).toMatchObject({ state: 'JOB_STATE_SUCCEEDED', output: done?.output });
  expect(await second.blobs.has(done?.output?.sha256 ?? '')).toBe(true);
  expect(await second.metrics.text()).toContain('reelmesh_gpu_jobs_total{outcome="succeeded"} 0');
  expect(await first.metrics.text()).toContain('reelmesh_gpu_jobs_total{outcome="succeeded"} 1');
  expect(await first.metrics.text()).toContain('reelmesh_gpu_render_seconds_count{model="animatic"} 1');
});

test('the queue refuses what it cannot hold, and cancelling makes room', async () => {
  await serve();
  const { client } = await gateway();
  await client.startJob(request('take-1', slow));
  await client.startJob(request('take-2', slow));

  await expect(client.startJob(request('take-3', slow))).rejects.toMatchObject({
    code: Code.RESOURCE_EXHAUSTED,
    reason: 'QUEUE_FULL',
    retryable: true,
  });

  const { job } = await client.cancelJob({ jobId: 'take-1' });

  expect(job?.state).toBe('JOB_STATE_CANCELLED');
  await vi.waitFor(async () => expect(await client.startJob(request('take-3', slow))).toBeDefined());
});

test('a bad request comes back with its reason and field, and an unknown job as not found', async () => {
  await serve();
  const { client } = await gateway();

  await expect(client.startJob(request('take-1', specOf({}, { fps: 5 })))).rejects.toMatchObject({
    code: Code.INVALID_ARGUMENT,
    reason: 'SPEC_FPS',
    details: { field: 'spec.fps' },
  });
  await expect(client.startJob({ ...request('take-1'), model: 'sora' })).rejects.toMatchObject({
    reason: 'MODEL_UNKNOWN',
  });
  await expect(client.getJob({ jobId: 'take-9' })).rejects.toMatchObject({
    code: Code.NOT_FOUND,
    reason: 'JOB_UNKNOWN',
  });
});

test('the catalogue names the animatic model, its revision and its rules', async () => {
  await serve();
  const { client } = await gateway();

  const { models } = await client.listModels({});

  expect(models).toMatchObject([
    {
      name: 'animatic',
      backend: 'animatic',
      maxSeconds: 10,
      sizeMultiple: 2,
      license: '',
      microsPerSecond: 0,
    },
  ]);
  expect(models[0]?.revision).toMatch(/^animatic-\d+$/);
  expect(models[0]?.fps).toEqual(expect.arrayContaining([12, 24, 25, 30, 60]));
});

test('stopping ends a running job instead of waiting for it', async () => {
  const service = await serve();
  const { client } = await gateway();
  await client.startJob(request('take-1', slow));

  await service.stop();

  expect(await service.metrics.text()).toContain('reelmesh_gpu_jobs_total{outcome="cancelled"} 1');
});
