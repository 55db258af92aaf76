import { jetstream, JetStreamApiError } from '@nats-io/jetstream';
import { AppError, Code } from '@reelmesh/domain';
import type { Link } from './connection.ts';
import { checkSize } from './status.ts';
import type { Topology } from './topology.ts';

/** The server's limit counts headers too. */
export const HEADER_ROOM_BYTES = 8 * 1024;
const ATTEMPT_TIMEOUT_MS = 1_000;
/** Any failure to store has this code; only the text tells which. */
const STORE_FAILED = 10077;
const MAX_MESSAGES_EXCEEDED = 'maximum messages exceeded';

export type Publish = (subject: string, bytes: Uint8Array, id: string) => Promise<void>;

/**
 * Publishes to a stream and waits until it is stored. Lost answers, restarts and a lost disk are met by trying again
 * with the same id until the time is over.
 */
export function createPublisher(link: Link, topology: Topology, timeoutMs: number): Publish {
  const js = jetstream(link.nc);

  return async (subject, bytes, id) => {
    checkSize(subject, bytes, maxPayloadBytes(link));
    // the ids of all subjects of a stream share one memory
    const options = { msgID: `${subject}/${id}`, timeout: ATTEMPT_TIMEOUT_MS };
    const until = performance.now() + timeoutMs;
    for (;;) {
      // a publish that starts while there is no connection is never sent
      if (!link.connected) await link.untilConnected(Math.max(1, until - performance.now()));
      try {
        await link.whileConnected(js.publish(subject, bytes, options));
        return;
      } catch (error) {
        if (error instanceof JetStreamApiError) throw refused(subject, error);
        if (performance.now() > until) throw unavailable(subject, error);
        if (link.connected) await repair(topology);
      }
    }
  };
}

export function maxPayloadBytes(link: Link): number {
  return (link.nc.info?.max_payload ?? 1024 * 1024) - HEADER_ROOM_BYTES;
}

/** Nobody answered: perhaps the stream is gone. This fails while JetStream is not back, and paces the next try. */
async function repair(topology: Topology): Promise<void> {
  const pause = new Promise((resolve) => setTimeout(resolve, 50));
  await Promise.allSettled([topology.ensureStreams(), pause]);
}

function refused(subject: string, error: JetStreamApiError): AppError {
  if (error.code === STORE_FAILED && error.message === MAX_MESSAGES_EXCEEDED) {
    return new AppError(Code.RESOURCE_EXHAUSTED, `${subject}: the queue is full`, {
      reason: 'QUEUE_FULL',
      retryable: true,
      cause: error,
    });
  }
  return new AppError(Code.UNAVAILABLE, `${subject}: jetstream refused the message: ${error.message}`, {
    reason: 'PUBLISH_REFUSED',
    cause: error,
  });
}

function unavailable(subject: string, cause: unknown): AppError {
  return new AppError(Code.UNAVAILABLE, `${subject}: jetstream did not confirm the message in time`, {
    reason: 'PUBLISH_UNCONFIRMED',
    cause,
  });
}
