import { setTimeout as delay } from 'node:timers/promises';
import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  jetstreamManager,
  type ConsumerConfig,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { AppError, Code } from '@reelmesh/domain';
import type { Logger } from '@reelmesh/service';
import { nanos } from 'nats';
import type { Link } from './connection.ts';

export const WORK_STREAM = 'WORK';
export const EVENT_STREAM = 'EVENTS';
export const LEASE_BUCKET = 'instances';
export const SHARED_BUCKET = 'shared';

const DAY_MS = 24 * 60 * 60 * 1000;
/** How long JetStream remembers message ids. */
const DUPLICATE_WINDOW_MS = 2 * 60 * 1000;
const MAX_COMMANDS = 100_000;
const MAX_EVENTS = 1_000_000;
const STREAM_NOT_FOUND = 10059;
const CONSUMER_NOT_FOUND = 10014;

export interface TopologySettings {
  readonly replicas: number;
  readonly leaseMs: number;
  readonly ackWaitMs: number;
}

export interface ConsumerSpec {
  readonly stream: string;
  readonly durable: string;
  readonly filter: string;
  /** What a consumer made now begins with. */
  readonly from: 'all' | 'new' | { readonly sinceMs: number };
}

type Wanted<T> = { readonly [K in keyof T]?: T[K] };

/** The streams, the buckets and the consumers: made when they are missing, as at the first start so after a lost disk. */
export interface Topology {
  /** FAILED_PRECONDITION (NATS_CONFIG_MISMATCH) when one exists with another configuration. One run serves all who ask meanwhile. */
  ensureStreams(): Promise<void>;
  ensureConsumer(spec: ConsumerSpec): Promise<void>;
}

export function createTopology(link: Link, settings: TopologySettings, log: Logger): Topology {
  const streams = wantedStreams(settings);
  // checkAPI off: the account check costs a round trip and says less than the first stream does
  const manager = jetstreamManager(link.nc, { checkAPI: false, timeout: 2_000 });
  let running: Promise<void> | undefined;

  const ensureAll = async () => {
    const jsm = await manager;
    for (const wanted of streams) await ensureStream(jsm, wanted, log);
  };
  return {
    ensureStreams() {
      running ??= ensureAll().finally(() => (running = undefined));
      return running;
    },
    async ensureConsumer(spec) {
      const jsm = await manager;
      const wanted = wantedConsumer(spec, settings);
      const found = (await findConsumer(jsm, spec)) ?? (await addConsumer(jsm, spec, wanted));
      refuseMismatch(`consumer ${spec.durable} of stream ${spec.stream}`, wanted, found);
    },
  };
}

/** JetStream may need a moment after the server is up: what passes by itself is waited for. */
export async function untilEnsured(ensure: () => Promise<void>, timeoutMs: number): Promise<void> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    try {
      await ensure();
      return;
    } catch (error) {
      if (error instanceof AppError) throw error;
      if (performance.now() > until) {
        throw new AppError(Code.UNAVAILABLE, 'jetstream does not answer: is it enabled in nats-server?', {
          reason: 'JETSTREAM_UNAVAILABLE',
          cause: error,
        });
      }
      await delay(100);
    }
  }
}

