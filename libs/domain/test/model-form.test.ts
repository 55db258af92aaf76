import type { ImageRole, ShotImage } from '@reelmesh/contracts/shot';
import { describe, expect, test } from 'vitest';
import { formFor, route, strategyDigest } from '../src/index.ts';
import type { ModelCard, Strategy } from '../src/index.ts';
import { imageRef, runwayCard, spec } from './sample.ts';

const image = (role: ImageRole): ShotImage => ({ blob: imageRef('a'), role });
const first = image('IMAGE_ROLE_FIRST_FRAME');
const last = image('IMAGE_ROLE_LAST_FRAME');
const reference = image('IMAGE_ROLE_REFERENCE');

const card: ModelCard = {
  ...runwayCard,
  parameters: { mode: 'text' },
  forms: [
    { images: { first: 'image' }, parameters: { mode: 'image' } } as Partial<ModelCard>,
    { images: { first: 'image', last: 'tail' }, parameters: { mode: 'frames' } } as Partial<ModelCard>,
  ],
};
const imageOnly: ModelCard = { ...runwayCard, images: { first: 'image' } };
const modeFor = (...images: ShotImage[]) => formFor(card, images)?.parameters['mode'];

describe('a model is asked in the way that', () => {
  test('uses most of the images that are there, and text alone when none is', () => {
    expect(modeFor()).toBe('text');
    expect(modeFor(first)).toBe('image');
    expect(modeFor(last, first)).toBe('frames');
  });

  test('needs no image that is not there', () => {
    expect(modeFor(last)).toBe('text');
    expect(modeFor(reference)).toBe('text');
    expect(formFor(imageOnly, [reference])).toBeUndefined();
    expect(formFor(imageOnly, [first])).toMatchObject({ model: 'gen4.5' });
  });

  test('leaves out a file that the provider does not take', () => {
    expect(formFor({ ...card, imageTypes: ['image/jpeg'] }, [first])?.parameters['mode']).toBe('text');
    expect(formFor({ ...card, maxImageBytes: 999 }, [first])?.parameters['mode']).toBe('text');
    expect(formFor({ ...imageOnly, maxImageBytes: 999 }, [first])).toBeUndefined();
  });
});

describe('routing', () => {
  const strategy: Strategy = {
    name: 'mine',
    description: '',
    candidates: ['runway/image-only', 'runway/any'],
    fallbackOn: [],
    maxTakes: 1,
  };
  const catalogue = new Map([
    ['runway/image-only', imageOnly],
    ['runway/any', card],
  ]);
  const context = {
    unavailable: new Map(),
    budgetMicros: Number.MAX_SAFE_INTEGER,
    exhausted: new Set<string>(),
    promptLength: 10,
  };
  const reasonsFor = (...images: ShotImage[]) =>
    route(strategy, catalogue, { ...spec, images }, context).decision.candidates.map(({ reason }) => reason);

  test('leaves a model that needs an image when the shot has none', () => {
    expect(reasonsFor()).toEqual(['capability_image', 'chosen']);
    expect(reasonsFor(first)).toEqual(['chosen', 'ranked_lower']);
  });

  test('tells the key of a shot with an image by the parameters that go with it, and no other shot’s (I6, I7)', () => {
    const before = new Map([...catalogue, ['runway/any', { ...card, forms: [] }] as const]);

    expect(strategyDigest(strategy, catalogue)).toBe(strategyDigest(strategy, before));
    expect(strategyDigest(strategy, catalogue, [first])).not.toBe(strategyDigest(strategy, before, [first]));
  });
});
