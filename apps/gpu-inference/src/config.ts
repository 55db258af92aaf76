import { availableParallelism } from 'node:os';
import { field, section } from '@reelmesh/service';

export const config = section('gpu', {
  workers: field.int({
    min: 1,
    max: 256,
    // One core is left for the encoder and the other services.
    fallback: Math.max(1, availableParallelism() - 1),
    doc: 'jobs that render at a time; unset: the processor cores less one, at least 1',
  }),
  queue: field.int({ min: 1, max: 100_000, fallback: 256, doc: 'jobs that may wait for a worker' }),
});

/**
 * The environment of the drawing processes: what finding and running ffmpeg needs, and no secret.
 * glibc otherwise hands each frame's 8 MB back to the kernel and faults it in again: 20 ms a frame at 1080 × 1920.
 * `compiled` is a folder where Node keeps compiled source: with it a drawing process starts in half the time.
 */
export function workerEnvironment(compiled?: string): Readonly<Record<string, string | undefined>> {
  const { PATH, HOME, TMPDIR, LD_LIBRARY_PATH, REELMESH_MEDIA__FFMPEG } = process.env;
  return {
    ...{ PATH, HOME, TMPDIR, LD_LIBRARY_PATH, REELMESH_MEDIA__FFMPEG },
    NODE_COMPILE_CACHE: compiled,
    MALLOC_MMAP_THRESHOLD_: '1073741824',
    MALLOC_TRIM_THRESHOLD_: '1073741824',
  };
}
