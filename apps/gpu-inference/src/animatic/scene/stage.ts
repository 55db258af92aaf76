import type { SKRSContext2D } from '@napi-rs/canvas';
import { css, mix, rgb, type Rgb } from './colour.ts';
import { tint, type Palette } from './palette.ts';
import type { Place } from './place-kind.ts';
import type { Random } from './random.ts';

/**
 * Where a place is painted. One unit is the height of the picture; the origin is its middle, y grows downwards.
 * What is painted beyond the picture's edge shows when the camera moves.
 */
export interface Stage {
  readonly g: SKRSContext2D;
  readonly random: Random;
  readonly palette: Palette;
  /** Half the visible width. */
  readonly half: number;
  /** Half the painted width and height. */
  readonly reach: number;
  readonly reachY: number;
  /** Height of the horizon: lower on the picture when the camera looks up. */
  readonly horizon: number;
  /** The place's name as the script has it, for signs; empty where a sign would not be seen whole. */
  readonly sign: string;
  /** Half the width in which a sign is seen whole. */
  readonly signReach: number;
  readonly font: string;
  readonly place: Place;
}

export type Point = readonly [x: number, y: number];

/** A named surface in the light of the shot. */
export function lit(s: Stage, hex: string, distance = 0): Rgb {
  return tint(s.palette, rgb(hex), distance);
}

export function box(s: Stage, x: number, y: number, w: number, h: number, fill: Rgb, alpha = 1): void {
  s.g.fillStyle = css(fill, alpha);
  s.g.fillRect(x, y, w, h);
}

export function polygon(s: Stage, points: readonly Point[], fill: Rgb, alpha = 1): void {
  trace(s, points);
  s.g.fillStyle = css(fill, alpha);
  s.g.fill();
}

export function trace(s: Stage, points: readonly Point[]): void {
  s.g.beginPath();
  for (const [x, y] of points) s.g.lineTo(x, y);
  s.g.closePath();
}

export function disc(s: Stage, x: number, y: number, rx: number, ry: number, fill: Rgb, alpha = 1): void {
  s.g.beginPath();
  s.g.ellipse(x, y, rx, ry, 0, 0, Math.PI * 2);
  s.g.fillStyle = css(fill, alpha);
  s.g.fill();
}

export function stroke(s: Stage, points: readonly Point[], width: number, colour: Rgb, alpha = 1): void {
  s.g.beginPath();
  for (const [x, y] of points) s.g.lineTo(x, y);
  s.g.lineWidth = width;
  s.g.lineCap = 'round';
  s.g.strokeStyle = css(colour, alpha);
  s.g.stroke();
}

export type Stop = readonly [at: number, colour: Rgb, alpha?: number];

/** A box that shades from its upper edge to its lower one. */
export function shade(s: Stage, x: number, y: number, w: number, h: number, stops: readonly Stop[]): void {
  const gradient = s.g.createLinearGradient(0, y, 0, y + h);
  for (const [at, colour, alpha] of stops) gradient.addColorStop(at, css(colour, alpha ?? 1));
  s.g.fillStyle = gradient;
  s.g.fillRect(x, y, w, h);
}

/** Light that adds to what it falls on. */
export function glow(s: Stage, x: number, y: number, radius: number, colour: Rgb, alpha: number): void {
  const gradient = s.g.createRadialGradient(x, y, 0, x, y, radius);
  gradient.addColorStop(0, css(colour, alpha));
  gradient.addColorStop(0.35, css(colour, alpha * 0.4));
  gradient.addColorStop(1, css(colour, 0));
  s.g.globalCompositeOperation = 'screen';
  s.g.fillStyle = gradient;
  s.g.fillRect(x - radius, y - radius, radius * 2, radius * 2);
  s.g.globalCompositeOperation = 'source-over';
}

/** A soft patch on the ground: light that falls, or wetness that mirrors. */
export function pool(
  s: Stage,
  x: number,
  y: number,
  rx: number,
  ry: number,
  colour: Rgb,
  alpha: number,
): void {
  s.g.save();
  s.g.translate(x, y);
  s.g.scale(rx, ry);
  const gradient = s.g.createRadialGradient(0, 0, 0, 0, 0, 1);
  gradient.addColorStop(0, css(colour, alpha));
  gradient.addColorStop(1, css(colour, 0));
  s.g.fillStyle = gradient;
  s.g.fillRect(-1, -1, 2, 2);
  s.g.restore();
}

