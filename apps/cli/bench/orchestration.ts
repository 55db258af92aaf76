import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { FilmOptions, FilmServiceDefinition } from '@reelmesh/contracts/film';
import { GpuInferenceServiceDefinition } from '@reelmesh/contracts/gpu';
import type { Job } from '@reelmesh/contracts/gpu';
import { AppError, Code } from '@reelmesh/domain';
import { openFrameEncoder } from '@reelmesh/media';
import { connectBus, grpcClient } from '@reelmesh/messaging';
import type { Client } from '@reelmesh/messaging';
import { createLogger } from '@reelmesh/service';
import { openFileBlobs } from '@reelmesh/storage';
import { startNats, temporaryDirectory } from '@reelmesh/testing';
import { connect } from 'nats';
import { startHost } from '../src/host.ts';
import { allTargets } from '../src/targets.ts';
import { rawJetStream } from './raw-jetstream.ts';
import { inFlight, median, quantile } from './stats.ts';

export const SHOTS = 20;

/** Twenty actions, so twenty shots. Films differ by their seed, so nothing comes from the cache. */
const script = new TextEncoder().encode(
  `INT. WAREHOUSE - NIGHT\n\n${Array.from({ length: SHOTS }, (_, i) => `Lamp number ${i + 1} goes out above the empty crates.`).join('\n\n')}\n`,
);

export interface Pair {
  readonly limit: number;
  readonly films: number;
  readonly filmSeconds: number;
  readonly rawSeconds: number;
  readonly messages: number;
  readonly filmMs: readonly number[];
  readonly cpuMsPerShot: number;
  /** Our durable messages per second as a share of raw JetStream's. */
  readonly ratio: number;
}

export interface Row {
  readonly limit: number;
  readonly filmsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Wall time for each shot that is not rendering: the backend renders nothing. */
  readonly overheadMsPerShot: number;
  readonly cpuMsPerShot: number;
  /** In JetStream: commands and events. */
  readonly messagesPerFilm: number;
  /** With calls, their replies, hints and progress, which are not stored. */
  readonly messagesInAll: number;
  readonly rawMessagesPerSecond: number;
  readonly ratio: number;
  readonly ratioLow: number;
  /** The same ratio when all messages of a film are counted. */
  readonly ratioInAll: number;
}

/**
 * Films through all services over a real nats-server, SQLite with every fact fsynced, gRPC in front, a backend that renders
 * nothing and a composer that joins nothing, next to raw JetStream with as many messages: in pairs, one after the other.
 * `limit` is how many films are under way, and how many shots.
 */
export async function benchOrchestration(
  limits: readonly number[],
  pairs: number,
  filmsOf: (limit: number) => number,
  onPair: (pair: Pair) => void,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const limit of limits) {
    const results: Pair[] = [];
    await using stage = await openStage(limit);
    await stage.run(limit, Math.ceil(filmsOf(limit) / 4));
    const messagesInAll = await stage.countMessages();
    for (let index = 0; index < pairs; index += 1) {
      const films = filmsOf(limit);
      const before = await stage.messages();
      const cpu = process.cpuUsage();
      const start = performance.now();
      const filmMs = await stage.run(limit, films);
      const filmSeconds = (performance.now() - start) / 1000;
      const used = process.cpuUsage(cpu);
      const messages = (await stage.messages()) - before;
      const rawSeconds = await rawJetStream(stage.url, messages, limit, `${limit}_${index}`);
      const cpuMsPerShot = (used.user + used.system) / 1000 / (films * SHOTS);
      const pair = {
        limit,
        films,
        filmSeconds,
        rawSeconds,
        messages,
        filmMs,
        cpuMsPerShot,
        ratio: rawSeconds / filmSeconds,
      };
      results.push(pair);
      onPair(pair);
    }
    rows.push(rowOf(limit, results, messagesInAll));
  }
  return rows;
}

function rowOf(limit: number, pairs: readonly Pair[], messagesInAll: number): Row {
  const filmMs = pairs.flatMap((pair) => pair.filmMs);
  const filmsPerSecond = median(pairs.map((pair) => pair.films / pair.filmSeconds));
  const messagesPerFilm = Math.round(median(pairs.map((pair) => pair.messages / pair.films)));
  const ratio = median(pairs.map((pair) => pair.ratio));
  return {
    limit,
    filmsPerSecond,
    p50Ms: median(filmMs),
    p99Ms: quantile(filmMs, 0.99),
    overheadMsPerShot: 1000 / filmsPerSecond / SHOTS,
    cpuMsPerShot: median(pairs.map((pair) => pair.cpuMsPerShot)),
    messagesPerFilm,
    messagesInAll,
    rawMessagesPerSecond: Math.round(median(pairs.map((pair) => pair.messages / pair.rawSeconds))),
    ratio,
    ratioLow: Math.min(...pairs.map((pair) => pair.ratio)),
    ratioInAll: (ratio * messagesInAll) / messagesPerFilm,
  };
}

