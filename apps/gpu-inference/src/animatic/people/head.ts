import type { SKRSContext2D } from '@napi-rs/canvas';
import { css, mix, scale, type Rgb } from '../scene/colour.ts';
import type { Mood } from './acting.ts';
import { curve, oval, ring } from './brush.ts';
import type { Facing } from './figure.ts';
import type { Look } from './look.ts';

export interface Expression {
  readonly mood: Mood;
  readonly mouthOpen: boolean;
  readonly eyesShut: boolean;
}

/** A head one unit high, with the chin at the origin. `gaze` turns a face that looks to the camera aside, left -1 to right 1. */
export function paintHead(
  g: SKRSContext2D,
  look: Look,
  facing: Facing,
  turn: -1 | 1,
  gaze: number,
  expression: Expression,
): void {
  if (facing === 'back') {
    backOfHead(g, look);
    return;
  }
  g.save();
  if (facing === 'side' && turn < 0) g.scale(-1, 1);
  if (facing === 'side') profile(g, look, expression);
  else front(g, look, gaze, expression);
  g.restore();
}

function front(g: SKRSContext2D, look: Look, gaze: number, expression: Expression): void {
  const { skin } = look;
  for (const side of [-1, 1]) oval(g, side * 0.36, -0.46, 0.065, 0.1, scale(skin, 0.85));
  g.beginPath();
  g.moveTo(-0.365, -0.62);
  g.bezierCurveTo(-0.37, -0.28, -0.24, -0.02, 0, 0);
  g.bezierCurveTo(0.24, -0.02, 0.37, -0.28, 0.365, -0.62);
  g.bezierCurveTo(0.36, -0.98, -0.36, -0.98, -0.365, -0.62);
  g.fillStyle = css(skin);
  g.fill();
  if (look.beard) {
    g.beginPath();
    g.moveTo(-0.34, -0.42);
    g.bezierCurveTo(-0.31, -0.05, -0.16, 0.04, 0, 0.05);
    g.bezierCurveTo(0.16, 0.04, 0.31, -0.05, 0.34, -0.42);
    g.bezierCurveTo(0.22, -0.18, 0.14, -0.27, 0, -0.27);
    g.bezierCurveTo(-0.14, -0.27, -0.22, -0.18, -0.34, -0.42);
    g.fillStyle = css(look.hair);
    g.fill();
  }
  features(g, look, gaze, expression);
  fringe(g, look);
}

/** Eyes, nose and mouth wander over the face as it turns; the far side narrows. */
function features(g: SKRSContext2D, look: Look, gaze: number, expression: Expression): void {
  const { skin } = look;
  g.save();
  g.translate(gaze * 0.085, 0);
  g.scale(1 - Math.abs(gaze) * 0.08, 1);
  blush(g, -0.2, -0.3, skin);
  blush(g, 0.2, -0.3, skin);
  for (const side of [-1, 1] as const) eye(g, look, side, gaze, expression);
  const shadow = scale(skin, 0.78);
  curve(g, [0.02, -0.48], [0.075, -0.33], [-0.03, -0.29], 0.022, shadow);
  mouth(g, skin, expression);
  curve(g, [-0.05, -0.1], [0, -0.085], [0.05, -0.1], 0.016, shadow);
  if (expression.mood === 'sad')
    for (const side of [-1, 1]) oval(g, side * 0.16, -0.34, 0.016, 0.034, [214, 232, 246]);
  if (look.glasses) {
    for (const side of [-1, 1]) ring(g, side * 0.16, -0.465, 0.125, 0.1, [32, 30, 32]);
    curve(g, [-0.04, -0.48], [0, -0.5], [0.04, -0.48], 0.02, [32, 30, 32]);
  }
  g.restore();
}

function blush(g: SKRSContext2D, x: number, y: number, skin: Rgb): void {
  const warm = mix(skin, [214, 90, 80], 0.5);
  const gradient = g.createRadialGradient(x, y, 0, x, y, 0.12);
  gradient.addColorStop(0, css(warm, 0.45));
  gradient.addColorStop(1, css(warm, 0));
  g.fillStyle = gradient;
  g.fillRect(x - 0.12, y - 0.12, 0.24, 0.24);
}

/** How far the corners of the mouth rise, and the inner and outer ends of the brows, for each mood. */
const faces: Readonly<Record<Mood, readonly [mouth: number, inner: number, outer: number, lid: number]>> = {
  calm: [0.012, 0, 0, 0],
  glad: [0.055, 0.01, 0.008, -0.012],
  sad: [-0.04, 0.045, -0.02, -0.012],
  angry: [-0.03, -0.05, 0.025, -0.006],
  startled: [-0.008, 0.04, 0.045, 0.022],
};

