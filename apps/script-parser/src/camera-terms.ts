import { CameraAngle, CameraMove, ShotSize } from '@reelmesh/contracts/script';

export interface Meaning {
  readonly size?: ShotSize;
  readonly angle?: CameraAngle;
  readonly move?: CameraMove;
}

const size = (name: 'ELS' | 'LS' | 'MLS' | 'MS' | 'MCU' | 'CU' | 'ECU'): Meaning => ({
  size: ShotSize[`SHOT_SIZE_${name}`],
});
const angle = (value: CameraAngle): Meaning => ({ angle: value });
const move = (value: CameraMove): Meaning => ({ move: value });

/**
 * Phrases that mean the camera wherever they stand in capitals. No single everyday word is among them: a CRANE may be
 * a bird and PAN a god.
 */
export const ENGLISH_PHRASES = terms([
  [
    size('ELS'),
    'EXTREME LONG SHOT',
    'EXTREME WIDE SHOT',
    'EXTREME WIDE',
    'ESTABLISHING SHOT',
    'ESTABLISHING',
    'EWS',
    'ELS',
  ],
  [size('LS'), 'WIDE SHOT', 'WIDE ANGLE', 'WIDE ON', 'LONG SHOT', 'FULL SHOT'],
  [size('MLS'), 'MEDIUM LONG SHOT', 'MEDIUM WIDE SHOT', 'AMERICAN SHOT', 'COWBOY SHOT', 'MLS'],
  [size('MS'), 'MEDIUM SHOT', 'MID SHOT', 'MEDIUM ON', 'TWO SHOT', 'TWO-SHOT'],
  [size('MCU'), 'MEDIUM CLOSE UP', 'MEDIUM CLOSE-UP', 'MCU'],
  [
    size('CU'),
    'CLOSE ON',
    'CLOSE UP ON',
    'CLOSE-UP ON',
    'CLOSE UP',
    'CLOSE-UP',
    'CLOSEUP',
    'TIGHT ON',
    'CLOSER ON',
    'ANGLE ON',
  ],
  [
    size('ECU'),
    'EXTREME CLOSE UP',
    'EXTREME CLOSE-UP',
    'EXTREME CLOSE ON',
    'ECU',
    'MACRO SHOT',
    'INSERT ON',
    'INSERT',
    'DETAIL ON',
  ],
  [angle(CameraAngle.CAMERA_ANGLE_HIGH), 'HIGH ANGLE', 'HIGH-ANGLE'],
  [angle(CameraAngle.CAMERA_ANGLE_LOW), 'LOW ANGLE', 'LOW-ANGLE'],
  [angle(CameraAngle.CAMERA_ANGLE_EYE_LEVEL), 'EYE LEVEL', 'EYE-LEVEL'],
  [
    angle(CameraAngle.CAMERA_ANGLE_BIRD_EYE),
    "BIRD'S EYE",
    "BIRD'S-EYE",
    'OVERHEAD SHOT',
    'TOP-DOWN',
    'TOP SHOT',
    'GOD VIEW',
  ],
  [angle(CameraAngle.CAMERA_ANGLE_WORM_EYE), "WORM'S EYE", "WORM'S-EYE"],
  [angle(CameraAngle.CAMERA_ANGLE_DUTCH), 'DUTCH ANGLE', 'CANTED ANGLE', 'DUTCH TILT'],
  [
    angle(CameraAngle.CAMERA_ANGLE_OVER_SHOULDER),
    'OVER THE SHOULDER',
    'OVER-THE-SHOULDER',
    'OVER SHOULDER',
    'OTS',
  ],
  [angle(CameraAngle.CAMERA_ANGLE_POV), 'POV', 'P.O.V', 'POINT OF VIEW'],
  [angle(CameraAngle.CAMERA_ANGLE_SIDE), 'PROFILE SHOT', 'IN PROFILE', 'SIDE ANGLE'],
  [angle(CameraAngle.CAMERA_ANGLE_BACK), 'FROM BEHIND', 'REAR ANGLE'],
  [move(CameraMove.CAMERA_MOVE_STATIC), 'LOCKED OFF', 'LOCKED-OFF', 'STATIC SHOT', 'HOLD ON'],
  [move(CameraMove.CAMERA_MOVE_PAN_LEFT), 'PAN LEFT', 'PANS LEFT'],
  [
    move(CameraMove.CAMERA_MOVE_PAN_RIGHT),
    'PAN RIGHT',
    'PANS RIGHT',
    'PAN TO',
    'PAN ACROSS',
    'PAN OVER',
    'SLOW PAN',
  ],
  [move(CameraMove.CAMERA_MOVE_TILT_UP), 'TILT UP', 'TILTS UP', 'PAN UP'],
  [move(CameraMove.CAMERA_MOVE_TILT_DOWN), 'TILT DOWN', 'TILTS DOWN', 'PAN DOWN'],
  [
    move(CameraMove.CAMERA_MOVE_PUSH_IN),
    'PUSH IN ON',
    'PUSH IN',
    'PUSHES IN',
    'PUSHING IN',
    'DOLLY IN',
    'MOVE IN ON',
    'TRACK IN',
  ],
  [
    move(CameraMove.CAMERA_MOVE_PULL_OUT),
    'PULL BACK',
    'PULL OUT',
    'PULLS BACK',
    'DOLLY OUT',
    'DOLLY BACK',
    'TRACK OUT',
  ],
  [
    move(CameraMove.CAMERA_MOVE_TRUCK),
    'TRUCK LEFT',
    'TRUCK RIGHT',
    'TRACKING SHOT',
    'TRACK LEFT',
    'TRACK RIGHT',
    'TRACKING',
  ],
  [move(CameraMove.CAMERA_MOVE_FOLLOW), 'FOLLOW SHOT', 'FOLLOWING SHOT', 'TRACK WITH', 'FOLLOW ON'],
  [move(CameraMove.CAMERA_MOVE_CRANE_UP), 'CRANE UP', 'CRANES UP', 'BOOM UP', 'CRANE SHOT'],
  [move(CameraMove.CAMERA_MOVE_CRANE_DOWN), 'CRANE DOWN', 'CRANES DOWN', 'BOOM DOWN'],
  [move(CameraMove.CAMERA_MOVE_ORBIT), 'ARC SHOT', 'ARC AROUND', 'ORBIT AROUND', 'CIRCLE AROUND'],
  [move(CameraMove.CAMERA_MOVE_HANDHELD), 'HANDHELD', 'HAND-HELD', 'STEADICAM', 'SHAKY CAM'],
  [move(CameraMove.CAMERA_MOVE_ZOOM_IN), 'ZOOM IN ON', 'ZOOM IN', 'ZOOMS IN'],
  [move(CameraMove.CAMERA_MOVE_ZOOM_OUT), 'ZOOM OUT', 'ZOOMS OUT'],
  [move(CameraMove.CAMERA_MOVE_DOLLY_ZOOM), 'DOLLY ZOOM', 'VERTIGO SHOT', 'ZOLLY'],
  [move(CameraMove.CAMERA_MOVE_WHIP_PAN), 'WHIP PAN', 'SWISH PAN'],
  [move(CameraMove.CAMERA_MOVE_AERIAL), 'AERIAL SHOT', 'AERIAL VIEW', 'AERIAL', 'DRONE SHOT', 'FPV'],
  [move(CameraMove.CAMERA_MOVE_RACK_FOCUS), 'RACK FOCUS', 'PULL FOCUS', 'RACK TO'],
]);

