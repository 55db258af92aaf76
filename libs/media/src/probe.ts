import { access } from 'node:fs/promises';
import { AppError, Code } from '@reelmesh/domain';
import { HOSTILE_LIMITS } from './hostile-input.ts';
import { readProbe } from './read-probe.ts';
import { startTool } from './tool-process.ts';
import type { ToolExit } from './tool-process.ts';

export interface Fraction {
  readonly numerator: number;
  readonly denominator: number;
}

export interface VideoStream {
  readonly type: 'video';
  readonly index: number;
  /** ffmpeg's name: `h264`. */
  readonly codec: string;
  readonly profile: string;
  /** 40 is level 4.0. */
  readonly level: number;
  /** Coded pixels, before rotation and sample aspect. */
  readonly width: number;
  readonly height: number;
  /** Degrees clockwise that a player turns the picture: 0, 90, 180 or 270. */
  readonly rotation: number;
  readonly sampleAspect: Fraction;
  /** Frames per second on average. */
  readonly fps: Fraction;
  /** The lowest rate at which every time stamp falls on a frame: equal to `fps` where the rate is constant. */
  readonly baseFps: Fraction;
  readonly timeBase: Fraction;
  /** Packets in the file, counted: the coded frames. */
  readonly frames: number;
  /** Frames that came out of the decoder; 0 where nothing was decoded. */
  readonly decodedFrames: number;
  readonly pixelFormat: string;
  readonly colorSpace: string;
  readonly colorRange: string;
  readonly hasBFrames: boolean;
  /** Seconds. */
  readonly start: number;
  /** Seconds; 0 where the file does not say. */
  readonly duration: number;
  /** `SHA256:…` of the codec parameters; empty without any. Equal hashes join by stream copy. */
  readonly extradataHash: string;
}

export interface AudioStream {
  readonly type: 'audio';
  readonly index: number;
  readonly codec: string;
  /** Samples per second. */
  readonly sampleRate: number;
  readonly channels: number;
  /** Seconds. */
  readonly start: number;
  /** Seconds; 0 where the file does not say. */
  readonly duration: number;
}

export interface OtherStream {
  readonly type: 'subtitle' | 'data' | 'other';
  readonly index: number;
  readonly codec: string;
  /** ISO 639-2, `und` where the file does not say. */
  readonly language: string;
}

export interface Probe {
  /** ffmpeg's names of the container: `mov,mp4,m4a,3gp,3g2,mj2`. */
  readonly format: string;
  /** Seconds; 0 where the file does not say. */
  readonly duration: number;
  readonly sizeBytes: number;
  readonly title: string;
  /** The first one is the picture. Cover images are left out. */
  readonly video: readonly VideoStream[];
  readonly audio: readonly AudioStream[];
  readonly other: readonly OtherStream[];
}

export interface ProbeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds, 30 s unless said otherwise. */
  readonly timeoutMs?: number;
}

const ENTRIES = [
  'format=format_name,duration,size',
  'format_tags=title',
  'stream=index,codec_type,codec_name,profile,level,width,height,sample_aspect_ratio,r_frame_rate,avg_frame_rate',
  'stream=time_base,nb_read_packets,nb_read_frames,pix_fmt,color_space,color_range,has_b_frames,start_time,duration,extradata_hash',
  'stream=sample_rate,channels',
  'stream_disposition=attached_pic',
  'stream_tags=language,rotate',
  'stream_side_data=rotation',
].join(':');

/**
 * Reads what a media file holds without decoding it. The bytes may be hostile.
 * DATA_LOSS (MEDIA_UNREADABLE) for anything that is not a readable media file.
 */
export async function probe(path: string, options: ProbeOptions = {}): Promise<Probe> {
  return (await run(path, [], options)).found;
}

/**
 * The same with every frame of the first `maxSeconds` decoded in one go. The errors are those of `probe`.
 * @returns `isClean`: neither the container nor a decoder had anything to complain about
 */
export async function probeDecoded(
  path: string,
  maxSeconds: number,
  options: ProbeOptions = {},
): Promise<{ readonly found: Probe; readonly isClean: boolean }> {
  const { found, exit } = await run(path, ['-count_frames', '-read_intervals', `%+${maxSeconds}`], options);
  return { found, isClean: exit.isSilent };
}

async function run(
  path: string,
  more: readonly string[],
  { signal, timeoutMs = 30_000 }: ProbeOptions,
): Promise<{ readonly found: Probe; readonly exit: ToolExit }> {
  await access(path);
  const tool = await startTool('ffprobe', probeArgs(path, more), { signal, timeoutMs });
  const exit = await tool.exit;
  if (!exit.ok) throw unreadable(exit.complaint);
  const found = readProbe(exit.stdout);
  if (!found) throw unreadable('it holds no streams, or too many');
  return { found, exit };
}

export function probeArgs(path: string, more: readonly string[] = []): readonly string[] {
  return [
    ...['-hide_banner', '-loglevel', 'error', ...HOSTILE_LIMITS, ...more],
    ...[
      '-count_packets',
      '-show_data_hash',
      'sha256',
      '-show_entries',
      ENTRIES,
      '-of',
      'json',
      `file:${path}`,
    ],
  ];
}

/** The error of a file that cannot be used as a clip. Another copy of the same bytes will not do better. */
export function unreadable(why: string): AppError {
  return new AppError(Code.DATA_LOSS, `media file cannot be read: ${why}`, { reason: 'MEDIA_UNREADABLE' });
}