function mouth(g: SKRSContext2D, skin: Rgb, { mood, mouthOpen }: Expression): void {
  const lip = mix(scale(skin, 0.6), [150, 50, 50], 0.4);
  const rise = faces[mood][0];
  if (mouthOpen) {
    oval(g, 0, -0.165, mood === 'startled' ? 0.06 : 0.085, 0.05, lip);
    oval(g, 0, -0.168, mood === 'startled' ? 0.045 : 0.065, 0.034, [62, 22, 24]);
    return;
  }
  curve(g, [-0.105, -0.165 - rise], [0, -0.165 + rise * 1.2], [0.105, -0.165 - rise], 0.028, lip);
}

function eye(g: SKRSContext2D, look: Look, side: -1 | 1, gaze: number, { mood, eyesShut }: Expression): void {
  const x = side * 0.155;
  const [, inner, outer, lid] = faces[mood];
  const dark = mix(look.hair, [20, 16, 14], 0.5);
  const brow = (out: boolean): number => (out ? outer : inner);
  curve(g, [x - 0.105, -0.56 - brow(side < 0)], [x, -0.612 - (inner + outer) / 2], [x + 0.105, -0.56 - brow(side > 0)], 0.032, mix(scale(look.hair, 0.95), [60, 50, 46], 0.25)); // prettier-ignore
  if (eyesShut) {
    curve(g, [x - 0.085, -0.455], [x, -0.425], [x + 0.085, -0.455], 0.024, dark);
    return;
  }
  g.beginPath();
  g.moveTo(x - 0.083, -0.455);
  g.quadraticCurveTo(x, -0.53 - lid, x + 0.083, -0.455);
  g.quadraticCurveTo(x, -0.415 + Math.max(0, lid), x - 0.083, -0.455);
  g.fillStyle = css([238, 234, 228]);
  g.fill();
  g.save();
  g.clip();
  const iris = x + gaze * 0.03;
  oval(g, iris, -0.468, 0.043, 0.047, [58, 38, 26]);
  oval(g, iris, -0.468, 0.02, 0.022, [12, 10, 10]);
  oval(g, iris + 0.014, -0.484, 0.011, 0.011, [255, 255, 255]);
  g.restore();
  curve(g, [x - 0.09, -0.452], [x, -0.535 - lid], [x + 0.09, -0.452], 0.022, dark);
}

/** Looks to the right. */
function profile(g: SKRSContext2D, look: Look, { mood, mouthOpen, eyesShut }: Expression): void {
  const { skin } = look;
  g.beginPath();
  g.moveTo(-0.1, 0.02);
  g.lineTo(0.19, 0);
  g.quadraticCurveTo(0.29, -0.03, 0.275, -0.11);
  g.quadraticCurveTo(0.33, -0.15, 0.28, -0.19);
  g.quadraticCurveTo(0.34, -0.22, 0.29, -0.265);
  g.lineTo(0.385, -0.3);
  g.quadraticCurveTo(0.36, -0.38, 0.3, -0.49);
  g.bezierCurveTo(0.33, -0.68, 0.28, -0.93, -0.02, -0.93);
  g.bezierCurveTo(-0.3, -0.93, -0.38, -0.62, -0.34, -0.4);
  g.quadraticCurveTo(-0.26, -0.1, -0.1, 0.02);
  g.fillStyle = css(skin);
  g.fill();
  oval(g, -0.06, -0.42, 0.06, 0.1, scale(skin, 0.82));
  curve(g, [0.16, -0.46], [0.21, -0.51], [0.255, -0.46], 0.026, mix(look.hair, [20, 16, 14], 0.5));
  if (!eyesShut) oval(g, 0.222, -0.462, 0.022, 0.03, [40, 28, 22]);
  curve(g, [0.14, -0.575], [0.21, -0.61], [0.28, -0.565], 0.03, look.hair);
  const lip = mix(scale(skin, 0.6), [150, 50, 50], 0.4);
  if (mouthOpen) oval(g, 0.265, -0.185, 0.05, 0.035, [62, 22, 24]);
  else curve(g, [0.19, -0.185 - faces[mood][0] * 0.6], [0.23, -0.18], [0.28, -0.19], 0.022, lip);
  if (look.beard) oval(g, 0.12, -0.06, 0.16, 0.1, look.hair);
  if (look.glasses) ring(g, 0.2, -0.465, 0.09, 0.09, [32, 30, 32]);
  g.beginPath();
  g.moveTo(0.29, -0.68);
  g.quadraticCurveTo(0.1, -0.76, 0.02, -0.52);
  g.quadraticCurveTo(-0.12, -0.56, -0.15, -0.3);
  g.quadraticCurveTo(-0.2, -0.1, -0.24, -0.08);
  g.bezierCurveTo(-0.5, -0.3, -0.46, -1.05, -0.04, -1.02);
  g.bezierCurveTo(0.2, -1.04, 0.34, -0.86, 0.29, -0.68);
  g.fillStyle = css(look.hair);
  g.fill();
}

