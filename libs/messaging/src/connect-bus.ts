import { eventSubject } from '@reelmesh/contracts';
import { AppError, Code } from '@reelmesh/domain';
import type { Logger, Metrics } from '@reelmesh/service';
import type { Bus, Running } from './bus.ts';
import { openLink } from './connection.ts';
import { messageCounter } from './counters.ts';
import { createLeases } from './leases.ts';
import { natsClient } from './nats-rpc-client.ts';
import { serveNats } from './nats-rpc-server.ts';
import { createPublisher } from './publisher.ts';
import { createTopology, EVENT_STREAM, untilEnsured, WORK_STREAM, type ConsumerSpec } from './topology.ts';
import { openShared, type Grapevine } from './shared.ts';
import { startWorker, type WorkerSettings } from './worker.ts';

export interface BusOptions {
  /** `nats://host:port`, one or several. */
  readonly servers: string | readonly string[];
  /** Of the connection, as NATS shows it. */
  readonly name: string;
  /** The service's name: of its instances one answers each call. */
  readonly queueGroup: string;
  readonly log: Logger;
  /** For `reelmesh_messages_total{subject,outcome}`. */
  readonly metrics?: Metrics;
  /** Path of a NATS credentials file. */
  readonly creds?: string;
  /** 1 to 5; 1 unless said otherwise. */
  readonly streamReplicas?: number;
  /** How long an instance counts as alive after it has shown itself; 15 s, at least 100 ms. The same in all processes. */
  readonly leaseMs?: number;
  /** After so long without a sign of its worker a message is delivered again; 30 s. The same in all processes. */
  readonly ackWaitMs?: number;
  /** How long `send`, `publish` and shared records try; 10 s. */
  readonly publishTimeoutMs?: number;
  /** How long the first connection is tried; 10 s. */
  readonly connectTimeoutMs?: number;
  /** Between `stop` and the abort of what is still under way; 10 s. */
  readonly stopGraceMs?: number;
}

const SHARED_NEWS = 'shared';

const validToken = /^[-\w]{1,64}$/;

/**
 * Connects to NATS and makes the streams that are missing. Reconnects for ever; after a lost disk all is made anew.
 *
 * UNAVAILABLE (NATS_UNREACHABLE, JETSTREAM_UNAVAILABLE) when NATS does not answer in time,
 * FAILED_PRECONDITION (NATS_CONFIG_MISMATCH) when a stream exists with other settings.
 */
