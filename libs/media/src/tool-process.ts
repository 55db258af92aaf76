import type { Writable } from 'node:stream';
import { dirname, isAbsolute } from 'node:path';
import { AppError, Code } from '@reelmesh/domain';
import { spawnGuarded } from '@reelmesh/service';
import { findTool, type Tool } from './tools.ts';

export interface ToolOptions {
  /** Kills the program; its promise then rejects with the signal's reason as an AppError. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds of wall time, then the program is killed: DEADLINE_EXCEEDED. */
  readonly timeoutMs: number;
  readonly stdin?: 'pipe' | 'ignore';
  /** Gets standard output as it comes instead of `ToolExit.stdout`. */
  readonly onStdout?: (text: string) => void;
}

export interface ToolExit {
  readonly ok: boolean;
  readonly stdout: string;
  /** The last lines of standard error without our folders, else how it ended. For people. */
  readonly complaint: string;
  /** Nothing came on standard error. */
  readonly isSilent: boolean;
}

export interface ToolProcess {
  /** Undefined unless `stdin` is `pipe`. An error of the pipe itself is silent: the exit says more. */
  readonly stdin: Writable | undefined;
  readonly exit: Promise<ToolExit>;
  readonly kill: () => void;
}

const MAX_STDOUT = 4 * 1024 * 1024;
const MAX_STDERR = 4096;

/** Starts a media program that dies with this process. Rejects TOOL_MISSING. */
export async function startTool(
  tool: Tool,
  args: readonly string[],
  options: ToolOptions,
): Promise<ToolProcess> {
  const path = await findTool(tool);
  options.signal?.throwIfAborted();
  const child = spawnGuarded(path, [...args], { stdin: options.stdin ?? 'ignore' });
  const { promise: exit, resolve, reject } = Promise.withResolvers<ToolExit>();
  let stdout = '';
  let stderr = '';
  let verdict: AppError | undefined;
  const kill = (reason: AppError): void => {
    verdict ??= reason;
    child.kill('SIGKILL');
  };
  const onAbort = (): void => kill(AppError.from(options.signal?.reason));
  const timer = setTimeout(() => kill(tooSlow(tool, options.timeoutMs)), options.timeoutMs);
  options.signal?.addEventListener('abort', onAbort, { once: true });

  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    if (options.onStdout) return options.onStdout(text);
    stdout += text;
    if (stdout.length > MAX_STDOUT) kill(new AppError(Code.RESOURCE_EXHAUSTED, `${tool} wrote too much`));
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-MAX_STDERR);
  });
  child.stdin?.on('error', () => {});
  child.on('error', (cause) => {
    verdict ??= new AppError(Code.INTERNAL, `${tool} could not be started: ${cause.message}`, { cause });
  });
  child.on('close', (code, signal) => {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', onAbort);
    if (verdict) return reject(verdict);
    const end = signal === null ? `exit status ${String(code)}` : `killed by ${signal}`;
    const complaint = lastWords(stderr, args) || end;
    resolve({ ok: code === 0, stdout, complaint, isSilent: stderr === '' });
  });
  return {
    stdin: child.stdin ?? undefined,
    exit,
    kill: () => kill(new AppError(Code.CANCELLED, `${tool} was stopped`)),
  };
}

/** The last lines of standard error for people: without addresses in memory, and file names without our folders. */
export function lastWords(stderr: string, args: readonly string[]): string {
  const paths = args.map((arg) => arg.replace(/^file:/, '')).filter((arg) => isAbsolute(arg));
  const bare = paths.reduce((text, path) => text.replaceAll(`${dirname(path)}/`, ''), stderr);
  const lines = bare.trim().split('\n').slice(-3);
  return lines
    .map((line) => line.replace(/ @ 0x[0-9a-f]+\]/, ']'))
    .join('; ')
    .slice(-600);
}

function tooSlow(tool: Tool, timeoutMs: number): AppError {
  const message = `${tool} was stopped after its time limit of ${timeoutMs / 1000} s`;
  return new AppError(Code.DEADLINE_EXCEEDED, message, { reason: 'FFMPEG_TIMEOUT', retryable: true });
}
