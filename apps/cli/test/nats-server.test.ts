import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { temporaryDirectory, testKit } from '@reelmesh/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { startNatsServer } from '../src/nats-server.ts';
import { processesWith, until } from './support/processes.ts';

const { log } = testKit();

afterEach(() => vi.unstubAllEnvs());

test('the embedded server answers on loopback, and is gone once it is stopped', async () => {
  await using home = await temporaryDirectory();

  const server = await startNatsServer(home.path, log);
  const socket = createConnection(Number(new URL(server.url).port), '127.0.0.1');
  const [greeting] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  await server.stop();

  expect(greeting.toString()).toMatch(/^INFO .*"jetstream":true/);
  await until(() => processesWith(home.path).length === 0);
});

test('a server that dies is reported with its last words', async () => {
  await using home = await temporaryDirectory();
  const server = await startNatsServer(home.path, log);

  process.kill(Number(await readFile(join(home.path, 'nats.pid'), 'utf8')), 'SIGKILL');

  expect(await server.died).toMatchObject({ code: 'UNAVAILABLE', reason: 'NATS_NOT_STARTED' });
});

test('a missing nats-server is named, with the ways to get it', async () => {
  await using home = await temporaryDirectory();
  vi.stubEnv('PATH', '/nowhere');

  await expect(startNatsServer(home.path, log)).rejects.toMatchObject({
    reason: 'TOOL_MISSING',
    message: expect.stringMatching(
      /^nats-server is not on PATH: install it .* REELMESH_NATS__URL/,
    ) as unknown,
  });
});
