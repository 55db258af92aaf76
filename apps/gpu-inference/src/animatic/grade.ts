import { createCanvas, type Canvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { Picture } from '@reelmesh/contracts/shot';
import { css, rgb } from './scene/colour.ts';
import type { Palette } from './scene/palette.ts';
import { seededRandom } from './scene/random.ts';

/** A filter for plates and people of a memory; empty for the present. */
export function memoryFilter(picture: Picture, palette: Palette): string {
  const bright = (1.02 + palette.darkness * 0.3).toFixed(2);
  return picture.flashback ? `sepia(0.78) saturate(0.92) contrast(0.92) brightness(${bright})` : '';
}

/** What lies over every frame: corner fall-off, the light's wash, and the eye's edge for a subjective shot. */
export function paintGrade(picture: Picture, palette: Palette, width: number, height: number): Canvas {
  const canvas = createCanvas(width, height);
  const g = canvas.getContext('2d');
  const wash = g.createLinearGradient(0, 0, 0, height);
  wash.addColorStop(0, css(palette.skyTop, 0.1));
  wash.addColorStop(0.45, css(palette.key, 0.03));
  wash.addColorStop(1, css([8, 8, 14], 0.2));
  g.fillStyle = wash;
  g.fillRect(0, 0, width, height);
  vignette(g, width, height, picture.flashback ? '#2b1a0a' : '#04050a', picture.flashback ? 0.66 : 0.38, picture.flashback ? 0.34 : 0.5); // prettier-ignore
  if (picture.flashback) {
    const veil = g.createRadialGradient(width / 2, height * 0.42, 0, width / 2, height * 0.42, height * 0.5);
    veil.addColorStop(0, 'rgba(255,236,196,0.1)');
    veil.addColorStop(1, 'rgba(255,236,196,0)');
    g.fillStyle = veil;
    g.fillRect(0, 0, width, height);
  }
  if (picture.angle === 'CAMERA_ANGLE_POV') eyelids(g, width, height);
  return canvas;
}

function vignette(
  g: SKRSContext2D,
  width: number,
  height: number,
  hex: string,
  strength: number,
  clear: number,
): void {
  g.save();
  g.translate(width / 2, height / 2);
  g.scale(width / 2, height / 2);
  const gradient = g.createRadialGradient(0, 0, clear, 0, 0, 1.4);
  gradient.addColorStop(0, css(rgb(hex), 0));
  gradient.addColorStop(0.6, css(rgb(hex), strength * 0.45));
  gradient.addColorStop(1, css(rgb(hex), strength));
  g.fillStyle = gradient;
  g.fillRect(-1, -1, 2, 2);
  g.restore();
}

/** The soft dark rim of a field of vision. */
function eyelids(g: SKRSContext2D, width: number, height: number): void {
  g.save();
  g.filter = `blur(${(height * 0.022).toFixed(1)}px)`;
  g.fillStyle = 'rgba(4,4,8,0.93)';
  g.beginPath();
  g.rect(-width, -height, width * 3, height * 3);
  g.ellipse(width / 2, height / 2, width * 0.56, height * 0.43, 0, 0, Math.PI * 2, true);
  g.fill('evenodd');
  g.restore();
}

/** A tile of film grain; drawn at a new place in each frame. */
export function grainTile(seed: string): Canvas {
  const side = 256;
  const canvas = createCanvas(side, side);
  const g = canvas.getContext('2d');
  const image = g.createImageData(side, side);
  const random = seededRandom(`grain ${seed}`);
  for (let at = 0; at < image.data.length; at += 4) {
    const value = random.next() < 0.5 ? 0 : 255;
    image.data.set([value, value, value, Math.floor(random.next() * 5)], at);
  }
  g.putImageData(image, 0, 0);
  return canvas;
}