export function wantedStreams(
  settings: TopologySettings,
): readonly (Wanted<StreamConfig> & { name: string })[] {
  const common = { storage: StorageType.File, num_replicas: settings.replicas };
  return [
    {
      ...common,
      name: WORK_STREAM,
      subjects: ['work.>'],
      retention: RetentionPolicy.Workqueue,
      // with the default, discard old, a full queue would silently drop work
      discard: DiscardPolicy.New,
      max_msgs: MAX_COMMANDS,
      duplicate_window: nanos(DUPLICATE_WINDOW_MS),
    },
    {
      ...common,
      name: EVENT_STREAM,
      subjects: ['event.>'],
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      max_age: nanos(7 * DAY_MS),
      max_msgs: MAX_EVENTS,
      duplicate_window: nanos(DUPLICATE_WINDOW_MS),
    },
    // what the kv client calls a bucket; made here, so that it is checked like the others
    {
      ...common,
      name: `KV_${LEASE_BUCKET}`,
      subjects: [`$KV.${LEASE_BUCKET}.>`],
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.New,
      max_age: nanos(settings.leaseMs),
      max_msgs_per_subject: 1,
      duplicate_window: nanos(Math.min(DUPLICATE_WINDOW_MS, settings.leaseMs)),
      allow_rollup_hdrs: true,
      deny_delete: true,
      allow_direct: true,
    },
    {
      ...common,
      name: `KV_${SHARED_BUCKET}`,
      subjects: [`$KV.${SHARED_BUCKET}.>`],
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.New,
      max_msgs_per_subject: 1,
      duplicate_window: nanos(DUPLICATE_WINDOW_MS),
      allow_rollup_hdrs: true,
      deny_delete: true,
      // every replica may answer a direct read, also one that has not heard the news yet
      allow_direct: false,
    },
  ];
}

function wantedConsumer(spec: ConsumerSpec, settings: TopologySettings): Wanted<ConsumerConfig> {
  return {
    durable_name: spec.durable,
    filter_subject: spec.filter,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(settings.ackWaitMs),
    max_ack_pending: 10_000,
  };
}

async function ensureStream(
  jsm: JetStreamManager,
  wanted: Wanted<StreamConfig> & { name: string },
  log: Logger,
): Promise<void> {
  let config = await findStream(jsm, wanted.name);
  if (config === undefined) {
    // another process may add it at the same moment: the same configuration twice is no error
    config = (await jsm.streams.add(wanted)).config;
    log.info({ stream: wanted.name }, 'stream created');
  }
  refuseMismatch(`stream ${wanted.name}`, wanted, config);
}

async function findStream(jsm: JetStreamManager, name: string): Promise<StreamConfig | undefined> {
  try {
    return (await jsm.streams.info(name)).config;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND) return undefined;
    throw error;
  }
}

async function findConsumer(jsm: JetStreamManager, spec: ConsumerSpec): Promise<ConsumerConfig | undefined> {
  try {
    return (await jsm.consumers.info(spec.stream, spec.durable)).config;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === CONSUMER_NOT_FOUND) return undefined;
    throw error;
  }
}

async function addConsumer(
  jsm: JetStreamManager,
  spec: ConsumerSpec,
  wanted: Wanted<ConsumerConfig>,
): Promise<ConsumerConfig> {
  try {
    return (await jsm.consumers.add(spec.stream, { ...wanted, ...deliverFrom(spec.from) })).config;
  } catch (error) {
    // another process may have made it since, to begin elsewhere: theirs is as good
    const found = await findConsumer(jsm, spec);
    if (found === undefined) throw error;
    return found;
  }
}

function deliverFrom(from: ConsumerSpec['from']): Wanted<ConsumerConfig> {
  if (from === 'all') return { deliver_policy: DeliverPolicy.All };
  if (from === 'new') return { deliver_policy: DeliverPolicy.New };
  return { deliver_policy: DeliverPolicy.StartTime, opt_start_time: new Date(from.sinceMs).toISOString() };
}

/** Old servers drop what they do not know without a word, so what they echo is compared. */
function refuseMismatch<T extends object>(what: string, wanted: Wanted<T>, found: T): void {
  const differences = Object.entries(wanted)
    .map(([key, value]) => ({ key, value, is: (found as Record<string, unknown>)[key] }))
    .filter(({ value, is }) => JSON.stringify(value) !== JSON.stringify(is));
  if (differences.length === 0) return;
  const list = differences.map(
    ({ key, value, is }) => `${key} is ${JSON.stringify(is)}, wanted ${JSON.stringify(value)}`,
  );
  throw new AppError(
    Code.FAILED_PRECONDITION,
    `${what}: ${list.join('; ')}: stop the services and delete it (nothing is lost, it is made anew), or correct the settings`,
    { reason: 'NATS_CONFIG_MISMATCH', details: { resource: what } },
  );
}
