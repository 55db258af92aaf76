import type { Picture } from '@reelmesh/contracts/shot';

/**
 * The picture in words, in the structure that Runway publishes: camera movement, colon, establishing scene, then
 * details as sentences. What is there, never what is absent.
 * @param motion 0 to 255, for a model that has no parameter for it
 */
export function promptOf(picture: Picture, motion?: number): string {
  const camera = [moves[picture.move], sizes[picture.size], angles[picture.angle]].filter(isText).join(', ');
  const place = [
    intExts[picture.intExt],
    picture.location,
    times[picture.timeOfDay],
    weathers[picture.weather],
  ]
    .filter(isText)
    .join(', ');
  const details = [
    picture.description,
    picture.cast.length === 0 ? '' : `In the picture: ${picture.cast.join(', ')}.`,
    picture.flashback ? 'A memory: faded colours, soft edges.' : '',
    picture.onScreenText === '' ? '' : `Text in the picture reads "${picture.onScreenText}".`,
    motion === undefined ? '' : wordsForMotion(motion),
  ].filter(isText);
  const sentences = [place, ...details]
    .filter(isText)
    .map((text) => (/[.!?。！？…]$/.test(text) ? text : `${text}.`));
  return `${camera === '' ? 'Static shot' : camera}: ${sentences.join(' ')}`;
}

/** Five words for 256 buckets; 127, which Stable Video Diffusion takes for granted, is in the middle of them. */
function wordsForMotion(motion: number): string {
  if (motion < 32) return 'Almost still: hardly anything moves.';
  if (motion < 96) return 'Calm, slow movement.';
  if (motion < 160) return 'Natural movement.';
  if (motion < 224) return 'Dynamic movement.';
  return 'Very dynamic, fast movement.';
}

const isText = (text: string | undefined): text is string => text !== undefined && text !== '';

const sizes: Partial<Record<Picture['size'], string>> = {
  SHOT_SIZE_ELS: 'extreme wide shot',
  SHOT_SIZE_LS: 'wide shot',
  SHOT_SIZE_MLS: 'medium wide shot',
  SHOT_SIZE_MS: 'medium shot',
  SHOT_SIZE_MCU: 'medium close-up',
  SHOT_SIZE_CU: 'close-up',
  SHOT_SIZE_ECU: 'extreme close-up',
};

const angles: Partial<Record<Picture['angle'], string>> = {
  CAMERA_ANGLE_HIGH: 'high angle',
  CAMERA_ANGLE_LOW: 'low angle',
  CAMERA_ANGLE_BIRD_EYE: "bird's-eye view",
  CAMERA_ANGLE_WORM_EYE: "worm's-eye view",
  CAMERA_ANGLE_DUTCH: 'Dutch angle',
  CAMERA_ANGLE_OVER_SHOULDER: 'over the shoulder',
  CAMERA_ANGLE_POV: 'point of view',
  CAMERA_ANGLE_SIDE: 'in profile',
  CAMERA_ANGLE_BACK: 'from behind',
};

const moves: Partial<Record<Picture['move'], string>> = {
  CAMERA_MOVE_STATIC: 'Static shot',
  CAMERA_MOVE_PAN_LEFT: 'The camera pans left',
  CAMERA_MOVE_PAN_RIGHT: 'The camera pans right',
  CAMERA_MOVE_TILT_UP: 'The camera tilts up',
  CAMERA_MOVE_TILT_DOWN: 'The camera tilts down',
  CAMERA_MOVE_PUSH_IN: 'The camera slowly pushes in',
  CAMERA_MOVE_PULL_OUT: 'The camera slowly pulls out',
  CAMERA_MOVE_TRUCK: 'The camera trucks sideways',
  CAMERA_MOVE_FOLLOW: 'The camera follows the subject',
  CAMERA_MOVE_CRANE_UP: 'The camera cranes up',
  CAMERA_MOVE_CRANE_DOWN: 'The camera cranes down',
  CAMERA_MOVE_ORBIT: 'The camera orbits the subject',
  CAMERA_MOVE_HANDHELD: 'Handheld camera',
  CAMERA_MOVE_ZOOM_IN: 'The lens zooms in',
  CAMERA_MOVE_ZOOM_OUT: 'The lens zooms out',
  CAMERA_MOVE_DOLLY_ZOOM: 'Dolly zoom',
  CAMERA_MOVE_WHIP_PAN: 'Whip pan',
  CAMERA_MOVE_AERIAL: 'Aerial drone shot',
  CAMERA_MOVE_RACK_FOCUS: 'The focus racks from foreground to background',
};

const intExts: Partial<Record<Picture['intExt'], string>> = {
  INT_EXT_INT: 'Interior',
  INT_EXT_EXT: 'Exterior',
  INT_EXT_BOTH: 'Interior and exterior',
};

const times: Partial<Record<Picture['timeOfDay'], string>> = {
  TIME_OF_DAY_DAWN: 'dawn light',
  TIME_OF_DAY_MORNING: 'morning light',
  TIME_OF_DAY_DAY: 'daylight',
  TIME_OF_DAY_DUSK: 'dusk light',
  TIME_OF_DAY_EVENING: 'evening light',
  TIME_OF_DAY_NIGHT: 'night',
};

const weathers: Partial<Record<Picture['weather'], string>> = {
  WEATHER_CLEAR: 'clear weather',
  WEATHER_RAIN: 'rain',
  WEATHER_SNOW: 'snow',
  WEATHER_FOG: 'fog',
  WEATHER_STORM: 'storm',
  WEATHER_WIND: 'strong wind',
};