/** Cuts a hole, so that what lies behind shows. */
export function cut(s: Stage, points: readonly Point[]): void {
  s.g.globalCompositeOperation = 'destination-out';
  polygon(s, points, [0, 0, 0]);
  s.g.globalCompositeOperation = 'source-over';
}

export function rect(x: number, y: number, w: number, h: number): readonly Point[] {
  return [
    [x, y],
    [x + w, y],
    [x + w, y + h],
    [x, y + h],
  ];
}

/** A window in a wall: a hole with a frame, bars and a gleam on the glass. */
export function windowIn(s: Stage, x: number, y: number, w: number, h: number, bars = 1): void {
  const frame = lit(s, '#6b5a4a');
  const t = Math.min(w, h) * 0.05;
  box(s, x - t, y - t, w + 2 * t, h + 2 * t, frame);
  cut(s, rect(x, y, w, h));
  s.g.save();
  trace(s, rect(x, y, w, h));
  s.g.clip();
  polygon(s, [[x + w * 0.15, y + h], [x + w * 0.45, y], [x + w * 0.62, y], [x + w * 0.32, y + h]], [255, 255, 255], 0.07); // prettier-ignore
  s.g.restore();
  for (let bar = 1; bar <= bars; bar++) box(s, x + (w * bar) / (bars + 1) - t / 3, y, (t * 2) / 3, h, frame);
  box(s, x, y + h * 0.42 - t / 3, w, (t * 2) / 3, frame);
  box(s, x - t * 2, y + h + t, w + t * 4, t * 1.6, mix(frame, [255, 255, 255], 0.15));
  if (!s.palette.lamps) glow(s, x + w / 2, y + h / 2, Math.max(w, h) * 1.1, s.palette.skyLow, 0.35);
}

/** A hanging or standing lamp's light where lamps are lit, and its shade always. */
export function lamp(s: Stage, x: number, y: number, size: number, cord: number): void {
  box(s, x - size * 0.03, y - cord, size * 0.06, cord, lit(s, '#1c1a1a'));
  polygon(
    s,
    [
      [x - size * 0.2, y],
      [x + size * 0.2, y],
      [x + size * 0.5, y + size * 0.42],
      [x - size * 0.5, y + size * 0.42],
    ],
    s.palette.lamps ? rgb('#f2c27e') : lit(s, '#8a7a66'),
  );
  if (!s.palette.lamps) return;
  disc(s, x, y + size * 0.42, size * 0.42, size * 0.1, rgb('#fff0cd'));
  glow(s, x, y + size * 0.5, size * 4.5, rgb('#ffc37a'), 0.6);
}

/** A board with the place's whole name, moved and shrunk to where it is seen; none where it could not be read. */
export function signboard(s: Stage, x: number, y: number, w: number, h: number, board: Rgb, ink: Rgb): void {
  if (s.sign === '') return;
  const widthOf = (text: string) => {
    s.g.font = `100px ${s.font}`;
    return s.g.measureText(text).width / 100;
  };
  const width = Math.min(w, s.signReach * 2);
  const { lines, size } = signLines(s.sign, width * 0.9, h, widthOf);
  if (size < smallestLetter) return;
  const centre = Math.max(width / 2 - s.signReach, Math.min(s.signReach - width / 2, x));
  box(s, centre - width / 2, y - h / 2, width, h, board);
  s.g.font = `${size}px ${s.font}`;
  s.g.textAlign = 'center';
  s.g.textBaseline = 'middle';
  s.g.fillStyle = css(ink);
  lines.forEach((text, row) => s.g.fillText(text, centre, y + (row - (lines.length - 1) / 2) * size * 1.14));
}

/** In picture heights: 9 pixels of 1920. */
const smallestLetter = 0.0047;

/** A name on one line, or on two where that allows larger letters; `widthOf` measures at letter size 1. */
export function signLines(
  name: string,
  width: number,
  height: number,
  widthOf: (text: string) => number,
): { readonly lines: readonly string[]; readonly size: number } {
  const fit = (lines: readonly string[]) => ({
    lines,
    size: Math.min((height * (lines.length > 1 ? 0.8 : 0.56)) / lines.length, width / Math.max(...lines.map(widthOf))),
  }); // prettier-ignore
  const breaks = [...name.matchAll(/ /g)].map(({ index }) => [name.slice(0, index), name.slice(index + 1)]);
  return [[name], ...breaks].map(fit).reduce((best, next) => (next.size > best.size ? next : best));
}