async function openStage(limit: number) {
  await using opened = new AsyncDisposableStack();
  const home = opened.use(await temporaryDirectory());
  const nats = opened.use(await startNats());
  const data = join(home.path, 'data');
  const blobs = await openFileBlobs({ dir: join(data, 'blobs') });
  const log = createLogger({ service: 'bench', level: 'silent' });
  const bus = await connectBus({ servers: nats.url, name: 'bench', queueGroup: 'bench', log });
  opened.defer(() => bus.close());
  await bus.serve(
    GpuInferenceServiceDefinition,
    noOpGpu((jobId) => bus.hint('take', jobId), await tinyClip()),
  );
  const host = await startHost({
    targets: allTargets.filter((target) => target !== 'gpu-inference'),
    command: 'bench',
    env: {
      REELMESH_NATS__URL: nats.url,
      REELMESH_DATA__DIR: data,
      REELMESH_ADMIN__PORT: '0',
      REELMESH_API__PORT: '0',
      REELMESH_LOG__LEVEL: 'error',
      REELMESH_COMPOSER__BACKEND: 'none',
      REELMESH_COMPOSER__COMPOSE_CONCURRENCY: '8',
      REELMESH_SCHEDULER__MAX_IN_FLIGHT: String(limit),
    },
    logTo: 'file',
  });
  opened.defer(() => host.stop());
  if (host.api === undefined) throw new Error('the host has no api');
  const films = grpcClient(FilmServiceDefinition, host.api);
  opened.defer(async () => films.close());
  const nc = await connect({ servers: nats.url });
  opened.defer(() => nc.close());
  const jsm = await jetstreamManager(nc);
  const stack = opened.move();
  let seed = 0;
  return {
    url: nats.url,
    /** Makes films and gives the milliseconds that each took from the request to its completion. */
    async run(atATime: number, count: number): Promise<readonly number[]> {
      const filmMs: number[] = [];
      await inFlight(atATime, count, async () => {
        filmMs.push(await makeFilm(films, (seed += 1)));
      });
      return filmMs;
    },
    /** Listens to everything while one film is made: what services say to each other, without acknowledgements. */
    async countMessages(): Promise<number> {
      let count = 0;
      const everything = nc.subscribe('>', {
        callback: (_error, { subject }) => {
          // A call has a reply.
          if (subject.startsWith('rpc.')) count += 2;
          else if (/^(work|event|progress|hint)\./.test(subject)) count += 1;
        },
      });
      await nc.flush();
      await makeFilm(films, (seed += 1));
      await nc.flush();
      everything.unsubscribe();
      return count;
    },
    /** Messages that JetStream has ever taken in. */
    async messages(): Promise<number> {
      let sum = 0;
      for await (const stream of jsm.streams.list()) {
        if (!stream.config.name.startsWith('RAW_')) sum += stream.state.last_seq;
      }
      return sum;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };

  async function tinyClip() {
    const path = join(home.path, 'tiny.mp4');
    const encoder = await openFrameEncoder({ width: 64, height: 64, fps: 12, output: path });
    for (let frame = 0; frame < 12; frame += 1) await encoder.write(new Uint8Array(64 * 64 * 4));
    await encoder.finish();
    return blobs.putFile(path, 'video/mp4');
  }
}

async function makeFilm(films: Client<typeof FilmServiceDefinition>, seed: number): Promise<number> {
  const start = performance.now();
  const options = FilmOptions.fromPartial({ strategy: 'draft', seed, width: 64, height: 64, fps: 12 });
  const { film } = await films.createFilm({
    requestId: `bench-${seed}`,
    script,
    fileName: 'bench.fountain',
    options,
  });
  for await (const { news } of films.watchFilm({
    filmId: film?.id ?? '',
    afterSequence: film?.sequence ?? 0,
  })) {
    const change = news?.$case === 'change' ? news.value.change : undefined;
    if (change?.$case !== 'state') continue;
    if (change.value.state === 'FILM_STATE_COMPLETED') return performance.now() - start;
    if (change.value.state === 'FILM_STATE_FAILED') throw new Error(change.value.message);
  }
  throw new Error('the watch ended before the film');
}

function noOpGpu(hint: (jobId: string) => void, output: Job['output']) {
  const jobs = new Map<string, Job>();
  return {
    listModels: async () => ({ models: [] }),
    startJob: async ({ jobId }: { readonly jobId: string }) => {
      const job: Job = {
        id: jobId,
        state: 'JOB_STATE_SUCCEEDED',
        progress: 1,
        output,
        error: '',
        retryable: false,
        deviceMs: 0,
      };
      jobs.set(jobId, job);
      setImmediate(hint, jobId);
      return { job };
    },
    getJob: async ({ jobId }: { readonly jobId: string }) => {
      const job = jobs.get(jobId);
      if (job === undefined) throw new AppError(Code.NOT_FOUND, `no job ${jobId}`);
      return { job };
    },
    cancelJob: async ({ jobId }: { readonly jobId: string }) => ({ job: jobs.get(jobId) }),
  };
}
