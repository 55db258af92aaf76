import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Section, Values } from './config.ts';

/** What the host gives to every service. */
export interface Kit {
  readonly log: Logger;
  readonly metrics: Metrics;
  /** This process, for leases: stable over restarts where the host can make it so. */
  readonly instanceId: string;
}

export interface Readiness {
  readonly ready: boolean;
  /** What is missing, for people. */
  readonly detail?: string;
}

export interface RunningService {
  ready(): Readiness | Promise<Readiness>;
  /** Takes no new work, finishes or hands back what is under way, releases everything. */
  stop(): Promise<void>;
}

/**
 * What an app exports as `./module`: the host starts modules in the order of their needs and stops them in reverse.
 * D is what the service needs beyond the kit (bus, facts, blobs, …), C its configuration section.
 */
export interface ServiceModule<D, C extends Section> {
  readonly name: string;
  /** Names of modules that must have started before. */
  readonly needs: readonly string[];
  readonly config: C;
  start(deps: D & Kit & { readonly config: Values<C> }): Promise<RunningService>;
}
