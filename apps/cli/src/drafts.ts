import type { Film } from '@reelmesh/contracts/film';
import { formatCount } from './text.ts';

/** What of a film under a strategy with stages is still a draft, and the command that has the finals rendered; else empty. */
export function describeDrafts(
  { id, options, shots }: Film,
  command: string,
  flags: readonly string[],
): string {
  const nameOf = (reference = ''): string => reference.split('@', 1)[0] ?? '';
  const drafts = shots.filter(
    ({ approved, strategy }) =>
      !approved && strategy !== '' && nameOf(strategy) !== nameOf(options?.strategy),
  );
  if (drafts.length === 0) return '';
  const be = drafts.length === 1 ? 'is a draft' : 'are drafts';
  const approve = [command, 'approve', id, 'all', ...flags].join(' ');
  return `${formatCount(drafts.length, 'shot')} ${be}: \`${approve}\` renders the finals, or name shots`;
}
