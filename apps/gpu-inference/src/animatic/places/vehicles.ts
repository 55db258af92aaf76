import { css, mix, rgb, scale } from '../scene/colour.ts';
import {
  box,
  cut,
  disc,
  glow,
  lit,
  polygon,
  shade,
  signboard,
  stroke,
  type Point,
  type Stage,
} from '../scene/stage.ts';
import { paintShell } from './shell.ts';

/** A carriage seen along its length: windows and seats on both sides. */
export function paintTrainCar(s: Stage): void {
  const edges = paintShell(s, {
    wall: '#8a7f6a',
    floor: '#4a4642',
    ceiling: '#a8a08e',
    width: 0.105,
    above: 0.14,
    below: 0.09,
  });
  box(s, -0.045, s.horizon - 0.085, 0.09, 0.175, lit(s, '#5d564b', 0.3));
  cut(s, [[-0.03, s.horizon - 0.07], [0.03, s.horizon - 0.07], [0.03, s.horizon + 0.01], [-0.03, s.horizon + 0.01]]); // prettier-ignore
  signboard(s, 0, edges.top + 0.02, 0.16, 0.024, lit(s, '#1b1f24'), rgb('#ffb24d'));
  for (const side of [-1, 1]) {
    const at = (k: number, y: number): Point => [side * 0.105 * k, s.horizon + y * k];
    for (const [from, to] of [
      [1.12, 1.45],
      [1.6, 2.1],
      [2.35, 3.15],
      [3.55, 5],
    ] as const) {
      const hole = [at(from, -0.085), at(to, -0.085), at(to, 0.012), at(from, 0.012)];
      cut(s, hole);
      polygon(s, hole, rgb('#9fb6cc'), 0.08);
      stroke(s, [...hole, hole[0] ?? [0, 0]], 0.006, lit(s, '#c6bda6', 0.1));
      const seat = lit(s, '#7d3b33', 0.2);
      const [x, y] = at(from * 1.04, 0.03);
      const k = from;
      s.g.beginPath();
      s.g.roundRect(x - (side > 0 ? 0.01 : 0.055) * k, y - 0.035 * k, 0.065 * k, 0.11 * k, 0.012 * k);
      s.g.fillStyle = css(scale(seat, 0.8));
      s.g.fill();
      box(s, x - (side > 0 ? 0.008 : 0.053) * k, y - 0.032 * k, 0.061 * k, 0.02 * k, lit(s, '#e5dcc7', 0.1));
      box(s, x - (side > 0 ? 0.03 : 0.06) * k, y + 0.05 * k, 0.09 * k, 0.028 * k, seat);
    }
    stroke(s, [at(1.05, -0.112), at(6, -0.112)], 0.007, lit(s, '#5b5346')); // prettier-ignore
    for (const k of [1.3, 1.85, 2.7, 4.1]) {
      const [x, y] = at(k, -0.118);
      box(s, x - 0.02 * k, y - 0.022 * k, 0.036 * k, 0.022 * k, lit(s, '#4d4139', 0.1));
    }
  }
  for (const k of [1.1, 1.5, 2.2, 3.2]) {
    const y = s.horizon - 0.13 * k;
    box(s, -0.014 * k, y - 0.004 * k, 0.028 * k, 0.004 * k, rgb('#fff3d6'));
    glow(s, 0, y, 0.1 * k, rgb('#ffe2ad'), s.palette.lamps ? 0.55 : 0.25);
  }
}

/** The seat backs nearest to the camera. */
export function paintTrainFront(s: Stage): void {
  const seat = scale(lit(s, '#6d322b'), 0.55);
  for (const side of [-1, 1]) {
    const x = side * (s.half + 0.05);
    s.g.beginPath();
    s.g.roundRect(x - 0.16, 0.3, 0.32, 0.5, 0.05);
    s.g.fillStyle = css(seat);
    s.g.fill();
    s.g.beginPath();
    s.g.roundRect(x - 0.13, 0.305, 0.26, 0.09, 0.03);
    s.g.fillStyle = css(scale(lit(s, '#cfc4ac'), 0.6));
    s.g.fill();
  }
}

/** The inside of a car: rear window and seats behind the people. */
export function paintVehicle(s: Stage): void {
  const body = lit(s, '#2a2c30');
  box(s, -s.reach, -s.reachY, s.reach * 2, s.reachY * 2, scale(body, 0.8));
  const w = Math.min(s.half * 0.86, 0.5);
  const y = s.horizon - 0.26;
  cut(s, [[-w * 0.82, y], [w * 0.82, y], [w, y + 0.23], [-w, y + 0.23]]); // prettier-ignore
  for (const side of [-1, 1]) {
    cut(s, [[side * w * 1.04, y + 0.005], [side * s.reach, y - 0.06], [side * s.reach, y + 0.34], [side * w * 1.24, y + 0.24]]); // prettier-ignore
  }
  shade(s, -s.reach, -s.reachY, s.reach * 2, y + s.reachY, [
    [0, scale(body, 0.5)],
    [1, scale(lit(s, '#5a5750'), 0.9)],
  ]);
  stroke(s, [[-w * 0.82, y], [w * 0.82, y], [w, y + 0.23], [-w, y + 0.23], [-w * 0.82, y]], 0.008, scale(body, 0.6)); // prettier-ignore
  polygon(s, [[-w * 0.3, y + 0.23], [0.02, y], [0.09, y], [-w * 0.1, y + 0.23]], [255, 255, 255], 0.06); // prettier-ignore
  const leather = lit(s, '#57443a');
  shade(s, -s.reach, y + 0.25, s.reach * 2, s.reachY, [
    [0, scale(leather, 1.1)],
    [0.3, scale(leather, 0.7)],
    [1, scale(leather, 0.35)],
  ]);
  for (const x of [-w * 0.62, w * 0.62]) {
    s.g.beginPath();
    s.g.roundRect(x - 0.075, y + 0.2, 0.15, 0.1, 0.03);
    s.g.fillStyle = css(scale(leather, 0.85));
    s.g.fill();
  }
  stroke(s, [[0, y + 0.28], [0, s.reachY]], 0.003, scale(leather, 0.4)); // prettier-ignore
}

/** Dashboard, wheel and mirror between camera and people. */
export function paintVehicleFront(s: Stage): void {
  const dark = scale(lit(s, '#1c1d20'), 0.8);
  s.g.beginPath();
  s.g.moveTo(-s.reach, 0.42);
  s.g.quadraticCurveTo(0, 0.35, s.reach, 0.42);
  s.g.lineTo(s.reach, s.reachY);
  s.g.lineTo(-s.reach, s.reachY);
  s.g.fillStyle = css(dark);
  s.g.fill();
  s.g.beginPath();
  s.g.ellipse(-s.half * 0.45, 0.46, 0.15, 0.1, -0.1, Math.PI, Math.PI * 2);
  s.g.lineWidth = 0.018;
  s.g.strokeStyle = css(scale(dark, 0.6));
  s.g.stroke();
  for (const x of [0.1, 0.15]) disc(s, s.half * 0.2 + x, 0.435, 0.018, 0.01, mix(dark, rgb('#ff9d4a'), 0.5));
  box(s, -0.06, -0.47, 0.12, 0.034, scale(dark, 0.9));
  box(s, -0.055, -0.466, 0.11, 0.026, s.palette.skyMid, 0.8);
}
