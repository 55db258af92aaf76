import { createCanvas, type Canvas, type SKRSContext2D } from '@napi-rs/canvas';

/** A layer of the picture, painted once. `depth` 1 is where the people in focus stand. */
export interface Plate {
  readonly canvas: Canvas;
  /** Where the canvas's upper left corner lies in the picture at rest, pixels. */
  readonly x: number;
  readonly y: number;
  readonly depth: number;
}

/** Plates are painted this much larger than the picture, so that a moving camera finds no edge. */
export const overscan = 1.4;

/** Paints a layer in picture heights about the picture's middle, with blur (in picture heights) and a level. */
export function paintPlate(
  size: { readonly width: number; readonly height: number },
  how: {
    readonly depth: number;
    readonly scale: number;
    readonly roll: number;
    readonly blur: number;
    readonly filter: string;
    readonly pivotY: number;
  },
  paint: (g: SKRSContext2D) => void,
): Plate {
  const width = Math.ceil(size.width * overscan);
  const height = Math.ceil(size.height * overscan);
  const canvas = createCanvas(width, height);
  const g = canvas.getContext('2d');
  g.translate(width / 2, height / 2);
  g.rotate(how.roll);
  g.scale(size.height, size.height);
  g.translate(0, how.pivotY * 0.5);
  g.scale(how.scale, how.scale);
  g.translate(0, -how.pivotY);
  paint(g);
  const plate = { canvas, x: (size.width - width) / 2, y: (size.height - height) / 2, depth: how.depth };
  const blurPx = how.blur * size.height;
  const filter = `${blurPx >= 0.5 ? `blur(${blurPx.toFixed(2)}px) ` : ''}${how.filter}`.trim();
  return filter === '' ? plate : { ...plate, canvas: filtered(canvas, filter) };
}

/** A copy drawn through a CSS filter. */
export function filtered(source: Canvas, filter: string): Canvas {
  const canvas = createCanvas(source.width, source.height);
  const g = canvas.getContext('2d');
  g.filter = filter;
  g.drawImage(source, 0, 0);
  return canvas;
}

/** The plate cut down to what is painted on it: fewer pixels for every frame to touch. Undefined when it is empty. */
export function trimmed(plate: Plate): Plate | undefined {
  const { width, height } = plate.canvas;
  const { data } = plate.canvas.getContext('2d').getImageData(0, 0, width, height);
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[(y * width + x) * 4 + 3] === 0) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  if (right < left) return undefined;
  const canvas = createCanvas(right - left + 1, bottom - top + 1);
  canvas.getContext('2d').drawImage(plate.canvas, -left, -top);
  return { canvas, x: plate.x + left, y: plate.y + top, depth: plate.depth };
}