export async function connectBus(options: BusOptions): Promise<Bus> {
  checkToken('queue group', options.queueGroup);
  const {
    log,
    leaseMs = 15_000,
    ackWaitMs = 30_000,
    stopGraceMs = 10_000,
    connectTimeoutMs = 10_000,
  } = options;
  const inboxPrefix = `_INBOX_${options.queueGroup}`;
  const link = await openLink({ ...options, inboxPrefix, connectTimeoutMs });
  const { nc } = link;
  const topology = createTopology(link, { replicas: options.streamReplicas ?? 1, leaseMs, ackWaitMs }, log);
  try {
    await untilEnsured(() => topology.ensureStreams(), connectTimeoutMs);
  } catch (error) {
    await nc.close();
    throw error;
  }
  link.onReconnect(() => {
    untilEnsured(() => topology.ensureStreams(), connectTimeoutMs).catch((error: unknown) =>
      log.error({ err: error }, 'streams not restored'),
    );
  });

  const publishTimeoutMs = options.publishTimeoutMs ?? 10_000;
  const publish = createPublisher(link, topology, publishTimeoutMs);
  const leases = createLeases(link, topology, leaseMs, log);
  const count = messageCounter(options.metrics);
  const running = new Set<Running>();
  const track = (started: Running): Running => {
    const tracked = {
      async stop() {
        await started.stop();
        running.delete(tracked);
      },
    };
    running.add(tracked);
    return tracked;
  };
  const startConsumer = async <T>(
    label: string,
    consumer: ConsumerSpec,
    rest: Pick<WorkerSettings<T>, 'codec' | 'concurrency' | 'handle'>,
  ) => {
    const settings = { ...rest, consumer, ackWaitMs, stopGraceMs, inboxPrefix };
    return track(
      await startWorker(link, topology, { ...settings, count: (outcome) => count(label, outcome) }, log),
    );
  };
  const listen = (subject: string, onMessage: (subject: string, data: Uint8Array) => void): Running => {
    const subscription = nc.subscribe(subject, { callback: (_, msg) => onMessage(msg.subject, msg.data) });
    return track({ stop: async () => subscription.unsubscribe() });
  };

  const news = new Set<(text: string) => void>();
  const grapevine: Grapevine = {
    tell: (text) => nc.publish(hintSubject(SHARED_NEWS), text),
    listen(onNews) {
      news.add(onNews);
      return () => news.delete(onNews);
    },
  };
  const decodeText = new TextDecoder();
  listen(hintSubject(SHARED_NEWS), (_, data) => {
    const text = decodeText.decode(data);
    for (const onNews of news) onNews(text);
  });

  return {
    serve: async (definition, handlers) =>
      track(await serveNats(link, options.queueGroup, definition, handlers, { log, stopGraceMs })),
    client: (definition) => natsClient(link, definition),

    send: (command, message, id) => publish(command.subject, command.codec.encode(message).finish(), id),
    work(command, { concurrency }, handle) {
      const durable = command.subject.replaceAll('.', '-');
      const consumer = { stream: WORK_STREAM, durable, filter: command.subject, from: 'all' } as const;
      return startConsumer(command.subject, consumer, { codec: command.codec, concurrency, handle });
    },

    publish: (event, film, message, id) =>
      publish(eventSubject(event.name, film), event.codec.encode(message).finish(), id),
    whisper(event, film, message) {
      nc.publish(progressSubject(event.name, film), event.codec.encode(message).finish());
    },
    async subscribe(event, { group, concurrency }, handle) {
      checkToken('group', group);
      const consumer: ConsumerSpec = {
        stream: EVENT_STREAM,
        durable: `${group}-${event.name}`,
        filter: `event.*.*.${event.name}`,
        from: 'new',
      };
      return startConsumer(`event.${event.name}`, consumer, { codec: event.codec, concurrency, handle });
    },
    tail(film, onEvent) {
      const nameOf = (subject: string) => subject.slice(subject.lastIndexOf('.') + 1);
      const parts = [eventSubject('*', film), progressSubject('*', film)].map((subject) =>
        listen(subject, (from, data) => onEvent(nameOf(from), data)),
      );
      return {
        async stop() {
          await Promise.all(parts.map((part) => part.stop()));
        },
      };
    },

    hint(topic, id) {
      nc.publish(hintSubject(topic), id);
    },
    onHint(topic, handle) {
      const decoder = new TextDecoder();
      return listen(hintSubject(topic), (_, data) => handle(decoder.decode(data)));
    },

    isAlive: (instanceId) => leases.isAlive(instanceId),
    join: async (instanceId) => track(await leases.join(instanceId)),

    share(key, sharing) {
      const settings = { timeoutMs: publishTimeoutMs, resyncMs: leaseMs / 3 };
      const shared = openShared(key, sharing, link, topology, grapevine, settings, log);
      const tracked = track({ stop: () => shared.stop() });
      return {
        get value() {
          return shared.value;
        },
        refresh: () => shared.refresh(),
        update: (change) => shared.update(change),
        stop: () => tracked.stop(),
      };
    },

    get connected() {
      return link.connected;
    },
    async close() {
      await Promise.allSettled([...running].map((one) => one.stop()));
      if (link.connected) await nc.drain().catch(() => undefined);
      await nc.close();
    },
  };
}

/** Beside the stream's `event.>`: what is whispered is never stored. */
function progressSubject(name: string, film: { readonly tenant: string; readonly filmId: string }): string {
  return `progress.${film.tenant}.${film.filmId}.${name}`;
}

function hintSubject(topic: string): string {
  checkToken('topic', topic);
  return `hint.${topic}`;
}

function checkToken(what: string, value: string): void {
  if (validToken.test(value)) return;
  throw new AppError(Code.INVALID_ARGUMENT, `${what} "${value}": only letters, digits, - and _, at most 64`, {
    reason: 'NAME_INVALID',
  });
}
