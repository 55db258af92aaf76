import { once } from 'node:events';
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { temporaryDirectory } from '@reelmesh/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endAll, processesWith, runCli, start, reelmesh, until } from './support/processes.ts';
import type { Ended } from './support/processes.ts';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeEach(async () => {
  home = await temporaryDirectory();
  await writeFile(at('good.fountain'), script);
});
afterEach(async () => {
  endAll();
  await until(() => processesWith(home.path).length === 0);
  await home.remove();
});

const at = (name: string): string => join(home.path, name);
const script = 'INT. KITCHEN - NIGHT\n\nMARA pours tea and looks at the door.\n';

const make = (name: string, ...flags: readonly string[]): Promise<Ended> =>
  runCli(['make', at(name), '-o', at('out/film.mp4'), '--data', at('data'), ...flags]);

/** One or two lines for people, nothing on stdout, and no stack trace. */
function expectRefusal(ended: Ended, code: number, ...says: readonly string[]): void {
  for (const text of says) expect(ended.stderr).toContain(text);
  expect(ended.stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
  expect(ended.stderr).not.toMatch(/^\s+at /m);
  expect(ended).toMatchObject({ code, stdout: '' });
}

describe('a script that no film can come of is refused before anything is started', () => {
  const files: Readonly<Record<string, string | Buffer>> = {
    'empty.fountain': '',
    'blank.fountain': ' \n\n\t\n',
    'binary.fountain': Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7919) % 256)),
    'large.fountain': Buffer.alloc(9 * 1024 * 1024, 'EXT. SEA - DAY\n\nWaves.\n\n'),
    'no-scene.fountain': 'Title: Nothing\nAuthor: Nobody\n',
  };

  test.each([
    ['missing.fountain', 'does not exist'],
    ['.', 'is not a file'],
    ['empty.fountain', 'empty'],
    ['blank.fountain', 'empty'],
    ['binary.fountain', 'binary'],
    ['large.fountain', '9.0 MiB: a script may have 8 MiB'],
    ['no-scene.fountain', 'scene'],
  ])('%s', async (name, says) => {
    const content = files[name];
    if (content !== undefined) await writeFile(at(name), content);

    expectRefusal(await make(name), 2, at(name), says);

    expect(await readdir(home.path)).not.toContain('out');
    expect(await readdir(home.path)).not.toContain('data');
  });
});

describe('an image that no film can be made from is refused before anything is started', () => {
  const files: Readonly<Record<string, string | Buffer>> = {
    'board.gif': Buffer.from('474946383961', 'hex'),
    'large.png': Buffer.alloc(9 * 1024 * 1024),
  };

  test.each([
    ['missing.png', 'does not exist: check the path of the image'],
    ['.', 'is not a file: name an image'],
    ['board.gif', 'is neither PNG, JPEG nor WebP'],
    ['large.png', 'has 9.0 MiB: an image may have 8 MiB'],
  ])('%s', async (name, says) => {
    const content = files[name];
    if (content !== undefined) await writeFile(at(name), content);

    expectRefusal(await make('good.fountain', '--image', `1=${at(name)}`), 2, at(name), says);

    expect(await readdir(home.path)).not.toContain('out');
    expect(await readdir(home.path)).not.toContain('data');
  });
});

describe('an output that cannot be written is refused before anything is started', () => {
  test.each([
    ['a directory', '.', 'is a directory'],
    ['a place under a file', 'good.fountain/film.mp4', 'cannot be'],
    ['a place where nobody may write', '/proc/film.mp4', 'cannot be written'],
    ['the script', 'good.fountain', 'is the script itself'],
  ])('%s', async (_, output, says) => {
    const path = output.startsWith('/') ? output : at(output);

    const ended = await runCli(['make', at('good.fountain'), '-o', path, '--data', at('data')]);

    expectRefusal(ended, 2, path, says);
    expect(await readFile(at('good.fountain'), 'utf8')).toBe(script);
    expect(await readdir(home.path)).toEqual(['good.fountain']);
  });
});

test.each([
  ['--size', '1081x1920', 'both even and from 64 to 3840'],
  ['--motion', '256', 'It must be a whole number from 0 to 255.'],
  ['--guidance', '0.5', 'It must be a number from 1 to 20.'],
  ['--image', '3=', 'a file, or shots and a file'],
  ['--format', 'gif', 'Allowed choices are mp4'],
  ['--shot-frames', '241', 'must be 1 to 240 frames, 10 s of 24'],
  ['--colour', 'red', "unknown option '--colour'"],
])('%s %s is refused with the rule', async (flag, value, says) => {
  expectRefusal(await make('good.fountain', flag, value), 2, says);
});

test('a budget below the price is refused with both, as a wish that cannot be granted', async () => {
  const paid = { RUNWAYML_API_SECRET: `key_${'0'.repeat(128)}`, RUNWAYML_BASE_URL: 'http://127.0.0.1:1' };

  const ended = await runCli(
    [
      'make',
      at('good.fountain'),
      '-o',
      at('out/film.mp4'),
      '--data',
      at('data'),
      '--strategy',
      'final',
      '--budget',
      '0.01',
    ],
    { env: paid },
  );

  expect(ended).toMatchObject({ code: 2 });
  expect(ended.stderr).toMatch(/may cost up to \$0\.\d\d, more than its budget of \$0\.01/);
});

