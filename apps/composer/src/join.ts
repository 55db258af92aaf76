import { HOUSE_SAMPLE_RATE, timescale } from '@reelmesh/media';

export interface Segment {
  /** A name of our own making in the folder of the list: `0001.mov`. */
  readonly name: string;
  readonly frames: number;
}

export interface JoinFiles {
  /** The segments in order, as `segmentList` writes it. */
  readonly list: string;
  /** SubRip, when there is anything to show. */
  readonly subtitles: string | undefined;
  readonly output: string;
}

export interface JoinOptions {
  readonly fps: number;
  /** Audio samples of all segments together. */
  readonly samples: number;
  readonly title: string;
  /** ISO 639-2/T. */
  readonly language: string;
  /** Of the room tone, 0 to 2^32 - 1. */
  readonly seed: number;
}

/** About -60 dBFS: a room that is there when one listens for it, and no digital nothing between two clips. */
const ROOM_TONE_AMPLITUDE = 0.005;

/**
 * The list for ffmpeg's concat demuxer. Durations are named so that rounding to microseconds never adds up:
 * each is the difference of two rounded points in time.
 */
export function segmentList(segments: readonly Segment[], fps: number): string {
  const lines = ['ffconcat version 1.0'];
  let frame = 0;
  for (const { name, frames } of segments) {
    const from = microseconds(frame, fps);
    frame += frames;
    lines.push(`file ${name}`, `duration ${((microseconds(frame, fps) - from) / 1e6).toFixed(6)}`);
  }
  return `${lines.join('\n')}\n`;
}

/**
 * Joins segments into the film. The picture is copied; the sound is one AAC track, encoded once from the PCM of all
 * segments over a quiet room tone, so that no clip's encoder delay shifts what follows. Subtitles stay text.
 *
 * `auto_convert` off: all segments have the same codec parameters, so the packets stay as they are.
 */
export function joinArgs(files: JoinFiles, options: JoinOptions): readonly string[] {
  const { fps, seed, samples, language } = options;
  const tone = `anoisesrc=color=brown:amplitude=${ROOM_TONE_AMPLITUDE}:sample_rate=${HOUSE_SAMPLE_RATE}:seed=${seed}`;
  const hasSubtitles = files.subtitles !== undefined;
  const tag = ['-metadata:s:s:0', `language=${language}`, '-disposition:s:0', 'default'];
  const title = printable(options.title);
  return [
    ...['-f', 'concat', '-auto_convert', '0', '-protocol_whitelist', 'file', '-i', `file:${files.list}`],
    ...['-f', 'lavfi', '-i', tone],
    ...(hasSubtitles ? ['-f', 'srt', '-i', `file:${files.subtitles}`] : []),
    ...['-filter_complex', mixOf(samples)],
    ...['-map', '0:v:0', '-c:v', 'copy', '-video_track_timescale', String(timescale(fps))],
    ...['-map', '[sound]', '-c:a', 'aac', '-b:a', '192k', '-ar', String(HOUSE_SAMPLE_RATE), '-ac', '2'],
    ...(hasSubtitles ? ['-map', '2:s:0', '-c:s', 'mov_text', ...tag] : []),
    ...['-map_metadata', '-1', '-map_chapters', '-1'],
    ...(title === '' ? [] : ['-metadata', `title=${title}`]),
    ...['-fflags', '+bitexact', '-movflags', '+faststart', '-f', 'mp4', `file:${files.output}`],
  ];
}

/**
 * Sample counts, not the time stamps of the files, say where a sample is. The tone is cut to length and both are mixed to
 * their end: with `duration=first` amix of ffmpeg 5.1 drops what it holds of the first input when that ends.
 */
function mixOf(samples: number): string {
  return [
    '[0:a:0]asetpts=N/SR/TB[clips]',
    `[1:a]aformat=channel_layouts=stereo,atrim=end_sample=${samples}[room]`,
    '[clips][room]amix=inputs=2:duration=longest:normalize=0[sound]',
  ].join(';');
}

/** Metadata is an argument of its own, so only what no argument can hold is taken out. */
function printable(title: string): string {
  return title
    .replace(/[\p{Cc}\p{Cs}]+/gu, ' ')
    .trim()
    .slice(0, 200);
}

function microseconds(frames: number, fps: number): number {
  return Math.round((frames * 1e6) / fps);
}
