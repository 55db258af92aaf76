import { expect, test } from 'vitest';
import { animaticModel } from '../src/animatic/model.ts';
import { currentGolden, storedGolden } from './golden-picture.ts';

const way =
  'pixels changed: bump animaticRevision in src/animatic/model.ts and run "node test/golden-picture.ts"';

test('pixels change only together with the revision of the model', async () => {
  const stored = await storedGolden();
  const current = currentGolden();
  const off = Object.entries(current.pictures).flatMap(([name, means]) => {
    const known = (stored.pictures[name] ?? '').split(' ').map(Number);
    return means
      .split(' ')
      .flatMap((mean, at) => (Math.abs(Number(mean) - (known[at] ?? 999)) <= 0.5 ? [] : [`${name} ${at}`]));
  });

  expect(off, way).toEqual([]);
  expect(stored.revision, way).toBe(animaticModel.revision);
});
