import { invalid } from '@reelmesh/domain';

/** The shape of a moving picture. */
export interface VideoForm {
  /** Pixels, even, 16 to 8192. */
  readonly width: number;
  /** Pixels, even, 16 to 8192. */
  readonly height: number;
  /** Whole frames per second, 1 to 120. */
  readonly fps: number;
}

/** Audio samples per second of everything the house makes. */
export const HOUSE_SAMPLE_RATE = 48_000;

/** Filters that bring any picture to the pixels of the house: BT.709, studio range, 4:2:0. Put them last. */
export const HOUSE_PIXELS = 'scale=out_color_matrix=bt709:out_range=tv,format=yuv420p';

/**
 * Output arguments of the one way in which the house encodes video. Two files of one form have equal codec parameters
 * (SPS and PPS) whatever they show, so that they join by stream copy:
 * - `stitchable` keeps x264 from fitting the headers to the content
 * - no B-frames: decoding order is showing order, no file starts with a delay or an edit list
 * - a closed group of exactly 2 s, so that players seek well and a file can be cut at any frame's end
 * - profile, level and sample aspect are named, never derived
 */
export function houseVideoArgs(form: VideoForm): readonly string[] {
  checkForm(form);
  const group = String(2 * form.fps);
  return [
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20'],
    ...['-profile:v', 'high', '-level:v', h264Level(form), '-pix_fmt', 'yuv420p'],
    ...['-g', group, '-keyint_min', group, '-sc_threshold', '0', '-bf', '0', '-flags:v', '+cgop'],
    ...['-x264-params', 'stitchable=1:sar=1/1'],
    ...['-color_range', 'tv', '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'],
    ...['-r', String(form.fps), '-video_track_timescale', String(timescale(form.fps))],
  ];
}

/** Ticks per second of a video track: a frame is 512 of them at any whole frame rate. */
export function timescale(fps: number): number {
  return fps * 512;
}

/** The lowest level of H.264 table A-1 whose macroblock limits (per frame, per second) hold the form. */
export function h264Level({ width, height, fps }: VideoForm): string {
  const frame = Math.ceil(width / 16) * Math.ceil(height / 16);
  const level = LEVELS.find(({ perFrame, perSecond }) => frame <= perFrame && frame * fps <= perSecond);
  return level?.name ?? '6.2';
}

const LEVELS = [
  { name: '1.3', perFrame: 396, perSecond: 11_880 },
  { name: '2.1', perFrame: 792, perSecond: 19_800 },
  { name: '3.0', perFrame: 1_620, perSecond: 40_500 },
  { name: '3.1', perFrame: 3_600, perSecond: 108_000 },
  { name: '3.2', perFrame: 5_120, perSecond: 216_000 },
  { name: '4.0', perFrame: 8_192, perSecond: 245_760 },
  { name: '4.2', perFrame: 8_704, perSecond: 522_240 },
  { name: '5.0', perFrame: 22_080, perSecond: 589_824 },
  { name: '5.1', perFrame: 36_864, perSecond: 983_040 },
  { name: '5.2', perFrame: 36_864, perSecond: 2_073_600 },
  { name: '6.0', perFrame: 139_264, perSecond: 4_177_920 },
  { name: '6.1', perFrame: 139_264, perSecond: 8_355_840 },
] as const;

function checkForm({ width, height, fps }: VideoForm): void {
  const isEdge = (n: number): boolean => Number.isInteger(n) && n >= 16 && n <= 8192 && n % 2 === 0;
  if (!isEdge(width) || !isEdge(height)) {
    throw invalid(
      'VIDEO_SIZE',
      `video size ${width}x${height}: both edges must be even, from 16 to 8192 pixels`,
    );
  }
  if (!Number.isInteger(fps) || fps < 1 || fps > 120) {
    throw invalid('VIDEO_FPS', `video frame rate ${fps}: must be a whole number from 1 to 120`);
  }
}
