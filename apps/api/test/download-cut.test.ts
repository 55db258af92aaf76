import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inChunks } from '../src/download-cut.ts';
import { collect } from './collect.ts';

async function* from(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

test('chunks hold the same bytes, all of one size but the last', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 40 })),
      fc.integer({ min: 1, max: 16 }),
      async (pieces, size) => {
        const chunks = await collect(inChunks(from(pieces), size));

        expect(Buffer.concat(chunks)).toEqual(Buffer.concat(pieces));
        expect(chunks.slice(0, -1).every((chunk) => chunk.length === size)).toBe(true);
        expect((chunks.at(-1)?.length ?? 1) > 0).toBe(true);
      },
    ),
  );
});
