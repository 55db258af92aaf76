import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { route, strategyDigest } from '@reelmesh/domain';
import type { RoutingContext } from '@reelmesh/domain';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadCatalogue } from '../src/catalogue.ts';
import { isStaged, referenceOf, strategyNamed } from '../src/strategies.ts';
import { spec } from './world.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'reelmesh-strategies-'));
});
afterEach(() => rm(directory, { recursive: true }));

const open: RoutingContext = {
  unavailable: new Map(),
  budgetMicros: Number.MAX_SAFE_INTEGER,
  exhausted: new Set(),
  promptLength: 100,
};

/** The catalogue with the operator's own strategies. */
async function withOwn(yaml: string) {
  await writeFile(join(directory, 'strategies.yaml'), yaml);
  return loadCatalogue(directory);
}

const shipped = await loadCatalogue();
const chosen = (reference: string, seconds: number): string => {
  const strategy = strategyNamed(shipped, reference, 'local');
  const card = route(strategy, shipped.models, { ...spec, seconds }, open).chosen;
  return `${card?.provider}/${card?.model}`;
};

describe('the shipped strategies', () => {
  test.each([
    ['draft', 5, 'self-hosted/animatic'],
    ['preview', 5, 'zhipu/cogvideox-flash'],
    ['preview', 8, 'self-hosted/animatic'],
    ['final', 5, 'runway/gen4.5'],
    ['mixed', 5, 'zhipu/cogvideox-flash'],
    ['final-or-draft', 5, 'runway/gen4.5'],
    ['resilient', 5, 'runway/gen4.5'],
    ['cheapest', 5, 'zhipu/cogvideox-3'],
    ['fastest', 5, 'fal/pika-2.2-720p'],
    ['self-hosted-first', 5, 'openai-videos/wan2.2-t2v-a14b'],
  ])('%s has a shot of %i s rendered by %s', (name, seconds, expected) => {
    expect(chosen(name, seconds)).toBe(expected);
  });

  test('the cheapest is never the free draft, and its candidates stand in order of price at every length', () => {
    const strategy = strategyNamed(shipped, 'cheapest', 'local');
    const quotes = Array.from({ length: 10 }, (_, index) =>
      route(strategy, shipped.models, { ...spec, seconds: index + 1 }, open)
        .decision.candidates.filter(({ eligible }) => eligible)
        .map(({ quoteMicros }) => quoteMicros),
    );

    expect(strategy.candidates).not.toContain('self-hosted/animatic');
    expect(quotes).toEqual(quotes.map((prices) => prices.toSorted((a, b) => a - b)));
  });

  test('resilient goes from Runway to Pika to hosted CogVideoX to one’s own', () => {
    const { candidates } = strategyNamed(shipped, 'resilient', 'local');

    expect(candidates).toEqual([
      'runway/gen4.5',
      'fal/pika-2.2-720p',
      'zhipu/cogvideox-3',
      'fal/cogvideox-5b',
      'openai-videos/cogvideox-5b',
    ]);
  });

  test.each(['MODERATED_INPUT', 'MODERATED_OUTPUT', 'INVALID_INPUT', 'NO_FUNDS', 'AUTH', 'BUDGET', 'LOST'])(
    'none falls back after %s (I5)',
    (failure) => {
      const consenting = [...shipped.strategies.values()].filter(
        (row) => 'fallbackOn' in row && row.fallbackOn.some((name) => name === `FAILURE_CLASS_${failure}`),
      );

      expect(consenting).toEqual([]);
    },
  );
});

describe('a quality', () => {
  test.each([
    ['resilient@medium', 'fal/pika-2-turbo-720p'],
    ['resilient', 'fal/pika-2.2-720p'],
    ['resilient@high', 'fal/pika-2.2-720p'],
    ['resilient@ultra', 'fal/pika-2.2-1080p'],
  ])('%s asks %s of the family', (reference, member) => {
    expect(strategyNamed(shipped, reference, 'local').candidates[1]).toBe(member);
  });

  test('goes with the name, so that later commands find the same models', () => {
    const ultra = strategyNamed(shipped, referenceOf('cheapest', 'QUALITY_ULTRA'), 'local');
    const high = strategyNamed(shipped, referenceOf('cheapest', 'QUALITY_HIGH'), 'local');
    const open = strategyNamed(shipped, referenceOf('cheapest', 'QUALITY_UNSPECIFIED'), 'local');

    expect(ultra.name).toBe('cheapest@ultra');
    expect(strategyNamed(shipped, ultra.name, 'local')).toEqual(ultra);
    expect([high.name, open.name]).toEqual(['cheapest', 'cheapest']);
    expect(strategyDigest(ultra, shipped.models)).not.toBe(strategyDigest(high, shipped.models));
  });

  test.each(['cheapest@best', 'cheapest@ultra@ultra', 'cheapest@', 'CHEAPEST'])(
    '%s is an unknown strategy',
    (reference) => {
      expect(() => strategyNamed(shipped, reference, 'local')).toThrow(
        `unknown strategy "${reference}": use one of draft, preview, final, mixed`,
      );
    },
  );
});

