import type { Clip } from '@reelmesh/contracts/common';
import { AppError } from '@reelmesh/domain';
import { runFfmpeg } from './ffmpeg.ts';
import { hostileInput } from './hostile-input.ts';
import { type Probe, type ProbeOptions, probeDecoded, unreadable, type VideoStream } from './probe.ts';

export interface VerifyOptions extends ProbeOptions {
  /** A shorter clip is refused. */
  readonly minSeconds: number;
  /** A longer clip is refused, 600 unless said otherwise. */
  readonly maxSeconds?: number;
}

/**
 * Proves that a file is a usable clip: a container and codecs we take, one picture, of a sane size and length, and
 * every frame decodes. DATA_LOSS (MEDIA_UNREADABLE) otherwise.
 */
export async function verifyClip(path: string, options: VerifyOptions): Promise<Omit<Clip, 'blob'>> {
  const { minSeconds, maxSeconds = 600, signal, timeoutMs = 120_000 } = options;
  const { found, isClean } = await probeDecoded(path, maxSeconds, { signal, timeoutMs });
  const video = videoOf(found);
  const claimed = video.duration || found.duration;
  if (claimed > maxSeconds)
    throw unreadable(`it is ${seconds(claimed)} long, at most ${maxSeconds} s are taken`);
  // One process is half the cost of two. Not every complaint is about a frame, so where there is one ffmpeg has the last word.
  const frames = isClean ? video.decodedFrames : await countFrames(path, maxSeconds, { signal, timeoutMs });
  const fps = fractionValue(video.fps);
  const duration = frames / fps;
  if (duration < minSeconds)
    throw unreadable(`it is ${seconds(duration)} long, at least ${minSeconds} s are needed`);
  return {
    ...displaySize(video),
    fpsMilli: Math.round(fps * 1000),
    frames,
    durationMs: Math.round(duration * 1000),
    hasAudio: found.audio.length > 0,
  };
}

/** The size at which a player shows the picture: square pixels, the right way up. */
export function displaySize(video: VideoStream): { readonly width: number; readonly height: number } {
  const width = Math.round((video.width * video.sampleAspect.numerator) / video.sampleAspect.denominator);
  const lies = video.rotation === 90 || video.rotation === 270;
  return lies ? { width: video.height, height: width } : { width, height: video.height };
}

/** Beyond it a picture is no film, and scaling it to fill a frame would take any amount of memory. */
const MAX_ASPECT = 8;

/** The stream that is the clip's picture. DATA_LOSS (MEDIA_UNREADABLE) without one that can be shown. */
export function videoOf(found: Probe): VideoStream {
  const video = found.video[0];
  if (!video) throw unreadable('it has no picture');
  const { width, height } = displaySize(video);
  const fps = fractionValue(video.fps);
  const isShown = Math.min(width, height) >= 16 && Math.max(width / height, height / width) <= MAX_ASPECT;
  if (!isShown || video.frames < 1 || fps <= 0 || fps > 1000) {
    throw unreadable(`its picture is ${video.frames} frames of ${width}x${height} at ${fps} fps`);
  }
  return video;
}

export function fractionValue({ numerator, denominator }: VideoStream['fps']): number {
  return numerator / denominator;
}

/** Decodes the picture and counts what comes out; a container may promise more. */
async function countFrames(path: string, maxSeconds: number, options: ProbeOptions): Promise<number> {
  let frames = 0;
  const decode = [
    ...hostileInput(path),
    '-map',
    '0:v:0',
    '-t',
    String(maxSeconds),
    '-fps_mode',
    'passthrough',
  ];
  await runFfmpeg(['-xerror', '-threads', '2', ...decode, '-f', 'null', '-'], {
    ...options,
    onProgress: (progress) => (frames = progress.frames),
  }).catch((error: unknown) => {
    if (error instanceof AppError && error.reason === 'FFMPEG_FAILED') throw unreadable(error.message);
    throw error;
  });
  return frames;
}

function seconds(value: number): string {
  return `${value.toFixed(3)} s`;
}
