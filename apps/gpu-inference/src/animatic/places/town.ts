import { css, mix, rgb, scale } from '../scene/colour.ts';
import { paintSky, paintSkyline } from '../scene/sky.ts';
import {
  box,
  disc,
  glow,
  lamp,
  lit,
  polygon,
  pool,
  shade,
  signboard,
  stroke,
  type Point,
  type Stage,
} from '../scene/stage.ts';
import { paintFloorLines } from './shell.ts';

export function cityBack(s: Stage): void {
  paintSky(s);
  paintSkyline(s, s.horizon + 0.03, 0.34, 0.15);
  paintSkyline(s, s.horizon + 0.04, 0.2, 0.55);
}

export function ground(s: Stage, surface: string, wet = true): void {
  const near = lit(s, surface);
  shade(s, -s.reach, s.horizon, s.reach * 2, s.reachY - s.horizon, [
    [0, mix(lit(s, surface, 1), s.palette.haze, 0.35)],
    [0.25, near],
    [1, scale(near, 0.62)],
  ]);
  const rain = s.palette.celestial === 'none' && wet;
  if (rain) {
    for (let sheen = 0; sheen < 14; sheen++) {
      const y = s.horizon + s.random.next() ** 1.6 * 0.5 + 0.02;
      pool(s, s.random.between(-s.reach, s.reach), y, s.random.between(0.06, 0.22), 0.008 + (y - s.horizon) * 0.04, mix(s.palette.skyLow, s.palette.lamps ? rgb('#ffc273') : s.palette.skyLow, 0.4), 0.3); // prettier-ignore
    }
  }
}

function houseRow(s: Stage, side: -1 | 1): void {
  const walls = ['#7d6a5c', '#8b7f74', '#5f6b73', '#8a5f4d', '#70695c', '#6a5a66'] as const;
  const x0 = 0.13;
  let k = 1;
  const fronts: { from: number; to: number; height: number; wall: (typeof walls)[number] }[] = [];
  while (k < 9) {
    const to = k * s.random.between(1.25, 1.55);
    fronts.push({ from: k, to, height: s.random.between(0.19, 0.32), wall: s.random.pick(walls) });
    k = to;
  }
  for (const { from, to, height, wall } of fronts) {
    const at = (d: number, y: number): Point => [side * x0 * d, s.horizon + y * d];
    const colour = scale(lit(s, wall, 0.9 / from), side === s.palette.keySide ? 0.72 : 1);
    polygon(s, [at(from, -height), at(to, -height), at(to, 0.075), at(from, 0.075)], colour);
    polygon(s, [at(from, -height), at(to, -height), at(to, -height - 0.008), at(from, -height - 0.008)], scale(colour, 1.25)); // prettier-ignore
    const columns = 3;
    for (let y = -height + 0.025; y < -0.03; y += 0.045) {
      for (let column = 0; column < columns; column++) {
        const a = from + ((to - from) * (column + 0.22)) / columns;
        const b = from + ((to - from) * (column + 0.74)) / columns;
        const on = s.palette.lamps && s.random.next() < 0.45;
        const pane = on
          ? mix(rgb('#ffcf86'), rgb('#ffe9c4'), s.random.next())
          : mix(colour, s.palette.skyMid, 0.35);
        polygon(s, [at(a, y), at(b, y), at(b, y + 0.027), at(a, y + 0.027)], on ? pane : scale(pane, 0.75));
      }
    }
    const [a, b] = [from + (to - from) * 0.12, from + (to - from) * 0.88];
    const shopLit = s.palette.lamps;
    polygon(s, [at(a, -0.015), at(b, -0.015), at(b, 0.072), at(a, 0.072)], shopLit ? rgb('#f0b66b') : scale(colour, 0.45)); // prettier-ignore
    const awning = lit(s, s.random.pick(['#a3433a', '#2f6b66', '#c08a3a', '#44597d'] as const), 0.5 / from);
    const out = (d: number, y: number): Point => [side * x0 * d * 0.86, s.horizon + y * d];
    polygon(s, [at(a, -0.02), at(b, -0.02), out(b, -0.004), out(a, -0.004)], awning);
    if (shopLit) {
      const [gx, gy] = at((a + b) / 2, 0.03);
      glow(s, gx, gy, 0.13 * from, rgb('#ff9f4d'), 0.4);
    }
  }
}

