import type { RenderSpec } from '@reelmesh/contracts/shot';

/** The shot that recordings are about: upright, 3 s, no images. */
export const sampleShot: RenderSpec = {
  picture: {
    description: 'A clerk lifts a red umbrella under the station clock.',
    intExt: 'INT_EXT_INT',
    location: 'STATION HALL',
    timeOfDay: 'TIME_OF_DAY_NIGHT',
    weather: 'WEATHER_RAIN',
    flashback: false,
    cast: ['MARA'],
    size: 'SHOT_SIZE_MS',
    angle: 'CAMERA_ANGLE_EYE_LEVEL',
    move: 'CAMERA_MOVE_PUSH_IN',
    onScreenText: '',
    language: 'en',
  },
  width: 1080,
  height: 1920,
  fps: 24,
  seconds: 3,
  seed: 7,
  negativePrompt: '',
  images: [],
};
