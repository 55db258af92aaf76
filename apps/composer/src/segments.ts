import { join } from 'node:path';
import type { BlobRef } from '@reelmesh/contracts/common';
import { type BlobStore, digestOf } from '@reelmesh/domain';
import { probe, runFfmpeg, unreadable, type VideoForm } from '@reelmesh/media';
import { Flights } from './flights.ts';
import { encodeReference } from './house-reference.ts';
import { planNormalise } from './normalise-plan.ts';
import type { Target } from './target.ts';
import type { WorkFolders } from './work-folder.ts';

export interface SegmentsDeps {
  readonly blobs: BlobStore;
  readonly folders: WorkFolders;
  /** How a segment came to be, once each. */
  readonly onMade: (kind: 'copy' | 'encode' | 'reused') => void;
  /** Milliseconds for one clip. */
  readonly timeoutMs: number;
}

export interface Segments {
  /**
   * The clip in the target's form, made once and kept in the blob store.
   * DATA_LOSS (MEDIA_UNREADABLE) for a clip that cannot be used, NOT_FOUND (BLOB_MISSING).
   */
  segmentOf(clip: BlobRef, target: Target, signal: AbortSignal): Promise<BlobRef>;
}

/** Bump when an equal clip and target must give another segment. */
const SEGMENT_VERSION = 1;

export function openSegments(deps: SegmentsDeps): Segments {
  const flights = new Flights<BlobRef>();
  const references = new Map<string, Promise<string>>();

  /** What the encoder on this machine writes as codec parameters: an upgrade of it makes new segments. */
  function houseOf(form: VideoForm): Promise<string> {
    const key = `${form.width}x${form.height}@${form.fps}`;
    const known = references.get(key) ?? encodeReference(form, deps.folders);
    references.set(key, known);
    known.catch(() => references.delete(key));
    return known;
  }

  async function make(clip: BlobRef, target: Target, house: string, signal: AbortSignal): Promise<BlobRef> {
    await using folder = await deps.folders.open();
    const input = await deps.blobs.localPath(clip.sha256);
    const output = join(folder.path, 'segment.mov');
    const plan = planNormalise(await probe(input, { signal }), target, { input, output, house });
    let frames = 0;
    await runFfmpeg(plan.args, {
      signal,
      timeoutMs: deps.timeoutMs,
      onProgress: (progress) => (frames = progress.frames),
    });
    if (frames !== target.frames) throw unreadable(`it gave ${frames} of ${target.frames} frames`);
    deps.onMade(plan.kind);
    // awaited here: the folder goes when the function returns
    return await deps.blobs.putFile(output, 'video/quicktime', { move: true });
  }

  return {
    async segmentOf(clip, target, signal) {
      const { width, height, fps, frames } = target;
      const house = await houseOf({ width, height, fps });
      const name = `norm/${digestOf([SEGMENT_VERSION, clip.sha256, width, height, fps, frames, house])}`;
      return flights.join(name, async () => {
        const known = await deps.blobs.resolve(name);
        if (known) {
          deps.onMade('reused');
          return known;
        }
        const made = await make(clip, target, house, signal);
        await deps.blobs.link(name, made);
        return made;
      });
    },
  };
}
