import { setTimeout as delay } from 'node:timers/promises';
import { JetStreamApiError } from '@nats-io/jetstream';
import { Kvm, type KV } from '@nats-io/kv';
import { AppError, Code } from '@reelmesh/domain';
import type { Logger } from '@reelmesh/service';
import type { Shared, SharedOptions } from './bus.ts';
import type { Link } from './connection.ts';
import { SHARED_BUCKET, type Topology } from './topology.ts';

/** Another write came first. The second is what newer servers say when they do not know the last sequence. */
const CONFLICTS: readonly number[] = [10071, 10164];
const CALL_TIMEOUT_MS = 2_000;
/** After so many lost races in a row something is wrong. */
const MOST_RACES = 1_000;

const validKey = /^[-=\w]{1,100}(\.[-=\w]{1,100})*$/;

export interface SharedSettings {
  /** How long a read or a write is tried. */
  readonly timeoutMs: number;
  /** Between two looks without being told: what is told may be lost. */
  readonly resyncMs: number;
}

/** Tells the other instances which record has changed, and hears it from them. */
export interface Grapevine {
  tell(news: string): void;
  listen(onNews: (news: string) => void): () => void;
}

/** Opens one record. Reads and writes of one instance go one after the other, so it never races against itself. */
export function openShared<T>(
  key: string,
  { read, onChange }: SharedOptions<T>,
  link: Link,
  topology: Topology,
  grapevine: Grapevine,
  { timeoutMs, resyncMs }: SharedSettings,
  log: Logger,
): Shared<T> {
  if (!validKey.test(key)) {
    throw new AppError(
      Code.INVALID_ARGUMENT,
      `shared record "${key}": only letters, digits, - _ = and dots`,
      {
        reason: 'NAME_INVALID',
      },
    );
  }
  let bucket: Promise<KV> | undefined;
  let value: T | undefined;
  /** 0 while there is none. */
  let revision: number | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let refreshing: Promise<void> | undefined;
  let stopped = false;

  const inTurn = <R>(work: () => Promise<R>): Promise<R> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  };

  const kv = (): Promise<KV> => {
    bucket ??= new Kvm(link.nc).open(SHARED_BUCKET, { timeout: CALL_TIMEOUT_MS });
    return bucket;
  };

  const see = (next: T | undefined, at: number): void => {
    const isNews = at !== revision;
    value = next;
    revision = at;
    if (isNews) onChange();
  };

  const load = async (): Promise<void> => {
    const entry = await link.whileConnected(kv().then((open) => open.get(key)));
    const isThere = entry?.operation === 'PUT';
    see(isThere ? read(entry.json<unknown>()) : undefined, entry?.revision ?? 0);
  };

  /** Again and again until the time is over, through restarts and a lost disk. */
  const persistently = async <R>(work: () => Promise<R>): Promise<R> => {
    const until = performance.now() + timeoutMs;
    for (;;) {
      const left = Math.max(0, until - performance.now());
      try {
        // what is begun without a connection is never answered
        await link.untilConnected(left);
        return await work();
      } catch (cause) {
        bucket = undefined;
        if (performance.now() >= until || stopped) {
          throw new AppError(Code.UNAVAILABLE, `shared record ${key}: nats does not answer`, {
            reason: 'SHARED_UNAVAILABLE',
            cause,
          });
        }
        await delay(50);
        if (link.connected) await topology.ensureStreams().catch(() => undefined);
      }
    }
  };

  /** @returns the revision, or undefined when somebody else was quicker */
  const write = async (next: T, previousSeq: number): Promise<number | undefined> => {
    try {
      const data = JSON.stringify(next);
      return await link.whileConnected(
        kv().then((open) => open.put(key, data, { previousSeq, timeout: CALL_TIMEOUT_MS })),
      );
    } catch (error) {
      if (error instanceof JetStreamApiError && CONFLICTS.includes(error.code)) return undefined;
      // It may be written all the same: looked at before anything else is.
      revision = undefined;
      throw error;
    }
  };

  const update = async (change: (current: T | undefined) => T | undefined): Promise<T | undefined> => {
    for (let race = 0; race < MOST_RACES; race += 1) {
      if (revision === undefined) await load();
      const before = revision ?? 0;
      const next = change(value);
      if (next === value || next === undefined) return value;
      const at = await write(next, before);
      if (at !== undefined) {
        see(next, at);
        grapevine.tell(`${key} ${at}`);
        return next;
      }
      await load();
    }
    throw new AppError(Code.ABORTED, `shared record ${key}: ${MOST_RACES} lost races`, { retryable: true });
  };

  /** One at a time; who asks meanwhile is answered by the one after it. */
  let again: Promise<void> | undefined;
  const refresh = (): Promise<void> => {
    if (refreshing !== undefined) {
      again ??= refreshing
        .catch(() => undefined)
        .then(() => {
          again = undefined;
          return refresh();
        });
      return again;
    }
    refreshing = inTurn(() => persistently(load)).finally(() => (refreshing = undefined));
    return refreshing;
  };
  const refreshQuietly = (): void => {
    if (stopped || !link.connected) return;
    refresh().catch((error: unknown) => {
      if (!stopped) log.warn({ record: key, err: error }, 'shared record not read');
    });
  };

  const deafen = grapevine.listen((news) => {
    if (news.startsWith(`${key} `) && news !== `${key} ${revision}`) refreshQuietly();
  });
  const unlisten = link.onReconnect(refreshQuietly);
  const timer = setInterval(refreshQuietly, resyncMs);
  timer.unref();

  return {
    get value() {
      return value;
    },
    refresh,
    update: (change) => inTurn(() => persistently(() => update(change))),
    async stop() {
      stopped = true;
      clearInterval(timer);
      deafen();
      unlisten();
      await turn;
    },
  };
}
