import { css, mix, rgb, scale } from '../scene/colour.ts';
import {
  box,
  disc,
  glow,
  lamp,
  lit,
  polygon,
  shade,
  signboard,
  stroke,
  windowIn,
  type Point,
  type Stage,
} from '../scene/stage.ts';
import { paintCeilingLights, paintFloorLines, paintShell } from './shell.ts';

export function restaurant(s: Stage): void {
  const wall = s.random.pick(['#7d4f3c', '#4f5d57', '#6b4a3f'] as const);
  const edges = paintShell(s, {
    wall,
    floor: '#5a4433',
    ceiling: '#4a3a30',
    width: 0.27,
    above: 0.27,
    below: 0.11,
  });
  paintFloorLines(s, edges.bottom, 0.045, lit(s, '#2b1f17'), 0.4);
  windowIn(s, -0.235, edges.top + 0.07, 0.2, 0.17, 1);
  windowIn(s, 0.035, edges.top + 0.07, 0.2, 0.17, 1);
  signboard(s, 0, edges.top + 0.035, 0.2, 0.036, lit(s, '#241a15'), rgb('#f2cf94'));
  for (const [x, k] of [[-0.19, 1], [0.2, 1.05], [-0.4, 1.9], [0.42, 2]] as const) table(s, x, edges.bottom + 0.015 * k * k, k); // prettier-ignore
  lamp(s, -0.15, edges.top + 0.03, 0.05, 0.3);
  lamp(s, 0.13, edges.top + 0.01, 0.056, 0.3);
  lamp(s, 0.3, edges.top - 0.05, 0.08, 0.3);
  lamp(s, -0.33, edges.top - 0.06, 0.085, 0.3);
}

function table(s: Stage, x: number, y: number, k: number): void {
  const top = lit(s, '#8a5f3d', 0.1);
  disc(s, x, y + 0.032 * k, 0.045 * k, 0.008 * k, [0, 0, 0], 0.3);
  box(s, x - 0.006 * k, y - 0.03 * k, 0.012 * k, 0.062 * k, scale(top, 0.5));
  disc(s, x, y - 0.03 * k, 0.068 * k, 0.014 * k, scale(top, 0.7));
  disc(s, x, y - 0.034 * k, 0.068 * k, 0.014 * k, top);
  disc(s, x - 0.02 * k, y - 0.04 * k, 0.008 * k, 0.006 * k, lit(s, '#e6ddcd'));
}

export function counterFront(s: Stage): void {
  const wood = lit(s, '#6e4a2f');
  const y = 0.37;
  shade(s, -s.reach, y, s.reach * 2, s.reachY - y, [
    [0, mix(wood, [255, 255, 255], 0.16)],
    [0.05, wood],
    [0.35, scale(wood, 0.5)],
    [1, scale(wood, 0.28)],
  ]);
  disc(s, -s.half * 0.55, y + 0.012, 0.034, 0.008, lit(s, '#cfc6b6'));
  box(s, -s.half * 0.55 - 0.022, y - 0.028, 0.044, 0.04, lit(s, '#e2dacb'));
  disc(s, -s.half * 0.55, y - 0.028, 0.022, 0.006, lit(s, '#5a3b26'));
}

export function corridor(s: Stage): void {
  const edges = paintShell(s, {
    wall: '#7f8684',
    floor: '#5b5f60',
    ceiling: '#8f9492',
    width: 0.1,
    above: 0.12,
    below: 0.075,
  });
  paintFloorLines(s, edges.bottom, 0.03, lit(s, '#3a3d3e'), 0.4);
  windowIn(s, -0.045, edges.top + 0.04, 0.09, 0.075, 1);
  for (const side of [-1, 1]) {
    for (const [from, to] of [
      [1.25, 1.6],
      [2.1, 2.8],
      [3.8, 5.2],
    ] as const) {
      const at = (k: number, y: number): Point => [side * 0.1 * k, s.horizon + y * k];
      polygon(s, [at(from, -0.075), at(to, -0.075), at(to, 0.075), at(from, 0.075)], lit(s, '#5d4637', 0.3)); // prettier-ignore
      stroke(s, [at(from, 0.075), at(from, -0.075), at(to, -0.075), at(to, 0.075)], 0.003, lit(s, '#3a2d25'));
      const knob = at(to - 0.06, 0.01);
      disc(s, knob[0], knob[1], 0.0035, 0.0035, lit(s, '#d8c48c'));
    }
  }
  paintCeilingLights(s, { ...edges, width: 0.05 }, true);
  glow(s, 0, s.horizon, 0.25, s.palette.lamps ? rgb('#dfe8d8') : s.palette.skyLow, 0.35);
}

