import type { Picture } from '@reelmesh/contracts/shot';
import { seededRandom } from '../scene/random.ts';

/** Where one person stands in the picture. Heights are parts of the picture's height, positions from its middle. */
export interface Placement {
  readonly name: string;
  /** Height of a head. */
  readonly head: number;
  readonly x: number;
  /** Top of an average grown-up's head. */
  readonly top: number;
  /** Distance from the camera; 1 is the person in focus. */
  readonly z: number;
  /** Where the face turns, left -1 to right 1: to the others, where there are any. */
  readonly gaze: number;
  /** The feet are seen, or would be but for the picture's lower edge. */
  readonly grounded: boolean;
  readonly role: 'subject' | 'shoulder';
}

export interface Framing {
  readonly people: readonly Placement[];
  /** How much larger the place behind appears than in a wide shot. */
  readonly setScale: number;
  /** Blur of the place behind, as a part of the picture's height. */
  readonly setBlur: number;
}

/** More would be a crowd: the rest stands behind the camera. */
export const mostPeople = 6;

type Rule = readonly [head: number, top: number, setScale: number, blur: number];

const rules: Readonly<Record<string, Rule>> = {
  SHOT_SIZE_ELS: [0.026, 0, 1, 0],
  SHOT_SIZE_LS: [0.074, -0.2, 1.04, 0],
  SHOT_SIZE_MLS: [0.128, -0.27, 1.12, 0.001],
  SHOT_SIZE_MS: [0.18, -0.27, 1.22, 0.0022],
  SHOT_SIZE_MCU: [0.262, -0.265, 1.38, 0.0045],
  SHOT_SIZE_CU: [0.4, -0.3, 1.6, 0.008],
  SHOT_SIZE_ECU: [0.92, -0.52, 2, 0.013],
};
const middle: Rule = [0.18, -0.27, 1.22, 0.0022];

/** Sizes and places of the people for the shot's size, angle and number of people. */
export function frame(
  picture: Picture,
  everybody: readonly string[],
  aspect: number,
  horizon: number,
): Framing {
  const [wantedHead, wantedTop, setScale, setBlur] = rules[picture.size] ?? middle;
  const names = everybody.slice(0, mostPeople);
  // A narrow picture shows a body as wide as itself earlier than a broad one does.
  const narrow = Math.min(1, aspect * 1.45);
  const wide = picture.size === 'SHOT_SIZE_ELS' || picture.size === 'SHOT_SIZE_LS';
  const overShoulder = picture.angle === 'CAMERA_ANGLE_OVER_SHOULDER' && !wide;
  const subjects = overShoulder && names.length > 1 ? names.slice(0, -1) : names;
  const count = subjects.length;
  const crowd =
    count <= 1 ? 1 : Math.max(0.4, Math.min(1, (aspect * 0.92) / (wantedHead * narrow * 2 * count * 0.9)));
  const head = wantedHead * narrow * (wide ? Math.max(crowd, 0.8) : crowd);
  // Feet stand on the ground in a wide shot; in a closer one eyes keep to the upper third.
  const feet = horizon + (picture.size === 'SHOT_SIZE_ELS' ? 0.13 : 0.33);
  const top = wide ? Math.min(feet, 0.42) - head * 7.5 : wantedTop * (0.55 + 0.45 * narrow);
  const gap = Math.min(head * 2.05, (aspect * 0.86) / Math.max(1, count));
  const solo = count === 1 ? lookingSide(subjects[0] ?? '') : 1;
  const subjective = picture.angle === 'CAMERA_ANGLE_POV';
  const people = subjects.map((name, index): Placement => {
    const place = index - (count - 1) / 2;
    const back = count > 2 && index % 2 === 1;
    return {
      name,
      head: back ? head * 0.9 : head,
      // Room is left on the side that somebody looks to.
      x: place * gap - (count === 1 ? solo * aspect * (overShoulder ? 0.13 : wide ? 0.14 : 0.055) : 0),
      top: top + (back ? -head * 0.1 : 0),
      z: back ? 1.25 : 1 + index * 0.03,
      gaze: subjective ? 0 : count === 1 ? solo * (overShoulder ? 0.75 : 0.6) : place === 0 ? 0.2 : place < 0 ? 0.95 : -0.95, // prettier-ignore
      grounded: wide,
      role: 'subject',
    };
  });
  if (overShoulder) {
    people.push({ name: (names.length > 1 ? names.at(-1) : undefined) ?? 'somebody', head: head * 1.5, x: solo * aspect * 0.42, top: top + head * 0.12, z: 0.62,
      gaze: 0, grounded: false, role: 'shoulder' }); // prettier-ignore
  }
  return { people: people.toSorted((a, b) => b.z - a.z), setScale, setBlur };
}

/**
 * The side that somebody looks to when alone in the picture, left -1 or right 1: always the same one, so that whoever
 * talk with each other in turn keep to their sides of the line between them.
 */
function lookingSide(name: string): -1 | 1 {
  return seededRandom(`looks towards ${name.toLowerCase()}`).next() < 0.5 ? -1 : 1;
}
