import { readFile, writeFile } from 'node:fs/promises';
import { animaticRevision } from '../src/animatic/model.ts';
import { pixelsOf, specOf } from './specs.ts';

/** Small pictures that together show every part of the drawing, as means of a 9 × 16 grid: three numbers a cell, separated by spaces. */
export interface Golden {
  readonly revision: string;
  readonly pictures: Readonly<Record<string, string>>;
}

const form = { width: 216, height: 384 };
const subjects = {
  platform: specOf({ weather: 'WEATHER_RAIN', cast: ['MARA', 'LEO'], size: 'SHOT_SIZE_LS', onScreenText: 'Midnight' }, form),
  room: specOf({ intExt: 'INT_EXT_INT', location: '客厅', language: 'zh', timeOfDay: 'TIME_OF_DAY_DAY', move: 'CAMERA_MOVE_PUSH_IN' }, form),
  street: specOf({ location: 'STREET', timeOfDay: 'TIME_OF_DAY_DUSK', size: 'SHOT_SIZE_MCU', angle: 'CAMERA_ANGLE_OVER_SHOULDER', cast: ['林夏', '周明'] }, form),
  park: specOf({ location: 'PARK', timeOfDay: 'TIME_OF_DAY_MORNING', angle: 'CAMERA_ANGLE_BIRD_EYE', flashback: true }, form),
}; // prettier-ignore

export function currentGolden(): Golden {
  const pictures = Object.entries(subjects).map(
    ([name, spec]) => [name, gridMeans(pixelsOf(spec)).join(' ')] as const,
  );
  return { revision: animaticRevision, pictures: Object.fromEntries(pictures) };
}

const file = new URL('./golden.json', import.meta.url);

export async function storedGolden(): Promise<Golden> {
  return JSON.parse(await readFile(file, 'utf8')) as Golden;
}

/** Means, not a hash: Skia chooses its instructions by the processor, and the last bit of a pixel may differ between two. */
function gridMeans(pixels: Buffer): number[] {
  const cell = 24;
  const [columns, rows] = [form.width / cell, form.height / cell];
  const sums = new Array<number>(columns * rows * 3).fill(0);
  for (let y = 0; y < form.height; y++) {
    for (let x = 0; x < form.width; x++) {
      const to = (Math.floor(y / cell) * columns + Math.floor(x / cell)) * 3;
      const from = (y * form.width + x) * 4;
      for (let channel = 0; channel < 3; channel++) sums[to + channel]! += pixels[from + channel]!;
    }
  }
  return sums.map((sum) => Math.round((sum / cell ** 2) * 10) / 10);
}

if (import.meta.main) await writeFile(file, `${JSON.stringify(currentGolden(), undefined, 2)}\n`);
