import { mix, rgb, scale } from '../scene/colour.ts';
import {
  box,
  disc,
  glow,
  lit,
  polygon,
  pool,
  signboard,
  stroke,
  type Point,
  type Stage,
} from '../scene/stage.ts';
import { bench } from './public-rooms.ts';
import { ground } from './town.ts';

export function platform(s: Stage): void {
  ground(s, '#4a4744');
  const at = (x: number, y: number, k: number): Point => [x * k, s.horizon + y * k];
  polygon(s, [at(-0.02, 0.05, 1), at(0.9, 0.05, 1), at(0.9, 0.05, 20), at(-0.02, 0.05, 20)], lit(s, '#8d887f')); // prettier-ignore
  polygon(s, [at(-0.02, 0.05, 1), at(-0.02, 0.05, 20), at(-0.02, 0.066, 20), at(-0.02, 0.066, 1)], lit(s, '#56524d')); // prettier-ignore
  polygon(s, [at(-0.012, 0.05, 1), at(-0.004, 0.05, 1), at(-0.004, 0.05, 20), at(-0.012, 0.05, 20)], lit(s, '#d8b13f')); // prettier-ignore
  for (let k = 1.1; k < 14; k *= 1.22) stroke(s, [at(-0.02, 0.05, k), at(0.9, 0.05, k)], 0.0012, lit(s, '#5e5a54'), 0.5); // prettier-ignore
  for (let k = 1.05; k < 14; k *= 1.12) stroke(s, [at(-0.19, 0.08, k), at(-0.04, 0.08, k)], 0.0028 * k, lit(s, '#3a302a'), 0.9); // prettier-ignore
  for (const x of [-0.15, -0.075]) stroke(s, [at(x, 0.078, 1), at(x, 0.078, 20)], 0.004, lit(s, '#b9b4ac')); // prettier-ignore
  train(s, at, 1.02, 9);
  polygon(s, [at(-0.03, -0.17, 1), at(0.5, -0.17, 1), at(0.5, -0.17, 20), at(-0.03, -0.17, 20)], lit(s, '#3c4148')); // prettier-ignore
  polygon(s, [at(-0.03, -0.17, 1), at(-0.03, -0.17, 20), at(-0.03, -0.155, 20), at(-0.03, -0.155, 1)], lit(s, '#6c737b')); // prettier-ignore
  for (const k of [1.1, 1.7, 2.7, 4.6]) {
    const [x, y] = at(0.1, 0.05, k);
    box(s, x - 0.005 * k, y - 0.22 * k, 0.01 * k, 0.22 * k, lit(s, '#3f464e', 0.2));
    const [lx, ly] = at(0.04, -0.165, k);
    box(s, lx - 0.02 * k, ly, 0.04 * k, 0.005 * k, s.palette.lamps ? rgb('#fff2d0') : lit(s, '#c9c9c4'));
    if (s.palette.lamps) {
      glow(s, lx, ly, 0.16 * k, rgb('#ffd591'), 0.55);
      pool(s, lx, y, 0.14 * k, 0.024 * k, rgb('#ffd591'), 0.36);
    }
  }
  signboard(s, s.half * 0.5, s.horizon - 0.235, 0.22, 0.05, lit(s, '#12365a'), rgb('#f4f7fa'));
  bench(s, 0.2, s.horizon + 0.1, 1.2);
}

type At = (x: number, y: number, k: number) => Point;

/** A train along the platform's edge, between two depths. */
function train(s: Stage, at: At, from: number, to: number): void {
  const body = lit(s, '#3d6a63', 0.1);
  polygon(s, [at(-0.035, -0.11, from), at(-0.035, -0.11, to), at(-0.035, 0.055, to), at(-0.035, 0.055, from)], body); // prettier-ignore
  polygon(s, [at(-0.035, -0.11, from), at(-0.17, -0.11, from), at(-0.17, 0.06, from), at(-0.035, 0.055, from)], scale(body, 0.7)); // prettier-ignore
  polygon(s, [at(-0.035, -0.125, from), at(-0.035, -0.11, to), at(-0.035, -0.125, to)], scale(body, 0.5));
  polygon(s, [at(-0.035, 0.006, from), at(-0.035, 0.006, to), at(-0.035, 0.014, to), at(-0.035, 0.014, from)], lit(s, '#d9c58b')); // prettier-ignore
  for (let k = from * 1.06; k < to * 0.95; k *= 1.19) {
    const pane = s.palette.lamps ? rgb('#ffdc9c') : mix(body, s.palette.skyMid, 0.65);
    polygon(s, [at(-0.035, -0.075, k), at(-0.035, -0.075, k * 1.12), at(-0.035, -0.01, k * 1.12), at(-0.035, -0.01, k)], pane); // prettier-ignore
  }
  const [x, y] = at(-0.06, -0.03, from);
  if (s.palette.lamps) glow(s, x, y, 0.3 * Math.min(1, from), rgb('#ffce85'), 0.3);
  if (from < 1) for (const side of [-0.15, -0.06]) glow(s, at(side, 0.03, from)[0], at(side, 0.03, from)[1], 0.03, rgb('#ff5a3c'), 0.9); // prettier-ignore
}

