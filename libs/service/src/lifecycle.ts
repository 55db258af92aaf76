import type { Readiness, RunningService } from './module.ts';

/** What ordering needs to know of a module. */
export interface Startable {
  readonly name: string;
  readonly needs: readonly string[];
}

/** Ready when every service is. */
export interface ProcessReadiness {
  readonly ready: boolean;
  readonly services: Readonly<Record<string, Readiness>>;
}

export interface RunningModules {
  /** By module name, in the order of their start. */
  readonly services: ReadonlyMap<string, RunningService>;
  ready(): Promise<ProcessReadiness>;
  /** In reverse order of start, all of them even if one fails; again is the same stop. Throws an AggregateError of what failed. */
  stop(): Promise<void>;
}

/**
 * Starts modules one after another, each after those that it needs. A need that is not in the list runs elsewhere.
 * When one fails to start, those that run are stopped and its error is thrown.
 */
export async function startModules<M extends Startable>(
  modules: readonly M[],
  start: (module: M) => Promise<RunningService>,
): Promise<RunningModules> {
  const services = new Map<string, RunningService>();
  for (const module of inOrder(modules)) {
    try {
      services.set(module.name, await start(module));
    } catch (error) {
      const failures = await stopAll(services);
      if (failures.length === 0) throw error;
      throw new AggregateError([error, ...failures], `${module.name} did not start, and others did not stop`);
    }
  }

  let stopping: Promise<void> | undefined;
  return {
    services,
    async ready() {
      const states = await Promise.all(
        [...services].map(async ([name, service]) => [name, await askReady(service)] as const),
      );
      return { ready: states.every(([, state]) => state.ready), services: Object.fromEntries(states) };
    },
    stop() {
      stopping ??= stopAll(services).then((failures) => {
        if (failures.length > 0) throw new AggregateError(failures, 'some services did not stop cleanly');
      });
      return stopping;
    },
  };
}

async function askReady(service: RunningService): Promise<Readiness> {
  try {
    return await service.ready();
  } catch (error) {
    return { ready: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

async function stopAll(services: ReadonlyMap<string, RunningService>): Promise<unknown[]> {
  const failures: unknown[] = [];
  for (const service of [...services.values()].reverse()) {
    try {
      await service.stop();
    } catch (error) {
      failures.push(error);
    }
  }
  return failures;
}

/** Depth first, so that the given order is kept where needs allow it. */
function inOrder<M extends Startable>(modules: readonly M[]): readonly M[] {
  const byName = new Map(modules.map((module) => [module.name, module]));
  const done = new Set<M>();
  const visit = (module: M, path: readonly string[]): void => {
    if (done.has(module)) return;
    if (path.includes(module.name))
      throw new Error(`modules need each other: ${[...path, module.name].join(' → ')}`);
    for (const need of module.needs) {
      const needed = byName.get(need);
      if (needed !== undefined) visit(needed, [...path, module.name]);
    }
    done.add(module);
  };
  for (const module of modules) visit(module, []);
  return [...done];
}
