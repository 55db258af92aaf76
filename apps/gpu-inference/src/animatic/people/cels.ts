import type { Acting } from './acting.ts';
import type { Expression } from './head.ts';

/** One of the few drawings that a person is shown with in turn. */
export interface Cel {
  readonly step: number;
  readonly expression: Expression;
}

/** Drawings of a walk or a run; as many are enough where each is shown for two or three frames. */
const stepCels = 6;
/** Double steps a second. */
const cadence: Readonly<Partial<Record<Acting['stance'], number>>> = { walk: 0.95, run: 1.6 };

/** The drawings that somebody needs: the steps of a walk, else a face that is still, blinks or speaks. */
export function celsOf(acting: Acting, profile: boolean, faceSeen: boolean): readonly Cel[] {
  const { mood, speaks, stance } = acting;
  const cel = (step: number, mouthOpen: boolean, eyesShut: boolean): Cel => ({ step, expression: { mood, mouthOpen, eyesShut } }); // prettier-ignore
  if (profile && cadence[stance] !== undefined) {
    return Array.from({ length: stepCels }, (_, index) => cel(index / stepCels, mood === 'startled', false));
  }
  const still = cel(0, false, false);
  if (!faceSeen) return [still];
  return speaks ? [still, cel(0, false, true), cel(0, true, false)] : [still, cel(0, false, true)];
}

/** Which of `celsOf` is shown at a time in seconds; `phase` (0 to 1) tells people apart. */
export function celAt(acting: Acting, cels: number, second: number, phase: number): number {
  if (cels === stepCels) {
    const turns = second * (cadence[acting.stance] ?? 1) + phase;
    return Math.floor((turns % 1) * stepCels);
  }
  if (cels > 1 && (second + phase * 3.1) % 3.1 < 0.13) return 1;
  // Syllables: about five a second, with a breath now and then.
  const syllable = Math.sin(second * 16.5 + phase * 9) + 0.6 * Math.sin(second * 6.1 + phase * 5);
  return cels > 2 && syllable > 0.25 ? 2 : 0;
}
