import type { SKRSContext2D } from '@napi-rs/canvas';
import { css, scale, type Rgb } from '../scene/colour.ts';
import type { Thing } from './acting.ts';
import { curve, line, oval, shape, slab, type Spot } from './brush.ts';

const leather: Rgb = [112, 62, 34];
const dark: Rgb = [30, 27, 28];
const paper: Rgb = [238, 230, 208];

/** What a hand holds, in heads about the hand; `side` is the picture's side of it. Both hands hold in the middle when `both`. */
export function paintThing(g: SKRSContext2D, thing: Thing, [x, y]: Spot, side: -1 | 1, both: boolean): void {
  switch (thing) {
    case 'case':
      return both ? slab(g, x - 0.85, y - 0.55, 1.7, 1.1, 0.22, leather) : satchel(g, x, y);
    case 'violin':
      return violin(g, [x - side * 1.05, y + 0.1], side);
    case 'lantern':
      return lamp(g, x, y);
    case 'umbrella':
      return umbrella(g, x, y);
    case 'bowl':
      return bowl(g, x, y);
    case 'paper':
      return shape(g, [[x - 0.42, y - 0.62], [x + 0.4, y - 0.68], [x + 0.46, y + 0.22], [x - 0.38, y + 0.28]], paper); // prettier-ignore
    case 'phone':
      return slab(g, x - 0.09, y - 0.3, 0.2, 0.44, 0.05, dark);
    case 'cup':
      return slab(g, x - 0.16, y - 0.3, 0.32, 0.34, 0.06, [226, 218, 203]);
    case 'cap':
      oval(g, x, y - 0.02, 0.5, 0.2, [38, 44, 58]);
      return oval(g, x, y + 0.12, 0.56, 0.1, dark);
    case 'pen':
      return line(g, [[x - side * 0.05, y + 0.1], [x + side * 0.25, y - 0.3]], 0.06, dark); // prettier-ignore
  }
}

function satchel(g: SKRSContext2D, x: number, y: number): void {
  line(g, [[x - 0.2, y + 0.25], [x, y], [x + 0.2, y + 0.25]], 0.07, scale(leather, 0.6)); // prettier-ignore
  slab(g, x - 0.62, y + 0.22, 1.24, 0.9, 0.14, leather);
  line(g, [[x - 0.6, y + 0.55], [x + 0.6, y + 0.55]], 0.04, scale(leather, 0.5)); // prettier-ignore
}

function bowl(g: SKRSContext2D, x: number, y: number): void {
  g.beginPath();
  g.moveTo(x - 0.5, y - 0.3);
  g.quadraticCurveTo(x - 0.4, y + 0.2, x, y + 0.2);
  g.quadraticCurveTo(x + 0.4, y + 0.2, x + 0.5, y - 0.3);
  g.fillStyle = css([229, 221, 206]);
  g.fill();
  oval(g, x, y - 0.3, 0.5, 0.12, [168, 92, 44]);
  for (const way of [-0.2, 0.12]) curve(g, [x + way, y - 0.45], [x + way + 0.14, y - 0.75], [x + way - 0.04, y - 1.05], 0.05, [214, 214, 214]); // prettier-ignore
}

function lamp(g: SKRSContext2D, x: number, y: number): void {
  line(g, [[x, y], [x, y + 0.22]], 0.05, dark); // prettier-ignore
  slab(g, x - 0.26, y + 0.2, 0.52, 0.72, 0.08, [255, 206, 128]);
  for (const bar of [-0.26, 0, 0.26]) line(g, [[x + bar, y + 0.22], [x + bar, y + 0.9]], 0.04, dark); // prettier-ignore
  slab(g, x - 0.32, y + 0.16, 0.64, 0.12, 0.04, dark);
  slab(g, x - 0.32, y + 0.86, 0.64, 0.1, 0.04, dark);
}

function umbrella(g: SKRSContext2D, x: number, y: number): void {
  const cloth: Rgb = [34, 36, 44];
  line(g, [[x, y + 0.25], [x - 0.14, -8.6]], 0.07, [70, 62, 56]); // prettier-ignore
  g.save();
  g.translate(x - 0.14, -7.75);
  g.rotate(-0.09);
  g.beginPath();
  g.moveTo(-1.95, 0.12);
  g.bezierCurveTo(-1.6, -1.35, 1.6, -1.35, 1.95, 0.12);
  for (const scallop of [1.3, 0.65, 0, -0.65, -1.3, -1.95]) g.quadraticCurveTo(scallop + 0.325, -0.2, scallop, 0.12);
  g.fillStyle = css(cloth);
  g.fill();
  for (const rib of [-1.2, -0.45, 0.45, 1.2]) curve(g, [0, -0.98], [rib * 0.8, -0.7], [rib, -0.02], 0.025, scale(cloth, 1.8)); // prettier-ignore
  g.restore();
} // prettier-ignore

/** Under the chin, the neck towards the hand on the acting side, the bow across. */
function violin(g: SKRSContext2D, [x, y]: Spot, side: -1 | 1): void {
  const wood: Rgb = [146, 78, 34];
  g.save();
  g.translate(x, y);
  g.scale(side, 1);
  g.rotate(-0.1);
  line(g, [[0.3, 0], [1.25, -0.02]], 0.1, scale(wood, 0.45)); // prettier-ignore
  oval(g, -0.12, 0, 0.34, 0.27, wood);
  oval(g, 0.26, 0, 0.27, 0.22, wood);
  line(g, [[-0.3, 0], [1.1, -0.02]], 0.025, [226, 214, 190]); // prettier-ignore
  line(g, [[-0.62, 0.86], [0.62, -0.84]], 0.045, [222, 204, 172]); // prettier-ignore
  g.restore();
}

/** What somebody sits on, its upper side at `y` and standing on the ground. */
export function paintSeat(g: SKRSContext2D, seat: 'bench' | 'chair' | 'case', y: number): void {
  if (seat === 'case') {
    slab(g, -1.25, y, 2.5, -y, 0.2, leather);
    line(g, [[-1.2, y * 0.62], [1.2, y * 0.62]], 0.06, scale(leather, 0.5)); // prettier-ignore
    return;
  }
  const soft = seat === 'bench';
  const cover: Rgb = soft ? [125, 59, 51] : [112, 80, 52];
  if (soft) {
    slab(g, -1.5, y - 3.6, 3, 4.1, 0.45, scale(cover, 0.8));
    slab(g, -1.1, y - 3.45, 2.2, 0.62, 0.25, [204, 192, 166]);
    slab(g, -1.7, y - 0.1, 3.4, -y, 0.2, scale(cover, 0.95));
    return;
  }
  for (const side of [-1, 1]) line(g, [[side * 0.95, y - 2.7], [side * 0.98, -0.05]], 0.16, scale(cover, 0.72)); // prettier-ignore
  for (const rail of [2.5, 1.8, 1.1]) line(g, [[-0.95, y - rail], [0.95, y - rail]], 0.2, scale(cover, 0.9)); // prettier-ignore
  slab(g, -1.1, y, 2.2, 0.24, 0.08, cover);
}