export function hall(s: Stage): void {
  const edges = paintShell(s, {
    wall: '#6d3b2b',
    floor: '#5d5148',
    ceiling: '#3d2a22',
    width: 0.22,
    above: 0.33,
    below: 0.09,
  });
  paintFloorLines(s, edges.bottom, 0.05, lit(s, '#332b26'), 0.4);
  windowIn(s, -0.07, edges.top + 0.06, 0.14, 0.13, 3);
  polygon(s, [[-0.05, edges.bottom], [0.05, edges.bottom], [0.42, s.reachY], [-0.42, s.reachY]], lit(s, '#8c2f2b', 0.1)); // prettier-ignore
  for (let step = 0; step < 3; step++) box(s, -0.14 + step * 0.02, edges.bottom - 0.012 - step * 0.014, 0.28 - step * 0.04, 0.014, lit(s, '#7d7166', 0.3)); // prettier-ignore
  box(s, -0.045, edges.bottom - 0.15, 0.09, 0.1, lit(s, '#b58a3c', 0.3));
  box(s, -0.035, edges.bottom - 0.14, 0.07, 0.09, lit(s, '#7a231f', 0.3));
  signboard(s, 0, edges.top + 0.035, 0.2, 0.042, lit(s, '#1d2b3b'), rgb('#e8c46a'));
  for (const k of [1.15, 1.8, 2.9]) {
    for (const side of [-1, 1]) {
      const x = side * 0.2 * k;
      const w = 0.022 * k;
      const [top, bottom] = [s.horizon + (edges.top - s.horizon) * k, s.horizon + 0.1 * k];
      const gradient = s.g.createLinearGradient(x - w, 0, x + w, 0);
      const column = lit(s, '#9a2f26', 0.3 / k);
      const shadeOf = (f: number) => css(scale(column, f));
      gradient.addColorStop(0, shadeOf(side === s.palette.keySide ? 1.25 : 0.45));
      gradient.addColorStop(1, shadeOf(side === s.palette.keySide ? 0.45 : 1.25));
      s.g.fillStyle = gradient;
      s.g.fillRect(x - w, top, w * 2, bottom - top);
      box(s, x - w * 1.4, bottom - 0.02 * k, w * 2.8, 0.02 * k, lit(s, '#6d655c'));
      disc(s, x - side * w * 2.2, s.horizon - 0.13 * k, 0.014 * k, 0.02 * k, s.palette.lamps ? rgb('#ffb45e') : lit(s, '#a03a2c')); // prettier-ignore
      if (s.palette.lamps) glow(s, x - side * w * 2.2, s.horizon - 0.13 * k, 0.12 * k, rgb('#ff9d4a'), 0.5);
    }
  }
}

export function shop(s: Stage): void {
  const edges = paintShell(s, {
    wall: '#c3c6bd',
    floor: '#8f938e',
    ceiling: '#d4d6d0',
    width: 0.25,
    above: 0.25,
    below: 0.1,
  });
  paintFloorLines(s, edges.bottom, 0.05, lit(s, '#6a6e6a'), 0.35);
  windowIn(s, -0.1, edges.top + 0.075, 0.2, 0.14, 1);
  signboard(s, 0, edges.top + 0.035, 0.26, 0.038, lit(s, '#1f6a56'), rgb('#f4f6ee'));
  paintCeilingLights(s, edges, true);
  const goods = ['#b5483c', '#d8a13a', '#3f7f8c', '#557a3c', '#8a4f7d', '#d9d2c0'] as const;
  for (const side of [-1, 1]) {
    for (const [from, to] of [
      [1.1, 1.6],
      [1.7, 2.7],
      [2.9, 5],
    ] as const) {
      const at = (k: number, y: number): Point => [side * 0.17 * k, s.horizon + y * k];
      polygon(s, [at(from, -0.13), at(to, -0.13), at(to, 0.1), at(from, 0.1)], lit(s, '#5c625f', 0.2));
      for (let shelf = 0; shelf < 4; shelf++) {
        const y = -0.12 + shelf * 0.055;
        for (let item = 0; item < 5; item++) {
          const k0 = from + ((to - from) * item) / 5;
          const k1 = k0 + ((to - from) / 5) * 0.8;
          polygon(s, [at(k0, y + 0.006), at(k1, y + 0.006), at(k1, y + 0.043), at(k0, y + 0.043)], lit(s, s.random.pick(goods), 0.15)); // prettier-ignore
        }
      }
    }
  }
}

