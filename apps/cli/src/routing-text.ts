import type { Candidate, RoutingDecision, Take } from '@reelmesh/contracts/shot';
import { formatUsd } from '@reelmesh/domain';
import { toUnits } from './money-text.ts';
import { formatDuration, formatTable, oneLine } from './text.ts';

/** Why a candidate was taken or left, in words; a reason that is not here is its own words. */
export function wordsOf(reason: string): string {
  return reasonWords[reason] ?? reason.replaceAll('_', ' ');
}

const reasonWords: Readonly<Record<string, string>> = {
  chosen: 'taken',
  ranked_lower: 'could, but one before it was taken',
  no_consent: 'could, but the strategy does not let it step in for the one before',
  exhausted: 'has had its takes of this shot',
  budget: 'costs more than is left for the shot',
  capability_duration: 'has no length that covers the shot',
  capability_image: 'cannot work from these images',
  capability_prompt_length: 'the prompt is too long for it',
  not_configured: 'not set up (see `config verify`)',
  not_in_catalogue: 'is in no catalogue',
  not_served: 'its server runs another model',
  no_adapter: 'there is no adapter for it',
  revision_mismatch: 'the server runs another revision',
  switched_off: 'switched off (see `providers list`)',
  breaker_open: 'its calls fail, the breaker is open',
  hold_auth: 'on hold, the key is refused',
  hold_no_funds: 'on hold, the account has no funds',
  hold_quota: 'on hold, the quota is used up',
};

/** `runway/gen4.5: its calls fail, the breaker is open`; a failure in the words of its provider stays as it is. */
export function describeFallback(fallbackReason: string): string {
  const [, candidate, reason] = /^([^:\s]+): ([a-z_]+)$/.exec(fallbackReason) ?? [];
  return candidate === undefined || reason === undefined
    ? fallbackReason
    : `${candidate}: ${wordsOf(reason)}`;
}

/** Every candidate in the order in which it was asked: price, expected time, taken or why not. */
export function describeDecision(decision: RoutingDecision | undefined): string {
  const rows = (decision?.candidates ?? []).map((candidate) => [
    nameOf(candidate),
    priceOf(candidate),
    candidate.expectedMs === 0 ? '-' : formatDuration(candidate.expectedMs),
    wordsOf(candidate.reason),
  ]);
  if (rows.length === 0) return 'no candidates were noted';
  return formatTable(['candidate', 'price', 'expected', 'decision'], rows, [1, 2]);
}

/** What cannot render the shot has no price and no time; what is free has a time. */
function priceOf({ quoteMicros, expectedMs }: Candidate): string {
  return quoteMicros === 0 && expectedMs === 0 ? '-' : formatUsd(quoteMicros);
}

export function nameOf({ provider, model }: Pick<Candidate, 'provider' | 'model'>): string {
  return [provider, model].filter(Boolean).join(' ');
}

/** Shots that were decided alike, by the decision; shots are numbered from 1. */
export function groupDecisions(
  decisions: readonly (RoutingDecision | undefined)[],
): readonly { readonly shots: readonly number[]; readonly decision: RoutingDecision | undefined }[] {
  const numbered = decisions.map((decision, index) => ({ shot: index + 1, decision }));
  return [...Map.groupBy(numbered, ({ decision }) => JSON.stringify(decision)).values()].map((group) => ({
    shots: group.map(({ shot }) => shot),
    decision: group[0]?.decision,
  }));
}

/** `shot 4`, `shots 1-3, 5` */
export function describeShots(shots: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const shot of shots) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === shot - 1) last[1] = shot;
    else ranges.push([shot, shot]);
  }
  const text = ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(', ');
  return `${shots.length === 1 ? 'shot' : 'shots'} ${text}`;
}

/** What `route explain --json` prints of a decision; the names are a contract with scripts. */
export function decisionReportOf(decision: RoutingDecision | undefined): object {
  return {
    strategy: decision?.strategy ?? '',
    candidates: (decision?.candidates ?? []).map((candidate) => ({
      provider: candidate.provider,
      model: candidate.model,
      taken: candidate.reason === 'chosen',
      reason: candidate.reason,
      price_usd: toUnits(candidate.quoteMicros),
      expected_s: candidate.expectedMs / 1000,
    })),
  };
}

/** Why another than the first choice, and what the model could not honour. */
export function remarksOf({ fallbackReason, warnings }: Take): readonly string[] {
  return [
    ...(fallbackReason === '' ? [] : [`fell back: ${describeFallback(fallbackReason)}`]),
    ...warnings.map((warning) => `warning: ${warning}`),
  ].map(oneLine);
}
