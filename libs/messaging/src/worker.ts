import { setTimeout as delay } from 'node:timers/promises';
import type { Codec } from '@reelmesh/contracts';
import { AppError, Code } from '@reelmesh/domain';
import type { Logger } from '@reelmesh/service';
import { createInbox, nanos, type Msg, type Subscription } from 'nats';
import type { Delivery, Running } from './bus.ts';
import type { Link } from './connection.ts';
import type { MessageOutcome } from './counters.ts';
import { ACK, deliveryCount, nak, retryDelayMs, TERM, WORKING } from './settlement.ts';
import { untilEnsured, type ConsumerSpec, type Topology } from './topology.ts';

const START_TIMEOUT_MS = 10_000;
const PULL_EXPIRES_MS = 30_000;
const HEARTBEAT_MS = 1_000;
/** The server has forgotten the pull, or we have been away: two heartbeats and some. */
const SILENCE_MS = 2_500;
const ABORTED_GRACE_MS = 2_000;
/** A stream made anew while server 2.9.10 still deletes the files of the old one loses its own. */
const DELETION_MS = 250;

export interface WorkerSettings<T> {
  readonly consumer: ConsumerSpec;
  readonly codec: Codec<T>;
  /** 1 to 1000. */
  readonly concurrency: number;
  readonly handle: (message: T, delivery: Delivery) => Promise<void>;
  readonly ackWaitMs: number;
  /** Between `stop` and the abort of what is still under way. */
  readonly stopGraceMs: number;
  readonly inboxPrefix: string;
  readonly count: (outcome: MessageOutcome) => void;
}

/** Starts to handle a consumer's messages. Resolves when they flow; UNAVAILABLE when that takes more than 10 s. */
export async function startWorker<T>(
  link: Link,
  topology: Topology,
  settings: WorkerSettings<T>,
  log: Logger,
): Promise<Running> {
  const { concurrency } = settings;
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 1000) {
    throw new AppError(
      Code.INVALID_ARGUMENT,
      `${settings.consumer.durable}: concurrency must be 1 to 1000, not ${concurrency}`,
      {
        reason: 'CONCURRENCY_OUT_OF_RANGE',
      },
    );
  }
  await untilEnsured(async () => {
    await topology.ensureStreams();
    await topology.ensureConsumer(settings.consumer);
  }, START_TIMEOUT_MS);
  return new Worker(link, topology, settings, log);
}

/**
 * A pull consumer that asks for exactly as many messages as it has free hands, and asks again as soon as a hand is free.
 * The client library's `consume` prefetches: behind a render of ten minutes, messages would wait that another worker could take,
 * and come a second time.
 *
 * Invariant: active + requested <= concurrency, as far as this side knows; a surplus after a lost pull is handed back.
 */
class Worker<T> implements Running {
  readonly #link: Link;
  readonly #topology: Topology;
  readonly #settings: WorkerSettings<T>;
  readonly #log: Logger;
  readonly #inbox: string;
  readonly #pullSubject: string;
  readonly #subscription: Subscription;
  readonly #active = new Set<Msg>();
  readonly #abort = new AbortController();
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #unlisten: () => void;
  /** Messages that the server still owes us. */
  #requested = 0;
  /** The last token of a pull's reply subject: answers to pulls of an earlier life are known by it. */
  #life = 0;
  #heardAt = performance.now();
  /** Wall clock: from here a consumer that was lost with its server begins anew. */
  #flowingAtMs = Date.now();
  #recovering = false;
  #stopped: Promise<void> | undefined;
  #onIdle: (() => void) | undefined;

