import { connectBus } from '@reelmesh/messaging';
import { createLogger, randomIds, readConfig, systemClock } from '@reelmesh/service';
import type { Environment } from '@reelmesh/service';
import { openFileBlobs, openSqliteFacts } from '@reelmesh/storage';
import { testKit } from '@reelmesh/testing';
import { join } from 'node:path';
import { config } from '../src/config.ts';
import { module } from '../src/module.ts';

/** A gateway in a process of its own, to be killed: `node gateway-process.ts JSON`. Says its process id once it runs. */
const { nats, directory, instanceId, env } = JSON.parse(process.argv[2] ?? '') as {
  readonly nats: string;
  readonly directory: string;
  readonly instanceId: string;
  readonly env: Environment;
};
const kit = testKit(instanceId);
const log = createLogger({ service: instanceId, level: 'info', destination: { write: () => undefined } });
const gateway = await module.start({
  ...kit,
  log,
  bus: await connectBus({ servers: nats, name: instanceId, queueGroup: 'test', log, leaseMs: 300 }),
  facts: await openSqliteFacts({ path: join(directory, 'facts.db') }),
  blobs: await openFileBlobs({ dir: join(directory, 'blobs') }),
  clock: systemClock,
  ids: randomIds,
  tempDir: directory,
  config: readConfig(env, [config]).gateway,
  env,
});
process.once('SIGTERM', () => void gateway.stop().then(() => process.exit(0)));
process.stdout.write(`${process.pid}\n`);
