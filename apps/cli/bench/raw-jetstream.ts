import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from 'nats';
import { inFlight } from './stats.ts';

/** About the size of our own commands. */
const PAYLOAD = new Uint8Array(700).fill(7);

/**
 * The least that a durable hand-over costs: publish with an id, wait for the acknowledgement, consume, acknowledge.
 * @returns seconds for `messages` of them with `limit` publishes under way
 */
export async function rawJetStream(
  url: string,
  messages: number,
  limit: number,
  run: string,
): Promise<number> {
  const nc = await connect({ servers: url });
  try {
    const jsm = await jetstreamManager(nc);
    const name = `RAW_${run}`;
    await jsm.streams.add({ name, subjects: [`raw.${run}`], retention: 'workqueue' });
    await jsm.consumers.add(name, { durable_name: 'raw', ack_policy: 'explicit', max_ack_pending: 1000 });
    const js = jetstream(nc);
    const consumer = await js.consumers.get(name, 'raw');
    const arriving = await consumer.consume({ max_messages: 100 });
    const start = performance.now();
    const consumed = (async () => {
      let count = 0;
      for await (const message of arriving) {
        message.ack();
        count += 1;
        if (count === messages) break;
      }
    })();
    await inFlight(limit, messages, async (index) => {
      await js.publish(`raw.${run}`, PAYLOAD, { msgID: `${run}-${index}` });
    });
    await consumed;
    const seconds = (performance.now() - start) / 1000;
    await jsm.streams.delete(name);
    return seconds;
  } finally {
    await nc.close();
  }
}
