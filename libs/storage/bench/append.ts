/**
 * How fast facts become durable: `node libs/storage/bench/append.ts [seconds a case]`, in a temporary directory under
 * the current one, so that the disk measured is the disk used.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openSqliteFacts } from '@reelmesh/storage';
import type { Fact } from '@reelmesh/domain';

const seconds = Number(process.argv[2] ?? 2);
const directory = await mkdtemp(join(resolve('.'), '.append-bench-'));
const store = await openSqliteFacts({ path: join(directory, 'facts.db') });
let made = 0;

function makeFact(): Fact {
  made += 1;
  const stream = `film/f${made % 50}0123456789abcdefghi`;
  const body = {
    prompt: 'a train leaves the station at night, rain on the window, slow push in',
    cost: 250_000,
    made,
  };
  return {
    id: `${stream}/${made}`,
    stream,
    seq: made,
    kind: `take.k${made % 8}`,
    tenant: 'acme',
    atMs: 1_700_000_000_000,
    epoch: 3,
    body,
  };
}

async function measure(inFlight: number, factsPerAppend: number): Promise<void> {
  const latencies: number[] = [];
  const before = store.stats();
  const start = performance.now();
  const cpu = process.cpuUsage();
  const appendInTurn = async (): Promise<void> => {
    while (performance.now() - start < seconds * 1000) {
      const sent = performance.now();
      await store.append(Array.from({ length: factsPerAppend }, makeFact));
      latencies.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, appendInTurn));
  const elapsed = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const { commits, facts } = store.stats();
  latencies.sort((a, b) => a - b);
  const quantile = (q: number): string => (latencies[Math.floor(latencies.length * q)] ?? NaN).toFixed(2);
  const done = facts - before.facts;
  console.log(
    `${String(inFlight).padStart(3)} in flight × ${String(factsPerAppend).padStart(2)} facts: ` +
      `${String(Math.round(done / (elapsed / 1000))).padStart(6)} facts/s  p50 ${quantile(0.5)} ms  p99 ${quantile(0.99)} ms  ` +
      `${(done / (commits - before.commits)).toFixed(1)} facts/commit  ${((user + system) / done).toFixed(0)} µs CPU/fact`,
  );
}

for (const factsPerAppend of [1, 10]) {
  for (const inFlight of [1, 16, 64]) await measure(inFlight, factsPerAppend);
}
await store.close();
await rm(directory, { recursive: true });
