import { join } from 'node:path';
import { readdir, writeFile } from 'node:fs/promises';
import { randomIds } from '@reelmesh/service';
import { temporaryDirectory } from '@reelmesh/testing';
import { expect, test } from 'vitest';
import { lockDataDir, openDataDir, takeInstance, writeHolder } from '../src/data-dir.ts';
import { start } from './support/processes.ts';

const lockModule = new URL('../src/exclusive-lock.ts', import.meta.url).href;

test('a data directory that another process holds is refused with its name and the ways out, until that process is killed', async () => {
  await using home = await temporaryDirectory();
  const data = await openDataDir(join(home.path, 'data'));
  const holder = join(home.path, 'holder.mjs');
  await writeFile(
    holder,
    `const { tryLock } = await import(${JSON.stringify(lockModule)});
     tryLock(${JSON.stringify(data.lock)});
     console.log('held');
     setInterval(() => {}, 1000);`,
  );
  const other = start(holder, []);
  await other.line(/held/);
  await writeHolder(data, {
    pid: other.child.pid ?? 0,
    command: 'serve --target=all',
    api: '127.0.0.1:50051',
  });

  expect(() => lockDataDir(data)).toThrow(
    expect.objectContaining({
      reason: 'DATA_DIR_IN_USE',
      details: { api: '127.0.0.1:50051' },
      message: `data directory ${data.path} is in use by \`reelmesh serve --target=all\` (process ${other.child.pid}): use it with --server 127.0.0.1:50051, wait for it, stop it, or choose another with --data DIR`,
    }),
  );

  other.child.kill('SIGKILL');
  await other.ended;

  lockDataDir(data).release();
});

test('a restarted process gets its instance id again, and a second one at the same time another', async () => {
  await using home = await temporaryDirectory();
  const data = await openDataDir(home.path);

  const first = await takeInstance(data, ['cache'], randomIds);
  const beside = await takeInstance(data, ['cache'], randomIds);
  first.release();
  const restarted = await takeInstance(data, ['cache'], randomIds);

  expect(beside.id).not.toBe(first.id);
  expect(beside.tempDir).not.toBe(first.tempDir);
  expect(restarted.id).toBe(first.id);
});

test.each(['/dev/null/reelmesh', '/proc/reelmesh'])(
  'a data directory that cannot be made is refused with its path: %s',
  async (path) => {
    await expect(openDataDir(path)).rejects.toMatchObject({
      reason: 'DATA_DIR_UNUSABLE',
      message: expect.stringContaining(`data directory ${path} cannot be written`) as unknown,
    });
  },
);

test('a data directory is made with what is missing above it', async () => {
  await using home = await temporaryDirectory();

  await openDataDir(join(home.path, 'a/b/data'));

  expect((await readdir(join(home.path, 'a/b/data'))).toSorted()).toEqual([
    'instances',
    'log',
    'make',
    'nats',
    'tmp',
  ]);
});

test('services that are started at once on a new directory all get it', async () => {
  await using home = await temporaryDirectory();
  const path = join(home.path, 'not/there/yet');

  const opened = await Promise.all(Array.from({ length: 20 }, () => openDataDir(path)));

  expect(new Set(opened.map((data) => data.nats))).toEqual(new Set([join(path, 'nats')]));
});
