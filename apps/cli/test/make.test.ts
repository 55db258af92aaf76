import { execFileSync } from 'node:child_process';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@reelmesh/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MakeReport } from '../src/film-report.ts';
import { endAll, processesWith, reelmesh, runCli, start, until } from './support/processes.ts';
import type { Started } from './support/processes.ts';

const script = `INT. KITCHEN - NIGHT

MARA pours tea and looks at the door.

EXT. STREET - DAWN

Rain. A dog waits under a lamp.

INT. HALL - DAY

The door opens. JON stands there with a suitcase.
`;

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeEach(async () => {
  home = await temporaryDirectory();
  await writeFile(at('film.fountain'), script);
});
afterEach(async () => {
  endAll();
  await until(() => processesWith(home.path).length === 0);
  await home.remove();
});

const at = (name: string): string => join(home.path, name);
const args = (...more: readonly string[]): readonly string[] => [
  'make', at('film.fountain'), '-o', at('out/film.mp4'), '--data', at('data'), '--size', '90x160', '--fps', '12', ...more,
]; // prettier-ignore
const begin = (...more: readonly string[]): Started => start(reelmesh, args(...more));

async function makeJson(): Promise<MakeReport> {
  const { code, stdout, stderr } = await runCli(args('--json'));
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  return JSON.parse(stdout) as MakeReport;
}

test(
  '`--json` prints one object, and beside the film nothing is left: no part of it, no note of the request',
  { timeout: 120_000 },
  async () => {
    const made = await makeJson();

    expect(made).toMatchObject({ output: at('out/film.mp4'), scenes: 3, shots: 3, rendered: 3, cost_usd: 0 });
    expect(Number(probe(at('out/film.mp4')))).toBeCloseTo(made.duration_s, 1);
    expect(await readdir(at('out'))).toEqual(['film.mp4']);
    expect(await readdir(at('data/make'))).toEqual([]);
  },
);

test(
  'Ctrl-C stops in good order, says how to go on, and leaves no output and no process',
  { timeout: 120_000 },
  async () => {
    const stopped = begin();
    await stopped.line(/^rendering/);

    stopped.child.kill('SIGINT');
    stopped.child.kill('SIGINT');

    expect(await stopped.ended).toMatchObject({
      code: 130,
      stderr: 'stopped; the same command goes on where this one left off\n',
    });
    expect(processesWith(at('data'))).toEqual([]);
    expect(await readdir(home.path)).not.toContain('out');
    expect(await readdir(at('data/make'))).toHaveLength(1);
  },
);

test('a quote renders nothing and leaves no output', { timeout: 60_000 }, async () => {
  const { code, stdout } = await runCli(args('--quote'));

  expect(code).toBe(0);
  expect(stdout).toMatch(/3 shots in 3 scenes[\s\S]*0 cached, 3 to render: \$0\.00; nothing was rendered/);
  expect(await readdir(home.path)).not.toContain('out');
});

/** Only root may mount, and not everywhere. */
const mayMount = mountable();

test.runIf(mayMount)(
  'a full disk under the blob store is named, and the same command goes on when there is room',
  { timeout: 120_000 },
  async () => {
    await mkdir(at('data/blobs'), { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', at('data/blobs')]);
    try {
      const { code, stdout, stderr } = await runCli(args('--json'));

      expect({ code, stdout }).toEqual({ code: 6, stdout: '' });
      expect(stderr).toMatch(/reelmesh: .*no room/);
      expect(stderr).toContain(at('data'));
      expect(await readdir(home.path)).not.toContain('out');
    } finally {
      execFileSync('umount', ['-l', at('data/blobs')]);
    }

    expect(await makeJson()).toMatchObject({ shots: 3 });
    expect(await readFile(at('out/film.mp4'))).not.toHaveLength(0);
  },
);

function mountable(): boolean {
  if (process.getuid?.() !== 0 || process.platform !== 'linux') return false;
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function probe(file: string): string {
  return execFileSync(
    'ffprobe',
    ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', file],
    { encoding: 'utf8' },
  );
}
