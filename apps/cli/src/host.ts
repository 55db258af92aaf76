import { setTimeout as wait } from 'node:timers/promises';
import { AppError, Code, invalid } from '@reelmesh/domain';
import { findTool } from '@reelmesh/media';
import { connectBus } from '@reelmesh/messaging';
import {
  createLogger,
  createMetrics,
  randomIds,
  startAdmin,
  startModules,
  systemClock,
} from '@reelmesh/service';
import type { Environment, ProcessReadiness, RunningService } from '@reelmesh/service';
import { openFileBlobs, openSqliteFacts } from '@reelmesh/storage';
import { readSettings } from './config.ts';
import { lockDataDir, openDataDir, takeInstance, writeHolder } from './data-dir.ts';
import { reportFullDisk } from './disk-watch.ts';
import { fileSink, terminalSink } from './log-sink.ts';
import { startNatsServer } from './nats-server.ts';
import { allTargets, loadModules, mediaTargets } from './targets.ts';
import type { HostDeps, Target } from './targets.ts';

export interface HostOptions {
  readonly targets: readonly Target[];
  /** What the user typed, for the message to others who want the same data directory. */
  readonly command: string;
  readonly env: Environment;
  /**
   * Begin with an empty embedded NATS. Messages of films that nobody asks for now would otherwise be worked on;
   * whoever asks for such a film later has them sent anew from its facts (I8).
   */
  readonly freshNats?: boolean;
  /** `file`: `<data>/log/reelmesh.log`, so that a terminal stays free for the film. */
  readonly logTo: 'stderr' | 'file';
}

export interface Host {
  /** `host:port` of the gRPC API; undefined when the api is not among the targets. */
  readonly api: string | undefined;
  /** Base URL of /livez, /readyz and /metrics. */
  readonly admin: string;
  readonly dataDir: string;
  /** Resolves when it cannot go on: nats-server has died. */
  readonly died: Promise<AppError>;
  /** Resolves when something could not be stored for lack of room. */
  readonly diskFull: Promise<AppError>;
  /** Drains within REELMESH_HOST__DRAIN_MS, then lets go of everything; again is the same stop. */
  stop(): Promise<void>;
}

/** All starts in a second or two; a longer wait is for something that does not come. */
const START_LIMIT_MS = 60_000;

/**
 * Starts services in this process, with all that they stand on.
 * Errors: ConfigError, TOOL_MISSING, DATA_DIR_IN_USE, DATA_DIR_UNUSABLE, PortInUseError, DISK_FULL, START_TIMED_OUT and those of the services.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const progress = { step: 'loading services' };
  const late = new AbortController();
  const limit = wait(START_LIMIT_MS, undefined, { signal: late.signal }).then(() => {
    throw new AppError(
      Code.UNAVAILABLE,
      `${progress.step} took longer than ${START_LIMIT_MS / 1000} s: see the log, try again, or use another --data`,
      { reason: 'START_TIMED_OUT' },
    );
  });
  limit.catch(() => undefined);
  try {
    return await Promise.race([start(options, progress), limit]);
  } finally {
    late.abort();
  }
}

async function start(
  { targets, command, env, logTo, freshNats }: HostOptions,
  progress: { step: string },
): Promise<Host> {
  const modules = await loadModules(allTargets);
  const wanted = modules.filter(({ name }) => targets.some((target) => target === name));
  const config = readSettings(
    env,
    wanted.map((module) => module.config),
    modules.map((module) => module.config),
  );

  await using started = new AsyncDisposableStack();
  const data = await openDataDir(config.data.dir);
  const embedded = config.nats.url === undefined;
  if (embedded && targets.length < allTargets.length) throw natsNeeded(targets);
  if (embedded) {
    const lock = lockDataDir(data);
    started.defer(() => lock.release());
    await writeHolder(data, { pid: process.pid, command });
  }
  if (targets.some((target) => mediaTargets.includes(target))) {
    await Promise.all([findTool('ffmpeg'), findTool('ffprobe')]);
  }
  const instance = await takeInstance(data, targets, randomIds);
  started.defer(() => instance.release());

  const sink = logTo === 'file' ? fileSink(data.logFile) : terminalSink(config.log.format);
  started.defer(() => sink.close());
  const log = createLogger({ service: 'reelmesh', level: config.log.level, destination: sink });
  const metrics = createMetrics({ service: 'reelmesh', processMetrics: true });

  let ready = async (): Promise<ProcessReadiness> => ({ ready: false, services: {} });
  const admin = await startAdmin({ ...config.admin, ready: () => ready(), metrics });
  started.defer(() => admin.stop());

  progress.step = 'starting nats-server';
  const nats = embedded ? await startNatsServer(data.nats, log, freshNats) : undefined;
  started.defer(() => nats?.stop());
  progress.step = 'connecting to NATS';
  const bus = await connectBus({
    servers: config.nats.url ?? nats?.url ?? '',
    name: instance.id,
    queueGroup: 'reelmesh',
    log,
    metrics,
  });
  started.defer(() => bus.close());

  progress.step = 'opening the stores';
  const diskFull = Promise.withResolvers<AppError>();
  const facts = reportFullDisk(await openSqliteFacts({ path: data.facts, log }), diskFull.resolve);
  started.defer(() => facts.close());
  const blobs = reportFullDisk(await openFileBlobs({ dir: data.blobs }), diskFull.resolve);

  const deps: HostDeps = { bus, facts, blobs, clock: systemClock, ids: randomIds, tempDir: instance.tempDir };
  const running = await startModules(wanted, (module) => {
    progress.step = `starting ${module.name}`;
    log.debug({ module: module.name }, 'service starts');
    return module.start({
      ...deps,
      log: log.child({ module: module.name }),
      metrics,
      instanceId: instance.id,
      config: config[module.config.name] ?? {},
    });
  });
  ready = () => running.ready();
  started.defer(async () => {
    ready = async () => ({ ready: false, services: {} });
    await withinLimit(running.stop(), config.host.drainMs, () =>
      log.warn({ ...config.host }, 'drain ran out of time'),
    );
  });

  const api = addressOf(running.services.get('api'));
  if (embedded) await writeHolder(data, { pid: process.pid, command, ...(api !== undefined && { api }) });
  const adminUrl = `http://${config.admin.host}:${admin.port}`;
  log.info({ targets, admin: adminUrl, api, data: data.path }, 'host started');
  const whole = started.move();
  return {
    api,
    admin: adminUrl,
    dataDir: data.path,
    died: nats?.died ?? new Promise(() => {}),
    diskFull: diskFull.promise,
    stop: () => whole.disposeAsync(),
  };
}

/** The api says where it listens: its port may have been chosen by the system. */
function addressOf(api: (RunningService & { readonly address?: unknown }) | undefined): string | undefined {
  return typeof api?.address === 'string' ? api.address : undefined;
}

function natsNeeded(targets: readonly Target[]): AppError {
  return invalid(
    'NATS_URL_NEEDED',
    `serve --target=${targets.join(',')}: services in separate processes meet at a NATS server: set REELMESH_NATS__URL, or serve --target=all`,
  );
}

async function withinLimit(work: Promise<void>, limitMs: number, onLate: () => void): Promise<void> {
  const late = new AbortController();
  const timer = wait(limitMs, 'late', { signal: late.signal }).catch(() => 'in time');
  try {
    if ((await Promise.race([work, timer])) === 'late') onLate();
  } finally {
    late.abort();
  }
}
