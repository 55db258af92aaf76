import type { SKRSContext2D } from '@napi-rs/canvas';
import { css, type Rgb } from '../scene/colour.ts';

export type Spot = readonly [x: number, y: number];

/** A line with round ends through the spots. */
export function line(g: SKRSContext2D, spots: readonly Spot[], width: number, colour: Rgb): void {
  g.beginPath();
  for (const [x, y] of spots) g.lineTo(x, y);
  g.lineCap = 'round';
  g.lineJoin = 'round';
  g.lineWidth = width;
  g.strokeStyle = css(colour);
  g.stroke();
}

export function curve(g: SKRSContext2D, from: Spot, by: Spot, to: Spot, width: number, colour: Rgb): void {
  g.beginPath();
  g.moveTo(...from);
  g.quadraticCurveTo(...by, ...to);
  g.lineCap = 'round';
  g.lineWidth = width;
  g.strokeStyle = css(colour);
  g.stroke();
}

export function shape(g: SKRSContext2D, spots: readonly Spot[], colour: Rgb): void {
  g.beginPath();
  for (const [x, y] of spots) g.lineTo(x, y);
  g.closePath();
  g.fillStyle = css(colour);
  g.fill();
}

export function oval(g: SKRSContext2D, x: number, y: number, rx: number, ry: number, colour: Rgb): void {
  g.beginPath();
  g.ellipse(x, y, rx, ry, 0, 0, Math.PI * 2);
  g.fillStyle = css(colour);
  g.fill();
}

export function ring(g: SKRSContext2D, x: number, y: number, rx: number, ry: number, colour: Rgb): void {
  g.beginPath();
  g.ellipse(x, y, rx, ry, 0, 0, Math.PI * 2);
  g.lineWidth = 0.022;
  g.strokeStyle = css(colour);
  g.stroke();
}

export function slab(g: SKRSContext2D, x: number, y: number, w: number, h: number, round: number, colour: Rgb): void {
  g.beginPath();
  g.roundRect(x, y, w, h, round);
  g.fillStyle = css(colour);
  g.fill();
} // prettier-ignore
