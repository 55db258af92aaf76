import type { CameraAngle, CameraMove, ShotSize } from '@reelmesh/contracts/script';
import type { Meaning } from './camera-terms.ts';
import { CHINESE_TERMS, ENGLISH_PHRASES, NOTE_CODES } from './camera-terms.ts';

/** What a script says about the camera. */
export interface Camera {
  readonly size?: ShotSize;
  readonly angle?: CameraAngle;
  /** The first one named: a clip has one dominant move. */
  readonly move?: CameraMove;
  /** All that were named, in order, without doubles. */
  readonly moves: readonly CameraMove[];
  /** Whole seconds, 1 to 10, where a `[[SHOT: …, 6s]]` note states them. */
  readonly seconds?: number;
}

/** A text and what the camera words in it said. */
export interface Directed {
  readonly camera: Camera | undefined;
  /** The text without them. */
  readonly text: string;
}

/** `SHOT: MCU, LOW, DOLLY_IN, 6s`; undefined for a note about anything else. */
export function readShotNote(note: string): Camera | undefined {
  const colon = note.indexOf(':');
  if (colon < 0 || note.slice(0, colon).trim().toUpperCase() !== 'SHOT') return undefined;
  const found: Meaning[] = [];
  let seconds: number | undefined;
  for (const part of note.slice(colon + 1).split(/[,;|，、]/)) {
    const code = part.trim().toUpperCase().replaceAll('_', ' ');
    const meaning = NOTE_CODES.get(code) ?? ENGLISH_PHRASES.get(code) ?? CHINESE_TERMS.get(code);
    if (meaning) found.push(meaning);
    else if (/^\d{1,2}S$/.test(code)) seconds = Math.min(10, Math.max(1, Number.parseInt(code, 10)));
  }
  const camera = combineMeanings(found);
  if (seconds === undefined) return camera;
  return { ...(camera ?? { moves: [] }), seconds };
}

/** Later words add to earlier ones and never replace them. */
export function mergeCameras(first: Camera | undefined, second: Camera | undefined): Camera | undefined {
  if (!first || !second) return first ?? second;
  return { ...second, ...first, moves: [...new Set([...first.moves, ...second.moves])] };
}

/** The first of each kind counts. */
export function combineMeanings(found: readonly Meaning[]): Camera | undefined {
  if (found.length === 0) return undefined;
  const merged: { size?: ShotSize; angle?: CameraAngle; move?: CameraMove } = {};
  const moves = new Set<CameraMove>();
  for (const { size, angle, move } of found) {
    if (size !== undefined) merged.size ??= size;
    if (angle !== undefined) merged.angle ??= angle;
    if (move === undefined) continue;
    merged.move ??= move;
    moves.add(move);
  }
  return { ...merged, moves: [...moves] };
}
