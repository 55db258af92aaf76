import { join } from 'node:path';
import type { FactStore } from '@reelmesh/domain';
import { type Bus, connectBus } from '@reelmesh/messaging';
import { randomIds, type RunningService, systemClock } from '@reelmesh/service';
import { openFileBlobs, openSqliteFacts } from '@reelmesh/storage';
import { testKit } from '@reelmesh/testing';
import { module } from '../src/module.ts';

export interface Host extends AsyncDisposable {
  readonly service: RunningService;
  readonly facts: FactStore;
}

/** The composer as a host runs it, on a directory and a NATS server. */
export async function startHost(dir: string, servers: string): Promise<Host> {
  const kit = testKit('composer-1');
  const bus = await connect(servers, 'composer');
  const facts = await openSqliteFacts({ path: join(dir, 'facts.sqlite') });
  const service = await module.start({
    ...kit,
    ...{ bus, facts, clock: systemClock, ids: randomIds, tempDir: join(dir, 'temp') },
    blobs: await openFileBlobs({ dir: join(dir, 'blobs') }),
    config: {
      ...{ backend: 'ffmpeg', composeConcurrency: 1, normaliseConcurrency: 1, attempts: 5 },
      ...{ normaliseTimeoutMs: 60_000, joinTimeoutMs: 60_000 },
    },
  });
  return {
    service,
    facts,
    async [Symbol.asyncDispose]() {
      await service.stop();
      await bus.close();
      await facts.close();
    },
  };
}

export function connect(servers: string, queueGroup: string): Promise<Bus> {
  return connectBus({
    servers,
    name: queueGroup,
    queueGroup,
    log: testKit().log,
    ackWaitMs: 1000,
    stopGraceMs: 100,
  });
}

/** Run as a program: `host.ts <dir> <nats url>`. */
const [, program, dir, servers] = process.argv;
if (program === import.meta.filename && dir !== undefined && servers !== undefined)
  await startHost(dir, servers);
