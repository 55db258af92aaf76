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
  train(s, at);
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
  signboard(s, s.half * 0.34, s.horizon - 0.185, 0.2, 0.042, lit(s, '#12365a'), rgb('#f4f7fa'));
  bench(s, 0.2, s.horizon + 0.1, 1.2);
}

function train(s: Stage, at: (x: number, y: number, k: number) => Point): void {
  const body = lit(s, '#3d6a63', 0.1);
  polygon(s, [at(-0.035, -0.11, 1.02), at(-0.035, -0.11, 9), at(-0.035, 0.055, 9), at(-0.035, 0.055, 1.02)], body); // prettier-ignore
  polygon(s, [at(-0.035, -0.11, 1.02), at(-0.17, -0.11, 1.02), at(-0.17, 0.06, 1.02), at(-0.035, 0.055, 1.02)], scale(body, 0.7)); // prettier-ignore
  polygon(s, [at(-0.035, -0.125, 1.02), at(-0.035, -0.11, 9), at(-0.035, -0.125, 9)], scale(body, 0.5));
  polygon(s, [at(-0.035, 0.006, 1.02), at(-0.035, 0.006, 9), at(-0.035, 0.014, 9), at(-0.035, 0.014, 1.02)], lit(s, '#d9c58b')); // prettier-ignore
  for (let k = 1.08; k < 8.5; k *= 1.19) {
    const pane = s.palette.lamps ? rgb('#ffdc9c') : mix(body, s.palette.skyMid, 0.65);
    polygon(s, [at(-0.035, -0.075, k), at(-0.035, -0.075, k * 1.12), at(-0.035, -0.01, k * 1.12), at(-0.035, -0.01, k)], pane); // prettier-ignore
  }
  if (s.palette.lamps) glow(s, -0.06, s.horizon - 0.03, 0.3, rgb('#ffce85'), 0.3);
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
