import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';

export interface SpawnOptions {
  readonly cwd?: string;
  /** The whole environment of the child; that of this process unless given. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** `ignore` unless said otherwise. */
  readonly stdin?: 'pipe' | 'ignore';
}

export type GuardedProcess = ChildProcess & { readonly stdout: Readable; readonly stderr: Readable };

/**
 * Runs in POSIX sh, which stays as parent of the command and of a watcher. File descriptor 3 is a pipe that only our own
 * process holds open: it ends when we die, however we die, and then the watcher kills the whole process group.
 * - sh gives a background job /dev/null as stdin, so the real one is kept as descriptor 4.
 * - `read` is built in: the watcher is one process, without a `cat` that would outlive it.
 * - No trap before the forks: a child that has not got rid of an inherited trap yet would lose a signal. The line on
 *   descriptor 3 says that the traps are set.
 * - `wait` returns early when a signal is passed on; 127 says that the child's status was told before.
 */
const guard = `
exec 4<&0
( read -r line <&3; kill -s KILL 0 ) </dev/null >/dev/null 2>&1 4<&- &
watcher=$!
"$@" <&4 3<&- 4<&- &
child=$!
trap 'signalled=1; kill -s TERM "$child"' TERM
trap 'signalled=1; kill -s INT "$child"' INT
echo guarding >&3
exec </dev/null >/dev/null 2>&1 3<&- 4<&-
status=127
while
  signalled=
  wait "$child"; last=$?
  [ "$last" -eq 127 ] || status=$last
  [ -n "$signalled" ]
do :; done
kill -s KILL "$watcher"
wait "$watcher"
exit "$status"
`;

/**
 * Starts a program that cannot outlive this process, not even when it is killed by SIGKILL. stdout and stderr are pipes.
 *
 * The child has a process group of its own, so Ctrl-C in a terminal reaches only us; `kill()` with SIGTERM or SIGINT is passed on
 * (a program without a handler of its own ignores SIGINT), and SIGKILL ends the whole group.
 * The exit code is the program's; 128 + N when signal N ended it, 127 when it does not exist.
 */
export function spawnGuarded(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): GuardedProcess {
  const child = spawn('/bin/sh', ['-c', guard, 'reelmesh-guard', command, ...args], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: { ...options.env } }),
    stdio: [options.stdin ?? 'ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const lifeline = child.stdio[3] as Socket;
  lifeline.on('error', () => {});
  child.once('exit', () => lifeline.destroy());
  holdSignalsUntil(lifeline, child);
  return child as GuardedProcess;
}

/** A signal that came before the shell can pass it on would end the shell alone. */
function holdSignalsUntil(guarding: Socket, child: ChildProcess): void {
  const kill = child.kill.bind(child);
  let held: NodeJS.Signals | number | undefined;
  child.kill = (signal = 'SIGTERM') => {
    if (signal === 'SIGKILL' || signal === 0) return kill(signal);
    held ??= signal;
    return child.exitCode === null && child.signalCode === null;
  };
  guarding.once('data', () => {
    child.kill = kill;
    if (held !== undefined) kill(held);
  });
}
