import { css, mix, scale, type Rgb } from '../scene/colour.ts';
import type { PlaceKind } from '../scene/place-kind.ts';
import { box, disc, glow, lit, stroke, type Stage } from '../scene/stage.ts';
import { lookOf } from '../people/look.ts';
import { crown } from './nature.ts';

const grounds: Readonly<Partial<Record<PlaceKind, string>>> = {
  platform: '#8d887f', halt: '#9b968b', railway: '#6b6a52', road: '#4c4e52', street: '#5b5e63', rooftop: '#77726b', forest: '#5a6b3a',
  sea: '#c9ae84', mountain: '#6d6c55', park: '#6f8a4a', field: '#a8924e', palace: '#9a9184', facade: '#77746e',
  office: '#565c63', hospital: '#8b9a9b', shop: '#8f938e', 'train-car': '#4a4642', corridor: '#5b5f60',
}; // prettier-ignore

/** A place from straight above: its ground, and what stands on it. */
export function paintPlan(s: Stage, kind: PlaceKind, interior: boolean): void {
  const ground = lit(s, grounds[kind] ?? '#6e5138');
  box(s, -s.reach, -s.reachY, s.reach * 2, s.reachY * 2, scale(ground, 0.92));
  if (interior) planks(s, ground);
  else if (kind === 'street' || kind === 'road' || kind === 'facade') lanes(s, ground);
  else if (kind === 'platform' || kind === 'halt' || kind === 'railway') tracks(s, ground);
  else growth(s, kind === 'forest' ? 22 : 9, ground);
  if (interior) furniture(s);
  if (s.palette.lamps) glow(s, 0, -0.02, 0.5, [255, 196, 122], 0.5);
  else glow(s, s.palette.keySide * s.half, -0.4, 0.8, s.palette.key, 0.28);
}

function planks(s: Stage, ground: Rgb): void {
  for (let x = -s.reach; x < s.reach; x += 0.055) {
    box(s, x, -s.reachY, 0.053, s.reachY * 2, scale(ground, s.random.between(0.86, 1.12)));
    for (let y = -s.reachY + s.random.next() * 0.3; y < s.reachY; y += 0.34)
      box(s, x, y, 0.053, 0.0016, scale(ground, 0.5));
    box(s, x + 0.053, -s.reachY, 0.002, s.reachY * 2, scale(ground, 0.5));
  }
}

function lanes(s: Stage, ground: Rgb): void {
  box(s, -0.21, -s.reachY, 0.42, s.reachY * 2, scale(ground, 0.75));
  for (const x of [-0.21, 0.205]) box(s, x, -s.reachY, 0.005, s.reachY * 2, lit(s, '#b5b2a8'));
  for (let y = -s.reachY; y < s.reachY; y += 0.13) box(s, -0.004, y, 0.008, 0.07, lit(s, '#e0d9c2'), 0.85);
  for (let bar = 0; bar < 8; bar++) box(s, -0.195 + bar * 0.05, 0.2, 0.03, 0.1, lit(s, '#dcd8cc'), 0.8);
  for (const side of [-1, 1]) {
    for (let y = -s.reachY; y < s.reachY; y += 0.09) stroke(s, [[side * 0.21, y], [side * s.reach, y]], 0.0014, scale(ground, 0.6)); // prettier-ignore
    for (let y = -0.62; y < 0.7; y += 0.36) crown(s, side * 0.33, y, 0.075, lit(s, '#54703f'));
  }
}

function tracks(s: Stage, ground: Rgb): void {
  box(s, -0.2, -s.reachY, 0.26, s.reachY * 2, scale(ground, 0.55));
  for (let y = -s.reachY; y < s.reachY; y += 0.045) box(s, -0.175, y, 0.21, 0.02, lit(s, '#4a3a2e'));
  for (const x of [-0.14, -0.01]) box(s, x, -s.reachY, 0.01, s.reachY * 2, lit(s, '#c9c6c0'));
  box(s, 0.07, -s.reachY, 0.014, s.reachY * 2, lit(s, '#d8b13f'));
}