describe('a staged strategy', () => {
  test('renders a draft until the shot is approved, at the quality asked for', () => {
    const draft = strategyNamed(shipped, 'mixed@ultra', 'local');
    const final = strategyNamed(shipped, 'mixed@ultra', 'local', true);

    expect([draft.name, final.name]).toEqual(['preview@ultra', 'final@ultra']);
    expect(isStaged(shipped, 'mixed@ultra', 'local')).toBe(true);
    expect(isStaged(shipped, 'final', 'local')).toBe(false);
  });

  test('a draft has the key of the stage’s own strategy: the clip is shared', () => {
    const digest = (reference: string) =>
      strategyDigest(strategyNamed(shipped, reference, 'local'), shipped.models);

    expect(digest('mixed')).toBe(digest('preview'));
  });
});

describe("the operator's own strategies", () => {
  const runwayOnly = 'candidates: [runway/veo3.1_fast], fallbackOn: [], maxTakes: 2';

  test('add to the shipped ones and override them', async () => {
    const catalogue = await withOwn(
      `strategies: { final: { description: Veo, ${runwayOnly} }, mine: { description: Veo, ${runwayOnly} } }`,
    );

    expect(strategyNamed(catalogue, 'final', 'local').candidates).toEqual(['runway/veo3.1_fast']);
    expect(strategyNamed(catalogue, 'mine', 'local').rank).toBe('listed');
    expect(strategyNamed(catalogue, 'draft', 'local').candidates).toEqual(['self-hosted/animatic']);
  });

  test('a tenant’s is that tenant’s only, also as a stage', async () => {
    const catalogue = await withOwn(
      `tenants: { acme: { final: { description: Veo, ${runwayOnly} }, acmes: { description: Veo, ${runwayOnly} } } }`,
    );

    expect(strategyNamed(catalogue, 'final', 'acme').candidates).toEqual(['runway/veo3.1_fast']);
    expect(strategyNamed(catalogue, 'mixed', 'acme', true).candidates).toEqual(['runway/veo3.1_fast']);
    expect(strategyNamed(catalogue, 'final', 'other').candidates).toEqual(['runway/gen4.5']);
    expect(() => strategyNamed(catalogue, 'acmes', 'other')).toThrow(/^unknown strategy "acmes".*-first$/);
  });

  test('may fall back where the shipped ones do not', async () => {
    const catalogue = await withOwn(
      'strategies: { bold: { description: "", candidates: [fal/pika], maxTakes: 2, fallbackOn: [MODERATED_OUTPUT, NO_FUNDS] } }',
    );

    expect(strategyNamed(catalogue, 'bold', 'local').fallbackOn).toEqual([
      'FAILURE_CLASS_MODERATED_OUTPUT',
      'FAILURE_CLASS_NO_FUNDS',
    ]);
  });

  test.each([
    [
      'candidates: [runway/gen4.5], fallbackOn: [UNKNOWN], maxTakes: 2',
      'a charge in doubt is never a reason to pay somebody else',
    ],
    ['candidates: [runway/gen5], fallbackOn: [], maxTakes: 2', 'x: runway/gen5 is neither a model nor'],
    ['stages: { draft: draft, approved: mixed }', 'x: stage mixed must be a strategy with candidates'],
    ['candidates: [fal/pika], stages: { draft: draft, approved: final }', 'must have either stages, or'],
    ['candidates: [fal/pika]', 'must have either stages, or'],
    ['candidates: [fal/pika], fallbackOn: [], maxTakes: 0', 'strategies.x.maxTakes'],
    ['candidates: [fal/pika], fallbackOn: [], maxTakes: 2, rank: best', 'strategies.x.rank'],
  ])('%s is refused with file, place and rule', async (fields, problem) => {
    const loading = withOwn(`strategies: { x: { description: "", ${fields} } }`);

    await expect(loading).rejects.toMatchObject({
      reason: 'CATALOGUE_BROKEN',
      message: expect.stringMatching(/strategies\.yaml/) as string,
    });
    await expect(loading).rejects.toThrow(problem);
  });

  test('a name with an @ is refused: it parts a name from a quality', async () => {
    await expect(
      withOwn(`strategies: { "x@ultra": { description: "", ${runwayOnly} } }`),
    ).rejects.toMatchObject({ reason: 'CATALOGUE_BROKEN' });
  });

  test.each([
    ['fal/pika-2.2-720p: { medium: M, high: M, ultra: M }', "is a model's name"],
    ['fal/x: { medium: M, high: M, ultra: fal/none }', 'no model fal/none'],
    ['fal/x: { medium: M, high: M }', '.ultra'],
  ])('a family %s is refused', async (family, problem) => {
    const text = `families: { ${family.replaceAll('M', 'runway/gen4.5')} }`;
    await writeFile(join(directory, 'catalogue.yaml'), text);

    await expect(loadCatalogue(directory)).rejects.toThrow(problem);
  });
});

test('a configuration directory that does not exist is refused, not passed over', async () => {
  await expect(loadCatalogue(join(directory, 'nowhere'))).rejects.toMatchObject({
    reason: 'CATALOGUE_BROKEN',
    message: expect.stringContaining('must be a directory that exists') as string,
  });
});
