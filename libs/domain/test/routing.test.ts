import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { billedSeconds, nearestRatio, route, strategyDigest } from '../src/index.ts';
import type { Rank, RoutingContext } from '../src/index.ts';
import { animaticCard, catalogue, runwayCard, spec, strategy } from './sample.ts';

const open: RoutingContext = {
  unavailable: new Map(),
  budgetMicros: Number.MAX_SAFE_INTEGER,
  exhausted: new Set(),
  promptLength: 100,
};
const reasons = (context: Partial<RoutingContext>, seconds = 4) =>
  route(strategy, catalogue, { ...spec, seconds }, { ...open, ...context }).decision.candidates.map(
    (c) => c.reason,
  );

describe('a routing decision', () => {
  test('takes the first candidate and prices it', () => {
    const routed = route(strategy, catalogue, spec, open);

    expect(routed.chosen).toBe(runwayCard);
    expect(routed.limitMicros).toBe(480_000);
    expect(routed.decision.candidates).toEqual([
      {
        provider: 'runway',
        model: 'gen4.5',
        eligible: true,
        reason: 'chosen',
        quoteMicros: 480_000,
        expectedMs: 48_000,
      },
      {
        provider: 'self-hosted',
        model: 'animatic',
        eligible: true,
        reason: 'ranked_lower',
        quoteMicros: 0,
        expectedMs: 6000,
      },
    ]);
  });

  test.each([
    ['a length that it does not offer', {}, 11, ['capability_duration', 'capability_duration']],
    ['a prompt that is too long', { promptLength: 1001 }, 4, ['capability_prompt_length', 'chosen']],
    [
      'a candidate that was left before',
      { exhausted: new Set(['runway/gen4.5']) },
      4,
      ['exhausted', 'chosen'],
    ],
    [
      'a provider without a key',
      { unavailable: new Map([['runway/gen4.5', { reason: 'not_configured' }]]) },
      4,
      ['not_configured', 'chosen'],
    ],
    ['a price above what is left', { budgetMicros: 479_999 }, 4, ['budget', 'chosen']],
  ] as const)('leaves a candidate for %s and says so', (_name, context, seconds, expected) => {
    expect(reasons(context, seconds)).toEqual(expected);
  });

  test('never chooses what the strategy does not name, nor beyond the budget (I4, I5)', () => {
    fc.assert(
      fc.property(
        fc.subarray([...catalogue.keys()], { minLength: 1 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(2_000_000),
        fc.subarray([...catalogue.keys()]),
        fc.constantFrom<Rank>('listed', 'price', 'latency'),
        (candidates, seconds, budgetMicros, exhausted, rank) => {
          const context = { ...open, budgetMicros, exhausted: new Set(exhausted) };
          const routed = route({ ...strategy, candidates, rank }, catalogue, { ...spec, seconds }, context);
          const name =
            routed.chosen === undefined ? undefined : `${routed.chosen.provider}/${routed.chosen.model}`;
          const chosen = routed.decision.candidates.filter((c) => c.reason === 'chosen');

          expect(routed.decision.candidates).toHaveLength(candidates.length);
          expect(chosen).toHaveLength(name === undefined ? 0 : 1);
          expect(name === undefined || (candidates.includes(name) && !exhausted.includes(name))).toBe(true);
          expect(chosen.every((c) => c.quoteMicros <= budgetMicros)).toBe(true);
          const eligible = routed.decision.candidates.filter((c) => c.eligible);
          const figures = eligible.map((c) => (rank === 'latency' ? c.expectedMs : c.quoteMicros));
          const isRanked = rank === 'listed' || figures.every((figure) => figure >= (figures[0] ?? 0));
          expect(isRanked).toBe(true);
        },
      ),
    );
  });

  test('a length between two offers is billed as the longer', () => {
    expect(billedSeconds({ ...runwayCard, seconds: [4, 6, 8] }, 5)).toBe(6);
    expect(billedSeconds({ ...runwayCard, seconds: [4, 6, 8] }, 9)).toBeUndefined();
  });

  test('a model that sells lengths is quoted by the length that is rendered, not by the second', () => {
    const pika = { ...runwayCard, seconds: [5, 10], priceMicros: { 5: 200_000, 10: 450_000 } };
    const quote = (seconds: number) =>
      route(strategy, new Map(catalogue).set('runway/gen4.5', pika), { ...spec, seconds }, open).limitMicros;

    expect([quote(4), quote(5), quote(6), quote(11)]).toEqual([200_000, 200_000, 450_000, 0]);
  });

  test('a vertical film gets the vertical ratio', () => {
    expect(nearestRatio(runwayCard.ratios!, 1080, 1920)?.name).toBe('720:1280');
    expect(nearestRatio(runwayCard.ratios!, 1920, 800)?.name).toBe('1280:720');
  });
});

describe('a ranking', () => {
  const pika = { ...runwayCard, provider: 'fal', model: 'pika', seconds: [5], priceMicros: { 5: 300_000 } };
  const slow = { ...pika, model: 'slow', expectedMsPerSecond: 99_000 };
  const many = new Map(catalogue).set('fal/pika', pika).set('fal/slow', slow);
  const ranking = (rank: Rank, seconds: number, candidates: readonly string[]) =>
    route({ ...strategy, rank, candidates }, many, { ...spec, seconds }, open).decision.candidates.map(
      ({ provider, model, reason }) => `${provider}/${model} ${reason}`,
    );

  test.each([
    ['the list', 'listed', 4, ['runway/gen4.5 chosen', 'fal/slow ranked_lower', 'fal/pika ranked_lower']],
    ['the price', 'price', 4, ['fal/slow chosen', 'fal/pika ranked_lower', 'runway/gen4.5 ranked_lower']],
    [
      'the expected time',
      'latency',
      4,
      ['runway/gen4.5 chosen', 'fal/pika ranked_lower', 'fal/slow ranked_lower'],
    ],
    [
      'the price, and what cannot render the shot has none',
      'price',
      6,
      ['runway/gen4.5 chosen', 'fal/slow capability_duration', 'fal/pika capability_duration'],
    ],
  ] as const)('by %s: equals keep their place in the list', (_name, rank, seconds, expected) => {
    expect(ranking(rank, seconds, ['runway/gen4.5', 'fal/slow', 'fal/pika'])).toEqual(expected);
  });

  test('by price: the price of the shot counts, not that of a second', () => {
    expect(ranking('price', 1, ['fal/pika', 'runway/gen4.5'])[0]).toBe('runway/gen4.5 chosen');
  });

  test('by price: what is free wins only where the strategy names it', () => {
    expect(ranking('price', 4, ['fal/pika', 'self-hosted/animatic'])[0]).toBe('self-hosted/animatic chosen');
    expect(ranking('price', 4, ['fal/pika', 'runway/gen4.5'])[0]).toBe('fal/pika chosen');
  });

  test('by price: a cheaper model that is down is passed over only with consent', () => {
    const down = { reason: 'breaker_open', failure: 'FAILURE_CLASS_TRANSIENT' } as const;
    const context = { ...open, unavailable: new Map([['fal/pika', down]]) };
    const ranked = {
      ...strategy,
      rank: 'price',
      candidates: ['runway/gen4.5', 'fal/pika'],
      fallbackOn: [],
    } as const;

    expect(route(ranked, many, spec, context)).toMatchObject({ chosen: undefined, blocked: down });
    expect(
      route({ ...ranked, fallbackOn: ['FAILURE_CLASS_TRANSIENT'] }, many, spec, context).chosen,
    ).toMatchObject({ provider: 'runway' });
  });
});

describe('when every candidate has its breaker open', () => {
  const until = (untilMs: number) =>
    ({ reason: 'breaker_open', failure: 'FAILURE_CLASS_TRANSIENT', untilMs }) as const;
  const willing = { ...strategy, fallbackOn: ['FAILURE_CLASS_TRANSIENT'] } as const;
  const unavailable = new Map([
    ['runway/gen4.5', until(900)],
    ['self-hosted/animatic', until(500)],
  ]);

  test('the shot waits for the one that is back first, though others might have stepped in', () => {
    expect(route(willing, catalogue, spec, { ...open, unavailable })).toMatchObject({
      chosen: undefined,
      blocked: until(500),
    });
  });

  test('one that is used up is not waited for', () => {
    const exhausted = new Set(['self-hosted/animatic']);

    expect(route(willing, catalogue, spec, { ...open, unavailable, exhausted }).blocked).toEqual(until(900));
  });
});

describe('a strategy’s digest', () => {
  const digest = strategyDigest(strategy, catalogue);

  test('changes with a model’s revision, its parameters, the order of candidates and the ranking (I6)', () => {
    const other = new Map(catalogue).set('self-hosted/animatic', { ...animaticCard, revision: 'other' });
    const tuned = new Map(catalogue).set('runway/gen4.5', { ...runwayCard, parameters: { audio: false } });
    const turned = { ...strategy, candidates: strategy.candidates.toReversed() };
    const byPrice = { ...strategy, rank: 'price' } as const;

    expect(
      new Set([
        digest,
        strategyDigest(strategy, other),
        strategyDigest(strategy, tuned),
        strategyDigest(turned, catalogue),
        strategyDigest(byPrice, catalogue),
      ]).size,
    ).toBe(5);
  });

  test('does not change with prices, names and retry rules, which change no pixel', () => {
    const dearer = new Map(catalogue).set('runway/gen4.5', { ...runwayCard, microsPerSecond: 1, pollMs: 1 });

    expect(strategyDigest({ ...strategy, name: 'x', maxTakes: 1, fallbackOn: [] }, dearer)).toBe(digest);
  });
});
