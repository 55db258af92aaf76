import { Kvm, type KV } from '@nats-io/kv';
import { AppError, Code } from '@reelmesh/domain';
import type { Logger } from '@reelmesh/service';
import type { Running } from './bus.ts';
import type { Link } from './connection.ts';
import { LEASE_BUCKET, type Topology } from './topology.ts';

const validId = /^[-=\w]{1,128}$/;

export interface Leases {
  isAlive(instanceId: string): Promise<boolean>;
  join(instanceId: string): Promise<Running>;
}

/** Each living instance keeps a key in a bucket that forgets after the lease time. */
export function createLeases(link: Link, topology: Topology, leaseMs: number, log: Logger): Leases {
  let opened: Promise<KV> | undefined;
  const bucket = () => (opened ??= new Kvm(link.nc).open(LEASE_BUCKET));
  const renew = async (id: string) => {
    await (await bucket()).put(id, new Uint8Array());
  };
  /** A second try after the bucket was made anew: a lost disk must not look like lost instances. */
  const withBucket = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch {
      await link.untilConnected(leaseMs);
      await topology.ensureStreams();
      return work();
    }
  };

  return {
    async isAlive(instanceId) {
      checkId(instanceId);
      try {
        const entry = await withBucket(async () => (await bucket()).get(instanceId));
        return entry?.operation === 'PUT';
      } catch (cause) {
        throw new AppError(Code.UNAVAILABLE, `whether instance ${instanceId} lives: nats does not answer`, {
          reason: 'LEASES_UNAVAILABLE',
          cause,
        });
      }
    },
    async join(instanceId) {
      checkId(instanceId);
      await withBucket(() => renew(instanceId));
      const keepRenewed = () => {
        withBucket(() => renew(instanceId)).catch((error: unknown) => {
          log.warn({ instanceId, err: error }, 'lease not renewed');
        });
      };
      const timer = setInterval(keepRenewed, leaseMs / 3);
      const unlisten = link.onReconnect(keepRenewed);
      return {
        async stop() {
          clearInterval(timer);
          unlisten();
          // leaving at once lets others take over without waiting for the lease to end
          if (link.connected) await (await bucket()).delete(instanceId).catch(() => undefined);
        },
      };
    },
  };
}

function checkId(instanceId: string): void {
  if (validId.test(instanceId)) return;
  throw new AppError(
    Code.INVALID_ARGUMENT,
    `instance id "${instanceId}": only letters, digits, - _ =, at most 128`,
    {
      reason: 'INSTANCE_ID_INVALID',
    },
  );
}
