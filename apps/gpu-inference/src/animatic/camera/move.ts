import type { CameraMove } from '@reelmesh/contracts/script';

/** Where the camera is at one moment. Lengths are parts of the picture's width and height. */
export interface CameraPose {
  /** Moved sideways and up: near things pass faster than far ones. */
  readonly x: number;
  readonly y: number;
  /** Moved forward, in units of the distance to the people. */
  readonly z: number;
  /** Focal length, 1 at the start: everything grows alike. */
  readonly focal: number;
  /** Turned sideways and up: everything passes alike. */
  readonly pan: number;
  readonly tilt: number;
  /** Focus on the people (0) or on the place behind them (1). */
  readonly focusBehind: number;
  /** How fast the picture streaks sideways, 0 to 1. */
  readonly streak: number;
  /** How far the people are carried along with the camera, 0 to 1. */
  readonly carried: number;
}

const rest: CameraPose = {
  x: 0,
  y: 0,
  z: 0,
  focal: 1,
  pan: 0,
  tilt: 0,

  focusBehind: 0,
  streak: 0,
  carried: 0,
};

/**
 * The pose at `t` (0 first frame, 1 last frame) of a move; `second` is the time in seconds, for what trembles;
 * `phase` (0 to 1) tells two shots' trembling apart. Every pose keeps within the margins that the plates are painted with.
 */
export function poseAt(move: CameraMove, t: number, second: number, phase: number): CameraPose {
  const e = ease(t);
  const swing = e * 2 - 1;
  const breath = {
    ...rest,
    x: wave(second, 0.11, phase) * 0.004,
    y: wave(second, 0.083, phase + 0.4) * 0.003,
  };
  switch (move) {
    case 'CAMERA_MOVE_PAN_LEFT':
      return { ...breath, pan: swing * 0.11 };
    case 'CAMERA_MOVE_PAN_RIGHT':
      return { ...breath, pan: -swing * 0.11 };
    case 'CAMERA_MOVE_TILT_UP':
      return { ...breath, tilt: swing * 0.1 };
    case 'CAMERA_MOVE_TILT_DOWN':
      return { ...breath, tilt: -swing * 0.1 };
    case 'CAMERA_MOVE_PUSH_IN':
      return { ...breath, z: e * 0.2 };
    case 'CAMERA_MOVE_PULL_OUT':
      return { ...breath, z: 0.2 - e * 0.2 };
    case 'CAMERA_MOVE_TRUCK':
      return { ...breath, x: swing * 0.12 };
    case 'CAMERA_MOVE_FOLLOW':
      return { ...breath, x: swing * 0.42, y: wave(second, 1.7, phase) * 0.004, carried: 1 };
    case 'CAMERA_MOVE_CRANE_UP':
      return { ...breath, y: -swing * 0.12, tilt: -swing * 0.02 };
    case 'CAMERA_MOVE_CRANE_DOWN':
      return { ...breath, y: swing * 0.12, tilt: swing * 0.02 };
    case 'CAMERA_MOVE_ORBIT':
      return {
        ...breath,
        x: swing * 0.34,
        pan: -swing * 0.045,
        z: Math.sin(t * Math.PI) * 0.05,
        carried: 0.86,
      };
    case 'CAMERA_MOVE_HANDHELD':
      return {
        ...rest,
        x: tremble(second, phase) * 0.016,
        y: tremble(second, phase + 0.37) * 0.012,
        z: 0.03 + tremble(second * 0.5, phase + 0.13) * 0.012,
      };
    case 'CAMERA_MOVE_ZOOM_IN':
      return { ...breath, focal: 1 + e * 0.24 };
    case 'CAMERA_MOVE_ZOOM_OUT':
      return { ...breath, focal: 1.24 - e * 0.24 };
    case 'CAMERA_MOVE_DOLLY_ZOOM':
      // The focal length undoes what the way forward does to the people, so only the place behind seems to move.
      return { ...breath, z: 0.22 * (1 - e), focal: (1 - 0.22 * (1 - e)) * 1.16 };
    case 'CAMERA_MOVE_WHIP_PAN':
      return { ...breath, pan: -0.17 * (1 - whip(t)), streak: whipSpeed(t) };
    case 'CAMERA_MOVE_AERIAL':
      return {
        ...breath,
        z: e * 0.14,
        y: swing * 0.09,
        x: swing * 0.05,
      };
    case 'CAMERA_MOVE_RACK_FOCUS':
      return { ...breath, z: e * 0.03, focusBehind: 1 - ease(Math.min(1, Math.max(0, (t - 0.25) * 2.4))) };
    case 'CAMERA_MOVE_STATIC':
      return breath;
    case 'CAMERA_MOVE_UNSPECIFIED':
    case 'UNRECOGNIZED':
      return { ...breath, z: e * 0.045 };
  }
}

/** Where a plate goes for a pose: its scale about the picture's middle, and its shift. */
export interface PlateTransform {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

/** Pinhole projection of a plate that was painted for the camera at rest, at `depth` (1 is where the people are). */
export function project(pose: CameraPose, depth: number, person: boolean): PlateTransform {
  const nearness = 1 / Math.max(0.25, depth - pose.z);
  const carried = person ? pose.x * pose.carried : 0;
  return {
    scale: pose.focal * depth * nearness,
    x: pose.focal * (-(pose.x - carried) * nearness) + pose.pan,
    y: pose.focal * (-pose.y * nearness) + pose.tilt,
  };
}

function ease(t: number): number {
  return t * t * (3 - 2 * t);
}

function whip(t: number): number {
  return 1 - (1 - Math.min(1, t * 2.2)) ** 4;
}

function whipSpeed(t: number): number {
  return (1 - Math.min(1, t * 2.2)) ** 3;
}

function wave(second: number, hertz: number, phase: number): number {
  return Math.sin((second * hertz + phase) * Math.PI * 2);
}

/** A hand's tremble: three waves that never meet again. */
function tremble(second: number, phase: number): number {
  return (
    wave(second, 0.43, phase) * 0.55 +
    wave(second, 0.97, phase * 3.1) * 0.3 +
    wave(second, 2.03, phase * 7.7) * 0.15
  );
}
