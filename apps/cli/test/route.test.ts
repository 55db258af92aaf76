import { Quote } from '@reelmesh/contracts/film';
import { Take, TakeState } from '@reelmesh/contracts/shot';
import { describe, expect, test } from 'vitest';
import { describeQuotedRoutes, describeTakenRoutes } from '../src/commands/route.ts';
import { describeTakes } from '../src/commands/takes.ts';
import { describeFallback, describeShots, groupDecisions, wordsOf } from '../src/routing-text.ts';
import { aFilm } from './support/films.ts';

const runway = { provider: 'runway', model: 'gen4.5', quoteMicros: 600_000, expectedMs: 60_000 };
const pika = { provider: 'fal', model: 'pika-2.2-720p', quoteMicros: 200_000, expectedMs: 60_000 };
const fallback = {
  strategy: 'resilient',
  candidates: [
    { ...runway, reason: 'breaker_open' },
    { ...pika, eligible: true, reason: 'chosen' },
    { provider: 'fal', model: 'cogvideox-5b', reason: 'capability_duration' },
  ],
};

test.each([
  [[4], 'shot 4'],
  [[1, 2, 3, 5], 'shots 1-3, 5'],
  [[2, 4, 6, 7], 'shots 2, 4, 6-7'],
])('shots %j are told as %s', (shots, text) => {
  expect(describeShots(shots)).toBe(text);
});

test('a reason that nobody has put into words is told by its name', () => {
  expect(wordsOf('phase_of_moon')).toBe('phase of moon');
});

test.each([
  ['runway/gen4.5: breaker_open', 'runway/gen4.5: its calls fail, the breaker is open'],
  ['runway/gen4.5: capacity (the task was lost)', 'runway/gen4.5: capacity (the task was lost)'],
])('%s is told as %s', (reason, text) => {
  expect(describeFallback(reason)).toBe(text);
});

describe('a script', () => {
  const quote = Quote.fromJSON({
    shots: [
      { decision: fallback },
      { decision: { strategy: 'resilient', candidates: [{ ...runway, reason: 'chosen' }] } },
      { decision: fallback, cached: true },
    ],
  });

  test('shows shots that are decided alike together, each candidate with price, time and why', () => {
    const [first, second] = describeQuotedRoutes(quote, undefined).split('\n\n');

    expect(first?.split('\n')).toEqual([
      'shots 1, 3, strategy resilient; in the cache, so nobody is asked: shot 3',
      'candidate          price  expected  decision',
      'runway gen4.5      $0.60      1:00  its calls fail, the breaker is open',
      'fal pika-2.2-720p  $0.20      1:00  taken',
      'fal cogvideox-5b       -         -  has no length that covers the shot',
    ]);
    expect(second).toMatch(/^shot 2, strategy resilient\n/);
  });

  test('shows one shot when asked for one', () => {
    expect(describeQuotedRoutes(quote, 2)).toMatch(
      /^shot 2, .*\ncandidate.*\nrunway gen4\.5 +\$0\.60 +1:00 +taken$/,
    );
  });

  test('loses no shot to the grouping', () => {
    const groups = groupDecisions(quote.shots.map(({ decision }) => decision));

    expect(groups.flatMap(({ shots }) => shots).toSorted()).toEqual([1, 2, 3]);
  });
});

describe('takes', () => {
  const lost = {
    id: 'f1-a-1', shotKey: 'a', filmId: 'f1', attempt: 1, provider: 'runway', model: 'gen4.5',
    state: TakeState.TAKE_STATE_UNKNOWN, quoteMicros: 600_000, message: 'read ECONNRESET',
  }; // prettier-ignore
  const made = {
    id: 'f1-b-2', shotKey: 'b', filmId: 'f1', attempt: 2, provider: 'fal', model: 'pika-2.2-720p',
    state: TakeState.TAKE_STATE_SETTLED, quoteMicros: 200_000, costMicros: 200_000,
    fallbackReason: 'runway/gen4.5: breaker_open', warnings: ['unsupported: negative_prompt'], decision: fallback,
  }; // prettier-ignore
  const takes = [lost, made].map((take) => Take.fromJSON(take));

  test('say who was asked, what came of it, why it was not the first choice, and what the model lacks', () => {
    const text = describeTakenRoutes(aFilm(), takes);

    expect(text).toContain('shot 1, take 1: runway gen4.5, unknown: read ECONNRESET');
    expect(text.split('\n\n')[1]?.split('\n').slice(0, 4)).toEqual([
      'shot 2, take 2: fal pika-2.2-720p, settled, $0.20',
      '  f1-b-2, strategy resilient',
      '  fell back: runway/gen4.5: its calls fail, the breaker is open',
      '  warning: unsupported: negative_prompt',
    ]);
  });

  test('with words that would move the cursor are told without', () => {
    const hostile = Take.fromJSON({ ...made, message: 'no\u001b[2J\nroom', warnings: ['x\u0007y'] });

    // The control characters, and nothing else, are gone.
    expect(describeTakes([hostile]) + describeTakenRoutes(aFilm(), [hostile])).not.toMatch(/[^\n\P{Cc}]/u);
  });

  test('in a list end with their fallbacks, their warnings and the money at risk', () => {
    expect(describeTakes(takes).split('\n').slice(-3)).toEqual([
      'f1-b-2 fell back: runway/gen4.5: its calls fail, the breaker is open',
      'f1-b-2 warning: unsupported: negative_prompt',
      '1 take in doubt: $0.60 may have been charged',
    ]);
  });
});