export function stationHall(s: Stage): void {
  const edges = paintShell(s, {
    wall: '#9a8f7d',
    floor: '#77726a',
    ceiling: '#8b8478',
    width: 0.26,
    above: 0.36,
    below: 0.09,
  });
  paintFloorLines(s, edges.bottom, 0.06, lit(s, '#4d4a45'), 0.4);
  for (const x of [-0.23, -0.07, 0.09]) {
    s.g.globalCompositeOperation = 'destination-out';
    s.g.beginPath();
    s.g.roundRect(x, edges.top + 0.05, 0.14, 0.2, [0.07, 0.07, 0, 0]);
    s.g.fill();
    s.g.globalCompositeOperation = 'source-over';
    s.g.lineWidth = 0.006;
    s.g.strokeStyle = css(lit(s, '#4a4238'));
    s.g.stroke();
    for (const bar of [0.047, 0.093])
      box(s, x + bar - 0.0015, edges.top + 0.055, 0.003, 0.195, lit(s, '#4a4238'));
    box(s, x, edges.top + 0.15, 0.14, 0.003, lit(s, '#4a4238'));
  }
  if (!s.palette.lamps) glow(s, 0, edges.top + 0.15, 0.45, s.palette.skyLow, 0.4);
  box(s, -0.17, s.horizon - 0.085, 0.34, 0.06, lit(s, '#15181c'));
  signboard(s, 0, s.horizon - 0.07, 0.32, 0.026, lit(s, '#15181c'), rgb('#ffb648'));
  for (let row = 0; row < 2; row++) {
    for (let x = -0.15; x < 0.14; x += 0.012) {
      if (s.random.next() < 0.75)
        box(s, x, s.horizon - 0.052 + row * 0.012, 0.008, 0.005, rgb('#f0a13c'), 0.85);
    }
  }
  disc(s, 0, edges.top + 0.29 - 0.075 - 0.16, 0.032, 0.032, lit(s, '#2c2620'));
  disc(s, 0, edges.top + 0.055, 0.027, 0.027, lit(s, '#efe8d6'));
  stroke(s, [[0, edges.top + 0.04], [0, edges.top + 0.055], [0.013, edges.top + 0.062]], 0.0024, lit(s, '#2c2620')); // prettier-ignore
  for (const [x, k] of [[-0.2, 1.1], [0.22, 1.3], [-0.42, 2.1], [0.44, 2.3]] as const) bench(s, x, edges.bottom + 0.022 * k * k, k); // prettier-ignore
  lamp(s, -0.3, edges.top - 0.02, 0.06, 0.4);
  lamp(s, 0.3, edges.top - 0.02, 0.06, 0.4);
}

export function bench(s: Stage, x: number, y: number, k: number): void {
  const wood = lit(s, '#6a4c33', 0.1);
  disc(s, x, y + 0.03 * k, 0.08 * k, 0.008 * k, [0, 0, 0], 0.3);
  box(s, x - 0.075 * k, y - 0.045 * k, 0.15 * k, 0.026 * k, scale(wood, 0.85));
  box(s, x - 0.078 * k, y - 0.004 * k, 0.156 * k, 0.008 * k, wood);
  for (const leg of [-0.066, 0.058]) box(s, x + leg * k, y, 0.008 * k, 0.03 * k, scale(wood, 0.5));
}
