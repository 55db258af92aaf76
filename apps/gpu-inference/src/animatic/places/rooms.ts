import { css, rgb, scale } from '../scene/colour.ts';
import {
  box,
  cut,
  disc,
  glow,
  lamp,
  lit,
  polygon,
  shade,
  stroke,
  windowIn,
  type Point,
  type Stage,
} from '../scene/stage.ts';
import { paintCeilingLights, paintFloorLines, paintShell } from './shell.ts';

export function room(s: Stage): void {
  const wall = s.random.pick(['#8f9a94', '#a58f7c', '#8592a3', '#9c8a90'] as const);
  const edges = paintShell(s, {
    wall,
    floor: '#6e5138',
    ceiling: '#b9b2a6',
    width: 0.25,
    above: 0.3,
    below: 0.14,
  });
  paintFloorLines(s, edges.bottom, 0.03, lit(s, '#3d2a1c'), 0.35);
  const side = s.palette.keySide;
  windowIn(s, side > 0 ? 0.02 : -0.2, edges.top + 0.08, 0.18, 0.2);
  for (const edge of [-1, 1]) {
    const x = side * 0.11 + edge * 0.118;
    polygon(s, [[x - 0.016, edges.top + 0.055], [x + 0.016, edges.top + 0.055], [x + 0.02, edges.bottom - 0.03], [x - 0.02, edges.bottom - 0.03]], lit(s, '#b98f6a', 0.3)); // prettier-ignore
    for (const fold of [-0.006, 0.004]) stroke(s, [[x + fold, edges.top + 0.06], [x + fold * 1.6, edges.bottom - 0.035]], 0.0014, lit(s, '#6d4c33'), 0.6); // prettier-ignore
  }
  picture(s, -side * 0.13, s.horizon - 0.15, 0.09, 0.065);
  sofa(s, -side * 0.14, edges.bottom + 0.03, 0.2);
  floorLamp(s, -side * 0.255, edges.bottom + 0.04, 0.26);
  const rug = lit(s, s.random.pick(['#7a4038', '#3f5968', '#6b5a77'] as const), 0.1);
  disc(s, 0, edges.bottom + 0.15, 0.34, 0.055, rug);
  disc(s, 0, edges.bottom + 0.15, 0.28, 0.042, scale(rug, 1.18));
}

function picture(s: Stage, x: number, y: number, w: number, h: number): void {
  box(s, x - w / 2 - 0.005, y - h / 2 - 0.005, w + 0.01, h + 0.01, lit(s, '#3a2a1d'));
  shade(s, x - w / 2, y - h / 2, w, h, [
    [0, lit(s, '#7f9cad')],
    [0.6, lit(s, '#c9b28b')],
    [0.62, lit(s, '#5b6b52')],
    [1, lit(s, '#3e4b3a')],
  ]);
}

function sofa(s: Stage, x: number, y: number, w: number): void {
  const cloth = lit(s, s.random.pick(['#4d5f6e', '#6f4f49', '#56664f'] as const), 0.15);
  disc(s, x, y + 0.004, w * 0.56, 0.014, [0, 0, 0], 0.35);
  s.g.beginPath();
  s.g.roundRect(x - w / 2, y - 0.12, w, 0.1, 0.016);
  s.g.fillStyle = css(scale(cloth, 0.82));
  s.g.fill();
  s.g.beginPath();
  s.g.roundRect(x - w * 0.56, y - 0.07, w * 1.12, 0.066, 0.014);
  s.g.fillStyle = css(cloth);
  s.g.fill();
  stroke(s, [[x, y - 0.065], [x, y - 0.02]], 0.0014, scale(cloth, 0.6)); // prettier-ignore
}

function floorLamp(s: Stage, x: number, y: number, h: number): void {
  stroke(s, [[x, y], [x, y - h]], 0.004, lit(s, '#26221f')); // prettier-ignore
  disc(s, x, y, 0.025, 0.006, lit(s, '#26221f'));
  lamp(s, x, y - h, 0.075, 0);
}

export function office(s: Stage): void {
  const edges = paintShell(s, {
    wall: '#8e979e',
    floor: '#565c63',
    ceiling: '#a9adb0',
    width: 0.27,
    above: 0.25,
    below: 0.11,
  });
  paintFloorLines(s, edges.bottom, 0.05, lit(s, '#33383d'), 0.4);
  windowIn(s, -0.245, edges.top + 0.05, 0.49, 0.2, 4);
  for (let slat = 0; slat < 7; slat++)
    box(s, -0.245, edges.top + 0.05 + slat * 0.011, 0.49, 0.0035, lit(s, '#cfd2d2'), 0.75);
  paintCeilingLights(s, edges, true);
  for (const [x, k] of [[-0.2, 0.9], [0.19, 1], [-0.36, 1.6], [0.37, 1.7]] as const) desk(s, x, edges.bottom + 0.02 * k * k, k); // prettier-ignore
}

function desk(s: Stage, x: number, y: number, k: number): void {
  const wood = lit(s, '#8a6d4f', 0.1);
  box(s, x - 0.075 * k, y - 0.05 * k, 0.15 * k, 0.007 * k, wood);
  box(s, x - 0.07 * k, y - 0.043 * k, 0.008 * k, 0.055 * k, scale(wood, 0.6));
  box(s, x + 0.062 * k, y - 0.043 * k, 0.008 * k, 0.055 * k, scale(wood, 0.6));
  box(s, x - 0.03 * k, y - 0.098 * k, 0.06 * k, 0.038 * k, lit(s, '#20242a'));
  box(s, x - 0.027 * k, y - 0.095 * k, 0.054 * k, 0.032 * k, rgb('#86a9c4'), 0.85);
  box(s, x - 0.004 * k, y - 0.06 * k, 0.008 * k, 0.012 * k, lit(s, '#20242a'));
  glow(s, x, y - 0.08 * k, 0.09 * k, rgb('#8fb8dd'), 0.22);
}

