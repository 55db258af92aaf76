/** The largest picture that is decoded: 8192 × 4320 pixels. Above it the decoder refuses before it takes memory. */
const MAX_PIXELS = 8192 * 4320;

/** Demuxers for what providers deliver. No playlists, no images, nothing that names other files. */
const DEMUXERS = ['mov', 'matroska,webm', 'avi', 'mpegts'];

/** Decoders for what providers deliver, by ffmpeg's names. */
const DECODERS = [
  'h264,hevc,mpeg4,vp8,vp9,libvpx,libvpx-vp9,av1,libdav1d,libaom-av1,prores,mjpeg',
  'aac,mp3,mp3float,ac3,opus,libopus,vorbis,flac,alac,pcm_s16le,pcm_s24le,mov_text',
];

/**
 * Input arguments for a file whose bytes are not ours: only this one local file is opened, only by demuxers and
 * decoders that clips need, and no picture bomb is unpacked. `file:` keeps a name from being read as an option or a URL.
 */
export function hostileInput(path: string): readonly string[] {
  return [...HOSTILE_LIMITS, '-i', `file:${path}`];
}

export const HOSTILE_LIMITS: readonly string[] = [
  ...['-protocol_whitelist', 'file', '-format_whitelist', DEMUXERS.join(',')],
  ...['-codec_whitelist', DECODERS.join(','), '-max_pixels', String(MAX_PIXELS)],
];
