import { createCanvas, type Canvas } from '@napi-rs/canvas';
import { css, mix, scale, underLight, type Rgb } from '../scene/colour.ts';
import { cropped, filtered } from '../plate.ts';
import type { Palette } from '../scene/palette.ts';
import { headsTall, paintFigure, type Posture } from './figure.ts';
import { dropOf } from './limbs.ts';
import { lookOf } from './look.ts';

/** A person in the light of the shot, painted once. */
export interface Sprite {
  readonly canvas: Canvas;
  /** The feet's place on the canvas, pixels. */
  readonly footX: number;
  readonly footY: number;
  /** Pixels of the ground shadow's half width; 0 when the feet are out of the picture. */
  readonly shadow: number;
  /** Pixels of a head's height. */
  readonly head: number;
}

export interface SpriteOptions {
  readonly name: string;
  /** Pixels. */
  readonly head: number;
  /** Pixels above the feet that the picture shows at most; what is lower need not be painted. */
  readonly visible: number;
  /** Pixels to either side that the picture shows at most. */
  readonly aside: number;
  readonly posture: Posture;
  readonly palette: Palette;
  /** 0 lit, 1 a mere shape. */
  readonly shade: number;
  /** Out of focus by so many pixels. */
  readonly blur: number;
  readonly filter: string;
}

/** Heads that arms, umbrellas and seats may reach beyond the body: to either side, and above the crown. */
const reach = { aside: 2.4, above: 1.7 };
const reachesUp: ReadonlySet<string> = new Set(['raise', 'shelter', 'lean', 'bow-strings']);

/** From the feet to the crown, in heads. */
export function heightOf(name: string, { bend, acting }: Pick<Posture, 'bend' | 'acting'>): number {
  return (
    (6.52 * lookOf(name).height - dropOf(acting.stance) * lookOf(name).height) * bend.body + 0.98 * bend.head
  );
}

export function paintSprite(options: SpriteOptions): Sprite {
  const { head, palette, posture } = options;
  const { bend } = posture;
  const look = lookOf(options.name);
  const above = reachesUp.has(posture.acting.gesture) ? reach.above : 0.3;
  const standing = headsTall * Math.max(1, look.height) * bend.body + Math.max(0.8, bend.head);
  const tall = (standing - dropOf(posture.acting.stance) * look.height * bend.body + above) * head;
  const half = Math.ceil(Math.min(head * reach.aside, options.aside));
  const footY = Math.ceil(tall);
  const full = createCanvas(half * 2, Math.ceil(Math.min(tall, options.visible + above * head)));
  const g = full.getContext('2d');
  g.translate(half, footY);
  g.scale(head, head);
  paintFigure(g, look, posture);
  const shadow = footY <= full.height + head ? head * 0.95 : 0;
  // Light falls on what is painted only: most of the canvas is air.
  const { canvas, x, y } = cropped(full, options.blur * 3) ?? { canvas: full, x: 0, y: 0 };
  light(canvas, palette, options.shade, head);
  const filter =
    `${options.blur >= 0.5 ? `blur(${options.blur.toFixed(2)}px) ` : ''}${options.filter}`.trim();
  const lit = filter === '' ? canvas : filtered(canvas, filter);
  return { canvas: lit, head, footX: half - x, footY: footY - y, shadow };
}

/** The room's or the sky's light on the flat colours: ambient, fall-off away from the key, and an edge on the key side. */
function light(canvas: Canvas, palette: Palette, shade: number, head: number): void {
  const { width, height } = canvas;
  const shape = createCanvas(width, height);
  shape.getContext('2d').drawImage(canvas, 0, 0);
  const g = canvas.getContext('2d');
  g.globalCompositeOperation = 'multiply';
  g.fillStyle = css(mix(palette.ambient, [255, 255, 255], 0.22 + palette.darkness * 0.14));
  g.fillRect(0, 0, width, height);
  g.globalCompositeOperation = 'source-over';
  const dark: Rgb = scale(mix(underLight([40, 42, 60], palette.ambient), palette.skyTop, 0.3), 0.5);
  const fall =
    palette.keySide > 0 ? g.createLinearGradient(width, 0, 0, 0) : g.createLinearGradient(0, 0, width, 0);
  fall.addColorStop(0.2, css(palette.key, 0.12));
  fall.addColorStop(0.48, css(dark, 0.08));
  fall.addColorStop(0.82, css(dark, 0.58));
  g.fillStyle = fall;
  g.fillRect(0, 0, width, height);
  if (shade > 0) {
    g.fillStyle = css(dark, shade);
    g.fillRect(0, 0, width, height);
  }
  edge(canvas, shape, palette, head);
  g.globalCompositeOperation = 'destination-in';
  g.drawImage(shape, 0, 0);
  g.globalCompositeOperation = 'source-over';
}

/** The rim: the shape less itself shifted away from the light. */
function edge(canvas: Canvas, shape: Canvas, palette: Palette, head: number): void {
  const rim = createCanvas(canvas.width, canvas.height);
  const r = rim.getContext('2d');
  r.drawImage(shape, 0, 0);
  r.globalCompositeOperation = 'source-in';
  r.fillStyle = css(palette.key, 0.5 + palette.darkness * 0.25);
  r.fillRect(0, 0, rim.width, rim.height);
  r.globalCompositeOperation = 'destination-out';
  r.filter = `blur(${Math.max(0.4, head * 0.018).toFixed(2)}px)`;
  r.drawImage(shape, -palette.keySide * head * 0.055, head * 0.02);
  const g = canvas.getContext('2d');
  g.globalCompositeOperation = 'screen';
  g.drawImage(rim, 0, 0);
  g.globalCompositeOperation = 'source-over';
}
