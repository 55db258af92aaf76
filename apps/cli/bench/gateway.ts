import { setFlagsFromString } from 'node:v8';
import { setTimeout as wait } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { bareTake } from './bare-http.ts';
import type { BareOptions } from './bare-http.ts';
import { openGatewayStage } from './gateway-stage.ts';
import { inFlight, median, quantile } from './stats.ts';

/** How the emulator renders, and how often it is asked. A real provider takes 10 to 100 s. */
export interface Pace {
  readonly renderMs: number;
  /** Of the catalogue's 5 s; the first poll comes after half of it. */
  readonly pollPercent: number;
}

export interface Sample {
  readonly seconds: number;
  readonly takeMs: readonly number[];
}

export interface GatewayPair {
  readonly renderMs: number;
  readonly limit: number;
  readonly takes: number;
  readonly gateway: Sample;
  readonly bare: Sample;
  /** Bare calls and the check of the clip, which whoever pays for a file must make. */
  readonly checked: Sample;
  readonly cpuMsPerTake: number;
}

export interface GatewayRow {
  readonly renderMs: number;
  readonly limit: number;
  readonly takesPerSecond: number;
  readonly bareTakesPerSecond: number;
  readonly checkedTakesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly bareP50Ms: number;
  readonly overheadP50Ms: number;
  readonly overheadP99Ms: number;
  readonly cpuMsPerTake: number;
  /** Time of the gateway's as a multiple of the bare calls': 1 is none lost. */
  readonly ratio: number;
  readonly ratioHigh: number;
  /** The same to bare calls whose clips are checked. */
  readonly ratioChecked: number;
}

/**
 * Takes through the gateway (NATS, SQLite with every fact fsynced, clips checked and stored) next to the same HTTP calls by
 * themselves, in turns in one run. The emulator and NATS have processes of their own.
 */
export async function benchGateway(
  paces: readonly Pace[],
  limits: readonly number[],
  pairs: number,
  takesOf: (limit: number) => number,
  onPair: (pair: GatewayPair) => void,
): Promise<readonly GatewayRow[]> {
  const rows: GatewayRow[] = [];
  for (const pace of paces) {
    await using stage = await openGatewayStage(pace);
    await sampleOf(16, 16, () => stage.take());
    for (const limit of limits) {
      const results: GatewayPair[] = [];
      const takes = takesOf(limit);
      const bare: BareOptions = { ...pace, url: stage.url, key: stage.key, directory: stage.directory };
      for (let index = 0; index < pairs; index += 1) {
        const cpu = process.cpuUsage();
        const gateway = await sampleOf(limit, takes, () => stage.take());
        const used = process.cpuUsage(cpu);
        const pair = {
          renderMs: pace.renderMs,
          limit,
          takes,
          gateway,
          bare: await sampleOf(limit, takes, () => bareTake(bare)),
          checked: await sampleOf(limit, takes, () => bareTake({ ...bare, checks: true })),
          cpuMsPerTake: (used.user + used.system) / 1000 / takes,
        };
        results.push(pair);
        onPair(pair);
      }
      rows.push(rowOf(results));
    }
  }
  return rows;
}

async function sampleOf(limit: number, takes: number, take: () => Promise<void>): Promise<Sample> {
  const takeMs: number[] = [];
  const start = performance.now();
  await inFlight(limit, takes, async () => {
    const begin = performance.now();
    await take();
    takeMs.push(performance.now() - begin);
  });
  return { seconds: (performance.now() - start) / 1000, takeMs };
}

function rowOf(pairs: readonly GatewayPair[]): GatewayRow {
  const rate = (of: 'gateway' | 'bare' | 'checked'): number =>
    median(pairs.map((pair) => pair.takes / pair[of].seconds));
  const ms = (of: 'gateway' | 'bare', share: number): number =>
    quantile(
      pairs.flatMap((pair) => pair[of].takeMs),
      share,
    );
  const ratios = pairs.map(({ gateway, bare }) => gateway.seconds / bare.seconds);
  const [{ renderMs, limit } = { renderMs: 0, limit: 0 }] = pairs;
  return {
    renderMs,
    limit,
    takesPerSecond: rate('gateway'),
    bareTakesPerSecond: rate('bare'),
    checkedTakesPerSecond: rate('checked'),
    p50Ms: ms('gateway', 0.5),
    p99Ms: ms('gateway', 0.99),
    bareP50Ms: ms('bare', 0.5),
    overheadP50Ms: ms('gateway', 0.5) - ms('bare', 0.5),
    overheadP99Ms: ms('gateway', 0.99) - ms('bare', 0.99),
    cpuMsPerTake: median(pairs.map((pair) => pair.cpuMsPerTake)),
    ratio: median(ratios),
    ratioHigh: Math.max(...ratios),
    ratioChecked: median(pairs.map(({ gateway, checked }) => gateway.seconds / checked.seconds)),
  };
}

export interface GatewayMemory {
  readonly takes: number;
  readonly rssMegabytes: number;
  /** More than before the takes, for each of them. */
  readonly rssKilobytesPerTake: number;
  readonly heapKilobytesPerTake: number;
}

/** Creates at a time: with thousands of connections at once the emulator would answer after our patience. */
const BATCH = 100;

/** So many takes under way at once, a multiple of 100, at a provider that renders for an hour and is asked every 50 s. */
export async function measureMemory(takes: number): Promise<GatewayMemory> {
  await using stage = await openGatewayStage({ renderMs: 3_600_000, pollPercent: 1000 });
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const look = (): NodeJS.MemoryUsage => {
    collect();
    return process.memoryUsage();
  };
  const before = look();
  for (let sent = 0; sent < takes; sent += BATCH) {
    for (let index = 0; index < BATCH; index += 1) await stage.send();
    while (stage.accepted() < sent + BATCH) await wait(20);
  }
  // Through a round of polls, which come after 25 to 50 s.
  await wait(60_000);
  const after = look();
  const kilobytes = (bytes: number): number => bytes / 1024 / takes;
  return {
    takes,
    rssMegabytes: after.rss / 1024 / 1024,
    rssKilobytesPerTake: kilobytes(after.rss - before.rss),
    heapKilobytesPerTake: kilobytes(after.heapUsed - before.heapUsed),
  };
}