  constructor(link: Link, topology: Topology, settings: WorkerSettings<T>, log: Logger) {
    const { stream, durable } = settings.consumer;
    this.#link = link;
    this.#topology = topology;
    this.#settings = settings;
    this.#log = log.child({ consumer: durable });
    this.#inbox = createInbox(settings.inboxPrefix);
    this.#pullSubject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable}`;
    this.#subscription = link.nc.subscribe(`${this.#inbox}.*`, { callback: (_, msg) => this.#receive(msg) });
    this.#timers = [
      setInterval(() => this.#watch(), HEARTBEAT_MS),
      setInterval(() => this.#keepAlive(), settings.ackWaitMs / 3),
    ];
    this.#unlisten = link.onReconnect(() => void this.#recover('reconnected'));
    this.#pull();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#unlisten();
    // messages on their way to us arrive before the drain ends, and are handed back
    if (this.#link.connected) await this.#subscription.drain().catch(() => undefined);
    else this.#subscription.unsubscribe();
    if (!(await this.#idleWithin(this.#settings.stopGraceMs))) {
      this.#abort.abort(new AppError(Code.CANCELLED, 'the worker is stopping'));
      await this.#idleWithin(ABORTED_GRACE_MS);
    }
    for (const timer of this.#timers) clearInterval(timer);
    for (const msg of this.#active) msg.respond(nak(0));
    this.#active.clear();
  }

  #receive(msg: Msg): void {
    this.#heardAt = performance.now();
    if (msg.subject.startsWith(this.#inbox)) {
      this.#receiveStatus(msg);
      return;
    }
    if (this.#requested > 0) this.#requested -= 1;
    if (this.#stopped !== undefined || this.#active.size >= this.#settings.concurrency) {
      msg.respond(nak(0));
      return;
    }
    this.#active.add(msg);
    void this.#process(msg);
  }

  #receiveStatus(msg: Msg): void {
    const code = msg.headers?.code ?? 0;
    if (code === 100 || this.#stopped !== undefined) return;
    if (msg.subject !== `${this.#inbox}.${this.#life}`) return;
    if (code === 408) {
      // a pull ran out: the server says how many messages it did not send
      this.#requested = Math.max(0, this.#requested - Number(msg.headers?.get('Nats-Pending-Messages') ?? 0));
      this.#pull();
      return;
    }
    void this.#recover(`${code} ${msg.headers?.description ?? ''}`, DELETION_MS);
  }

  async #process(msg: Msg): Promise<void> {
    const answer = await this.#handle(msg);
    // stop() may have handed it back already
    if (!this.#active.delete(msg)) return;
    msg.respond(answer);
    if (this.#stopped === undefined) this.#pull();
    else if (this.#active.size === 0) this.#onIdle?.();
  }

  async #handle(msg: Msg): Promise<string> {
    const { codec, handle, count } = this.#settings;
    const attempt = deliveryCount(msg.reply ?? '');
    let message: T;
    try {
      message = codec.decode(msg.data);
    } catch (error) {
      this.#log.error({ subject: msg.subject, err: error }, 'undecodable message dropped');
      count('undecodable');
      return TERM;
    }
    try {
      await handle(message, { attempt, signal: this.#abort.signal });
      count('done');
      return ACK;
    } catch (reason) {
      return this.#settle(msg, AppError.from(reason), attempt);
    }
  }

  #settle(msg: Msg, error: AppError, attempt: number): string {
    if (this.#abort.signal.aborted) {
      this.#settings.count('handed_back');
      return nak(0);
    }
    if (error.retryable) {
      const delayMs = retryDelayMs(error, attempt);
      this.#log.warn({ subject: msg.subject, attempt, delayMs, err: error }, 'message put off');
      this.#settings.count('put_off');
      return nak(delayMs);
    }
    this.#log.error({ subject: msg.subject, attempt, err: error }, 'message dropped');
    this.#settings.count('dropped');
    return TERM;
  }

  /** Asks for what is missing, in few pulls: not before half of the free hands wait for nothing. */
  #pull(): void {
    if (this.#recovering || !this.#link.connected) return;
    const free = this.#settings.concurrency - this.#active.size;
    const batch = free - this.#requested;
    if (batch <= 0 || this.#requested > free / 2) return;
    if (this.#requested === 0) this.#heardAt = performance.now();
    this.#requested += batch;
    const request = { batch, expires: nanos(PULL_EXPIRES_MS), idle_heartbeat: nanos(HEARTBEAT_MS) };
    this.#link.nc.publish(this.#pullSubject, JSON.stringify(request), {
      reply: `${this.#inbox}.${this.#life}`,
    });
  }

  #watch(): void {
    if (this.#requested === 0 || this.#recovering || !this.#link.connected || this.#stopped !== undefined)
      return;
    if (performance.now() - this.#heardAt > SILENCE_MS) void this.#recover('no heartbeat');
    else this.#flowingAtMs = Date.now();
  }

  #keepAlive(): void {
    for (const msg of this.#active) msg.respond(WORKING);
  }

  /** Makes sure that the consumer exists, and pulls anew. */
  async #recover(why: string, pauseMs = 0): Promise<void> {
    if (this.#recovering || this.#stopped !== undefined) return;
    this.#recovering = true;
    this.#log.warn({ why }, 'pull lost, asking anew');
    if (pauseMs > 0) await delay(pauseMs);
    for (let attempt = 1; this.#stopped === undefined; attempt += 1) {
      try {
        await this.#link.untilConnected(PULL_EXPIRES_MS);
        await this.#topology.ensureStreams();
        await this.#topology.ensureConsumer(this.#consumerNow());
        break;
      } catch (error) {
        if (attempt === 10) this.#log.error({ err: error }, 'consumer not restored yet');
        await delay(Math.min(100 * attempt, 2_000));
      }
    }
    this.#recovering = false;
    this.#life += 1;
    this.#requested = 0;
    if (this.#stopped === undefined) this.#pull();
  }

  /** A consumer made anew begins where the old one was last seen, so that nothing published since is missed. */
  #consumerNow(): ConsumerSpec {
    const { consumer } = this.#settings;
    if (consumer.from !== 'new') return consumer;
    return { ...consumer, from: { sinceMs: this.#flowingAtMs - 10_000 } };
  }

  async #idleWithin(timeoutMs: number): Promise<boolean> {
    if (this.#active.size === 0) return true;
    const timer = new AbortController();
    const idle = new Promise<boolean>((resolve) => {
      this.#onIdle = () => resolve(true);
    });
    const late = delay(timeoutMs, false, { signal: timer.signal }).catch(() => false);
    const isIdle = await Promise.race([idle, late]);
    timer.abort();
    return isIdle;
  }
}