export function street(s: Stage): void {
  ground(s, '#5b5e63');
  const at = (x: number, k: number): Point => [x * k, s.horizon + 0.075 * k];
  for (const side of [-1, 1] as const) {
    polygon(s, [at(side * 0.13, 1), at(side * 0.13, 12), at(side * 0.085, 12), at(side * 0.085, 1)], lit(s, '#85837d', 0.1)); // prettier-ignore
    stroke(s, [at(side * 0.085, 1), at(side * 0.085, 12)], 0.0035, lit(s, '#b5b2a8', 0.1), 0.7); // prettier-ignore
  }
  for (const k of [1.05, 1.5, 2.2, 3.3, 5]) polygon(s, [at(-0.004, k), at(0.004, k), at(0.004, k * 1.22), at(-0.004, k * 1.22)], lit(s, '#d9d3bf'), 0.75); // prettier-ignore
  houseRow(s, -1);
  houseRow(s, 1);
  signboard(s, -s.palette.keySide * 0.19, s.horizon - 0.145, 0.13, 0.034, lit(s, '#8e2f2a'), rgb('#ffe6b0'));
  if (s.palette.lamps) glow(s, -s.palette.keySide * 0.19, s.horizon - 0.145, 0.12, rgb('#ff6b4a'), 0.4);
  for (const k of [1.1, 1.9, 3.4]) for (const side of [-1, 1]) streetLamp(s, side * 0.1 * k, s.horizon + 0.07 * k, 0.19 * k, -side); // prettier-ignore
}

function streetLamp(s: Stage, x: number, y: number, h: number, towards: number): void {
  const iron = lit(s, '#23262b');
  stroke(s, [[x, y], [x, y - h], [x + towards * h * 0.14, y - h * 1.06]], h * 0.018, iron); // prettier-ignore
  const [lx, ly] = [x + towards * h * 0.17, y - h * 1.05];
  disc(s, lx, ly, h * 0.05, h * 0.018, iron);
  if (!s.palette.lamps) return;
  disc(s, lx, ly + h * 0.014, h * 0.036, h * 0.014, rgb('#fff0c8'));
  glow(s, lx, ly, h * 0.75, rgb('#ffc273'), 0.65);
  pool(s, x + towards * h * 0.12, y, h * 0.5, h * 0.075, rgb('#ffc273'), 0.34);
}

export function road(s: Stage): void {
  ground(s, '#6f7355');
  const at = (x: number, k: number): Point => [x * k, s.horizon + 0.05 * k];
  polygon(s, [at(-0.1, 0.2), at(0.1, 0.2), at(0.1, 20), at(-0.1, 20)], lit(s, '#4c4e52', 0.1)); // prettier-ignore
  for (const x of [-0.092, 0.09]) polygon(s, [at(x, 0.3), at(x + 0.003, 0.3), at(x + 0.003, 20), at(x, 20)], lit(s, '#d8d4c6'), 0.8); // prettier-ignore
  for (let k = 0.5; k < 14; k *= 1.6) polygon(s, [at(-0.003, k), at(0.003, k), at(0.003, k * 1.25), at(-0.003, k * 1.25)], lit(s, '#e0c465'), 0.9); // prettier-ignore
  for (let k = 0.6; k < 7; k *= 1.5) for (const side of [-1, 1]) streetLamp(s, side * 0.135 * k, s.horizon + 0.05 * k, 0.17 * k, -side); // prettier-ignore
  for (const [x, k, tail] of [
    [-0.05, 1.25, false],
    [0.055, 1.8, true],
  ] as const) {
    const [cx, cy] = at(x, k);
    const paint = lit(s, s.random.pick(['#a03a35', '#d8d5cc', '#2f4a6b', '#2b2d31'] as const), 0.1);
    disc(s, cx, cy, 0.036 * k, 0.005 * k, [0, 0, 0], 0.4);
    s.g.beginPath();
    s.g.roundRect(cx - 0.033 * k, cy - 0.026 * k, 0.066 * k, 0.024 * k, 0.007 * k);
    s.g.fillStyle = css(paint);
    s.g.fill();
    polygon(s, [[cx - 0.023 * k, cy - 0.043 * k], [cx + 0.023 * k, cy - 0.043 * k], [cx + 0.029 * k, cy - 0.024 * k], [cx - 0.029 * k, cy - 0.024 * k]], mix(paint, s.palette.skyMid, 0.5)); // prettier-ignore
    for (const side of [-1, 1]) {
      disc(
        s,
        cx + side * 0.025 * k,
        cy - 0.015 * k,
        0.005 * k,
        0.004 * k,
        tail ? rgb('#ff4a36') : rgb('#fff4d2'),
      );
      if (s.palette.lamps) glow(s, cx + side * 0.025 * k, cy - 0.015 * k, 0.07 * k, tail ? rgb('#ff4a36') : rgb('#fff0c0'), 0.6); // prettier-ignore
    }
  }
}