/** A stop in the open: a low platform, one line, a shelter; beyond the line the ground falls off. */
export function halt(s: Stage): void {
  const at: At = (x, y, k) => [x * k, s.horizon + y * k];
  const turf = lit(s, '#71754f');
  const edge = Array.from({ length: 26 }, (_, index): Point => at(-0.23 + s.random.between(-0.012, 0.012), 0.075, 0.16 * 1.22 ** index)); // prettier-ignore
  const below = edge.map(([x, y]): Point => [x - 0.05 * (y - s.horizon) - 0.004, y + (y - s.horizon) * 0.55]);
  polygon(s, [...edge, ...below.toReversed()], scale(lit(s, '#6b655d'), 0.62));
  polygon(s, [[0, s.horizon + 0.004], ...edge, [s.reach, s.reachY], [s.reach, s.horizon + 0.012], [0.02, s.horizon]], turf); // prettier-ignore
  for (let blade = 0; blade < 260; blade++) {
    const k = 0.5 + s.random.next() * 6;
    const [x, y] = at(s.random.next() < 0.5 ? s.random.between(-0.22, -0.19) : s.random.between(0.24, 0.9), 0.078, k); // prettier-ignore
    stroke(s, [[x, y], [x + 0.002 * k, y - 0.007 * k]], 0.0012 * k, scale(turf, s.random.between(0.7, 1.35)), 0.9); // prettier-ignore
  }
  polygon(s, [at(-0.19, 0.08, 0.1), at(-0.04, 0.08, 0.1), at(-0.04, 0.08, 20), at(-0.19, 0.08, 20)], lit(s, '#7a7268', 0.1)); // prettier-ignore
  for (let k = 0.3; k < 14; k *= 1.12) stroke(s, [at(-0.18, 0.08, k), at(-0.045, 0.08, k)], 0.0028 * k, lit(s, '#3a302a'), 0.9); // prettier-ignore
  const rail = mix(lit(s, '#b9b4ac'), s.palette.key, 0.45);
  for (const x of [-0.15, -0.075]) stroke(s, [at(x, 0.078, 0.1), at(x, 0.078, 20)], 0.0045, rail); // prettier-ignore
  if (s.place.train !== 'none') train(s, at, s.place.train === 'far' ? 0.4 : 1.3, s.place.train === 'far' ? 0.56 : 7); // prettier-ignore
  polygon(s, [at(-0.02, 0.05, 0.55), at(0.24, 0.05, 0.55), at(0.24, 0.05, 20), at(-0.02, 0.05, 20)], lit(s, '#9b968b')); // prettier-ignore
  polygon(s, [at(-0.02, 0.05, 0.55), at(-0.02, 0.05, 20), at(-0.02, 0.07, 20), at(-0.02, 0.07, 0.55)], lit(s, '#5d5852')); // prettier-ignore
  polygon(s, [at(-0.012, 0.05, 0.55), at(-0.004, 0.05, 0.55), at(-0.004, 0.05, 20), at(-0.012, 0.05, 20)], lit(s, '#e3dccb')); // prettier-ignore
  for (let k = 0.6; k < 14; k *= 1.24) stroke(s, [at(-0.02, 0.05, k), at(0.24, 0.05, k)], 0.0012, lit(s, '#5e5a54'), 0.5); // prettier-ignore
  for (let k = 0.6; k < 6; k *= 1.3) box(s, at(0.24, 0, k)[0], s.horizon, 0.005 * k, 0.052 * k, lit(s, '#d9d3c4')); // prettier-ignore
  for (const y of [0.012, 0.032]) stroke(s, [at(0.242, y, 0.6), at(0.242, y, 6)], 0.0035, lit(s, '#d9d3c4')); // prettier-ignore
  shelter(s, at(0.17, 0.05, 1.05), 1.05);
  const [x, y] = at(0.05, 0.05, 1.25);
  stroke(s, [[x, y], [x, y - 0.24]], 0.005, lit(s, '#2c2f33')); // prettier-ignore
  disc(s, x, y - 0.245, 0.013, 0.015, s.palette.lamps ? rgb('#fff0c8') : lit(s, '#d9d3c4'));
  if (s.palette.lamps) glow(s, x, y - 0.245, 0.3, rgb('#ffc273'), 0.6);
  for (const leg of [-0.05, 0.05]) box(s, s.signReach * 0.5 + leg - 0.002, s.horizon - 0.14, 0.004, 0.21, lit(s, '#e3dccb')); // prettier-ignore
  signboard(s, s.signReach * 0.5, s.horizon - 0.14, 0.19, 0.042, lit(s, '#f0eadb'), rgb('#1d2a38'));
} // prettier-ignore

