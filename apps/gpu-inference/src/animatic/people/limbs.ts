import type { SKRSContext2D } from '@napi-rs/canvas';
import { mix, scale, type Rgb } from '../scene/colour.ts';
import type { Gesture, Stance } from './acting.ts';
import { line, oval, shape, slab, type Spot } from './brush.ts';
import type { Look } from './look.ts';

/** An arm from elbow to hand, as on the right of the picture; the left one is its mirror image. */
export type Arm = readonly [elbow: Spot, hand: Spot];

const hang: Arm = [[1.0, -4.75], [0.9, -3.6]]; // prettier-ignore
const chest: Arm = [[1.06, -4.78], [0.34, -4.95]]; // prettier-ignore

/** The arms of a gesture: the one that acts, which is on the side that somebody turns to, and the other. */
const arms: Readonly<Record<Gesture, readonly [acting: Arm, other: Arm]>> = {
  hang: [hang, hang],
  pockets: [[[1.2, -4.72], [0.74, -4.05]], [[1.2, -4.72], [0.74, -4.05]]],
  clasp: [[[1.06, -4.75], [0.1, -4.08]], [[1.06, -4.75], [0.12, -4.02]]],
  hold: [chest, chest],
  hug: [[[1.04, -4.85], [-0.3, -4.75]], [[1.0, -4.95], [-0.28, -5.3]]],
  raise: [[[1.28, -6.35], [1.12, -7.4]], hang],
  reach: [[[1.3, -5.15], [1.75, -5.05]], hang],
  'bow-strings': [[[1.3, -5.25], [1.35, -6.2]], [[1.4, -5.1], [0.42, -5.5]]],
  eat: [[[1.2, -5.0], [0.34, -6.2]], [[1.0, -4.8], [0.2, -5.3]]],
  call: [[[1.22, -5.1], [0.52, -6.75]], hang],
  blow: [[[1.22, -5.25], [0.2, -6.62]], hang],
  shelter: [[[1.05, -4.85], [0.62, -5.5]], hang],
  tear: [[[1.2, -4.95], [0.7, -5.3]], [[1.2, -4.85], [0.66, -5.05]]],
  work: [[[1.06, -4.8], [0.3, -4.5]], [[1.06, -4.8], [0.36, -4.4]]],
  lean: [[[1.25, -6.1], [1.2, -7.05]], hang],
  fold: [[[1.0, -4.95], [-0.5, -5.0]], [[1.0, -4.9], [-0.42, -5.2]]],
}; // prettier-ignore

export function armOf(gesture: Gesture, acts: boolean): Arm {
  return arms[gesture][acts ? 0 : 1];
}

/** How far the hips of a stance are below those of somebody who stands, in heads. */
export function dropOf(stance: Stance): number {
  return stance === 'sit' ? 1.8 : stance === 'crouch' ? 2.45 : 0;
}

/** Arms of a profile that walks or runs: they swing against the legs, bent in a run. */
export function swingingArm(stance: Stance, step: number, near: boolean): Arm {
  const angle = Math.sin((step + (near ? 0.5 : 0)) * Math.PI * 2) * (stance === 'run' ? 0.95 : 0.5);
  const bend = stance === 'run' ? 1.45 : 0.25;
  const elbow: Spot = [Math.sin(angle) * 1.02, -5.7 + Math.cos(angle) * 1.02];
  return [elbow, [elbow[0] + Math.sin(angle + bend) * 1.05, elbow[1] + Math.cos(angle + bend) * 1.05]];
}