export function rooftop(s: Stage): void {
  const y = s.horizon + 0.09;
  shade(s, -s.reach, y, s.reach * 2, s.reachY - y, [
    [0, lit(s, '#77726b', 0.1)],
    [1, scale(lit(s, '#77726b'), 0.55)],
  ]);
  paintFloorLines(s, y, 0.05, lit(s, '#48443f'), 0.4);
  box(s, -s.reach, y - 0.065, s.reach * 2, 0.07, lit(s, '#8a8378', 0.2));
  box(s, -s.reach, y - 0.072, s.reach * 2, 0.012, lit(s, '#a8a094', 0.1));
  for (let x = -s.reach; x < s.reach; x += 0.05) box(s, x, y - 0.13, 0.0035, 0.06, lit(s, '#34383c', 0.1));
  for (const rail of [0.13, 0.1]) box(s, -s.reach, y - rail, s.reach * 2, 0.004, lit(s, '#34383c', 0.1));
  const side = -s.palette.keySide;
  box(s, side * 0.24 - 0.09, y - 0.2, 0.18, 0.2, lit(s, '#6d665d', 0.1));
  box(s, side * 0.24 - 0.1, y - 0.21, 0.2, 0.014, lit(s, '#847c70', 0.1));
  box(s, side * 0.21 - 0.03, y - 0.12, 0.06, 0.12, lit(s, '#3d4a4f', 0.1));
  lamp(s, side * 0.21, y - 0.165, 0.03, 0.012);
  for (const leg of [-0.05, 0.045]) box(s, side * 0.02 + leg, y - 0.12, 0.006, 0.06, lit(s, '#2f3033'));
  s.g.beginPath();
  s.g.roundRect(side * 0.02 - 0.065, y - 0.23, 0.13, 0.11, 0.012);
  s.g.fillStyle = css(lit(s, '#6f5a48', 0.1));
  s.g.fill();
  polygon(s, [[side * 0.02 - 0.072, y - 0.228], [side * 0.02 + 0.072, y - 0.228], [side * 0.02, y - 0.268]], lit(s, '#4f4136', 0.1)); // prettier-ignore
  if (s.palette.lamps) {
    for (let bulb = 0; bulb < 9; bulb++) {
      const x = (bulb / 8 - 0.5) * s.half * 2.1;
      const sag = s.horizon - 0.2 + Math.cos(bulb * 1.05) * 0.012;
      disc(s, x, sag, 0.005, 0.006, rgb('#ffe2a6'));
      glow(s, x, sag, 0.07, rgb('#ffbd66'), 0.6);
    }
  }
}

export function facade(s: Stage): void {
  ground(s, '#77746e');
  const y = s.horizon + 0.06;
  box(s, -s.reach, y, s.reach * 2, 0.02, lit(s, '#9a968d'));
  const wall = lit(s, s.random.pick(['#9a7a62', '#8c8f92', '#a59a86', '#7f6a63'] as const), 0.2);
  box(s, -0.42, y - 0.46, 0.84, 0.46, wall);
  shade(s, -0.42, y - 0.46, 0.84, 0.46, [
    [0, [0, 0, 0], 0.25],
    [0.5, [0, 0, 0], 0],
    [1, [0, 0, 0], 0.2],
  ]);
  box(s, -0.44, y - 0.475, 0.88, 0.02, scale(wall, 0.7));
  for (let row = 0; row < 3; row++) {
    for (let column = -3; column <= 3; column++) {
      const [x, top] = [column * 0.115 - 0.032, y - 0.43 + row * 0.09];
      const on = s.palette.lamps && s.random.next() < 0.5;
      box(s, x - 0.005, top - 0.005, 0.074, 0.068, scale(wall, 1.15));
      shade(s, x, top, 0.064, 0.058, on ? [[0, rgb('#ffdf9e')], [1, rgb('#f0a95c')]] : [[0, mix(wall, s.palette.skyMid, 0.55)], [1, scale(mix(wall, s.palette.skyTop, 0.5), 0.6)]]); // prettier-ignore
      box(s, x + 0.031, top, 0.003, 0.058, scale(wall, 0.6));
      box(s, x - 0.008, top + 0.06, 0.08, 0.006, scale(wall, 1.25));
    }
  }
  for (const side of [-1, 1]) {
    const x = side * 0.2;
    shade(s, x - 0.09, y - 0.125, 0.18, 0.105, s.palette.lamps ? [[0, rgb('#ffe3ab')], [1, rgb('#e39c50')]] : [[0, mix(wall, s.palette.skyMid, 0.6)], [1, scale(wall, 0.4)]]); // prettier-ignore
    box(s, x - 0.0015, y - 0.125, 0.003, 0.105, scale(wall, 0.45));
    if (s.palette.lamps) glow(s, x, y - 0.07, 0.22, rgb('#ffae5a'), 0.4);
  }
  box(s, -0.06, y - 0.13, 0.12, 0.13, scale(wall, 0.4));
  shade(s, -0.052, y - 0.122, 0.104, 0.122, s.palette.lamps ? [[0, rgb('#ffe9bd')], [1, rgb('#d98f48')]] : [[0, scale(wall, 0.55)], [1, scale(wall, 0.25)]]); // prettier-ignore
  box(s, -0.0015, y - 0.122, 0.003, 0.122, scale(wall, 0.4));
  signboard(s, 0, y - 0.155, 0.34, 0.044, lit(s, '#233240'), rgb('#f6ead0'));
  if (s.palette.lamps) glow(s, 0, y - 0.15, 0.24, rgb('#ffcf8a'), 0.4);
  for (const side of [-1, 1]) streetLamp(s, side * s.half * 0.82, y + 0.09, 0.36, -side);
}