function shelter(s: Stage, [x, y]: Point, k: number): void {
  const wood = lit(s, '#7d6a55', 0.1);
  box(s, x - 0.055 * k, y - 0.1 * k, 0.11 * k, 0.1 * k, scale(wood, 0.5));
  for (const side of [-1, 1]) box(s, x + side * 0.055 * k - 0.004 * k, y - 0.1 * k, 0.008 * k, 0.1 * k, wood);
  box(s, x - 0.045 * k, y - 0.032 * k, 0.09 * k, 0.008 * k, scale(wood, 1.2));
  polygon(s, [[x - 0.07 * k, y - 0.1 * k], [x + 0.07 * k, y - 0.1 * k], [x + 0.05 * k, y - 0.132 * k], [x - 0.05 * k, y - 0.132 * k]], lit(s, '#7a3f34', 0.1)); // prettier-ignore
}

export function railway(s: Stage): void {
  ground(s, '#6b6a52');
  const at = (x: number, k: number): Point => [x * k, s.horizon + 0.05 * k];
  polygon(s, [at(-0.09, 1), at(0.09, 1), at(0.09, 20), at(-0.09, 20)], lit(s, '#6a635b', 0.1)); // prettier-ignore
  for (let k = 1.05; k < 16; k *= 1.13) stroke(s, [at(-0.066, k), at(0.066, k)], 0.0045 * k, lit(s, '#41352c', 0.1)); // prettier-ignore
  for (const x of [-0.045, 0.045]) stroke(s, [at(x, 1), at(x, 20)], 0.005, lit(s, '#c9c6c0')); // prettier-ignore
  const y = s.horizon + 0.045;
  const body = lit(s, '#3d6a63', 0.25);
  box(s, -s.reach, y - 0.088, s.reach * 2, 0.072, body);
  box(s, -s.reach, y - 0.094, s.reach * 2, 0.008, scale(body, 0.55));
  box(s, -s.reach, y - 0.034, s.reach * 2, 0.005, lit(s, '#d9c58b', 0.2));
  for (let x = -s.reach; x < s.reach; x += 0.045) {
    box(s, x, y - 0.075, 0.031, 0.03, s.palette.lamps ? rgb('#ffd998') : mix(body, s.palette.skyMid, 0.7));
    if (Math.round(x / 0.045) % 6 === 0) box(s, x - 0.009, y - 0.09, 0.004, 0.08, scale(body, 0.4));
    disc(s, x + 0.015, y - 0.012, 0.009, 0.009, lit(s, '#1f1f20'));
  }
  if (s.palette.lamps)
    for (let x = -s.half; x < s.half; x += 0.14) glow(s, x, y - 0.055, 0.12, rgb('#ffc878'), 0.35);
  for (const [x, k] of [
    [-0.16, 1.4],
    [0.24, 2.2],
  ] as const) {
    stroke(s, [[x * k, s.horizon + 0.06 * k], [x * k, s.horizon - 0.17 * k]], 0.005 * k, lit(s, '#2a2723')); // prettier-ignore
    stroke(s, [[(x - 0.03) * k, s.horizon - 0.15 * k], [(x + 0.03) * k, s.horizon - 0.15 * k]], 0.004 * k, lit(s, '#2a2723')); // prettier-ignore
  }
}
