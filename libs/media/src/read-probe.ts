import type { AudioStream, Fraction, OtherStream, Probe, VideoStream } from './probe.ts';

type Json = Readonly<Record<string, unknown>>;

const MAX_STREAMS = 32;

/** ffprobe's JSON as a Probe. Undefined when it is not what ffprobe writes for a media file we would take. */
export function readProbe(json: string): Probe | undefined {
  const root = parse(json);
  const format = object(root['format']);
  const streams = array(root['streams']).map(object);
  if (text(format['format_name']) === '' || streams.length === 0 || streams.length > MAX_STREAMS)
    return undefined;
  const pictures = streams.filter((s) => s['codec_type'] === 'video' && !isCover(s));
  const sounds = streams.filter((s) => s['codec_type'] === 'audio');
  const others = streams.filter((s) => s['codec_type'] !== 'video' && s['codec_type'] !== 'audio');
  return {
    format: text(format['format_name']),
    duration: number(format['duration']),
    sizeBytes: number(format['size']),
    title: text(object(format['tags'])['title']),
    video: pictures.map(videoStream),
    audio: sounds.map(audioStream),
    other: others.map(otherStream),
  };
}

function videoStream(s: Json): VideoStream {
  return {
    type: 'video',
    index: number(s['index']),
    codec: text(s['codec_name']),
    profile: text(s['profile']),
    level: number(s['level']),
    width: number(s['width']),
    height: number(s['height']),
    rotation: rotation(s),
    sampleAspect: fraction(s['sample_aspect_ratio'], ':'),
    fps: fraction(s['avg_frame_rate'], '/'),
    baseFps: fraction(s['r_frame_rate'], '/'),
    timeBase: fraction(s['time_base'], '/'),
    frames: number(s['nb_read_packets']),
    decodedFrames: number(s['nb_read_frames']),
    pixelFormat: text(s['pix_fmt']),
    colorSpace: text(s['color_space']),
    colorRange: text(s['color_range']),
    hasBFrames: number(s['has_b_frames']) > 0,
    start: number(s['start_time']),
    duration: number(s['duration']),
    extradataHash: text(s['extradata_hash']),
  };
}

function audioStream(s: Json): AudioStream {
  return {
    type: 'audio',
    index: number(s['index']),
    codec: text(s['codec_name']),
    sampleRate: number(s['sample_rate']),
    channels: number(s['channels']),
    start: number(s['start_time']),
    duration: number(s['duration']),
  };
}

function otherStream(s: Json): OtherStream {
  const type = text(s['codec_type']);
  return {
    type: type === 'subtitle' || type === 'data' ? type : 'other',
    index: number(s['index']),
    codec: text(s['codec_name']),
    language: text(object(s['tags'])['language']) || 'und',
  };
}

function isCover(s: Json): boolean {
  return object(s['disposition'])['attached_pic'] === 1;
}

/** The display matrix counts counter-clockwise, the old `rotate` tag clockwise. */
function rotation(s: Json): number {
  const matrix = array(s['side_data_list']).map((entry) => object(entry)['rotation']);
  const turn = matrix.find((value) => value !== undefined);
  const degrees = turn === undefined ? number(object(s['tags'])['rotate']) : -number(turn);
  return (((Math.round(degrees / 90) * 90) % 360) + 360) % 360;
}

/** ffprobe writes `0/0`, `0:1` or nothing where it does not know: 1/1 for an aspect, 0/1 for a rate. */
function fraction(value: unknown, separator: ':' | '/'): Fraction {
  const [numerator = 0, denominator = 0] = text(value).split(separator).map(number);
  if (numerator > 0 && denominator > 0) return { numerator, denominator };
  return { numerator: separator === ':' ? 1 : 0, denominator: 1 };
}

function parse(json: string): Json {
  try {
    return object(JSON.parse(json));
  } catch {
    return {};
  }
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function array(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number {
  const result = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof result === 'number' && Number.isFinite(result) ? result : 0;
}
