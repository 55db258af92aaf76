import { invalid } from '@reelmesh/domain';
import type { BlobStore, Clock, FactStore, Ids } from '@reelmesh/domain';
import type { Bus } from '@reelmesh/messaging';
import { nearest } from '@reelmesh/service';
import type { Section, ServiceModule } from '@reelmesh/service';

/** What the host offers to every service beyond its kit. */
export interface HostDeps {
  readonly bus: Bus;
  readonly facts: FactStore;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Of this process alone, emptied at its start. */
  readonly tempDir: string;
}

type HostedModule = ServiceModule<HostDeps, Section>;

/** Loaded when asked for: `parse` needs no gRPC and `health` no canvas. */
const importers = {
  cache: () => import('@reelmesh/cache/module'),
  'script-parser': () => import('@reelmesh/script-parser/module'),
  'gpu-inference': () => import('@reelmesh/gpu-inference/module'),
  composer: () => import('@reelmesh/composer/module'),
  'provider-gateway': () => import('@reelmesh/provider-gateway/module'),
  scheduler: () => import('@reelmesh/scheduler/module'),
  api: () => import('@reelmesh/api/module'),
};

export type Target = keyof typeof importers;
export const allTargets = Object.keys(importers) as readonly Target[];

/** These start ffmpeg or ffprobe. */
export const mediaTargets: readonly Target[] = ['gpu-inference', 'composer', 'provider-gateway'];

/**
 * Reads `all` or a list as in `cache,composer`.
 * @throws AppError TARGET_UNKNOWN
 */
export function parseTargets(text: string): readonly Target[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('all')) return allTargets;
  return allTargets.filter((target) => names.includes(target)).concat(names.flatMap(refuseUnknown));
}

function refuseUnknown(name: string): [] {
  if (allTargets.some((target) => target === name)) return [];
  const meant = nearest(name, allTargets);
  throw invalid(
    'TARGET_UNKNOWN',
    `target "${name}" does not exist: ${meant === undefined ? '' : `did you mean ${meant}? `}there are all, ${allTargets.join(', ')}`,
  );
}

export async function loadModules(targets: readonly Target[]): Promise<readonly HostedModule[]> {
  return Promise.all(targets.map(async (target) => (await importers[target]()).module as HostedModule));
}
