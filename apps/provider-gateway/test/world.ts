import { CacheServiceDefinition } from '@reelmesh/contracts/cache';
import { commands, events } from '@reelmesh/contracts';
import { TakeEvent } from '@reelmesh/contracts/event';
import type { ShotOutcomeEvent } from '@reelmesh/contracts/event';
import { GpuInferenceServiceDefinition } from '@reelmesh/contracts/gpu';
import type { Job } from '@reelmesh/contracts/gpu';
import { LedgerServiceDefinition } from '@reelmesh/contracts/ledger';
import { ProviderGatewayServiceDefinition } from '@reelmesh/contracts/shot';
import type { RenderCommand, RenderSpec } from '@reelmesh/contracts/shot';
import { AppError, balanceOf, foldTakes, ledgerStream } from '@reelmesh/domain';
import type { Balance, BlobStore, Fact, LedgerFact, TakeFact, TakeRecord } from '@reelmesh/domain';
import { openFrameEncoder } from '@reelmesh/media';
import { connectBus } from '@reelmesh/messaging';
import { createLogger, randomIds, readConfig, spawnGuarded, systemClock } from '@reelmesh/service';
import type { Environment, GuardedProcess, RunningService } from '@reelmesh/service';
import { openFileBlobs, openSqliteFacts } from '@reelmesh/storage';
import { EMULATOR_API_KEY, startEmulator, startNats, temporaryDirectory, testKit } from '@reelmesh/testing';
import type { EmulatorConfig } from '@reelmesh/testing';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, vi } from 'vitest';
import { config } from '../src/config.ts';
import { module } from '../src/module.ts';

export const spec: RenderSpec = {
  picture: {
    description: 'A clerk lifts a red umbrella under the station clock.',
    intExt: 'INT_EXT_INT',
    location: 'STATION HALL',
    timeOfDay: 'TIME_OF_DAY_NIGHT',
    weather: 'WEATHER_RAIN',
    flashback: false,
    cast: ['MARA'],
    size: 'SHOT_SIZE_MS',
    angle: 'CAMERA_ANGLE_EYE_LEVEL',
    move: 'CAMERA_MOVE_PUSH_IN',
    onScreenText: '',
    language: 'en',
  },
  width: 1080,
  height: 1920,
  fps: 24,
  seconds: 3,
  seed: 7,
  negativePrompt: '',
  images: [],
};

const GATEWAY_PROCESS = fileURLToPath(new URL('./gateway-process.ts', import.meta.url));

/** 3 s of gen4.5. */
export const PRICE = 360_000;

export function command(more: Partial<RenderCommand> = {}): RenderCommand {
  return {
    tenant: 'local',
    filmId: 'film1',
    shotKey: 'a'.repeat(64),
    shotId: 's1',
    spec,
    strategy: 'final',
    reservedMicros: 1_000_000,
    traceparent: '',
    ...more,
  };
}

const pace = { queueMs: 0, renderMs: 0, concurrency: null };

/** Fast and without the limits of new accounts. */
export const quick: EmulatorConfig = {
  runway: { ...pace, dailyQuota: null },
  fal: pace,
  zhipu: pace,
  'vllm-omni': pace,
  kling: pace,
  ark: pace,
};

export type World = Awaited<ReturnType<typeof openWorld>>;

/**
 * The gateway among real parts: NATS, SQLite, files, ffmpeg and the provider emulator. The cache and gpu-inference stand on
 * the other side of their contracts: what they are asked is written down, what they answer is plain.
 * @param recorded provider files that the emulator plays by their recordings
 */
