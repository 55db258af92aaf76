import { fractionValue, HOUSE_SAMPLE_RATE, type Probe } from '@reelmesh/media';
import type { Target } from './target.ts';

export interface Expected extends Target {
  readonly hasSubtitles: boolean;
}

/** What is wrong with a finished film file, for people; empty when it may be shown. */
export function faultsOf(found: Probe, boxes: readonly string[], expected: Expected): readonly string[] {
  const { width, height, fps, frames } = expected;
  const [video] = found.video;
  const [audio] = found.audio;
  const subtitles = found.other.filter(({ codec }) => codec === 'mov_text').length;
  const seconds = frames / fps;
  if (!video || found.video.length > 1) return [`${found.video.length} pictures, expected 1`];
  if (!audio || found.audio.length > 1) return [`${found.audio.length} sound tracks, expected 1`];

  const rules: readonly (readonly [boolean, string])[] = [
    [
      video.codec === 'h264' && video.pixelFormat === 'yuv420p',
      `picture is ${video.codec} ${video.pixelFormat}`,
    ],
    [video.width === width && video.height === height, `size is ${video.width}x${video.height}`],
    [fractionValue(video.fps) === fps, `frame rate is ${fractionValue(video.fps)}, expected ${fps}`],
    [video.frames === frames, `${video.frames} frames, expected ${frames}`],
    [Math.abs(found.duration - seconds) <= 1 / fps, `lasts ${found.duration} s, expected ${seconds} s`],
    [audio.codec === 'aac', `sound is ${audio.codec}`],
    [
      audio.sampleRate === HOUSE_SAMPLE_RATE && audio.channels === 2,
      `sound has ${audio.channels} channels at ${audio.sampleRate} Hz`,
    ],
    [
      Math.abs(video.duration - audio.duration) <= 0.05,
      `picture lasts ${video.duration} s, sound ${audio.duration} s`,
    ],
    [
      Math.abs(video.start - audio.start) <= 0.05,
      `picture starts at ${video.start} s, sound at ${audio.start} s`,
    ],
    [subtitles === (expected.hasSubtitles ? 1 : 0), `${subtitles} subtitle tracks`],
    [
      boxes.indexOf('moov') !== -1 && boxes.indexOf('moov') < boxes.indexOf('mdat'),
      'index does not come first',
    ],
  ];
  return rules.filter(([holds]) => !holds).map(([, fault]) => fault);
}
