import { createCanvas, type Canvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { Picture } from '@reelmesh/contracts/shot';
import { fontFamily, printable } from './glyphs.ts';
import { breakLines } from './lines.ts';
import { labelWords } from './words.ts';

/** A picture with text that is laid over the frame, and where. */
export interface Overlay {
  readonly canvas: Canvas;
  readonly x: number;
  readonly y: number;
}

/** Text keeps off the outer 5 % of each side, where phones and players put their own things. */
const safeMargin = 0.05;

/** The slate in the upper left corner; undefined when there is nothing to say. */
export function slate(picture: Picture, width: number, height: number): Overlay | undefined {
  const words = labelWords(picture);
  const camera = printable(words.camera);
  const place = printable(words.place);
  if (camera === '' && place === '') return undefined;
  const size = Math.max(8, Math.round(Math.min(width, height * 0.75) * 0.0235));
  const padding = Math.round(size * 0.62);
  const most = Math.round(width * (1 - 2 * safeMargin));
  const measure = createCanvas(1, 1).getContext('2d');
  const lines = [
    { text: camera, font: `${size}px "${fontFamily}"`, ink: 'rgba(255,255,255,0.92)' },
    { text: place, font: `${Math.round(size * 0.86)}px "${fontFamily}"`, ink: 'rgba(255,226,178,0.86)' },
  ].filter((line) => line.text !== '');
  const widest = Math.max(...lines.map((line) => widthIn(measure, line.font, line.text)));
  const w = Math.min(most, Math.ceil(widest + padding * 2 + size * 0.3));
  const h = Math.ceil(lines.length * size * 1.42 + padding * 1.2);
  const canvas = createCanvas(w, h);
  const g = canvas.getContext('2d');
  g.fillStyle = 'rgba(8,10,14,0.46)';
  g.beginPath();
  g.roundRect(0, 0, w, h, size * 0.34);
  g.fill();
  g.fillStyle = '#f0b45c';
  g.fillRect(0, h * 0.2, Math.max(2, size * 0.15), h * 0.6);
  g.textBaseline = 'middle';
  lines.forEach((line, index) => {
    g.font = line.font;
    g.fillStyle = line.ink;
    g.fillText(
      line.text,
      padding + size * 0.15,
      padding * 0.6 + size * 1.42 * (index + 0.5),
      w - padding * 2,
    );
  });
  return { canvas, x: Math.round(width * safeMargin), y: Math.round(height * safeMargin * 0.8) };
}

/** The script's on-screen text as a card over the picture; undefined when there is none. */
export function captionCard(text: string, width: number, height: number): Overlay | undefined {
  const words = printable(text).trim();
  if (words === '') return undefined;
  const measure = createCanvas(1, 1).getContext('2d');
  const size = Math.max(10, Math.round(Math.min(width * 0.062, height * 0.058)));
  const font = `${size}px "${fontFamily}"`;
  const most = width * (1 - 2 * safeMargin) - size * 2.4;
  const lines = breakLines(words, most, 5, (line) => widthIn(measure, font, line));
  const widest = Math.max(...lines.map((line) => widthIn(measure, font, line)));
  const w = Math.ceil(Math.min(width * (1 - 2 * safeMargin), widest + size * 2.4));
  const h = Math.ceil(lines.length * size * 1.45 + size * 1.3);
  const canvas = createCanvas(w, h);
  const g = canvas.getContext('2d');
  const wash = g.createLinearGradient(0, 0, w, 0);
  wash.addColorStop(0, 'rgba(9,10,14,0)');
  wash.addColorStop(0.16, 'rgba(9,10,14,0.74)');
  wash.addColorStop(0.84, 'rgba(9,10,14,0.74)');
  wash.addColorStop(1, 'rgba(9,10,14,0)');
  g.fillStyle = wash;
  g.fillRect(0, 0, w, h);
  const rule = g.createLinearGradient(0, 0, w, 0);
  rule.addColorStop(0, 'rgba(240,180,92,0)');
  rule.addColorStop(0.5, 'rgba(240,180,92,0.95)');
  rule.addColorStop(1, 'rgba(240,180,92,0)');
  g.fillStyle = rule;
  const thin = Math.max(1, Math.round(size * 0.05));
  g.fillRect(0, 0, w, thin);
  g.fillRect(0, h - thin, w, thin);
  g.font = font;
  g.textAlign = 'center';
  g.textBaseline = 'middle';
  g.fillStyle = '#fbf6ea';
  g.shadowColor = 'rgba(0,0,0,0.7)';
  g.shadowBlur = size * 0.2;
  lines.forEach((line, index) =>
    g.fillText(line, w / 2, size * 0.65 + size * 1.45 * (index + 0.5), w * 0.94),
  );
  return { canvas, x: Math.round((width - w) / 2), y: Math.round(height * 0.66 - h / 2) };
}

function widthIn(g: SKRSContext2D, font: string, text: string): number {
  g.font = font;
  return g.measureText(text).width;
}
