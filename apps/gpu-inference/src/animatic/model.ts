import type { Model } from '@reelmesh/contracts/gpu';

/**
 * Bump the number with every change that gives the same spec other pixels: clips are cached under it. The golden picture
 * in test/golden.test.ts fails until both are brought up to date.
 */
export const animaticRevision = 'animatic-2';

export const animaticModel: Model = {
  name: 'animatic',
  revision: animaticRevision,
  backend: 'animatic',
  maxSeconds: 10,
  sizeMultiple: 2,
  fps: Array.from({ length: 60 - 12 + 1 }, (_, index) => 12 + index),
  license: '',
  microsPerSecond: 0,
};
