import type { CameraAngle, CameraMove, ShotSize } from '@reelmesh/contracts/script';
import type { Picture } from '@reelmesh/contracts/shot';

type Words = readonly [en: string, zh: string];
const none: Words = ['', ''];

const sizes: Readonly<Record<ShotSize, Words>> = {
  SHOT_SIZE_UNSPECIFIED: none,
  SHOT_SIZE_ELS: ['ELS', '大远景'],
  SHOT_SIZE_LS: ['LS', '全景'],
  SHOT_SIZE_MLS: ['MLS', '中全景'],
  SHOT_SIZE_MS: ['MS', '中景'],
  SHOT_SIZE_MCU: ['MCU', '近景'],
  SHOT_SIZE_CU: ['CU', '特写'],
  SHOT_SIZE_ECU: ['ECU', '大特写'],
  UNRECOGNIZED: none,
};
const angles: Readonly<Record<CameraAngle, Words>> = {
  CAMERA_ANGLE_UNSPECIFIED: none,
  CAMERA_ANGLE_EYE_LEVEL: ['EYE LEVEL', '平拍'],
  CAMERA_ANGLE_HIGH: ['HIGH', '俯拍'],
  CAMERA_ANGLE_LOW: ['LOW', '仰拍'],
  CAMERA_ANGLE_BIRD_EYE: ["BIRD'S EYE", '鸟瞰'],
  CAMERA_ANGLE_WORM_EYE: ["WORM'S EYE", '贴地'],
  CAMERA_ANGLE_DUTCH: ['DUTCH', '倾斜'],
  CAMERA_ANGLE_OVER_SHOULDER: ['OTS', '过肩'],
  CAMERA_ANGLE_POV: ['POV', '主观'],
  CAMERA_ANGLE_SIDE: ['PROFILE', '侧面'],
  CAMERA_ANGLE_BACK: ['BACK', '背面'],
  UNRECOGNIZED: none,
};
const moves: Readonly<Record<CameraMove, Words>> = {
  CAMERA_MOVE_UNSPECIFIED: none,
  CAMERA_MOVE_STATIC: ['STATIC', '固定'],
  CAMERA_MOVE_PAN_LEFT: ['PAN LEFT', '左摇'],
  CAMERA_MOVE_PAN_RIGHT: ['PAN RIGHT', '右摇'],
  CAMERA_MOVE_TILT_UP: ['TILT UP', '上摇'],
  CAMERA_MOVE_TILT_DOWN: ['TILT DOWN', '下摇'],
  CAMERA_MOVE_PUSH_IN: ['PUSH IN', '推'],
  CAMERA_MOVE_PULL_OUT: ['PULL OUT', '拉'],
  CAMERA_MOVE_TRUCK: ['TRUCK', '移'],
  CAMERA_MOVE_FOLLOW: ['FOLLOW', '跟'],
  CAMERA_MOVE_CRANE_UP: ['CRANE UP', '升'],
  CAMERA_MOVE_CRANE_DOWN: ['CRANE DOWN', '降'],
  CAMERA_MOVE_ORBIT: ['ORBIT', '环绕'],
  CAMERA_MOVE_HANDHELD: ['HANDHELD', '手持'],
  CAMERA_MOVE_ZOOM_IN: ['ZOOM IN', '变焦推'],
  CAMERA_MOVE_ZOOM_OUT: ['ZOOM OUT', '变焦拉'],
  CAMERA_MOVE_DOLLY_ZOOM: ['DOLLY ZOOM', '滑动变焦'],
  CAMERA_MOVE_WHIP_PAN: ['WHIP PAN', '甩'],
  CAMERA_MOVE_AERIAL: ['AERIAL', '航拍'],
  CAMERA_MOVE_RACK_FOCUS: ['RACK FOCUS', '转焦'],
  UNRECOGNIZED: none,
};

export interface LabelWords {
  /** Size, angle and move as a crew calls them. */
  readonly camera: string;
  readonly place: string;
}

/** What the slate in the corner says: nothing that depends on where in the film the shot stands. */
export function labelWords(picture: Picture): LabelWords {
  const index = picture.language.toLowerCase().startsWith('zh') ? 1 : 0;
  const camera = [sizes[picture.size], angles[picture.angle], moves[picture.move]].map(
    (words) => words[index],
  );
  const flashback = picture.flashback ? [['FLASHBACK', '闪回'][index] ?? ''] : [];
  return {
    camera: [...flashback, ...camera].filter((word) => word !== '').join(' · '),
    place: index === 1 ? picture.location : picture.location.toUpperCase(),
  };
}
