import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, test, vi } from 'vitest';
import { spawnGuarded } from '../src/index.ts';
import type { GuardedProcess } from '../src/index.ts';

/** The living processes of a group; a zombie that waits for init does not count. */
function livingOf(group: number): string[] {
  return execFileSync('ps', ['-A', '-o', 'pgid=,stat=,pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([pgid, state]) => Number(pgid) === group && state?.startsWith('Z') === false)
    .map((columns) => columns.slice(2).join(' '));
}

function groupOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('the child did not start');
  return child.pid;
}

async function codeOf(child: GuardedProcess): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

async function firstLine(child: { readonly stdout: NodeJS.ReadableStream | null }): Promise<string> {
  const [data] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  return data.toString().trim();
}

const library = new URL('../src/index.ts', import.meta.url).href;

/** A process of its own that guards a child with a grandchild, prints the group and then does as told. */
function startParent(then: string): ChildProcess {
  const program = `
    import { spawnGuarded } from ${JSON.stringify(library)};
    const child = spawnGuarded('sh', ['-c', 'sleep 300 & echo up; exec sleep 300']);
    child.stdout.once('data', () => { console.log(child.pid); ${then} });
  `;
  return spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

describe('nobody survives a parent that', () => {
  test('is killed by SIGKILL', async () => {
    const parent = startParent('');
    const group = Number(await firstLine(parent));
    const guardWatcherChildAndGrandchild = 4;
    expect(livingOf(group)).toHaveLength(guardWatcherChildAndGrandchild);

    parent.kill('SIGKILL');

    await vi.waitFor(() => expect(livingOf(group)).toEqual([]), { timeout: 5_000 });
  });

  test.each([
    ['exits', 'process.exit(0)'],
    ['throws', 'throw new Error("bug")'],
    ['is aborted', 'process.abort()'],
  ])('%s', async (_how, then) => {
    const parent = startParent(then);
    const group = Number(await firstLine(parent));

    await vi.waitFor(() => expect(livingOf(group)).toEqual([]), { timeout: 5_000 });
  });
});

describe('a guarded child', () => {
  test('reads its stdin to the end and writes to its own pipes', async () => {
    const child = spawnGuarded('sh', ['-c', 'cat; echo problem >&2'], { stdin: 'pipe' });
    child.stdin?.end('some text');

    const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), codeOf(child)]);

    expect([out, err, code]).toEqual(['some text', 'problem\n', 0]);
  });

  test('takes its arguments as they are, whatever a shell would make of them', async () => {
    const child = spawnGuarded('printf', ['%s|', '$HOME', '`id`', '"', "'", 'a b', '*', '; exit 9']);

    expect(await text(child.stdout)).toBe(`$HOME|\`id\`|"|'|a b|*|; exit 9|`);
  });

  test('runs in the directory and with the environment that it is given', async () => {
    const child = spawnGuarded('/bin/sh', ['-c', 'pwd; echo $COLOUR'], { cwd: '/', env: { COLOUR: 'red' } });

    expect(await text(child.stdout)).toBe('/\nred\n');
  });

  test('leaves no watcher behind when it ends by itself, and its exit code is ours', async () => {
    const child = spawnGuarded('sh', ['-c', 'exit 7']);

    expect(await codeOf(child)).toBe(7);
    expect(livingOf(groupOf(child))).toEqual([]);
  });

  test('that does not exist ends with 127 and says so on stderr', async () => {
    const child = spawnGuarded('no-such-program', []);

    const [err, code] = await Promise.all([text(child.stderr), codeOf(child)]);

    expect(code).toBe(127);
    expect(err).toContain('no-such-program');
  });

  test('gets SIGTERM passed on, and the status of its own handler counts', async () => {
    const child = spawnGuarded('sh', ['-c', 'trap "exit 5" TERM; echo up; while :; do sleep 0.05; done']);
    await firstLine(child);

    child.kill('SIGTERM');

    expect(await codeOf(child)).toBe(5);
    expect(livingOf(groupOf(child))).toEqual([]);
  });

  test('without a handler ends by SIGTERM with 128 + 15', async () => {
    const child = spawnGuarded('sh', ['-c', 'echo up; exec sleep 300']);
    await firstLine(child);

    child.kill();

    expect(await codeOf(child)).toBe(143);
  });

  test('loses no signal, however early it comes and however busy the machine is', async () => {
    const codes = await Promise.all(
      Array.from({ length: 40 }, () => {
        const child = spawnGuarded('sleep', ['300']);
        child.kill();
        return codeOf(child);
      }),
    );

    expect(new Set(codes)).toEqual(new Set([143]));
  });

  test('that ends at once is not waited for in vain, however many there are', async () => {
    const codes = await Promise.all(Array.from({ length: 40 }, () => codeOf(spawnGuarded('true', []))));

    expect(new Set(codes)).toEqual(new Set([0]));
  });

  test('that ignores SIGTERM ends by SIGKILL with all its group', async () => {
    const child = spawnGuarded('sh', ['-c', 'trap "" TERM; sleep 300 & echo up; sleep 300']);
    await firstLine(child);

    child.kill('SIGTERM');
    child.kill('SIGKILL');

    await vi.waitFor(() => expect(livingOf(groupOf(child))).toEqual([]), { timeout: 5_000 });
  });

  test('gets SIGINT passed on when it has a handler', async () => {
    const program =
      'process.on("SIGINT", () => process.exit(3)); setInterval(() => {}, 1000); console.log("up")';
    const child = spawnGuarded(process.execPath, ['-e', program]);
    await firstLine(child);

    child.kill('SIGINT');

    expect(await codeOf(child)).toBe(3);
  });
});
