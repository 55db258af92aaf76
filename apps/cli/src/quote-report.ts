import type { Quote, QuotedShot } from '@reelmesh/contracts/film';
import type { Candidate, RoutingDecision } from '@reelmesh/contracts/shot';
import { formatUsd } from '@reelmesh/domain';
import { nameOf, wordsOf } from './routing-text.ts';
import { formatCount, formatDuration, formatTable, truncate } from './text.ts';

/** What `quote --json` prints. */
export interface QuoteReport {
  readonly title: string;
  readonly duration_s: number;
  readonly scenes: number;
  readonly shots: number;
  readonly cached: number;
  readonly expected_usd: number;
  readonly limit_usd: number;
}

export function quoteReportOf(quote: Quote): QuoteReport {
  return {
    title: quote.title,
    duration_s: quote.durationMs / 1000,
    scenes: quote.scenes.length,
    shots: quote.shots.length,
    cached: quote.cached,
    expected_usd: quote.expectedMicros / 1_000_000,
    limit_usd: quote.limitMicros / 1_000_000,
  };
}

const DESCRIPTION_COLUMNS = 48;

/** The plan and its price, a row for each shot. */
export function describeQuote(quote: Quote): string {
  const rows = quote.shots.map((shot, index) => [
    String(index + 1),
    String(shot.scene + 1),
    (shot.durationMs / 1000).toFixed(1),
    shot.cached ? 'cache' : chosen(shot.decision),
    formatUsd(shot.cached ? 0 : shot.expectedMicros),
    formatUsd(shot.cached ? 0 : shot.limitMicros),
    truncate(shot.description, DESCRIPTION_COLUMNS),
  ]);
  const limit =
    quote.limitMicros > quote.expectedMicros
      ? `, at most ${formatUsd(quote.limitMicros)} with every fallback`
      : '';
  const stuck = quote.shots.filter((shot) => !shot.cached && chosenBy(shot.decision) === undefined);
  return [
    `${quote.title || 'untitled'}: ${formatCount(quote.shots.length, 'shot')} in ${formatCount(quote.scenes.length, 'scene')}, ${formatDuration(quote.durationMs)}`,
    '',
    formatTable(['shot', 'scene', 's', 'from', 'price', 'at most', 'picture'], rows, [0, 1, 2, 4, 5]),
    '',
    `${quote.cached} cached, ${quote.shots.length - quote.cached} to render: ${formatUsd(quote.expectedMicros)}${limit}; nothing was rendered`,
    ...(stuck.length === 0
      ? []
      : [`nobody can render ${formatCount(stuck.length, 'shot')}: ${whyNobody(stuck)}`]),
  ].join('\n');
}

function chosen(decision: RoutingDecision | undefined): string {
  const candidate = chosenBy(decision);
  return candidate === undefined ? 'nobody' : nameOf(candidate);
}

function chosenBy(decision: RoutingDecision | undefined): Candidate | undefined {
  return decision?.candidates.find(({ eligible }) => eligible);
}

/** Each candidate with its reason, once. */
function whyNobody(shots: readonly QuotedShot[]): string {
  const reasons = shots.flatMap(({ decision }) =>
    (decision?.candidates ?? []).map((candidate) => `${nameOf(candidate)}: ${wordsOf(candidate.reason)}`),
  );
  return [...new Set(reasons)].join(', ');
}
