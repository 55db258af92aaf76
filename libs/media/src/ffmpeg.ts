import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError, Code } from '@reelmesh/domain';
import { startTool, type ToolExit } from './tool-process.ts';

export interface FfmpegProgress {
  /** Video frames written so far; 0 where the output has no video. */
  readonly frames: number;
  /** Seconds of output written so far. */
  readonly seconds: number;
}

export interface FfmpegOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds of wall time, 10 minutes unless said otherwise. */
  readonly timeoutMs?: number;
  /** Goes to standard input (`-i pipe:0`). An error that it throws stops ffmpeg and comes out as it is. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** About four times a second, and once at the end. */
  readonly onProgress?: (progress: FfmpegProgress) => void;
}

export const DEFAULT_TIMEOUT_MS = 10 * 60 * 1000;

/** What every call starts with: says nothing but errors, never asks, overwrites. */
const QUIET = ['-nostdin', '-hide_banner', '-loglevel', 'error', '-y'];

/**
 * Runs ffmpeg to its end. Rejects with
 * - INTERNAL (FFMPEG_FAILED): its last words, without folder names
 * - RESOURCE_EXHAUSTED (DISK_FULL), retryable
 * - DEADLINE_EXCEEDED (FFMPEG_TIMEOUT), retryable, and the signal's reason: it has been killed
 * - FAILED_PRECONDITION (TOOL_MISSING)
 *
 * What it had written is left to the caller, whose folder it is.
 */
export async function runFfmpeg(args: readonly string[], options: FfmpegOptions = {}): Promise<void> {
  const { signal, timeoutMs = DEFAULT_TIMEOUT_MS, stdin, onProgress } = options;
  const report = onProgress ? ['-nostats', '-stats_period', '0.25', '-progress', 'pipe:1'] : [];
  const tool = await startTool('ffmpeg', [...QUIET, ...report, ...args], {
    signal,
    timeoutMs,
    stdin: stdin ? 'pipe' : 'ignore',
    onStdout: onProgress ? progressReader(onProgress) : () => {},
  });
  const feeding = stdin && tool.stdin ? feed(stdin, tool.stdin, tool.kill) : {};
  const exit = await tool.exit.catch((error: unknown) => {
    throw feeding.failure ?? error;
  });
  const failure = failureOf(exit);
  if (failure) throw failure;
}

/** The error of a run that ended badly. ffmpeg 5.1 exits with 0 when only its very last write fails, so its words count too. */
export function failureOf(exit: ToolExit): AppError | undefined {
  if (/No space left on device|Disk quota exceeded/.test(exit.complaint)) {
    return new AppError(Code.RESOURCE_EXHAUSTED, `no room left on the disk: ffmpeg: ${exit.complaint}`, {
      reason: 'DISK_FULL',
      retryable: true,
    });
  }
  if (exit.ok && !/Error (writing trailer|closing file)/.test(exit.complaint)) return undefined;
  return new AppError(Code.INTERNAL, `ffmpeg failed: ${exit.complaint}`, { reason: 'FFMPEG_FAILED' });
}

interface Feeding {
  /** What the source threw. */
  failure?: unknown;
}

/** Pumps with back pressure. A pipe that the program has closed is no failure here: its exit says why. */
function feed(source: AsyncIterable<Uint8Array>, sink: Writable, giveUp: () => void): Feeding {
  const feeding: Feeding = {};
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      yield* source;
    } catch (error) {
      feeding.failure = error;
      giveUp();
      throw error;
    }
  }
  void pipeline(watched, sink).catch(() => {});
  return feeding;
}

/** Reads what `-progress` writes: lines of `key=value`, a report ends with `progress=`. */
export function progressReader(onProgress: (progress: FfmpegProgress) => void): (text: string) => void {
  let rest = '';
  let frames = 0;
  let seconds = 0;
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [key, value = ''] = line.split('=');
      if (key === 'frame') frames = Number(value) || 0;
      if (key === 'out_time_us') seconds = Math.max(0, Number(value) / 1e6 || 0);
      if (key === 'progress') onProgress({ frames, seconds });
    }
  };
}
