import { HOUSE_SAMPLE_RATE, type VideoForm } from '@reelmesh/media';

/** What a clip is brought to: exactly so many frames of this form, and sound of the same length. */
export interface Target extends VideoForm {
  readonly frames: number;
}

/**
 * Audio samples of so many frames, to the nearest sample: a rate like 7 fps does not divide 48000. The sound of a film of
 * n shots is then at most n / 2 samples (10 µs each) off its picture.
 */
export function samplesOf(frames: number, fps: number): number {
  return Math.round((frames * HOUSE_SAMPLE_RATE) / fps);
}