function growth(s: Stage, crowns: number, ground: Rgb): void {
  for (let patch = 0; patch < 260; patch++) disc(s, s.random.between(-s.reach, s.reach), s.random.between(-s.reachY, s.reachY), 0.02, 0.012, scale(ground, s.random.between(0.8, 1.2)), 0.5); // prettier-ignore
  for (let tree = 0; tree < crowns; tree++) {
    const side = tree % 2 ? 1 : -1;
    const x = side * s.random.between(0.2, Math.max(0.3, s.reach));
    const y = s.random.between(-0.65, 0.65);
    disc(s, x - s.palette.keySide * 0.03, y + 0.03, 0.09, 0.085, [0, 0, 0], 0.3);
    crown(s, x, y, 0.085, lit(s, '#4f6d3c'));
  }
}

function furniture(s: Stage): void {
  const rug = lit(s, s.random.pick(['#7a4038', '#3f5968', '#6b5a77'] as const));
  box(s, -0.2, -0.16, 0.4, 0.36, rug);
  box(s, -0.185, -0.145, 0.37, 0.33, mix(rug, [255, 255, 255], 0.12));
  box(s, -0.175, -0.135, 0.35, 0.31, rug);
  for (const [x, y, w, h] of [
    [-0.24, -0.42, 0.3, 0.11],
    [0.17, 0.28, 0.12, 0.16],
    [-0.3, 0.26, 0.13, 0.13],
  ] as const) {
    box(s, x + 0.012, y + 0.014, w, h, [0, 0, 0], 0.35);
    box(s, x, y, w, h, lit(s, '#7d5f42'));
    box(s, x + 0.01, y + 0.01, w - 0.02, h - 0.02, lit(s, '#94724f'));
  }
}

/** Somebody from straight above: shoulders, arms, a crown of hair and a long shadow. */
export function paintFromAbove(s: Stage, name: string, x: number, y: number, head: number): void {
  const look = lookOf(name);
  const shade = (colour: Rgb) => mix(scale(colour, 0.9), [(colour[0] * s.palette.ambient[0]) / 255, (colour[1] * s.palette.ambient[1]) / 255, (colour[2] * s.palette.ambient[2]) / 255], 0.75); // prettier-ignore
  const g = s.g;
  g.save();
  g.translate(x, y);
  g.scale(head, head);
  g.fillStyle = 'rgba(0,0,0,0.38)';
  g.beginPath();
  g.ellipse(-s.palette.keySide * 1.1, 0.7, 1.9, 0.62, -s.palette.keySide * 0.55, 0, Math.PI * 2);
  g.fill();
  const oval = (px: number, py: number, rx: number, ry: number, colour: Rgb) => {
    g.beginPath();
    g.ellipse(px, py, rx, ry, 0, 0, Math.PI * 2);
    g.fillStyle = css(colour);
    g.fill();
  };
  for (const side of [-1, 1]) {
    oval(side * 0.92 * look.build, 0.24, 0.22, 0.42, shade(scale(look.top, 0.8)));
    oval(side * 0.86 * look.build, 0.6, 0.13, 0.15, shade(look.skin));
  }
  oval(0, 0.04, 1 * look.build, 0.46, shade(look.top));
  oval(0, 0.3, 0.12, 0.12, shade(look.skin));
  if (look.scarf !== undefined) oval(0, 0.05, 0.5, 0.42, shade(look.scarf));
  oval(0, 0, 0.4, 0.45, shade(look.hair));
  oval(s.palette.keySide * 0.12, -0.14, 0.2, 0.2, shade(scale(look.hair, 1.5)));
  if (look.hairStyle === 'bun') oval(0, -0.36, 0.19, 0.19, shade(scale(look.hair, 1.2)));
  if (look.hairStyle === 'long' || look.hairStyle === 'ponytail') oval(0, -0.5, 0.2, 0.34, shade(look.hair));
  g.restore();
}