export function paintLegs(g: SKRSContext2D, look: Look, w: number, stance: Stance): void {
  const dress = look.garment === 'dress';
  const cloth = dress ? mix(look.skin, [40, 34, 40], 0.55) : look.legs;
  if (stance === 'sit' || stance === 'crouch') {
    const hips = -4 + dropOf(stance);
    const knees = hips + (stance === 'sit' ? 0.42 : 0.05);
    for (const side of [-1, 1]) {
      const tone = side < 0 ? scale(cloth, 0.82) : cloth;
      const knee = side * (stance === 'sit' ? 0.5 : 0.78) * w;
      const foot = side * (stance === 'sit' ? 0.46 : 0.5);
      line(g, [[knee, knees], [foot, -0.22]], 0.42, scale(tone, 0.86)); // prettier-ignore
      line(g, [[side * 0.34 * w, hips], [knee, knees]], 0.62, dress ? scale(look.top, 0.9) : tone); // prettier-ignore
      slab(g, foot - 0.21, -0.2, 0.42, 0.22, 0.1, [26, 22, 22]);
    }
    if (dress) shape(g, [[-0.5 * w, hips - 0.3], [0.5 * w, hips - 0.3], [0.86 * w, knees + 0.5], [-0.86 * w, knees + 0.5]], scale(look.top, 0.92)); // prettier-ignore
    return;
  }
  for (const side of [-1, 1]) {
    const x = side * 0.29 * w;
    shape(g, [[x - 0.31 * w, -4], [x - 0.25, -2.1], [x - 0.17, -0.15], [x + 0.17, -0.15], [x + 0.25, -2.1], [x + 0.31 * w, -4]], side < 0 ? scale(cloth, 0.82) : cloth); // prettier-ignore
    slab(g, x - 0.2, -0.2, 0.4, 0.2, 0.09, [26, 22, 22]);
  }
  if (dress) skirt(g, look, w);
}

function skirt(g: SKRSContext2D, look: Look, w: number): void {
  g.beginPath();
  g.moveTo(-0.5 * w, -4.2);
  g.quadraticCurveTo(-0.85 * w, -3, -1 * w, -1.75);
  g.quadraticCurveTo(0, -1.55, 1 * w, -1.75);
  g.quadraticCurveTo(0.85 * w, -3, 0.5 * w, -4.2);
  g.fillStyle = `rgb(${scale(look.top, 0.92).map(Math.round).join(',')})`;
  g.fill();
  for (const fold of [-0.5, -0.1, 0.35]) line(g, [[fold * 0.8 * w, -3.7], [fold * 1.3 * w, -1.75]], 0.035, scale(look.top, 0.66)); // prettier-ignore
}

/** The legs of a profile that looks to the right, at a part of a double step (0 to 1): hip, knee, ankle, toes. */
export function paintProfileLegs(g: SKRSContext2D, look: Look, stance: Stance, step: number): void {
  const cloth = look.garment === 'dress' ? mix(look.skin, [40, 34, 40], 0.55) : look.legs;
  const moves = stance === 'run' ? { swing: 0.8, bend: 1.15 } : stance === 'walk' ? { swing: 0.42, bend: 0.5 } : undefined; // prettier-ignore
  for (const near of [false, true]) {
    const tone: Rgb = scale(cloth, near ? 1 : 0.74);
    const phase = (step + (near ? 0 : 0.5)) * Math.PI * 2;
    const thigh = moves === undefined ? (near ? -0.04 : 0.06) : Math.sin(phase) * moves.swing;
    const shin = moves === undefined ? thigh : thigh - 0.12 - moves.bend * Math.max(0, Math.cos(phase));
    const knee: Spot = [Math.sin(thigh) * 1.9, -4 + Math.cos(thigh) * 1.9];
    const ankle: Spot = [knee[0] + Math.sin(shin) * 1.9, knee[1] + Math.cos(shin) * 1.9];
    line(g, [[0, -4], knee], 0.58, tone); // prettier-ignore
    line(g, [knee, ankle], 0.4, tone);
    oval(
      g,
      ankle[0] + Math.cos(shin) * 0.16,
      ankle[1] + 0.02 - Math.sin(shin) * 0.16,
      0.3,
      0.14,
      [26, 22, 22],
    );
  }
  if (look.garment === 'dress') shape(g, [[-0.42, -4.3], [0.42, -4.3], [0.95, -2.1], [-0.95, -2.1]], scale(look.top, 0.92)); // prettier-ignore
}
