import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitFilter, fitOf } from '../src/fit.ts';

const upright = { width: 1080, height: 1920 };

test.each([
  [1080, 1920, 'crop'],
  [720, 1280, 'crop'],
  [768, 1360, 'crop'],
  [1080, 1980, 'crop'],
  [832, 1104, 'bars'],
  [1080, 2400, 'bars'],
  [1280, 720, 'blur'],
  [720, 480, 'blur'],
])('%ix%i in an upright frame: %s', (width, height, fit) => {
  expect(fitOf({ width, height }, upright)).toBe(fit);
});

test('a wide film in a lying frame has bars, an upright one is blurred', () => {
  expect(fitOf({ width: 2390, height: 1000 }, { width: 1920, height: 1080 })).toBe('bars');
  expect(fitOf(upright, { width: 1920, height: 1080 })).toBe('blur');
});

test('a picture of nearly the shape covers the frame, then loses its edge', () => {
  expect(fitFilter({ width: 768, height: 1360 }, upright)).toBe(
    'scale=1084:1920:flags=bicubic,crop=1080:1920',
  );
});

test('a picture of another shape is scaled within the frame, then padded', () => {
  expect(fitFilter({ width: 832, height: 1104 }, upright)).toBe(
    'scale=1080:1434:flags=bicubic,pad=1080:1920:-1:-1',
  );
});

test('every size that the filter names is even, and no larger or smaller than its step needs', () => {
  const edge = fc.integer({ min: 16, max: 4000 });
  const evenEdge = fc.integer({ min: 32, max: 2000 }).map((half) => half * 2);
  fc.assert(
    fc.property(edge, edge, evenEdge, evenEdge, (width, height, frameWidth, frameHeight) => {
      const filter = fitFilter({ width, height }, { width: frameWidth, height: frameHeight });
      const scales = [...filter.matchAll(/scale=(\d+):(\d+)/g)].map(([, w, h]) => [Number(w), Number(h)]);
      const crop = /scale=(\d+):(\d+):flags=bicubic,crop=(\d+):(\d+)/.exec(filter)?.slice(1).map(Number) ?? [
        1, 1, 0, 0,
      ];
      const [scaledWidth = 0, scaledHeight = 0, croppedWidth = 0, croppedHeight = 0] = crop;
      return (
        scales.flat().every((size) => size % 2 === 0 && size >= 2) &&
        scaledWidth >= croppedWidth &&
        scaledHeight >= croppedHeight
      );
    }),
  );
});