test('an unknown strategy is refused with those that exist, and leaves no output', async () => {
  const ended = await make('good.fountain', '--strategy', 'cheepest');

  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toMatch(/cheepest.*draft/);
  expect(await readdir(home.path)).not.toContain('out');
});

test('a strategy whose provider is not set up is refused before anything is rendered', async () => {
  const ended = await make('good.fountain', '--strategy', 'final');

  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toContain(
    'no model of strategy final can render shot 1 (runway/gen4.5: not_configured)',
  );
  expect(await readdir(home.path)).not.toContain('out');
});

test.each(['REELMESH_ADMIN__PORT', 'REELMESH_API__PORT'])(
  'a taken port is named with the setting that chooses another, and what had been started is stopped: %s',
  async (variable) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const ports = { REELMESH_ADMIN__PORT: '0', REELMESH_API__PORT: '0', [variable]: String(port) };
    try {
      const ended = await runCli(['serve', '--target=all', '--data', at('data')], {
        env: { ...ports, REELMESH_LOG__LEVEL: 'warn' },
      });

      expectRefusal(ended, 5, String(port), 'is taken', `choose another port with ${variable}`);
    } finally {
      other.close();
    }
  },
);

describe('a missing tool is named with the way to get it', () => {
  test.each([
    ['nats-server', ['ffmpeg', 'ffprobe']],
    ['ffmpeg', ['nats-server', 'ffprobe']],
  ])('%s', async (missing, present) => {
    await mkdir(at('path'));
    for (const tool of present) await symlink('/bin/true', at(`path/${tool}`));

    const ended = await runCli(
      ['make', at('good.fountain'), '-o', at('out/film.mp4'), '--data', at('data')],
      {
        env: { PATH: at('path') },
      },
    );

    expectRefusal(ended, 3, `${missing} is not on PATH: install it`);
    expect(await readdir(home.path)).not.toContain('out');
  });
});

test('a server that is not there is named', async () => {
  expectRefusal(
    await runCli(['films', '--server', '127.0.0.1:1']),
    5,
    'no reelmesh server answers at 127.0.0.1:1: start one with',
  );
  expectRefusal(await runCli(['health', '--url', 'http://127.0.0.1:1']), 5, 'http://127.0.0.1:1');
});

test('a data directory in use is refused with its holder; commands about films use the holder', async () => {
  const server = start(reelmesh, ['serve', '--target=all', '--data', at('data')], {
    env: { REELMESH_ADMIN__PORT: '0', REELMESH_API__PORT: '0', REELMESH_LOG__LEVEL: 'warn' },
  });
  const address = /127\.0\.0\.1:\d+/.exec(await server.line(/gRPC/))?.[0] ?? '';

  expectRefusal(
    await make('good.fountain'),
    5,
    at('data'),
    `process ${server.child.pid}`,
    `--server ${address}`,
  );
  expect(await runCli(['films', '--data', at('data')])).toMatchObject({ code: 0 });
  expectRefusal(
    await runCli(['watch', 'nosuch', '--data', at('data')]),
    2,
    'no film nosuch: `reelmesh films` lists those there are',
  );

  server.child.kill('SIGTERM');
  expect(await server.ended).toMatchObject({ code: 0, stdout: '' });
});

test('a wrong configuration is told whole, not one problem at a time', async () => {
  const ended = await runCli(['config', 'verify'], {
    env: { REELMESH_ADMIN__PORT: '70000', REELMESH_DATA__DRI: 'x', REELMESH_LOG__LEVEL: 'loud' },
  });

  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain('REELMESH_ADMIN__PORT: must be a whole number from 0 to 65535');
  expect(ended.stderr).toContain('REELMESH_DATA__DRI: no such setting; did you mean REELMESH_DATA__DIR?');
  expect(ended.stderr).toContain('REELMESH_LOG__LEVEL: must be one of debug, info, warn, error, silent');
});

test('the effective configuration shows no secret', async () => {
  const ended = await runCli(['config', 'verify'], { env: { RUNWAYML_API_SECRET: 'key_verysecret' } });

  expect(ended.code).toBe(0);
  expect(ended.stdout).toMatch(/RUNWAYML_API_SECRET +\*\*\* +set/);
  expect(ended.stdout).not.toContain('verysecret');
});

test.each([
  ['serve --target=cach', 'did you mean cache?'],
  ['serve --target=cache', 'REELMESH_NATS__URL'],
  ['takes resolve t1 maybe', 'attach, void, write-off'],
  ['takes resolve t1 attach', '--task'],
  ['make --size', 'see `reelmesh make --help`'],
  ['films --server nowhere', 'must be HOST:PORT'],
])('`%s` says what is wrong', async (line, says) => {
  const ended = await runCli([...line.split(' '), '--data', at('data')]);

  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toContain(says);
});
