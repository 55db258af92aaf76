import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const reelmesh = fileURLToPath(new URL('../../bin/reelmesh.mjs', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves with the first line, of either stream, that matches. */
  line(pattern: RegExp): Promise<string>;
}

export interface StartOptions {
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

const children = new Set<ChildProcess>();

/** Ends what a failed test has left behind. */
export function endAll(): void {
  for (const child of children) child.kill('SIGKILL');
}

/** Runs a Node program as a shell would. */
export function start(program: string, args: readonly string[], options: StartOptions = {}): Started {
  const child = spawn(process.execPath, [program, ...args], {
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  child.once('close', () => children.delete(child));
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (said.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (said.stderr += String(chunk)));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...said }));
  return {
    child,
    ended,
    line(pattern) {
      const found = Promise.withResolvers<string>();
      for (const input of [child.stdout, child.stderr]) {
        createInterface({ input }).on('line', (line) => pattern.test(line) && found.resolve(line));
      }
      void ended.then((end) =>
        found.reject(new Error(`ended before ${String(pattern)}: ${JSON.stringify(end)}`)),
      );
      return found.promise;
    },
  };
}

export function runCli(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return start(reelmesh, args, options).ended;
}

/** Command lines of running processes that hold this text, as a data directory's path. */
export function processesWith(text: string): readonly string[] {
  return execFileSync('ps', ['-axww', '-o', 'args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(text));
}

/** Waits until the condition holds. */
export async function until(condition: () => boolean, limitMs = 10_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within ${limitMs} ms`);
    await wait(20);
  }
}
