import { readFileSync } from 'node:fs';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AppError, Code } from '@reelmesh/domain';
import type { Ids } from '@reelmesh/domain';
import { tryLock } from './exclusive-lock.ts';
import type { HeldLock } from './exclusive-lock.ts';

/** Where things lie in a data directory. */
export interface DataDir {
  readonly path: string;
  readonly facts: string;
  readonly blobs: string;
  readonly nats: string;
  readonly temp: string;
  readonly logFile: string;
  /** Request ids of films that `make` has under way. */
  readonly requests: string;
  readonly instances: string;
  readonly lock: string;
  readonly holder: string;
}

/** Makes the directory. FAILED_PRECONDITION (DATA_DIR_UNUSABLE) where that is not allowed. */
export async function openDataDir(dir: string): Promise<DataDir> {
  const path = resolve(dir);
  const data: DataDir = {
    path,
    facts: join(path, 'facts.db'),
    blobs: join(path, 'blobs'),
    nats: join(path, 'nats'),
    temp: join(path, 'tmp'),
    logFile: join(path, 'log/reelmesh.log'),
    requests: join(path, 'make'),
    instances: join(path, 'instances'),
    lock: join(path, 'lock.db'),
    holder: join(path, 'host.json'),
  };
  try {
    for (const part of [data.nats, data.temp, dirname(data.logFile), data.requests, data.instances]) {
      await makeDirectory(part);
    }
  } catch (error) {
    const cause = AppError.from(error);
    if (cause.reason === 'DISK_FULL') throw cause;
    throw new AppError(
      Code.FAILED_PRECONDITION,
      `data directory ${path} cannot be written (${cause.message}): choose another with --data DIR`,
      { reason: 'DATA_DIR_UNUSABLE', cause: error },
    );
  }
  return data;
}

/**
 * With what is missing above it. Not mkdir's own `recursive`, which never returns where a directory exists and answers that it
 * does not to those who want to make something in it, as /proc.
 */
async function makeDirectory(path: string): Promise<void> {
  // Several services may be started at once on a new directory: whoever comes second finds it made.
  if (!(await isThere(dirname(path)))) await makeDirectory(dirname(path));
  try {
    await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Who runs on a data directory: only for messages and for finding its API; the lock decides. */
export interface Holder {
  readonly pid: number;
  readonly command: string;
  /** `host:port` of its gRPC API, once it is up. */
  readonly api?: string;
}

/**
 * The process with the embedded NATS has the data directory for itself. Held until released or until the process dies.
 * UNAVAILABLE (DATA_DIR_IN_USE, with the holder's `api` among the details) names the holder and the ways out.
 */
export function lockDataDir(data: DataDir): HeldLock {
  const held = tryLock(data.lock);
  if (held !== undefined) return held;
  const holder = readHolder(data);
  const who =
    holder === undefined ? 'another process' : `\`reelmesh ${holder.command}\` (process ${holder.pid})`;
  const use = holder?.api === undefined ? '' : `use it with --server ${holder.api}, `;
  throw new AppError(
    Code.UNAVAILABLE,
    `data directory ${data.path} is in use by ${who}: ${use}wait for it, stop it, or choose another with --data DIR`,
    { reason: 'DATA_DIR_IN_USE', ...(holder?.api !== undefined && { details: { api: holder.api } }) },
  );
}

export async function writeHolder(data: DataDir, holder: Holder): Promise<void> {
  await writeFile(data.holder, JSON.stringify(holder));
}

function readHolder(data: DataDir): Holder | undefined {
  try {
    return JSON.parse(readFileSync(data.holder, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

export interface Instance {
  readonly id: string;
  /** Of this process alone, empty. */
  readonly tempDir: string;
  release(): void;
}

/**
 * An id that a process gets again when it is restarted with the same targets, so that it takes up its own leases at once.
 * Processes with the same targets that run side by side get different ones: each holds a numbered place.
 */
export async function takeInstance(data: DataDir, targets: readonly string[], ids: Ids): Promise<Instance> {
  for (let place = 0; ; place++) {
    const name = `${targets.join('+')}-${place}`;
    const held = tryLock(join(data.instances, `${name}.db`));
    if (held === undefined) continue;
    const id = await readOrMake(join(data.instances, `${name}.id`), ids);
    const tempDir = join(data.temp, name);
    // What a killed predecessor left.
    await rm(tempDir, { recursive: true, force: true });
    await mkdir(tempDir, { recursive: true });
    return { id, tempDir, release: () => held.release() };
  }
}

async function readOrMake(file: string, ids: Ids): Promise<string> {
  const known = await readFile(file, 'utf8').catch(() => '');
  if (known !== '') return known;
  const id = ids.next('i');
  await writeFile(file, id);
  return id;
}
