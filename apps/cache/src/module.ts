import { CacheServiceDefinition } from '@reelmesh/contracts/cache';
import type { BlobStore, Clock, FactStore, Ids } from '@reelmesh/domain';
import type { Bus } from '@reelmesh/messaging';
import type { ServiceModule } from '@reelmesh/service';
import { Accounting } from './accounting.ts';
import { cacheService } from './cache-service.ts';
import { ClipIndex } from './clip-index.ts';
import { config } from './config.ts';
import { Followers } from './followers.ts';
import { sweep } from './sweeper.ts';

interface Deps {
  readonly bus: Bus;
  readonly facts: FactStore;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly ids: Ids;
}

const hourMs = 3_600_000;

export const module: ServiceModule<Deps, typeof config> = {
  name: 'cache',
  needs: [],
  config,
  async start(host) {
    const { bus, facts, blobs, clock, ids, log, config: settings } = host;
    const accounting = new Accounting(host.metrics);
    const index = await ClipIndex.load(facts);
    accounting.holds(index.bytes);
    const shared = { facts, blobs, clock, log, index, accounting };
    const serving = await bus.serve(
      CacheServiceDefinition,
      cacheService({
        ...shared,
        bus,
        ids,
        followers: new Followers(),
        ttlMs: settings.ttlDays * 24 * hourMs,
        leadMs: settings.leadHours * hourMs,
      }),
    );

    const limits = { maxBytes: settings.maxBytes, graceMs: settings.graceHours * hourMs };
    let sweeping = Promise.resolve();
    const timer = setInterval(() => {
      sweeping = sweeping
        .then(() => sweep(shared, limits))
        .then(
          () => {},
          (error: unknown) => log.error({ err: error }, 'sweep failed'),
        );
    }, settings.sweepMinutes * 60_000);

    return {
      ready: () => (bus.connected ? { ready: true } : { ready: false, detail: 'no connection to NATS' }),
      async stop() {
        clearInterval(timer);
        await Promise.all([serving.stop(), sweeping]);
      },
    };
  },
};
