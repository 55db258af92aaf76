import { FilmServiceDefinition } from '@reelmesh/contracts/film';
import { LedgerServiceDefinition } from '@reelmesh/contracts/ledger';
import type { BlobStore, Clock } from '@reelmesh/domain';
import { createGrpcServer, grpcService } from '@reelmesh/messaging';
import type { Bus } from '@reelmesh/messaging';
import type { RunningService, ServiceModule } from '@reelmesh/service';
import { config } from './config.ts';
import { filmService } from './film-service.ts';
import { ledgerService } from './ledger-service.ts';
import { measure } from './measured.ts';

/** For the command line, which checks images before it starts anything. */
export { checkImage } from './images.ts';

interface Deps {
  readonly bus: Bus;
  readonly blobs: BlobStore;
  readonly clock: Clock;
}

export interface RunningApi extends RunningService {
  /** Where gRPC listens: `127.0.0.1:50051`. */
  readonly address: string;
}

/** The only tenant, until callers are authenticated. */
const tenant = 'local';

/** Room for a script that is too long, so that the answer says so, and for what surrounds it. */
const maxMessageBytes = 16 * 2 ** 20;

export const module = {
  name: 'api',
  needs: ['scheduler', 'provider-gateway'],
  config,
  async start({ bus, blobs, clock, log, metrics, config: settings }): Promise<RunningApi> {
    const draining = new AbortController();
    const handlers = filmService({
      bus,
      blobs,
      clock,
      log,
      resyncMs: settings.resyncMs,
      draining: draining.signal,
      tenant,
    });
    const measured = measure(metrics);
    const server = await createGrpcServer({
      host: settings.host,
      port: settings.port,
      services: [
        grpcService(FilmServiceDefinition, measured(FilmServiceDefinition, handlers)),
        grpcService(LedgerServiceDefinition, measured(LedgerServiceDefinition, ledgerService(bus, tenant))),
      ],
      maxMessageBytes,
      log,
    });
    const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
    return {
      address: `${host}:${server.port}`,
      ready: () => (bus.connected ? { ready: true } : { ready: false, detail: 'no connection to NATS' }),
      async stop() {
        server.setServing(false);
        draining.abort();
        await server.stop(settings.drainMs);
      },
    };
  },
} satisfies ServiceModule<Deps, typeof config>;
