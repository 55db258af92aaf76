import { CameraAngle, ShotSize, TimeOfDay, Weather } from '@reelmesh/contracts/script';

/** What descriptions are made of, in one language. */
export interface Words {
  readonly time: Readonly<Partial<Record<TimeOfDay, string>>>;
  readonly weather: Readonly<Partial<Record<Weather, string>>>;
  readonly light: Readonly<Partial<Record<TimeOfDay, string>>>;
  readonly size: Readonly<Partial<Record<ShotSize, string>>>;
  readonly angle: Readonly<Partial<Record<CameraAngle, string>>>;
  readonly inside: string;
  readonly outside: string;
  readonly flashback: string;
  readonly filler: readonly string[];
}

const T = TimeOfDay;
const W = Weather;
const S = ShotSize;
const A = CameraAngle;

export const ENGLISH: Words = {
  time: {
    [T.TIME_OF_DAY_DAWN]: 'dawn',
    [T.TIME_OF_DAY_MORNING]: 'morning',
    [T.TIME_OF_DAY_DAY]: 'day',
    [T.TIME_OF_DAY_DUSK]: 'dusk',
    [T.TIME_OF_DAY_EVENING]: 'evening',
    [T.TIME_OF_DAY_NIGHT]: 'night',
  },
  weather: {
    [W.WEATHER_CLEAR]: 'clear sky',
    [W.WEATHER_RAIN]: 'rain',
    [W.WEATHER_SNOW]: 'snow',
    [W.WEATHER_FOG]: 'fog',
    [W.WEATHER_STORM]: 'storm',
    [W.WEATHER_WIND]: 'wind',
  },
  light: {
    [T.TIME_OF_DAY_DAWN]: 'First cold light.',
    [T.TIME_OF_DAY_MORNING]: 'Soft morning light.',
    [T.TIME_OF_DAY_DAY]: 'Even daylight.',
    [T.TIME_OF_DAY_DUSK]: 'Low golden light.',
    [T.TIME_OF_DAY_EVENING]: 'Warm evening lamps.',
    [T.TIME_OF_DAY_NIGHT]: 'Deep shadows.',
  },
  size: {
    [S.SHOT_SIZE_ELS]: 'Seen from far away.',
    [S.SHOT_SIZE_LS]: 'The whole place in view.',
    [S.SHOT_SIZE_MLS]: 'Framed from the knees.',
    [S.SHOT_SIZE_MS]: 'Framed from the waist.',
    [S.SHOT_SIZE_MCU]: 'Framed from the chest.',
    [S.SHOT_SIZE_CU]: 'Very close.',
    [S.SHOT_SIZE_ECU]: 'A single detail.',
  },
  angle: {
    [A.CAMERA_ANGLE_HIGH]: 'Seen from above.',
    [A.CAMERA_ANGLE_LOW]: 'Seen from below.',
    [A.CAMERA_ANGLE_BIRD_EYE]: 'Seen from straight above.',
    [A.CAMERA_ANGLE_OVER_SHOULDER]: 'Over a shoulder.',
    [A.CAMERA_ANGLE_BACK]: 'Seen from behind.',
  },
  inside: 'indoors',
  outside: 'outdoors',
  flashback: 'Memory',
  filler: ['Calm frame.', 'Natural colours.', 'Cinematic depth.'],
};

export const CHINESE: Words = {
  time: {
    [T.TIME_OF_DAY_DAWN]: '清晨',
    [T.TIME_OF_DAY_MORNING]: '上午',
    [T.TIME_OF_DAY_DAY]: '白天',
    [T.TIME_OF_DAY_DUSK]: '黄昏',
    [T.TIME_OF_DAY_EVENING]: '傍晚之后',
    [T.TIME_OF_DAY_NIGHT]: '夜晚',
  },
  weather: {
    [W.WEATHER_CLEAR]: '天气晴朗',
    [W.WEATHER_RAIN]: '下着雨',
    [W.WEATHER_SNOW]: '下着雪',
    [W.WEATHER_FOG]: '起着雾',
    [W.WEATHER_STORM]: '雷雨交加',
    [W.WEATHER_WIND]: '刮着风',
  },
  light: {
    [T.TIME_OF_DAY_DAWN]: '天色微亮，冷色晨光慢慢漫进画面。',
    [T.TIME_OF_DAY_MORNING]: '晨光柔和，光线从一侧斜斜照来。',
    [T.TIME_OF_DAY_DAY]: '日光均匀，明暗层次清楚自然。',
    [T.TIME_OF_DAY_DUSK]: '夕光低斜，暖色在边缘缓缓晕开。',
    [T.TIME_OF_DAY_EVENING]: '灯火初上，暖光与暮色交织在一起。',
    [T.TIME_OF_DAY_NIGHT]: '夜色深沉，只有几处灯光勾出轮廓。',
  },
  size: {
    [S.SHOT_SIZE_ELS]: '从极远处看去，环境占满整个画面。',
    [S.SHOT_SIZE_LS]: '全身入画，人与环境的关系一目了然。',
    [S.SHOT_SIZE_MLS]: '取到膝盖，动作和环境都看得清楚。',
    [S.SHOT_SIZE_MS]: '取到腰部，动作清楚，背景略微虚化。',
    [S.SHOT_SIZE_MCU]: '取到胸口，神情清楚，背景柔和虚化。',
    [S.SHOT_SIZE_CU]: '贴近拍摄，神情和质感都清晰可见。',
    [S.SHOT_SIZE_ECU]: '只取一处细节，其余全部虚化在外。',
  },
  angle: {
    [A.CAMERA_ANGLE_HIGH]: '从高处向下看。',
    [A.CAMERA_ANGLE_LOW]: '从低处向上看。',
    [A.CAMERA_ANGLE_BIRD_EYE]: '从正上方向下看。',
    [A.CAMERA_ANGLE_OVER_SHOULDER]: '越过一人的肩头看去。',
    [A.CAMERA_ANGLE_BACK]: '从背后看去。',
  },
  inside: '室内',
  outside: '室外',
  flashback: '回忆里',
  filler: [
    '构图沉静，留白自然。',
    '色调克制，质感真实。',
    '前后景层次分明。',
    '气氛安静而专注。',
    '画面稳定，细节丰富。',
  ],
};
