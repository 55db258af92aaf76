import {
  displaySize,
  fractionValue,
  HOUSE_PIXELS,
  HOUSE_SAMPLE_RATE,
  hostileInput,
  houseVideoArgs,
  type Probe,
  timescale,
  type VideoStream,
  videoOf,
} from '@reelmesh/media';
import { fitFilter } from './fit.ts';
import { samplesOf, type Target } from './target.ts';

export interface NormalisePlan {
  /** `copy`: the coded picture is taken as it is. */
  readonly kind: 'copy' | 'encode';
  /** For ffmpeg. */
  readonly args: readonly string[];
}

export interface NormaliseFiles {
  readonly input: string;
  readonly output: string;
  /** Codec parameters of the house at the target's form, as a hash (`VideoStream.extradataHash`). */
  readonly house: string;
}

/**
 * How a clip becomes a segment: QuickTime with H.264 of the house's form, exactly `frames` of it, and PCM of exactly
 * that length. A longer clip is trimmed, a shorter one holds its last frame; where there is no sound there is silence.
 */
export function planNormalise(found: Probe, target: Target, files: NormaliseFiles): NormalisePlan {
  const video = videoOf(found);
  const sound = found.audio[0];
  const seconds = target.frames / target.fps;
  // more than is shown: decoding a long clip to its end would be for nothing
  const enough = ['-t', String(seconds + 1), ...hostileInput(files.input)];
  const soundInput = sound ? enough : ['-f', 'lavfi', '-i', `anullsrc=r=${HOUSE_SAMPLE_RATE}:cl=stereo`];
  const soundGraph = `[1:${sound?.index ?? 0}]${soundFilter(target)}[sound]`;
  const soundOutput = ['-map', '[sound]', '-c:a', 'pcm_s16le', '-map_metadata', '-1', '-map_chapters', '-1'];
  const file = ['-fflags', '+bitexact', '-f', 'mov', `file:${files.output}`];

  if (conforms(video, target, files.house)) {
    // `-frames:v` would end the sound with the last packet of the picture, so the input ends within that packet
    const input = ['-t', String(seconds - 0.5 / target.fps), ...hostileInput(files.input)];
    const copy = ['-c:v', 'copy', '-video_track_timescale', String(timescale(target.fps))];
    const picture = ['-filter_complex', soundGraph, '-map', `0:${video.index}`, ...copy];
    return { kind: 'copy', args: ['-xerror', ...input, ...soundInput, ...picture, ...soundOutput, ...file] };
  }
  const graph = `[0:${video.index}]${pictureFilter(video, target)}[picture];${soundGraph}`;
  const picture = ['-filter_complex', graph, '-map', '[picture]', ...houseVideoArgs(target)];
  return { kind: 'encode', args: ['-xerror', ...enough, ...soundInput, ...picture, ...soundOutput, ...file] };
}

/** Whether the coded picture can be joined as it is: the house's codec parameters, a steady rate, nothing to hold. */
export function conforms(video: VideoStream, target: Target, house: string): boolean {
  return (
    video.codec === 'h264' &&
    video.extradataHash === house &&
    video.width === target.width &&
    video.height === target.height &&
    video.rotation === 0 &&
    video.start === 0 &&
    !video.hasBFrames &&
    video.frames >= target.frames &&
    fractionValue(video.fps) === target.fps &&
    fractionValue(video.baseFps) === target.fps
  );
}

/** A steady rate from the first moment, the frame's shape, the house's pixels, and exactly so many frames. */
function pictureFilter(video: VideoStream, target: Target): string {
  const { frames, fps } = target;
  return [
    ...(isUntagged(video) ? ['setparams=colorspace=bt709'] : []),
    `fps=${fps}:start_time=0`,
    fitFilter(displaySize(video), target),
    'setsar=1',
    HOUSE_PIXELS,
    `tpad=stop_mode=clone:stop=${frames}`,
    `trim=end_frame=${frames}`,
  ].join(',');
}

/** Pictures from 720 lines up that do not name their colours are BT.709, as players take them; ffmpeg would take BT.601. */
function isUntagged({ colorSpace, width, height }: VideoStream): boolean {
  return (colorSpace === '' || colorSpace === 'unknown') && Math.min(width, height) >= 720;
}

/** Holes and a late start become silence, and exactly so many samples remain. */
function soundFilter({ frames, fps }: Target): string {
  return [
    'aformat=channel_layouts=stereo',
    `aresample=${HOUSE_SAMPLE_RATE}:async=1:first_pts=0`,
    'aformat=sample_fmts=s16',
    'apad',
    `atrim=end_sample=${samplesOf(frames, fps)}`,
  ].join(',');
}
