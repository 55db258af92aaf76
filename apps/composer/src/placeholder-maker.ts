import type { BlobStore } from '@reelmesh/domain';
import { durationMsOf } from './film.ts';
import type { Maker } from './maker.ts';

/**
 * The backend `none`: a cut of the right length whose file is a line of text. For load tests of everything around
 * the composer; its films cannot be played.
 */
export function placeholderMaker(blobs: BlobStore): Maker {
  return {
    async make(film, { cutKey }) {
      const { width, height, fps, frames } = film;
      const blob = await blobs.put(Buffer.from(`cut ${cutKey}\n`), 'text/plain');
      return { blob, durationMs: durationMsOf(film), frames, width, height, fps };
    },
  };
}