function backOfHead(g: SKRSContext2D, look: Look): void {
  for (const side of [-1, 1]) oval(g, side * 0.37, -0.46, 0.06, 0.1, scale(look.skin, 0.8));
  g.fillStyle = css(scale(look.skin, 0.85));
  g.fillRect(-0.22, -0.2, 0.44, 0.3);
  oval(g, 0, -0.55, 0.385, 0.47, look.hair);
  for (const strand of [-0.22, -0.08, 0.08, 0.22]) {
    curve(
      g,
      [strand * 0.5, -0.98],
      [strand * 1.5, -0.6],
      [strand * 1.25, -0.14],
      0.016,
      scale(look.hair, 1.45),
    );
  }
  if (look.hairStyle === 'bun') oval(g, 0, -0.9, 0.17, 0.16, scale(look.hair, 1.15));
  if (look.hairStyle === 'ponytail') lock(g, 0, -0.75, 0.13, 1.05, scale(look.hair, 1.12));
  if (look.hairStyle === 'long') lock(g, 0, -0.7, 0.42, 1.35, look.hair);
  if (look.hairStyle === 'bob') lock(g, 0, -0.7, 0.42, 0.72, look.hair);
}

/** What of the hair hangs behind neck and shoulders: painted before them, in the head's own measures. */
export function paintHairBehind(g: SKRSContext2D, look: Look, facing: Facing, turn: -1 | 1): void {
  const dark = scale(look.hair, 0.8);
  if (facing === 'back') return;
  const back = facing === 'side' ? -turn * 0.14 : 0;
  const narrow = facing === 'side' ? 0.66 : 1;
  if (look.hairStyle === 'long') lock(g, back, -0.75, 0.45 * narrow, 1.35, dark);
  if (look.hairStyle === 'bob') lock(g, back, -0.72, 0.45 * narrow, 0.72, dark);
  if (look.hairStyle === 'bun') oval(g, facing === 'side' ? -turn * 0.32 : 0, -1, 0.19, 0.17, dark);
  if (look.hairStyle === 'ponytail') lock(g, facing === 'side' ? -turn * 0.4 : 0.2, -0.72, 0.12, 1, dark);
}

function fringe(g: SKRSContext2D, look: Look): void {
  const { hair, hairStyle } = look;
  g.fillStyle = css(hair);
  g.beginPath();
  g.moveTo(-0.4, hairStyle === 'short' || hairStyle === 'crop' ? -0.5 : -0.32);
  g.bezierCurveTo(-0.5, -1.15, 0.5, -1.15, 0.4, hairStyle === 'short' || hairStyle === 'crop' ? -0.5 : -0.32);
  g.quadraticCurveTo(0.37, -0.62, 0.29, -0.72);
  if (hairStyle === 'crop') g.quadraticCurveTo(0, -0.8, -0.29, -0.72);
  else if (hairStyle === 'short') g.bezierCurveTo(0.12, -0.66, 0.02, -0.8, -0.29, -0.66);
  else if (hairStyle === 'bob') g.quadraticCurveTo(0, -0.62, -0.29, -0.68);
  else g.bezierCurveTo(0.16, -0.74, 0.06, -0.82, 0.02, -0.86);
  if (hairStyle === 'long' || hairStyle === 'bun' || hairStyle === 'ponytail')
    g.bezierCurveTo(-0.06, -0.8, -0.2, -0.74, -0.3, -0.66);
  g.quadraticCurveTo(-0.37, -0.6, -0.4, -0.32);
  g.fill();
  curve(g, [-0.2, -0.82], [-0.02, -0.9], [0.18, -0.84], 0.022, scale(hair, 1.5));
}

function lock(g: SKRSContext2D, x: number, top: number, half: number, length: number, colour: Rgb): void {
  g.beginPath();
  g.moveTo(x, top - half * 0.45);
  g.bezierCurveTo(
    x - half * 0.9,
    top - half * 0.5,
    x - half * 1.1,
    top + half * 0.4,
    x - half,
    top + length * 0.6,
  );
  g.quadraticCurveTo(x - half * 0.98, top + length, x - half * 0.66, top + length);
  g.quadraticCurveTo(x, top + length * 1.07, x + half * 0.66, top + length);
  g.quadraticCurveTo(x + half * 0.98, top + length, x + half, top + length * 0.6);
  g.bezierCurveTo(x + half * 1.1, top + half * 0.4, x + half * 0.9, top - half * 0.5, x, top - half * 0.45);
  g.fillStyle = css(colour);
  g.fill();
}
