import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { RenderSpec } from '@reelmesh/contracts/shot';
import { AppError, Code } from '@reelmesh/domain';
import { spawnGuarded } from '@reelmesh/service';
import type { Backend, RenderTask } from '../backend.ts';
import { animaticModel } from './model.ts';
import type { WorkerLine, WorkerOrder } from './worker-protocol.ts';

export interface AnimaticOptions {
  readonly tempDir: string;
  /** The environment of the drawing processes. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A drawing process that shows no new frame for so long is ended; 60 s unless said otherwise. */
  readonly stallMs?: number;
  /** Told of each drawing process's group, for tests that end one. */
  readonly onWorker?: (pid: number) => void;
}

const worker = fileURLToPath(new URL('./worker.ts', import.meta.url));

/**
 * Draws with a 2D library on the CPU. Each job has a process of its own: drawing never holds up the event loop that all
 * services share, a crash of the native library loses one job only, and cancelling is ending a process.
 */
export function animaticBackend(options: AnimaticOptions): Backend {
  return {
    name: animaticModel.backend,
    models: [animaticModel],
    async render(task) {
      const output = join(options.tempDir, `animatic-${task.jobId}.mp4`);
      try {
        await draw(task, output, options);
      } catch (error) {
        await rm(output, { force: true });
        throw error;
      }
      return { path: output, mediaType: 'video/mp4' };
    },
  };
}

async function draw(task: RenderTask, output: string, options: AnimaticOptions): Promise<void> {
  task.signal.throwIfAborted();
  const child = spawnGuarded(process.execPath, [worker], { stdin: 'pipe', env: options.environment });
  if (child.pid !== undefined) options.onWorker?.(child.pid);
  const ended = Promise.withResolvers<void>();
  let verdict: AppError | undefined;
  let complaint = '';
  const kill = () => void child.kill('SIGKILL');
  const watch = setTimeout(() => {
    verdict = stalled();
    kill();
  }, options.stallMs ?? 60_000);
  task.signal.addEventListener('abort', kill, { once: true });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2000);
  });
  createInterface({ input: child.stdout }).on('line', (text) => {
    watch.refresh();
    const line = parsed(text);
    if (line === undefined) return;
    if ('failure' in line) verdict ??= new AppError(line.failure.code, line.failure.message, line.failure);
    else task.onProgress(line.frame / line.frames);
  });
  child.on('error', ended.reject);
  child.on('close', (code, signal) => {
    if (code === 0) ended.resolve();
    else ended.reject(verdict ?? crashed(code, signal, complaint));
  });
  // A process that dies early breaks the pipe; its exit says more.
  child.stdin?.on('error', () => {});
  child.stdin?.end(JSON.stringify({ spec: RenderSpec.toJSON(task.spec), output } satisfies WorkerOrder));
  try {
    await ended.promise;
  } catch (error) {
    task.signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(watch);
    task.signal.removeEventListener('abort', kill);
  }
}

/** Undefined for what is no line of ours: a native library may print, and a killed process may stop in mid-line. */
function parsed(text: string): WorkerLine | undefined {
  try {
    return JSON.parse(text) as WorkerLine;
  } catch {
    return undefined;
  }
}

function stalled(): AppError {
  return new AppError(Code.INTERNAL, 'drawing process showed no new frame in time and was ended', {
    reason: 'RENDER_STALLED',
    retryable: true,
  });
}

/** The process ended without a word of its own: killed, out of memory, or crashed in native code. */
function crashed(code: number | null, signal: string | null, complaint: string): AppError {
  // The guard that the process runs under reports a signal as 128 and its number.
  const killed = signal !== null || code === null || code > 128;
  const how = signal === null ? `ended with status ${code}` : `was ended by ${signal}`;
  const lastWords = complaint.trim().split('\n').at(-1) ?? '';
  const message = `drawing process ${how}${lastWords === '' ? '' : `: ${lastWords.slice(0, 300)}`}`;
  return new AppError(Code.INTERNAL, message, { reason: 'RENDER_FAILED', retryable: killed });
}
