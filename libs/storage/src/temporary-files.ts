import { randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

const HOST = hostname().replaceAll(/[^A-Za-z0-9-]/g, '-');
/** Tells this process from a dead one that had its pid, as every container's first process has pid 1. */
const PROCESS = randomUUID().slice(0, 8);
/** For files of other hosts, whose processes cannot be asked, and of pids that came into use again. */
const MAX_AGE_MS = 24 * 60 * 60 * 1000;

/** `<host>~<pid>~<process>~<random>`: says who writes it, for `removeStale`. */
export function temporaryName(): string {
  return [HOST, process.pid, PROCESS, randomUUID()].join('~');
}

/** Removes what dead writers left; files of live ones, in this process or another, stay. Returns how many went. */
export async function removeStale(directory: string, nowMs: number): Promise<number> {
  let removed = 0;
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    if (!isWriterDead(name) && nowMs - (await modifiedMs(path)) < MAX_AGE_MS) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}

function isWriterDead(name: string): boolean {
  const [host, pid, owner] = name.split('~');
  if (host !== HOST || pid === undefined) return false;
  return Number(pid) === process.pid ? owner !== PROCESS : !isRunning(Number(pid));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

async function modifiedMs(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    // Gone in the meantime: its writer has just finished.
    return Infinity;
  }
}
