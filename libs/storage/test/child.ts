import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Child extends AsyncDisposable {
  readonly pid: number | undefined;
  /** The next JSON line; an error when the child has ended without one. */
  next(): Promise<unknown>;
  send(line: string): void;
  /** Its exit code, when it ends by itself. */
  ended(): Promise<unknown>;
  /** Kills it and gives the lines that it had written and nobody has read. */
  kill(): Promise<unknown[]>;
}

/** Runs a script of this folder, under `wrapper` where one is given. */
export function startChild(script: string, args: readonly string[], wrapper: readonly string[] = []): Child {
  const command = [...wrapper, process.execPath, fileURLToPath(new URL(script, import.meta.url)), ...args];
  const child = spawn(command[0]!, command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    return done ? undefined : JSON.parse(value);
  };
  const kill = async (): Promise<unknown[]> => {
    child.kill('SIGKILL');
    await exited;
    const rest: unknown[] = [];
    for (let line = await read(); line !== undefined; line = await read()) rest.push(line);
    return rest;
  };
  return {
    pid: child.pid,
    async next() {
      const line = await read();
      if (line === undefined) throw new Error(`${script} ended without an answer`);
      return line;
    },
    send: (line) => void child.stdin.write(`${line}\n`),
    ended: () => exited,
    kill,
    [Symbol.asyncDispose]: async () => void (await kill()),
  };
}
