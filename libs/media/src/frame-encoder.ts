import { rm } from 'node:fs/promises';
import { AppError, Code, invalid } from '@reelmesh/domain';
import { DEFAULT_TIMEOUT_MS, failureOf } from './ffmpeg.ts';
import { HOUSE_PIXELS, houseVideoArgs, type VideoForm } from './house.ts';
import { startTool } from './tool-process.ts';

export interface FrameEncoderOptions extends VideoForm {
  /** Path of the MP4 to write; overwritten, removed when encoding fails. */
  readonly output: string;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds from opening to the end of `finish`, 10 minutes unless said otherwise. */
  readonly timeoutMs?: number;
}

export interface FrameEncoder {
  /**
   * Adds one frame of width × height × 4 bytes RGBA, alpha ignored. One call at a time; its bytes may be used again
   * once it has resolved. Rejects as `runFfmpeg` does when the encoder has died.
   */
  write(frame: Uint8Array): Promise<void>;
  /** Ends the file; it is complete once this has resolved. */
  finish(): Promise<void>;
  /** Stops and removes the file. For callers that fail half-way. */
  abort(): Promise<void>;
}

/** Encodes frames that we draw into an MP4 of the house's form, without sound. Equal frames give equal files on one machine. */
export async function openFrameEncoder(options: FrameEncoderOptions): Promise<FrameEncoder> {
  const { width, height, output, signal, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const frameBytes = width * height * 4;
  const tool = await startTool('ffmpeg', frameEncoderArgs(options), { stdin: 'pipe', signal, timeoutMs });
  const ended = tool.exit
    .then((exit) => {
      const failure = failureOf(exit);
      if (failure) throw failure;
    })
    .catch(async (error: unknown) => {
      await rm(output, { force: true });
      throw error;
    });
  // Whoever writes or finishes hears of it; nobody has to be listening when it happens.
  ended.catch(() => {});

  return {
    async write(frame) {
      if (frame.byteLength !== frameBytes) {
        const expected = `${width}x${height} RGBA is ${frameBytes}`;
        throw invalid('FRAME_SIZE', `frame of ${frame.byteLength} bytes: ${expected}`);
      }
      const failure = await new Promise((resolve) => tool.stdin?.write(frame, resolve));
      if (!failure) return;
      await ended;
      throw new AppError(Code.INTERNAL, 'ffmpeg ended before the last frame', { reason: 'FFMPEG_FAILED' });
    },
    async finish() {
      tool.stdin?.end();
      await ended;
    },
    async abort() {
      tool.kill();
      await ended.catch(() => {});
    },
  };
}

/** Pure: raw frames on standard input to a file. */
export function frameEncoderArgs({ width, height, fps, output }: FrameEncoderOptions): readonly string[] {
  return [
    ...['-nostdin', '-hide_banner', '-loglevel', 'error', '-y'],
    ...['-f', 'rawvideo', '-pixel_format', 'rgba', '-video_size', `${width}x${height}`],
    ...['-framerate', String(fps), '-i', 'pipe:0'],
    ...['-vf', HOUSE_PIXELS, ...houseVideoArgs({ width, height, fps })],
    ...['-map_metadata', '-1', '-fflags', '+bitexact', '-movflags', '+faststart'],
    ...['-f', 'mp4', `file:${output}`],
  ];
}