export function hospital(s: Stage): void {
  const edges = paintShell(s, {
    wall: '#b3c4c2',
    floor: '#8b9a9b',
    ceiling: '#cfd6d4',
    width: 0.25,
    above: 0.28,
    below: 0.12,
  });
  paintFloorLines(s, edges.bottom, 0.06, lit(s, '#667678'), 0.35);
  box(s, -0.25, s.horizon + 0.015, 0.5, 0.016, lit(s, '#5f8f8d', 0.3));
  windowIn(s, s.palette.keySide > 0 ? 0.04 : -0.19, edges.top + 0.06, 0.15, 0.18);
  paintCeilingLights(s, edges, true);
  const x = -s.palette.keySide * 0.1;
  const y = edges.bottom + 0.05;
  disc(s, x, y + 0.02, 0.2, 0.016, [0, 0, 0], 0.28);
  box(s, x - 0.17, y - 0.045, 0.34, 0.03, lit(s, '#dfe7e8'));
  box(s, x - 0.17, y - 0.018, 0.34, 0.014, lit(s, '#7fa3ab'));
  for (const leg of [-0.16, 0.15]) box(s, x + leg, y - 0.01, 0.008, 0.035, lit(s, '#8d979b'));
  box(s, x - 0.19 * s.palette.keySide - 0.006, y - 0.1, 0.012, 0.11, lit(s, '#8d979b'));
  disc(s, x - 0.12 * s.palette.keySide, y - 0.052, 0.04, 0.014, lit(s, '#f0f4f4'));
  const pole = x - s.palette.keySide * 0.21;
  stroke(s, [[pole, y + 0.02], [pole, y - 0.21]], 0.0034, lit(s, '#9aa4a8')); // prettier-ignore
  s.g.beginPath();
  s.g.roundRect(pole - 0.016, y - 0.205, 0.03, 0.05, 0.006);
  s.g.fillStyle = 'rgba(205,228,235,0.75)';
  s.g.fill();
  box(s, x + 0.19 * s.palette.keySide - 0.025, y - 0.17, 0.05, 0.036, lit(s, '#1d2a2c'));
  const trace: Point[] = Array.from({ length: 14 }, (_, i) => [x + 0.19 * s.palette.keySide - 0.022 + i * 0.0034, y - 0.152 + (i % 5 === 2 ? -0.01 : i % 5 === 3 ? 0.007 : 0)]); // prettier-ignore
  stroke(s, trace, 0.0014, rgb('#6df2a8'));
}

export function classroom(s: Stage): void {
  const edges = paintShell(s, {
    wall: '#b7b39c',
    floor: '#7a6149',
    ceiling: '#c6c4b6',
    width: 0.29,
    above: 0.25,
    below: 0.1,
  });
  paintFloorLines(s, edges.bottom, 0.04, lit(s, '#4d3a2a'), 0.35);
  box(s, -0.225, edges.top + 0.06, 0.45, 0.16, lit(s, '#6a4f35'));
  box(s, -0.217, edges.top + 0.067, 0.434, 0.146, lit(s, '#2d4a3f'));
  for (let line = 0; line < 5; line++) {
    const y = edges.top + 0.092 + line * 0.024;
    stroke(s, [[-0.19, y], [-0.19 + s.random.between(0.08, 0.33), y]], 0.0026, lit(s, '#dfe6dc'), 0.5); // prettier-ignore
  }
  sideWindows(s, edges.width, edges.top, 0.14);
  paintCeilingLights(s, edges, s.palette.lamps);
  for (const k of [1, 1.7, 2.8]) {
    for (const column of [-1.15, -0.4, 0.4, 1.15]) {
      const [x, y] = [column * 0.13 * k, s.horizon + 0.115 * k];
      box(s, x - 0.04 * k, y, 0.08 * k, 0.007 * k, lit(s, '#a2815a', 0.1));
      for (const leg of [-0.036, 0.031]) box(s, x + leg * k, y, 0.005 * k, 0.05 * k, lit(s, '#3b342d'));
    }
  }
}

function sideWindows(s: Stage, width: number, top: number, height: number): void {
  const side = s.palette.keySide;
  for (const [from, to] of [[1.12, 1.42], [1.5, 1.98], [2.1, 3]] as const) {
    const at = (k: number, y: number): Point => [side * width * k, s.horizon + (y - s.horizon) * k];
    const hole = [at(from, top + 0.05), at(to, top + 0.05), at(to, top + 0.05 + height), at(from, top + 0.05 + height)];
    cut(s, hole);
    stroke(s, [...hole, hole[0] ?? [0, 0]], 0.005, lit(s, '#e3dfd0', 0.2));
    stroke(s, [at((from + to) / 2, top + 0.05), at((from + to) / 2, top + 0.05 + height)], 0.0035, lit(s, '#e3dfd0', 0.2));
  } // prettier-ignore
  if (!s.palette.lamps) glow(s, side * width * 1.6, top + height, 0.4, s.palette.skyLow, 0.35);
}
