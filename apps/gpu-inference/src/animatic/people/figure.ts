import type { SKRSContext2D } from '@napi-rs/canvas';
import { css, mix, scale, type Rgb } from '../scene/colour.ts';
import { paintHairBehind, paintHead } from './head.ts';
import type { Look } from './look.ts';

/** Which way somebody faces, as the camera sees it. */
export type Facing = 'front' | 'side' | 'back';

/** Height of a grown-up in heads, the unit of every measure here; feet at 0, up is negative. */
export const headsTall = 7.5;

/** How the camera's height bends a body: both 1 at eye level. */
export interface Foreshortening {
  /** Size of the head against the body. */
  readonly head: number;
  /** Length of the body against its width. */
  readonly body: number;
}

/**
 * Paints a standing body with its feet at the origin, one unit a head high. `turn` is the way a profile looks: left -1, right 1.
 */
export function paintFigure(
  g: SKRSContext2D,
  look: Look,
  facing: Facing,
  turn: -1 | 1,
  gaze: number,
  bend: Foreshortening,
): void {
  const atHead = (paint: () => void) => {
    g.save();
    g.translate(facing === 'side' ? turn * 0.1 : 0, -6.52 * look.height * bend.body);
    g.scale(bend.head, bend.head);
    paint();
    g.restore();
  };
  atHead(() => paintHairBehind(g, look, facing, turn));
  g.save();
  g.scale(1, look.height * bend.body);
  const w = look.build * (facing === 'side' ? 0.66 : 1);
  paintLegs(g, look, w, facing);
  paintArm(g, look, -1, w, facing);
  paintTorso(g, look, w, facing);
  paintArm(g, look, 1, w, facing);
  g.restore();
  atHead(() => paintHead(g, look, facing, turn, gaze));
}

function paintLegs(g: SKRSContext2D, look: Look, w: number, facing: Facing): void {
  const dress = look.garment === 'dress';
  for (const side of facing === 'side' ? [0.35, -0.2] : [-1, 1]) {
    const x = side * 0.29 * w;
    const cloth = dress ? mix(look.skin, [40, 34, 40], 0.55) : look.legs;
    g.fillStyle = css(side < 0 ? scale(cloth, 0.82) : cloth);
    g.beginPath();
    g.moveTo(x - 0.31 * w, -4);
    g.quadraticCurveTo(x - 0.27, -2.1, x - 0.17, -0.15);
    g.lineTo(x + 0.17, -0.15);
    g.quadraticCurveTo(x + 0.27, -2.1, x + 0.31 * w, -4);
    g.fill();
    g.fillStyle = css([26, 22, 22]);
    g.beginPath();
    g.roundRect(x - 0.2, -0.2, facing === 'side' ? 0.52 : 0.4, 0.2, 0.09);
    g.fill();
  }
  if (!dress) return;
  g.fillStyle = css(scale(look.top, 0.92));
  g.beginPath();
  g.moveTo(-0.5 * w, -4.2);
  g.quadraticCurveTo(-0.85 * w, -3, -1 * w, -1.75);
  g.quadraticCurveTo(0, -1.55, 1 * w, -1.75);
  g.quadraticCurveTo(0.85 * w, -3, 0.5 * w, -4.2);
  g.fill();
  for (const fold of [-0.5, -0.1, 0.35]) line(g, [[fold * 0.8 * w, -3.7], [fold * 1.3 * w, -1.75]], 0.035, scale(look.top, 0.66)); // prettier-ignore
}