/** Codes that are only sure inside `[[SHOT: …]]`, where every word is the camera's. */
export const NOTE_CODES = terms([
  [size('LS'), 'LS', 'WS', 'FS', 'WIDE', 'FULL', 'LONG'],
  [size('MS'), 'MS', 'MEDIUM'],
  [size('MLS'), 'MFS'],
  [size('CU'), 'CU', 'CLOSE'],
  [size('ECU'), 'XCU'],
  [angle(CameraAngle.CAMERA_ANGLE_EYE_LEVEL), 'EYE LEVEL', 'EYE'],
  [angle(CameraAngle.CAMERA_ANGLE_HIGH), 'HIGH'],
  [angle(CameraAngle.CAMERA_ANGLE_LOW), 'LOW'],
  [angle(CameraAngle.CAMERA_ANGLE_BIRD_EYE), 'BIRD EYE', 'OVERHEAD'],
  [angle(CameraAngle.CAMERA_ANGLE_WORM_EYE), 'WORM EYE'],
  [angle(CameraAngle.CAMERA_ANGLE_DUTCH), 'DUTCH'],
  [angle(CameraAngle.CAMERA_ANGLE_OVER_SHOULDER), 'OVER SHOULDER'],
  [angle(CameraAngle.CAMERA_ANGLE_SIDE), 'SIDE', 'PROFILE'],
  [angle(CameraAngle.CAMERA_ANGLE_BACK), 'BACK', 'BEHIND'],
  [move(CameraMove.CAMERA_MOVE_STATIC), 'STATIC', 'LOCKED'],
  [move(CameraMove.CAMERA_MOVE_PAN_RIGHT), 'PAN'],
  [move(CameraMove.CAMERA_MOVE_TILT_UP), 'TILT'],
  [move(CameraMove.CAMERA_MOVE_TRUCK), 'TRUCK', 'TRACK'],
  [move(CameraMove.CAMERA_MOVE_FOLLOW), 'FOLLOW'],
  [move(CameraMove.CAMERA_MOVE_CRANE_UP), 'CRANE'],
  [move(CameraMove.CAMERA_MOVE_ORBIT), 'ORBIT', 'ARC'],
  [move(CameraMove.CAMERA_MOVE_ZOOM_IN), 'ZOOM'],
  [move(CameraMove.CAMERA_MOVE_AERIAL), 'DRONE'],
]);

