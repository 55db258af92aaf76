import { css, mix, rgb, scale, type Rgb } from '../scene/colour.ts';
import { box, glow, lit, polygon, shade, stroke, type Stage } from '../scene/stage.ts';
import { paintSky, paintSkyline } from '../scene/sky.ts';

/** The far end of a room seen in one-point perspective, and the colours of its six sides. */
export interface Shell {
  readonly wall: string;
  readonly floor: string;
  readonly ceiling: string;
  /** Half the width of the far wall. */
  readonly width: number;
  /** The far wall reaches this far above and below the horizon. */
  readonly above: number;
  readonly below: number;
}

export interface ShellEdges {
  readonly top: number;
  readonly bottom: number;
  readonly width: number;
}

/** What is seen through windows: sky and a far town. */
export function outlook(s: Stage): void {
  paintSky(s);
  paintSkyline(s, s.horizon + 0.05, 0.2, 0.4);
}

/** Walls, floor and ceiling running to the vanishing point; where the far wall lies comes back. */
export function paintShell(s: Stage, shell: Shell): ShellEdges {
  const top = s.horizon - shell.above;
  const bottom = s.horizon + shell.below;
  const { width } = shell;
  const far = 4 * Math.max(1, s.reach / width);
  const wall = lit(s, shell.wall, 0.4);
  const near = scale(lit(s, shell.wall, 0), s.palette.lamps ? 0.55 : 0.72);
  const edge = (x: number, y: number) => [x * far, s.horizon + (y - s.horizon) * far] as const;
  for (const side of [-1, 1] as const) {
    const points = [[side * width, top], edge(side * width, top), edge(side * width, bottom), [side * width, bottom]] as const; // prettier-ignore
    polygon(s, points, wall);
    const gradient = s.g.createLinearGradient(side * width, 0, side * Math.min(width * 2.6, s.reach), 0);
    const facing = side === s.palette.keySide ? 0.82 : 1;
    gradient.addColorStop(0, css(scale(wall, facing)));
    gradient.addColorStop(1, css(scale(near, facing)));
    s.g.fillStyle = gradient;
    s.g.fill();
  }
  const ceiling = lit(s, shell.ceiling, 0.3);
  polygon(s, [[-width, top], [width, top], edge(width, top), edge(-width, top)], ceiling); // prettier-ignore
  fade(s, top, -s.reachY, ceiling, scale(ceiling, 0.6));
  const floor = lit(s, shell.floor, 0.3);
  polygon(s, [[-width, bottom], [width, bottom], edge(width, bottom), edge(-width, bottom)], floor); // prettier-ignore
  fade(s, bottom, s.reachY, mix(floor, wall, 0.15), scale(floor, 0.62));
  shade(s, -width, top, width * 2, bottom - top, [
    [0, scale(wall, 0.84)],
    [0.35, wall],
    [1, scale(wall, 0.9)],
  ]);
  const skirting = lit(s, '#2b2522', 0.4);
  box(s, -width, bottom - 0.006, width * 2, 0.006, skirting);
  for (const side of [-1, 1]) {
    stroke(s, [[side * width, top], [side * width, bottom]], 0.0015, scale(wall, 0.6), 0.7); // prettier-ignore
    stroke(s, [[side * width, bottom], edge(side * width, bottom)], 0.003, skirting, 0.8);
  }
  return { top, bottom, width };
}

function fade(s: Stage, from: number, to: number, a: Rgb, b: Rgb): void {
  const gradient = s.g.createLinearGradient(0, from, 0, to);
  gradient.addColorStop(0, css(a));
  gradient.addColorStop(1, css(b));
  s.g.fillStyle = gradient;
  s.g.fill();
}

/** Lines on the ground that run to the vanishing point, and cross lines that crowd towards it. */
export function paintFloorLines(s: Stage, from: number, gap: number, colour: Rgb, alpha: number): void {
  s.g.save();
  s.g.beginPath();
  s.g.rect(-s.reach, from, s.reach * 2, s.reachY - from);
  s.g.clip();
  for (let line = -26; line <= 26; line++) {
    stroke(s, [[0, s.horizon], [line * gap * 14, s.horizon + 1.4]], 0.0016, colour, alpha); // prettier-ignore
  }
  for (let row = 1; row < 16; row++) {
    const y = s.horizon + (from - s.horizon) * 1.32 ** row;
    if (y < s.reachY) stroke(s, [[-s.reach, y], [s.reach, y]], 0.0012, colour, alpha * 0.8); // prettier-ignore
  }
  s.g.restore();
}

/** A strip light or lamp glow on the ceiling, in rows towards the far end. */
export function paintCeilingLights(s: Stage, edges: ShellEdges, on: boolean): void {
  for (let row = 0; row < 4; row++) {
    const k = 1.05 + row * 0.55 + row * row * 0.25;
    const y = s.horizon + (edges.top - s.horizon) * k;
    const w = edges.width * 0.45 * k;
    const h = 0.008 * k;
    polygon(s, [[-w, y], [w, y], [w * 1.14, y - h], [-w * 1.14, y - h]], on ? rgb('#f4f6ee') : lit(s, '#c9cbc4')); // prettier-ignore
    if (on) glow(s, 0, y, 0.22 * k, rgb('#e8f0f0'), 0.35);
  }
}