function paintTorso(g: SKRSContext2D, look: Look, w: number, facing: Facing): void {
  g.fillStyle = css(scale(look.skin, 0.84));
  g.fillRect(-0.18, -6.75, 0.36, 0.6);
  const hem = look.garment === 'coat' ? -2.5 : look.garment === 'dress' ? -4.05 : -3.75;
  const shoulder = 0.98 * w;
  const gradient = g.createLinearGradient(0, -6.3, 0, hem);
  gradient.addColorStop(0, css(scale(look.top, 1.08)));
  gradient.addColorStop(1, css(scale(look.top, 0.8)));
  g.fillStyle = gradient;
  g.beginPath();
  g.moveTo(-0.2, -6.36);
  g.bezierCurveTo(-0.5, -6.2, -shoulder * 0.92, -6.16, -shoulder, -5.72);
  g.bezierCurveTo(-shoulder * 0.86, -5.2, -0.66 * w, -4.8, -0.64 * w, -4.5);
  g.quadraticCurveTo(-0.7 * w, -3.9, look.garment === 'coat' ? -0.86 * w : -0.68 * w, hem);
  g.lineTo(look.garment === 'coat' ? 0.86 * w : 0.68 * w, hem);
  g.quadraticCurveTo(0.7 * w, -3.9, 0.64 * w, -4.5);
  g.bezierCurveTo(0.66 * w, -4.8, shoulder * 0.86, -5.2, shoulder, -5.72);
  g.bezierCurveTo(shoulder * 0.92, -6.16, 0.5, -6.2, 0.2, -6.36);
  g.closePath();
  g.fill();
  if (facing === 'front') paintFront(g, look, w, hem);
  if (facing === 'back') line(g, [[0, -6.2], [0, hem]], 0.025, scale(look.top, 0.62)); // prettier-ignore
  if (look.scarf !== undefined) {
    g.fillStyle = css(look.scarf);
    g.beginPath();
    g.roundRect(-0.42, -6.52, 0.84, 0.36, 0.16);
    g.fill();
    if (facing === 'front') g.fillRect(0.08, -6.3, 0.26, 1.25);
    line(g, [[-0.36, -6.33], [0.36, -6.3]], 0.03, scale(look.scarf, 0.7)); // prettier-ignore
  }
}

/** Collar, lapels, buttons: what tells a coat from a sweater. */
function paintFront(g: SKRSContext2D, look: Look, w: number, hem: number): void {
  const dark = scale(look.top, 0.62);
  if (look.garment === 'coat' || look.garment === 'jacket') {
    g.fillStyle = css(look.under);
    triangle(g, [-0.27, -6.34], [0.27, -6.34], [0, -5.25]);
    g.fillStyle = css(scale(look.top, 1.22));
    for (const side of [-1, 1]) {
      g.beginPath();
      g.moveTo(side * 0.24, -6.42);
      g.lineTo(side * 0.56, -6.12);
      g.lineTo(side * 0.42, -5.75);
      g.lineTo(0, -5.1);
      g.closePath();
      g.fill();
    }
    line(g, [[0, -5.12], [0.02, hem]], 0.03, dark); // prettier-ignore
    for (let button = 0; button < 3; button++) dot(g, 0.14, -4.9 + button * 0.42, 0.04, dark);
  } else {
    g.fillStyle = css(look.garment === 'sweater' ? dark : scale(look.skin, 0.94));
    g.beginPath();
    g.ellipse(0, -6.3, 0.3, look.garment === 'sweater' ? 0.13 : 0.24, 0, 0, Math.PI * 2);
    g.fill();
    g.fillStyle = css(scale(look.skin, 0.84));
    g.fillRect(-0.18, -6.6, 0.36, 0.27);
  }
  for (const side of [-1, 1]) line(g, [[side * 0.6 * w, -5.5], [side * 0.56 * w, -4.6]], 0.03, dark); // prettier-ignore
}

function paintArm(g: SKRSContext2D, look: Look, side: -1 | 1, w: number, facing: Facing): void {
  if (facing === 'side' && side < 0) return;
  const x = facing === 'side' ? 0 : side * 0.84 * w;
  const elbow = x + side * 0.16 * (facing === 'side' ? -0.6 : 1);
  const hand = x + side * (facing === 'side' ? 0.12 : 0.04);
  const sleeve = scale(look.top, facing === 'back' ? 0.84 : side < 0 ? 0.74 : 0.9);
  g.lineJoin = 'round';
  dot(g, hand, -3.5, 0.15, look.skin);
  line(g, [[x, -5.74], [elbow, -4.75], [hand, -3.75]], 0.36, sleeve); // prettier-ignore
}

type Spot = readonly [x: number, y: number];

function line(g: SKRSContext2D, points: readonly Spot[], width: number, colour: Rgb): void {
  g.beginPath();
  for (const [x, y] of points) g.lineTo(x, y);
  g.lineCap = 'round';
  g.lineWidth = width;
  g.strokeStyle = css(colour);
  g.stroke();
}

function triangle(g: SKRSContext2D, a: Spot, b: Spot, c: Spot): void {
  g.beginPath();
  g.moveTo(...a);
  g.lineTo(...b);
  g.lineTo(...c);
  g.fill();
}

function dot(g: SKRSContext2D, x: number, y: number, r: number, colour: Rgb): void {
  g.beginPath();
  g.arc(x, y, r, 0, Math.PI * 2);
  g.fillStyle = css(colour);
  g.fill();
}
