import { join } from 'node:path';
import { startNats, temporaryDirectory } from '@reelmesh/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { expectRenderedOnce, inspect, lastTrain, make, readFacts } from './support/made-films.ts';
import { processesWith, reelmesh, start, until } from './support/processes.ts';
import type { Started } from './support/processes.ts';

const services = [
  'cache',
  'script-parser',
  'gpu-inference',
  'composer',
  'provider-gateway',
  'scheduler',
  'api',
] as const;
type Service = (typeof services)[number];

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let nats: Awaited<ReturnType<typeof startNats>>;
const running = new Map<Service, Started>();

beforeEach(async () => {
  home = await temporaryDirectory();
  nats = await startNats();
});
afterEach(async () => {
  for (const { child } of running.values()) child.kill('SIGTERM');
  const ends = await Promise.all([...running.values()].map(({ ended }) => ended));
  running.clear();
  expect(ends.map(({ code }) => code)).toEqual(ends.map(() => 0));
  await nats.stop();
  await until(() => processesWith(home.path).length === 0);
  await home.remove();
});

async function serve(service: Service): Promise<string> {
  const started = start(reelmesh, ['serve', `--target=${service}`], {
    env: {
      REELMESH_NATS__URL: nats.url,
      REELMESH_DATA__DIR: join(home.path, 'shared'),
      REELMESH_ADMIN__PORT: '0',
      REELMESH_API__PORT: '0',
      REELMESH_LOG__FORMAT: 'json',
      REELMESH_SCHEDULER__REDRIVE_MS: '2000',
    },
  });
  running.set(service, started);
  return started.line(/host started/);
}

async function serveAll(): Promise<string> {
  const lines = await Promise.all(services.map(serve));
  return (JSON.parse(lines.at(-1) ?? '{}') as { api: string }).api;
}

test('one process a service makes the film', async () => {
  const api = await serveAll();

  const made = await make({ home: home.path, script: lastTrain, flags: ['--server', api] });

  expect(made.rendered).toBe(made.shots);
  const streams = await inspect(made.output);
  expect(Math.abs(streams.videoSeconds - made.duration_s)).toBeLessThanOrEqual(1 / 12);
}, 120_000);

test('the gateway killed and started again in mid-film changes nothing but the time', async () => {
  const api = await serveAll();
  const film = make({ home: home.path, script: lastTrain, flags: ['--server', api] });
  const settled = async (): Promise<number> =>
    (await readFacts(home.path, 'shared').catch(() => ({ takes: [] }))).takes.filter(
      (take) => take.clip !== undefined,
    ).length;
  while ((await settled()) < 3) await new Promise((resolve) => setTimeout(resolve, 20));

  running.get('provider-gateway')?.child.kill('SIGKILL');
  await running.get('provider-gateway')?.ended;
  await serve('provider-gateway');

  const made = await film;
  expect(made.rendered).toBe(made.shots);
  expectRenderedOnce((await readFacts(home.path, 'shared')).takes);
}, 120_000);
