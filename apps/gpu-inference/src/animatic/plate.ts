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
  const cut = cropped(plate.canvas);
  return cut && { canvas: cut.canvas, x: plate.x + cut.x, y: plate.y + cut.y, depth: plate.depth };
}

/** The painted part of a canvas with a margin, and where it lay. Undefined when nothing is painted. */
export function cropped(source: Canvas, margin = 0): { canvas: Canvas; x: number; y: number } | undefined {
  const { width, height } = source;
  const bytes = source.data();
  const pixels = new Uint32Array(bytes.buffer, bytes.byteOffset, width * height);
  const emptyRow = (y: number) => {
    for (let at = y * width; at < (y + 1) * width; at++) if (pixels[at] !== 0) return false;
    return true;
  };
  let [top, bottom] = [0, height - 1];
  while (top <= bottom && emptyRow(top)) top++;
  if (top > bottom) return undefined;
  while (emptyRow(bottom)) bottom--;
  const emptyColumn = (x: number) => {
    for (let y = top; y <= bottom; y++) if (pixels[y * width + x] !== 0) return false;
    return true;
  };
  let [left, right] = [0, width - 1];
  while (emptyColumn(left)) left++;
  while (emptyColumn(right)) right--;
  const [x, y] = [Math.max(0, left - Math.ceil(margin)), Math.max(0, top - Math.ceil(margin))];
  const canvas = createCanvas(Math.min(width, right + 1 + Math.ceil(margin)) - x, Math.min(height, bottom + 1 + Math.ceil(margin)) - y); // prettier-ignore
  canvas.getContext('2d').drawImage(source, -x, -y);
  return { canvas, x, y };
}
