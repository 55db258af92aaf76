import type { FilmOptions } from '@reelmesh/contracts/film';
import type { PlannedShot } from './film-facts.ts';
import { digestOf } from './hash.ts';

/** Whether the film's shot of this number (1 is the first) may have its final. */
export function isApproved({ approveAll, approvedShots }: FilmOptions, number: number): boolean {
  return approveAll || approvedShots.includes(number);
}

/**
 * The options with more shots approved; undefined when all of these were approved before, so that asking again is asking
 * once.
 * @param all also the shots of scripts to come
 */
export function withApprovals(
  options: FilmOptions,
  numbers: readonly number[],
  all: boolean,
): FilmOptions | undefined {
  if (all) return options.approveAll ? undefined : { ...options, approveAll: true };
  const more = numbers.filter((number) => !isApproved(options, number));
  if (more.length === 0) return undefined;
  const approvedShots = [...new Set([...options.approvedShots, ...more])].sort((a, b) => a - b);
  return { ...options, approvedShots };
}

/**
 * What of a film's approvals holds for its new script: shots that look as an approved one did, wherever they stand. A number
 * alone would have another shot paid for than the one that somebody looked at.
 * @param before the shots that the approvals were given to
 */
export function approvalsKept(
  options: FilmOptions,
  before: readonly PlannedShot[],
  after: readonly PlannedShot[],
): readonly number[] {
  const approved = before.filter((_, index) => isApproved(options, index + 1));
  const looks = new Set(approved.map(({ spec }) => digestOf(spec)));
  return after.flatMap(({ spec }, index) => (looks.has(digestOf(spec)) ? [index + 1] : []));
}
