import { ScriptParserServiceDefinition } from '@reelmesh/contracts/script';
import type { BlobStore, Clock } from '@reelmesh/domain';
import type { Bus } from '@reelmesh/messaging';
import type { ServiceModule } from '@reelmesh/service';
import { config } from './config.ts';
import { scriptParserService } from './script-parser-service.ts';

export { parseScript } from './parse.ts';

interface Deps {
  readonly bus: Bus;
  readonly blobs: BlobStore;
  readonly clock: Clock;
}

export const module: ServiceModule<Deps, typeof config> = {
  name: 'script-parser',
  needs: [],
  config,
  async start({ bus, blobs, clock, metrics, config: { threadFromBytes } }) {
    const handlers = scriptParserService({ blobs, clock, metrics, threadFromBytes });
    const serving = await bus.serve(ScriptParserServiceDefinition, handlers);
    return {
      ready: () => (bus.connected ? { ready: true } : { ready: false, detail: 'no connection to NATS' }),
      stop: () => serving.stop(),
    };
  },
};