/** 中景 stays MS and 近景 MCU, as the tools of the trade have it, whatever some textbooks say. */
export const CHINESE_TERMS = terms([
  [size('ELS'), '大远景', '远景', '航拍全貌'],
  [size('LS'), '大全景', '全景'],
  [size('MLS'), '中全景', '中远景', '七分身'],
  [size('MS'), '中景'],
  [size('MCU'), '中近景', '近景'],
  [size('CU'), '特写'],
  [size('ECU'), '大特写', '极近特写', '细节特写', '微距'],
  [angle(CameraAngle.CAMERA_ANGLE_EYE_LEVEL), '平视', '平拍'],
  [angle(CameraAngle.CAMERA_ANGLE_HIGH), '俯拍', '俯视'],
  [angle(CameraAngle.CAMERA_ANGLE_LOW), '仰拍', '仰视'],
  [angle(CameraAngle.CAMERA_ANGLE_BIRD_EYE), '鸟瞰', '上帝视角', '顶拍', '航拍俯视'],
  [angle(CameraAngle.CAMERA_ANGLE_WORM_EYE), '虫视', '贴地'],
  [angle(CameraAngle.CAMERA_ANGLE_DUTCH), '荷兰角', '倾斜'],
  [angle(CameraAngle.CAMERA_ANGLE_OVER_SHOULDER), '过肩'],
  [angle(CameraAngle.CAMERA_ANGLE_POV), '主观视角', '主观镜头', '主观', '第一人称', '视角'],
  [angle(CameraAngle.CAMERA_ANGLE_SIDE), '侧面', '侧拍'],
  [angle(CameraAngle.CAMERA_ANGLE_BACK), '背面', '背影', '背拍'],
  [move(CameraMove.CAMERA_MOVE_STATIC), '固定', '定机位'],
  [move(CameraMove.CAMERA_MOVE_PAN_LEFT), '左摇'],
  [move(CameraMove.CAMERA_MOVE_PAN_RIGHT), '右摇', '横摇', '摇镜', '摇'],
  [move(CameraMove.CAMERA_MOVE_TILT_UP), '上摇'],
  [move(CameraMove.CAMERA_MOVE_TILT_DOWN), '下摇'],
  [move(CameraMove.CAMERA_MOVE_PUSH_IN), '推近', '推进', '推'],
  [move(CameraMove.CAMERA_MOVE_PULL_OUT), '拉远', '拉开', '拉'],
  [move(CameraMove.CAMERA_MOVE_TRUCK), '横移', '平移', '移'],
  [move(CameraMove.CAMERA_MOVE_FOLLOW), '跟拍', '跟随', '跟'],
  [move(CameraMove.CAMERA_MOVE_CRANE_UP), '升起', '上升', '摇臂', '升'],
  [move(CameraMove.CAMERA_MOVE_CRANE_DOWN), '下降', '降下', '降'],
  [move(CameraMove.CAMERA_MOVE_ORBIT), '环绕'],
  [move(CameraMove.CAMERA_MOVE_HANDHELD), '手持', '晃动', '稳定器'],
  [move(CameraMove.CAMERA_MOVE_ZOOM_IN), '变焦'],
  [move(CameraMove.CAMERA_MOVE_DOLLY_ZOOM), '希区柯克变焦'],
  [move(CameraMove.CAMERA_MOVE_WHIP_PAN), '甩镜', '甩'],
  [move(CameraMove.CAMERA_MOVE_AERIAL), '航拍'],
  [move(CameraMove.CAMERA_MOVE_RACK_FOCUS), '转焦', '虚实'],
]);

function terms(rows: readonly (readonly [Meaning, ...string[]])[]): ReadonlyMap<string, Meaning> {
  return new Map(rows.flatMap(([meaning, ...words]) => words.map((word) => [word, meaning] as const)));
}
