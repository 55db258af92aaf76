import type { RenderSpec } from '@reelmesh/contracts/shot';
import { Code } from '@reelmesh/domain';
import { expect, test } from 'vitest';
import { animaticModel } from '../src/animatic/model.ts';
import { catalogueOf } from '../src/catalogue.ts';
import { checkSpec } from '../src/spec-rules.ts';
import { picture, specOf } from './specs.ts';

test.each([
  ['no spec', undefined, 'SPEC_INCOMPLETE', 'spec.picture'],
  ['no picture', { ...specOf(), picture: undefined }, 'SPEC_INCOMPLETE', 'spec.picture'],
  ['an odd width', specOf({}, { width: 101 }), 'SPEC_SIZE', 'spec.width'],
  ['no height', specOf({}, { height: 0 }), 'SPEC_SIZE', 'spec.height'],
  ['a side above 4096', specOf({}, { height: 4098 }), 'SPEC_SIZE', 'spec.height'],
  ['too many pixels', specOf({}, { width: 4096, height: 4096 }), 'SPEC_SIZE', 'spec.width'],
  ['11 frames a second', specOf({}, { fps: 11 }), 'SPEC_FPS', 'spec.fps'],
  ['61 frames a second', specOf({}, { fps: 61 }), 'SPEC_FPS', 'spec.fps'],
  ['no seconds', specOf({}, { seconds: 0 }), 'SPEC_SECONDS', 'spec.seconds'],
  ['11 seconds', specOf({}, { seconds: 11 }), 'SPEC_SECONDS', 'spec.seconds'],
  ['a cast of 101', specOf({ cast: new Array<string>(101).fill('X') }), 'SPEC_CAST', 'spec.picture.cast'],
  ['endless text', specOf({ description: 'x'.repeat(20_001) }), 'SPEC_TEXT', 'spec.picture'],
] as const)('%s is refused as %s', (_, spec: RenderSpec | undefined, reason, field) => {
  expect(() => checkSpec(spec, animaticModel)).toThrow(
    expect.objectContaining({ code: Code.INVALID_ARGUMENT, reason, details: { field } }),
  );
});

test.each([
  [{ width: 1080, height: 1920, fps: 24, seconds: 10 }],
  [{ width: 64, height: 64, fps: 12, seconds: 1 }],
  [{ width: 4096, height: 2304, fps: 60, seconds: 1, seed: 4294967295 }],
])('%j is taken', (form) => {
  expect(checkSpec(specOf({}, form), animaticModel)).toMatchObject({ ...form, picture });
});

test('an unknown model names those that exist', () => {
  const catalogue = catalogueOf([
    { name: 'x', models: [animaticModel], render: () => Promise.reject(new Error('never')) },
  ]);

  expect(() => catalogue.find('sora')).toThrow(/"sora" is not in the catalogue: use one of animatic/);
});
