import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { BlobRef, Clip } from '@reelmesh/contracts/common';
import type { AppError } from '@reelmesh/domain';
import type { BlobStore, TakeRecord } from '@reelmesh/domain';
import { displaySize, fractionValue, probe, verifyClip, videoOf } from '@reelmesh/media';
import type { Breakers } from './breakers.ts';
import { download } from './download.ts';
import { isOutage } from './guarded.ts';
import type { Output, Provider } from './provider.ts';
import { LocalSlots } from './slots.ts';

export interface CollectorOptions {
  readonly blobs: BlobStore;
  readonly tempDir: string;
  readonly breakers: Breakers;
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

/** Probes remembered by the hash of the file: equal bytes need one look. */
const REMEMBERED = 1000;

/** Brings a provider's output home: into the blob store, hashed and probed. Only then is it a clip. */
export class ClipCollector {
  readonly #options: CollectorOptions;
  /** Hundreds of decoders at once would fill the memory; a few for each core keep it busy while others start. */
  readonly #checks = new LocalSlots(4 * availableParallelism());
  readonly #known = new Map<string, Omit<Clip, 'blob'>>();

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  /**
   * Throws a retryable AppError when a later try may succeed (network, an expired URL, a full disk) and DATA_LOSS
   * (MEDIA_UNREADABLE) when the file is no usable clip.
   */
  async collect(take: TakeRecord, provider: Provider, output: Output, signal: AbortSignal): Promise<Clip> {
    if ('blob' in output) return { blob: output.blob, ...(await this.#inspect(output.blob, signal)) };
    const path = join(this.#options.tempDir, `${take.id}.part`);
    try {
      const { maxBytes, timeoutMs, breakers } = this.#options;
      const source = provider.outputSource(take.intent);
      await breakers.call(
        `${take.intent.provider}/${take.intent.model}`,
        'download',
        () => download(output.url, path, { ...source, maxBytes, timeoutMs, signal }),
        isOutage,
      );
      const picture = await this.#verify(take, path, signal);
      const blob = await this.#options.blobs.putFile(path, 'video/mp4', { move: true });
      return { blob, ...picture };
    } finally {
      await rm(path, { force: true });
    }
  }

  async #verify(take: TakeRecord, path: string, signal: AbortSignal): Promise<Omit<Clip, 'blob'>> {
    await this.#checks.acquire(take.id, signal);
    try {
      return await verifyClip(path, { minSeconds: take.intent.spec.seconds - 0.5, signal });
    } finally {
      this.#checks.release(take.id);
    }
  }

  /** Files of our own encoder: the container's word is enough, the composer counts every frame again. */
  async #inspect(blob: BlobRef, signal: AbortSignal): Promise<Omit<Clip, 'blob'>> {
    const known = this.#known.get(blob.sha256);
    if (known !== undefined) return known;
    const found = await probe(await this.#options.blobs.localPath(blob.sha256), { signal });
    const video = videoOf(found);
    const fps = fractionValue(video.fps);
    const clip = {
      ...displaySize(video),
      fpsMilli: Math.round(fps * 1000),
      frames: video.frames,
      durationMs: Math.round((video.frames * 1000) / fps),
      hasAudio: found.audio.length > 0,
    };
    const [oldest] = this.#known.keys();
    if (this.#known.size >= REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(blob.sha256, clip);
    return clip;
  }
}

/** Whether a failed collection says that the file itself is bad, not that it could not be fetched. */
export function isBadFile(error: AppError): boolean {
  return error.reason === 'MEDIA_UNREADABLE';
}
