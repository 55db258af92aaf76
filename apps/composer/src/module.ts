import { commands } from '@reelmesh/contracts';
import type { BlobStore, Clock, FactStore, Ids } from '@reelmesh/domain';
import { findTool } from '@reelmesh/media';
import type { Bus } from '@reelmesh/messaging';
import type { Kit, ServiceModule, Values } from '@reelmesh/service';
import { type ComposerMetrics, composerMetrics } from './composer-metrics.ts';
import { createComposer } from './composer-service.ts';
import { config } from './config.ts';
import { ffmpegMaker } from './ffmpeg-maker.ts';
import type { Maker } from './maker.ts';
import { placeholderMaker } from './placeholder-maker.ts';
import { openSegments, type Segments } from './segments.ts';
import { openWorkFolders, type WorkFolders } from './work-folder.ts';

export interface Deps {
  readonly bus: Bus;
  readonly facts: FactStore;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly ids: Ids;
  /** On the blob store's file system where that is local, so that finished files are moved, not copied. */
  readonly tempDir: string;
}

interface Backend {
  readonly maker: Maker;
  readonly segments?: Segments;
}

type Started = Deps & Kit & { readonly config: Values<typeof config> };

export const module: ServiceModule<Deps, typeof config> = {
  name: 'composer',
  needs: [],
  config,
  async start(deps) {
    const { bus, facts, blobs, clock, ids, log } = deps;
    const folders = await openWorkFolders(deps.tempDir, deps.instanceId);
    const metrics = composerMetrics(deps.metrics);
    const { maker, segments } = await openBackend(deps, folders, metrics);
    const { attempts, composeConcurrency, normaliseConcurrency } = deps.config;
    const composer = createComposer({
      bus,
      facts,
      blobs,
      clock,
      ids,
      log,
      metrics,
      maker,
      segments,
      attempts,
    });
    const workers = await Promise.all([
      bus.work(commands.compose, { concurrency: composeConcurrency }, composer.compose),
      bus.work(commands.normalise, { concurrency: normaliseConcurrency }, composer.normalise),
    ]);
    return {
      ready: () => ({ ready: bus.connected }),
      async stop() {
        await Promise.all(workers.map((worker) => worker.stop()));
        await folders.removeAll();
      },
    };
  },
};

async function openBackend(deps: Started, folders: WorkFolders, metrics: ComposerMetrics): Promise<Backend> {
  const { blobs } = deps;
  if (deps.config.backend === 'none') return { maker: placeholderMaker(blobs) };
  await Promise.all([findTool('ffmpeg'), findTool('ffprobe')]);
  const { normaliseTimeoutMs, joinTimeoutMs } = deps.config;
  const segments = openSegments({ blobs, folders, onMade: metrics.clip, timeoutMs: normaliseTimeoutMs });
  return { segments, maker: ffmpegMaker({ blobs, segments, folders, timeoutMs: joinTimeoutMs }) };
}