export async function openWorld(recorded: readonly string[] = []) {
  const [nats, directory, emulator] = await Promise.all([
    startNats(),
    temporaryDirectory(),
    startEmulator({ config: quick, recorded }),
  ]);
  const facts = await openSqliteFacts({ path: join(directory.path, 'facts.db') });
  const blobs = await openFileBlobs({ dir: join(directory.path, 'blobs') });
  const log = testKit().log;
  const bus = await connectBus({ servers: nats.url, name: 'test', queueGroup: 'test', log, leaseMs: 300 });
  const output = await smallClip(blobs, join(directory.path, 'small.mp4'));

  const puts: string[] = [];
  await bus.serve(CacheServiceDefinition, {
    putClip: async ({ clip, takeId }) => (puts.push(takeId), { clip }),
    resolveClips: refuse,
    releaseClips: refuse,
    getStats: refuse,
  });
  const jobs = new Map<string, Job>();
  const gpu = { starts: [] as string[], state: 'JOB_STATE_SUCCEEDED' as Job['state'] };
  await bus.serve(GpuInferenceServiceDefinition, {
    listModels: async () => ({ models: [] }),
    startJob: async ({ jobId }) => {
      gpu.starts.push(jobId);
      jobs.set(jobId, {
        id: jobId,
        state: gpu.state,
        progress: 1,
        output,
        error: '',
        retryable: false,
        deviceMs: 1,
      });
      bus.hint('take', jobId);
      return { job: jobs.get(jobId) };
    },
    getJob: async ({ jobId }) => {
      const job = jobs.get(jobId);
      if (job === undefined) throw new AppError('NOT_FOUND', `no job ${jobId}`);
      return { job };
    },
    cancelJob: refuse,
  });
  const lines: string[] = [];
  const waits: string[] = [];
  bus.tail({ tenant: 'local', filmId: 'film1' }, (name, data) => {
    if (name === 'take') waits.push(TakeEvent.decode(data).waitingFor);
  });
  const outcomes: ShotOutcomeEvent[] = [];
  await bus.subscribe(events.outcome, { group: 'scheduler', concurrency: 4 }, async (outcome) => {
    outcomes.push(outcome);
  });

  const around: Environment = {
    RUNWAYML_BASE_URL: emulator.runwayUrl,
    RUNWAYML_API_SECRET: EMULATOR_API_KEY,
    FAL_QUEUE_URL: emulator.falUrl,
    FAL_PLATFORM_URL: emulator.falApiUrl,
    ZHIPU_BASE_URL: emulator.zhipuUrl,
    REELMESH_GATEWAY__POLL_PERCENT: '1',
    // What an account's refusals do is seen best where nobody has looked before.
    REELMESH_GATEWAY__ACCOUNT_CHECK_MS: '0',
  };
  const gateways: RunningService[] = [];
  const processes: GuardedProcess[] = [];
  const world = {
    nats,
    emulator,
    facts,
    blobs,
    bus,
    jobs,
    gpu,
    puts,
    outcomes,
    /** What the gateways have logged. */
    lines,
    /** What takes of film1 were said to wait for. */
    waits,
    gateway: bus.client(ProviderGatewayServiceDefinition),
    ledger: bus.client(LedgerServiceDefinition),

    /** Starts a gateway; several may run. */
    async start(env: Environment = {}, instanceId = 'one') {
      const values = readConfig({ ...around, ...env }, [config]);
      const kit = testKit(instanceId);
      const gateway = await module.start({
        ...kit,
        log: createLogger({
          service: instanceId,
          level: 'debug',
          destination: { write: (line) => lines.push(line) },
        }),
        bus,
        facts,
        blobs,
        clock: systemClock,
        ids: randomIds,
        tempDir: directory.path,
        config: values.gateway,
        env: { KLING_BASE_URL: emulator.klingUrl, ARK_BASE_URL: emulator.arkUrl, ...env },
      });
      gateways.push(gateway);
      return { ...gateway, metrics: kit.metrics };
    },

    /** Starts a gateway in a process of its own; what is returned kills it without a word. */
    async spawn(env: Environment = {}, instanceId = 'far'): Promise<() => void> {
      const what = { nats: nats.url, directory: directory.path, instanceId, env: { ...around, ...env } };
      const child = spawnGuarded(process.execPath, [GATEWAY_PROCESS, JSON.stringify(what)]);
      processes.push(child);
      const said: string[] = [];
      child.stderr.on('data', (text: Buffer) => said.push(text.toString()));
      const pid = await new Promise<number>((resolve, reject) => {
        child.stdout.once('data', (text: Buffer) => resolve(Number(text)));
        child.once('close', () => reject(new Error(`gateway ${instanceId} did not start: ${said.join('')}`)));
      });
      return () => process.kill(pid, 'SIGKILL');
    },

    /** Stops all gateways and starts one with other settings. */
    async restart(env: Environment = {}) {
      await Promise.all(gateways.splice(0).map((gateway) => gateway.stop()));
      return world.start(env);
    },

    async render(more: Partial<RenderCommand> = {}) {
      await bus.send(commands.render, command(more), randomIds.next('w'));
    },

    /** Waits for the nth outcome. */
    async outcome(n = 1): Promise<NonNullable<ShotOutcomeEvent['outcome']>> {
      await vi.waitFor(() => expect(outcomes.length).toBeGreaterThanOrEqual(n), {
        timeout: 15_000,
        interval: 10,
      });
      return outcomes[n - 1]!.outcome!;
    },

    async takes(filmId = 'film1'): Promise<readonly TakeRecord[]> {
      return foldTakes((await facts.readPrefix(`take/${filmId}-`)) as readonly TakeFact[]);
    },

    async settled(filmId = 'film1'): Promise<number> {
      return (await world.balance(filmId)).settledMicros;
    },

    async balance(filmId = 'film1'): Promise<Balance> {
      return balanceOf((await facts.read(ledgerStream(filmId))) as readonly LedgerFact[]);
    },

    async creates(): Promise<number> {
      return (await emulator.calls()).filter((call) => call.operation === 'create').length;
    },

    async write(...more: Fact[]) {
      await facts.append(more);
    },

    async close() {
      await Promise.all([
        ...gateways.map((gateway) => gateway.stop()),
        ...processes.map((child) => ended(child)),
      ]);
      await bus.close();
      await facts.close();
      await Promise.all([nats.stop(), emulator.stop()]);
      await directory[Symbol.asyncDispose]();
    },
  };
  return world;
}

/** What the providers charged is what we booked for all films, to the micro, each currency by itself (I1). */
export async function expectLedgersEqual(world: World): Promise<void> {
  const { totals } = await world.emulator.ledger();
  const entries = (await world.facts.readPrefix('ledger/')) as readonly LedgerFact[];
  const ours = new Map(Object.keys(totals.byCurrency).map((currency) => [currency, 0]));
  // Providers count at their list prices; a discount comes off the invoice.
  for (const { body } of entries) {
    if (body.listMicros !== 0) ours.set(body.currency, (ours.get(body.currency) ?? 0) + body.listMicros);
  }
  const theirs = Object.entries(totals.byCurrency).map(([currency, { netMicros }]) => [currency, netMicros]);
  expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(theirs));
}

async function ended(child: GuardedProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  await closed;
}

async function refuse(): Promise<never> {
  throw new AppError('UNIMPLEMENTED', 'not part of this test');
}

async function smallClip(blobs: BlobStore, path: string) {
  const encoder = await openFrameEncoder({ width: 64, height: 64, fps: 12, output: path });
  for (let frame = 0; frame < 36; frame += 1) await encoder.write(new Uint8Array(64 * 64 * 4).fill(frame));
  await encoder.finish();
  return blobs.putFile(path, 'video/mp4');
}
