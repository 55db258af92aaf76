import type { DownloadCutResponse, Film } from '@reelmesh/contracts/film';
import { AppError, Code } from '@reelmesh/domain';
import type { BlobStore } from '@reelmesh/domain';

const chunkBytes = 256 * 1024;

/**
 * The film's newest cut: first what it is, then its bytes in order.
 * Errors: FAILED_PRECONDITION (CUT_MISSING) before the first cut; NOT_FOUND (BLOB_MISSING) when its file is gone.
 */
export async function* downloadCut(
  blobs: Pick<BlobStore, 'read'>,
  film: Film,
): AsyncGenerator<DownloadCutResponse, void, undefined> {
  if (film.cut?.blob === undefined) {
    const state = film.state.replace('FILM_STATE_', '').toLowerCase();
    throw new AppError(
      Code.FAILED_PRECONDITION,
      `film ${film.id}: has no cut, it is ${state}; wait until it is completed`,
      {
        reason: 'CUT_MISSING',
        details: { state },
      },
    );
  }
  yield { part: { $case: 'cut', value: film.cut } };
  for await (const chunk of inChunks(blobs.read(film.cut.blob.sha256), chunkBytes)) {
    yield { part: { $case: 'chunk', value: chunk } };
  }
}

/** The same bytes in pieces of one size; only the last is shorter. */
export async function* inChunks(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  for await (const piece of source) {
    let rest = piece;
    while (waitingBytes + rest.length >= size) {
      const cut = size - waitingBytes;
      yield Buffer.concat([...waiting, rest.subarray(0, cut)]);
      rest = rest.subarray(cut);
      waiting = [];
      waitingBytes = 0;
    }
    if (rest.length === 0) continue;
    waiting.push(rest);
    waitingBytes += rest.length;
  }
  if (waitingBytes > 0) yield Buffer.concat(waiting);
}
