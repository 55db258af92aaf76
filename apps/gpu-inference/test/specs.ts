import type { Picture, RenderSpec } from '@reelmesh/contracts/shot';
import { drawFrame } from '../src/animatic/frame.ts';
import { frameCanvas, prepareShot } from '../src/animatic/shot.ts';

export const picture: Picture = {
  description: 'Mara waits under the clock.',
  intExt: 'INT_EXT_EXT',
  location: 'PLATFORM 9',
  timeOfDay: 'TIME_OF_DAY_NIGHT',
  weather: 'WEATHER_CLEAR',
  flashback: false,
  cast: ['MARA'],
  size: 'SHOT_SIZE_MS',
  angle: 'CAMERA_ANGLE_EYE_LEVEL',
  move: 'CAMERA_MOVE_STATIC',
  onScreenText: '',
  language: 'en',
};

export type CompleteSpec = RenderSpec & { readonly picture: Picture };

export function specOf(changes: Partial<Picture> = {}, form: Partial<RenderSpec> = {}): CompleteSpec {
  return {
    width: 90,
    height: 160,
    fps: 12,
    seconds: 1,
    seed: 7,
    negativePrompt: '',
    images: [],
    ...form,
    picture: { ...picture, ...changes },
  };
}

/** RGBA of one frame. */
export function pixelsOf(spec: RenderSpec, index = 8): Buffer {
  const canvas = frameCanvas(spec);
  drawFrame(canvas, prepareShot(spec), index);
  return canvas.data();
}
