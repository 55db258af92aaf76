import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { AppError, Code } from '@reelmesh/domain';
import { spawnGuarded } from '@reelmesh/service';
import type { Logger } from '@reelmesh/service';

export interface NatsServer {
  readonly url: string;
  /** Resolves with a reason when the server ends without having been told to. */
  readonly died: Promise<AppError>;
  stop(): Promise<void>;
}

const START_LIMIT_MS = 20_000;
/** Afterwards the number is some other program's. */
const PREDECESSOR_LIMIT_MS = 2_000;
const STOP_LIMIT_MS = 5_000;
const NOT_FOUND = 127;

/**
 * Starts nats-server with JetStream on a free loopback port, its store in the directory. It dies with this process.
 * With `fresh` it begins empty.
 * TOOL_MISSING when it is not on PATH, UNAVAILABLE (NATS_NOT_STARTED) with its last words when it does not start.
 */
export async function startNatsServer(directory: string, log: Logger, fresh = false): Promise<NatsServer> {
  const pidFile = join(directory, 'nats.pid');
  const store = join(directory, 'store');
  await predecessorGone(pidFile);
  if (fresh) await rm(store, { recursive: true, force: true });
  // prettier-ignore
  const child = spawnGuarded('nats-server', [
    '-a', '127.0.0.1', '-p', '-1', '-n', 'reelmesh', '-js', '-sd', store, '-P', pidFile,
  ]);
  const started = Promise.withResolvers<string>();
  const died = Promise.withResolvers<AppError>();
  const lastWords: string[] = [];
  let url = '';
  let stopping = false;

  child.stdout.resume();
  createInterface({ input: child.stderr }).on('line', (line) => {
    log.debug({ line }, 'nats-server wrote');
    lastWords.push(line);
    if (lastWords.length > 5) lastWords.shift();
    const port = /Listening for client connections on .*:(\d+)$/.exec(line)?.[1];
    if (port !== undefined) url = `nats://127.0.0.1:${port}`;
    if (line.endsWith('Server is ready')) started.resolve(url);
  });
  child.once('error', (error) => started.reject(notStarted(error.message)));
  child.once('close', (code) => {
    const error = code === NOT_FOUND ? missing() : notStarted(`exit code ${code}: ${lastWords.join(' | ')}`);
    started.reject(error);
    if (!stopping) died.resolve(error);
  });

  const stop = async (): Promise<void> => {
    stopping = true;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    await Promise.race([closed, wait(STOP_LIMIT_MS, undefined, { ref: false })]);
    if (child.exitCode === null) child.kill('SIGKILL');
  };

  const timer = setTimeout(
    () => started.reject(notStarted(`not ready in ${START_LIMIT_MS} ms`)),
    START_LIMIT_MS,
  );
  try {
    return { url: await started.promise, died: died.promise, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** The server of a host that was killed is killed a moment after it, and two servers must not share a store. */
async function predecessorGone(pidFile: string): Promise<void> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (pid === 0 || Number.isNaN(pid)) return;
  for (let waitedMs = 0; waitedMs < PREDECESSOR_LIMIT_MS && isAlive(pid); waitedMs += 10) await wait(10);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !isZombie(pid);
}

/** Dead, but not yet buried by its parent: in a container without an init for ever. Told by Linux only. */
function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function missing(): AppError {
  return new AppError(
    Code.FAILED_PRECONDITION,
    'nats-server is not on PATH: install it (apt-get install nats-server, brew install nats-server) or set REELMESH_NATS__URL to a running one',
    { reason: 'TOOL_MISSING' },
  );
}

function notStarted(why: string): AppError {
  return new AppError(Code.UNAVAILABLE, `nats-server did not start or has died: ${why}`, {
    reason: 'NATS_NOT_STARTED',
  });
}
