import type { Command, Event, FilmAddress } from '@reelmesh/contracts';
import type { Client, Handlers, ServiceDefinition } from './rpc.ts';

/** Something that runs until it is stopped. Stopping takes no new work and waits for what is under way. */
export interface Running {
  stop(): Promise<void>;
}

export interface Delivery {
  /** 1 at the first delivery. */
  readonly attempt: number;
  /** Aborted when the worker is told to stop and its grace time is over. */
  readonly signal: AbortSignal;
}

export interface WorkOptions {
  /** How many messages this worker handles at a time, 1 to 1000. */
  readonly concurrency: number;
}

export interface SharedOptions<T> {
  /** What is stored, as JSON; others may run another version. Throws for what makes no sense. */
  readonly read: (json: unknown) => T;
  /** Another value than before was seen, whoever wrote it. */
  readonly onChange: () => void;
}

/** A small record that all instances keep together, by compare-and-swap. As good as NATS: it may be lost at any time. */
export interface Shared<T> extends Running {
  /** As last seen; undefined before the first `refresh` or `update`, and while there is none. */
  readonly value: T | undefined;
  /** UNAVAILABLE (SHARED_UNAVAILABLE) when NATS does not answer. */
  refresh(): Promise<void>;
  /**
   * Writes what `change` makes of the newest value; when another instance was quicker it is called again, so it must be
   * pure. Returning what it was given, or undefined, writes nothing. A write whose answer was lost may be made twice.
   * @returns what is stored now
   */
  update(change: (current: T | undefined) => T | undefined): Promise<T | undefined>;
}

/**
 * NATS as the services see it. Transport, never the record: anything may be lost, doubled or reordered,
 * so every handler is idempotent and says by which key.
 */
export interface Bus {
  /** Short unary calls over NATS request/reply. Server streams are gRPC's. */
  serve<D extends ServiceDefinition>(definition: D, handlers: Handlers<D>): Promise<Running>;
  client<D extends ServiceDefinition>(definition: D): Client<D>;

  /** Durable once resolved. The same id within two minutes is dropped as a double. UNAVAILABLE when NATS does not answer. */
  send<T>(command: Command<T>, message: T, id: string): Promise<void>;
  /**
   * Handles commands at least once. Resolving acknowledges; a retryable AppError asks for another delivery
   * (after retryAfterMs, else growing pauses); any other error drops the message, logged.
   * A handler may take longer than the acknowledgement time: the worker keeps the message alive.
   */
  work<T>(
    command: Command<T>,
    options: WorkOptions,
    handle: (message: T, delivery: Delivery) => Promise<void>,
  ): Promise<Running>;

  /** Durable once resolved; the id drops doubles. */
  publish<T>(event: Event<T>, film: FilmAddress, message: T, id: string): Promise<void>;
  /** At most once, never stored: progress. */
  whisper<T>(event: Event<T>, film: FilmAddress, message: T): void;
  /** Every film's events of this kind, at least once, in the group's name: one instance of the group gets each. */
  subscribe<T>(
    event: Event<T>,
    options: WorkOptions & { readonly group: string },
    handle: (message: T, delivery: Delivery) => Promise<void>,
  ): Promise<Running>;
  /** One film's events of all kinds from now on, whispers included; at most once. */
  tail(film: FilmAddress, onEvent: (name: string, data: Uint8Array) => void): Running;

  /** "Look at this now": at most once, no payload, to every listener. */
  hint(topic: string, id: string): void;
  onHint(topic: string, handle: (id: string) => void): Running;

  /** Whether the instance with this id has shown itself within the lease time. */
  isAlive(instanceId: string): Promise<boolean>;
  /** Shows this instance until stopped: renews its lease. */
  join(instanceId: string): Promise<Running>;

  /**
   * Opens the record with this key, letters, digits, - _ = and dots. Changes are heard at once, or after some seconds at
   * the latest.
   */
  share<T>(key: string, options: SharedOptions<T>): Shared<T>;

  /** False while there is no connection. */
  readonly connected: boolean;
  /** Stops everything, flushes, disconnects. */
  close(): Promise<void>;
}
