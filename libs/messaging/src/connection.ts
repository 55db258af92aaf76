import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError, Code } from '@reelmesh/domain';
import type { Logger } from '@reelmesh/service';
import { connect, credsAuthenticator, type ConnectionOptions, type NatsConnection } from 'nats';

/** Reason of what fails for want of a connection. */
export const DISCONNECTED = 'NATS_DISCONNECTED';

export interface ConnectionSettings {
  readonly servers: string | readonly string[];
  readonly name: string;
  readonly inboxPrefix: string;
  /** Path of a NATS credentials file. */
  readonly creds?: string;
  readonly connectTimeoutMs: number;
  readonly log: Logger;
}

/** A connection that reconnects for ever, and says when it is there. */
export interface Link {
  readonly nc: NatsConnection;
  readonly connected: boolean;
  /** UNAVAILABLE (NATS_DISCONNECTED) when there is no connection within the time. */
  untilConnected(timeoutMs: number): Promise<void>;
  /** The same, but UNAVAILABLE (NATS_DISCONNECTED) as soon as the connection is lost: requests under way are never answered then. */
  whileConnected<T>(work: Promise<T>): Promise<T>;
  /** The returned function takes the listener away. */
  onReconnect(listener: () => void): () => void;
}

export async function openLink(settings: ConnectionSettings): Promise<Link> {
  const nc = await dial(settings);
  const { log } = settings;
  const listeners = new Set<() => void>();
  const underWay = new Set<() => void>();
  let connected = true;
  let back = Promise.withResolvers<void>();

  const follow = async () => {
    for await (const status of nc.status()) {
      if (status.type === 'disconnect') {
        if (connected) log.warn({ server: status.server }, 'nats connection lost, reconnecting');
        connected = false;
        for (const fail of underWay) fail();
      } else if (status.type === 'reconnect') {
        log.info({ server: status.server }, 'nats connection restored');
        connected = true;
        back.resolve();
        back = Promise.withResolvers();
        for (const listener of listeners) listener();
      } else if (status.type === 'error') {
        log.warn({ err: status.error }, 'nats reported an error');
      }
    }
    connected = false;
  };
  void follow();

  return {
    nc,
    get connected() {
      return connected;
    },
    async untilConnected(timeoutMs) {
      if (connected) return;
      const timer = new AbortController();
      const late = delay(timeoutMs, true, { signal: timer.signal, ref: false }).catch(() => false);
      const isLate = await Promise.race([back.promise.then(() => false), late]);
      timer.abort();
      if (isLate) throw disconnected(settings.servers);
    },
    async whileConnected(work) {
      const lost = Promise.withResolvers<never>();
      const fail = () => lost.reject(disconnected(settings.servers));
      underWay.add(fail);
      try {
        return await Promise.race([work, lost.promise]);
      } finally {
        underWay.delete(fail);
      }
    },
    onReconnect(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Tries until the time is over: services and NATS may be started together. */
async function dial(settings: ConnectionSettings): Promise<NatsConnection> {
  const options: ConnectionOptions = {
    servers: [settings.servers].flat(),
    name: settings.name,
    inboxPrefix: settings.inboxPrefix,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 100,
    // else the client gives up for good when a restarting server refuses twice
    ignoreAuthErrorAbort: true,
    pingInterval: 10_000,
    timeout: 2_000,
    noAsyncTraces: true,
    ...(settings.creds !== undefined && {
      authenticator: credsAuthenticator(await readFile(settings.creds)),
    }),
  };
  const until = performance.now() + settings.connectTimeoutMs;
  for (;;) {
    try {
      return await connect(options);
    } catch (cause) {
      if (performance.now() > until) {
        throw new AppError(
          Code.UNAVAILABLE,
          `nats at ${where(settings.servers)} does not answer: start nats-server there or correct the address`,
          { reason: 'NATS_UNREACHABLE', cause },
        );
      }
      await delay(100);
    }
  }
}

function disconnected(servers: string | readonly string[]): AppError {
  return new AppError(Code.UNAVAILABLE, `no connection to nats at ${where(servers)}`, {
    reason: DISCONNECTED,
  });
}

function where(servers: string | readonly string[]): string {
  return [servers].flat().join(', ');
}
