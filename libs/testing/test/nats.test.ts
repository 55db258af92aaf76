import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startNats, temporaryDirectory } from '../src/index.ts';

test('restart keeps port and store, wipe keeps the port alone, stop leaves nothing', async () => {
  const nats = await startNats();
  const kept = join(nats.storeDir, 'kept');
  await writeFile(kept, '');

  await nats.restart();
  const afterRestart = [await answers(nats.port), existsSync(kept)];
  await nats.wipe();
  const afterWipe = [await answers(nats.port), existsSync(kept)];
  await nats.stop();
  const afterStop = [await answers(nats.port), existsSync(nats.storeDir)];

  expect({ afterRestart, afterWipe, afterStop }).toEqual({
    afterRestart: [true, true],
    afterWipe: [true, false],
    afterStop: [false, false],
  });
});

test('a port that is taken is named', async () => {
  await using nats = await startNats();

  await expect(startNats({ port: nats.port })).rejects.toThrow(`did not start on port ${nats.port}`);
});

test('a temporary directory goes when its scope ends', async () => {
  let path: string;
  {
    await using directory = await temporaryDirectory();
    ({ path } = directory);
    expect(existsSync(path)).toBe(true);
  }

  expect(existsSync(path)).toBe(false);
});

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
