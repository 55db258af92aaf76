import { expect, test } from 'vitest';
import { startModules } from '../src/index.ts';
import type { Readiness, RunningService, Startable } from '../src/index.ts';

interface Fake extends Startable {
  readonly fails?: 'start' | 'stop' | 'ready';
  readonly readiness?: Readiness;
}

function world(): { history: string[]; start: (module: Fake) => Promise<RunningService> } {
  const history: string[] = [];
  return {
    history,
    start: async (module) => {
      if (module.fails === 'start') throw new Error(`${module.name} cannot start`);
      history.push(`+${module.name}`);
      return {
        ready: () => {
          if (module.fails === 'ready') throw new Error(`${module.name} does not know`);
          return module.readiness ?? { ready: true };
        },
        stop: async () => {
          history.push(`-${module.name}`);
          if (module.fails === 'stop') throw new Error(`${module.name} cannot stop`);
        },
      };
    },
  };
}

const api = { name: 'api', needs: ['scheduler'] };
const scheduler = { name: 'scheduler', needs: ['cache', 'parser'] };
const cache = { name: 'cache', needs: [] };
const parser = { name: 'parser', needs: [] };

test('starts each after its needs and stops in reverse', async () => {
  const { history, start } = world();

  const running = await startModules([api, scheduler, cache, parser], start);
  await running.stop();

  expect(history).toEqual([
    '+cache',
    '+parser',
    '+scheduler',
    '+api',
    '-api',
    '-scheduler',
    '-parser',
    '-cache',
  ]);
});

test('a need that runs in another process does not hold back', async () => {
  const { history, start } = world();

  await startModules([api], start);

  expect(history).toEqual(['+api']);
});

test('a failed start stops what runs and is told as it was', async () => {
  const { history, start } = world();

  const starting = startModules<Fake>([api, { ...scheduler, fails: 'start' }, cache, parser], start);

  await expect(starting).rejects.toThrow('scheduler cannot start');
  expect(history).toEqual(['+cache', '+parser', '-parser', '-cache']);
});

test('a failed stop keeps none of the others running', async () => {
  const { history, start } = world();
  const running = await startModules<Fake>([{ ...api, fails: 'stop' }, scheduler, cache], start);

  const stopping = running.stop();

  await expect(stopping).rejects.toThrow('some services did not stop cleanly');
  expect(history.slice(3)).toEqual(['-api', '-scheduler', '-cache']);
});

test('stopping twice stops once', async () => {
  const { history, start } = world();
  const running = await startModules([cache], start);

  await Promise.all([running.stop(), running.stop()]);

  expect(history).toEqual(['+cache', '-cache']);
});

test('modules that need each other are refused before anything starts', async () => {
  const { history, start } = world();

  const starting = startModules(
    [
      { name: 'a', needs: ['b'] },
      { name: 'b', needs: ['a'] },
    ],
    start,
  );

  await expect(starting).rejects.toThrow('modules need each other: a → b → a');
  expect(history).toEqual([]);
});

test('the process is ready when all are, and a service that throws is not', async () => {
  const { start } = world();
  const good = await startModules<Fake>([cache], start);
  const bad = await startModules<Fake>(
    [cache, { ...parser, fails: 'ready' }, { ...api, readiness: { ready: false, detail: 'draining' } }],
    start,
  );

  expect(await good.ready()).toEqual({ ready: true, services: { cache: { ready: true } } });
  expect(await bad.ready()).toEqual({
    ready: false,
    services: {
      cache: { ready: true },
      parser: { ready: false, detail: 'parser does not know' },
      api: { ready: false, detail: 'draining' },
    },
  });
});
