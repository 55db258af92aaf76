import type { CameraAngle } from '@reelmesh/contracts/script';
import type { Facing, Foreshortening } from '../people/figure.ts';

/** What the camera's angle does to the ground, the people and the level. */
export interface View {
  /** Height of the horizon, in picture heights below the middle. */
  readonly horizon: number;
  readonly bend: Foreshortening;
  /** Radians that the camera is tilted about its axis. */
  readonly roll: number;
  readonly facing: Facing;
  /** Straight down: the ground is a plan. */
  readonly plan: boolean;
}

const eyeLevel: View = { horizon: 0.1, bend: { head: 1, body: 1 }, roll: 0, facing: 'front', plan: false };

const views: Readonly<Record<CameraAngle, View>> = {
  CAMERA_ANGLE_UNSPECIFIED: eyeLevel,
  CAMERA_ANGLE_EYE_LEVEL: { ...eyeLevel, horizon: 0.085 },
  CAMERA_ANGLE_HIGH: { ...eyeLevel, horizon: -0.13, bend: { head: 1.17, body: 0.86 } },
  CAMERA_ANGLE_LOW: { ...eyeLevel, horizon: 0.27, bend: { head: 0.88, body: 1.09 } },
  CAMERA_ANGLE_BIRD_EYE: { ...eyeLevel, plan: true },
  CAMERA_ANGLE_WORM_EYE: { ...eyeLevel, horizon: 0.38, bend: { head: 0.74, body: 1.2 } },
  CAMERA_ANGLE_DUTCH: { ...eyeLevel, roll: 0.16 },
  CAMERA_ANGLE_OVER_SHOULDER: { ...eyeLevel, horizon: 0.09 },
  CAMERA_ANGLE_POV: { ...eyeLevel, horizon: 0.11 },
  CAMERA_ANGLE_SIDE: { ...eyeLevel, facing: 'side' },
  CAMERA_ANGLE_BACK: { ...eyeLevel, facing: 'back' },
  UNRECOGNIZED: eyeLevel,
};

export function viewOf(angle: CameraAngle): View {
  return views[angle];
}
