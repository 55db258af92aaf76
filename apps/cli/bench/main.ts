import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { benchGateway, measureMemory } from './gateway.ts';
import type { GatewayPair, GatewayRow, Pace } from './gateway.ts';
import { benchOrchestration } from './orchestration.ts';
import type { Pair, Row } from './orchestration.ts';

const help = `npm run bench [-- [orchestration | gateway] [--json FILE] [--pairs N]]

orchestration (the default): films of 20 shots through all services, with nothing to render and nothing to join, next to raw
JetStream in the same run. Every fact is fsynced before it is acted on.
gateway: takes through the provider gateway next to the same HTTP calls by themselves, against the emulator; then its memory
with 5000 takes under way.
--pairs: how many interleaved pairs, 5 unless said otherwise (gateway: 3). --json: every figure and every pair, too.`;

/** What a bench found, for people and for --json. */
interface Findings {
  readonly lines: readonly string[];
  readonly figures: unknown;
}

const benches = { orchestration, gateway } as const;

async function orchestration(count = 5): Promise<Findings> {
  const films: Readonly<Record<number, number>> = { 1: 12, 16: 64 };
  const figures: Readonly<Record<string, (row: Row) => string>> = {
    'films and shots in flight': (row) => String(row.limit),
    'films/s': (row) => row.filmsPerSecond.toFixed(2),
    'film, p50 ms': (row) => row.p50Ms.toFixed(0),
    'film, p99 ms': (row) => row.p99Ms.toFixed(0),
    'overhead, ms a shot': (row) => row.overheadMsPerShot.toFixed(2),
    'CPU, ms a shot': (row) => row.cpuMsPerShot.toFixed(2),
    'durable messages a film': (row) => String(row.messagesPerFilm),
    'messages a film, calls and hints too': (row) => String(row.messagesInAll),
    'raw JetStream, messages/s': (row) => String(row.rawMessagesPerSecond),
    'ratio to raw JetStream, durable messages': (row) => row.ratio.toFixed(2),
    '  its low end': (row) => row.ratioLow.toFixed(2),
    'ratio to raw JetStream, all messages': (row) => row.ratioInAll.toFixed(2),
  };
  const pairs: Pair[] = [];
  const rows = await benchOrchestration(
    [1, 16],
    count,
    (limit) => films[limit] ?? 12,
    (pair) => {
      pairs.push(pair);
      console.error(
        `${pair.limit} in flight: ${pair.films} films in ${pair.filmSeconds.toFixed(2)} s, ` +
          `${pair.messages} raw messages in ${pair.rawSeconds.toFixed(2)} s, ratio ${pair.ratio.toFixed(2)}`,
      );
    },
  );
  return { lines: [headOf(count), ...tableOf(figures, rows)], figures: { rows, pairs } };
}

async function gateway(count = 3): Promise<Findings> {
  const paces: readonly Pace[] = [
    { renderMs: 0, pollPercent: 1 },
    { renderMs: 1000, pollPercent: 4 },
  ];
  const takes: Readonly<Record<number, number>> = { 1: 6, 16: 48, 256: 256 };
  const figures: Readonly<Record<string, (row: GatewayRow) => string>> = {
    'the provider renders for, ms': (row) => String(row.renderMs),
    'takes in flight': (row) => String(row.limit),
    'gateway, takes/s': (row) => row.takesPerSecond.toFixed(1),
    'bare HTTP, takes/s': (row) => row.bareTakesPerSecond.toFixed(1),
    'bare HTTP and clip check, takes/s': (row) => row.checkedTakesPerSecond.toFixed(1),
    'gateway, a take, p50 ms': (row) => row.p50Ms.toFixed(0),
    'gateway, a take, p99 ms': (row) => row.p99Ms.toFixed(0),
    'overhead, p50 ms': (row) => row.overheadP50Ms.toFixed(0),
    'overhead, p99 ms': (row) => row.overheadP99Ms.toFixed(0),
    'CPU without ffmpeg, ms a take': (row) => row.cpuMsPerTake.toFixed(2),
    'ratio to bare HTTP': (row) => row.ratio.toFixed(2),
    '  its high end': (row) => row.ratioHigh.toFixed(2),
    'ratio to bare HTTP and clip check': (row) => row.ratioChecked.toFixed(2),
  };
  const pairs: GatewayPair[] = [];
  const rows = await benchGateway(
    paces,
    [1, 16, 256],
    count,
    (limit) => takes[limit] ?? limit,
    (pair) => {
      pairs.push(pair);
      console.error(
        `${pair.renderMs} ms, ${pair.limit} in flight: ${pair.takes} takes in ${pair.gateway.seconds.toFixed(2)} s, ` +
          `bare ${pair.bare.seconds.toFixed(2)} s, with clip check ${pair.checked.seconds.toFixed(2)} s`,
      );
    },
  );
  const memory = await measureMemory(5000);
  return {
    lines: [
      headOf(count),
      ...tableOf(figures, rows),
      '',
      `${memory.takes} takes in flight: ${memory.rssMegabytes.toFixed(0)} MB resident in all, ` +
        `${memory.heapKilobytesPerTake.toFixed(1)} kB of heap a take`,
    ],
    figures: { rows, memory, pairs },
  };
}

function headOf(pairs: number): string {
  return `${cpus().length} cores, Node ${process.versions.node}; medians of ${pairs} interleaved pairs\n`;
}

function tableOf<T>(
  figures: Readonly<Record<string, (row: T) => string>>,
  rows: readonly T[],
): readonly string[] {
  return Object.entries(figures).map(
    ([name, figure]) => `${name.padEnd(46)}${rows.map((row) => figure(row).padStart(10)).join('')}`,
  );
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    pairs: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const [name = 'orchestration'] = positionals;
if (values.help || positionals.length > 1 || !Object.hasOwn(benches, name)) {
  console.log(help);
  process.exit(values.help ? 0 : 2);
}
const pairs = values.pairs === undefined ? undefined : Number(values.pairs);
const { lines, figures } = await benches[name as keyof typeof benches](pairs);
console.log(lines.join('\n'));
if (values.json !== undefined) await writeFile(values.json, JSON.stringify(figures, null, 2));
process.exit(0);
