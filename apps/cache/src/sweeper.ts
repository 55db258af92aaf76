import type { BlobStore, Clock, FactStore } from '@reelmesh/domain';
import type { Logger } from '@reelmesh/service';
import type { Accounting } from './accounting.ts';
import type { ClipIndex, EvictionLimits } from './clip-index.ts';
import { clipFacts } from './clip-facts.ts';

export interface SweeperDeps {
  readonly facts: FactStore;
  readonly blobs: Pick<BlobStore, 'delete'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly index: ClipIndex;
  readonly accounting: Accounting;
}

/**
 * Drops the clips that are due. The fact comes first: after a crash in between, the file stays and nothing points to it,
 * never the other way round. A file that another clip uses, of whatever tenant, is kept.
 */
export async function sweep(deps: SweeperDeps, limits: EvictionLimits): Promise<number> {
  const nowMs = deps.clock.now();
  const due = deps.index.dueForEviction(nowMs, limits);
  const evicted = due.map(({ clip, reason }) =>
    clipFacts.evicted(clip.address, nowMs, clip.generation, reason),
  );
  if (evicted.length > 0) await deps.facts.append(evicted);
  for (const fact of evicted) {
    deps.index.apply(fact);
    deps.accounting.evicted(fact.body.reason);
  }
  for (const sha256 of new Set(due.map(({ clip }) => clip.sha256))) {
    if (deps.index.isUsed(sha256)) continue;
    await deps.blobs
      .delete(sha256)
      .catch((error: unknown) =>
        deps.log.warn({ sha256, err: error }, 'file of an evicted clip was not deleted'),
      );
  }
  deps.accounting.holds(deps.index.bytes);
  if (evicted.length > 0) {
    deps.log.info({ clips: evicted.length, bytesLeft: deps.index.bytes }, 'clips evicted');
  }
  return evicted.length;
}
