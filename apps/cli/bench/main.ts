import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { benchOrchestration } from './orchestration.ts';
import type { Pair, Row } from './orchestration.ts';

const LIMITS = [1, 16];
const FILMS: Readonly<Record<number, number>> = { 1: 12, 16: 64 };

const help = `npm run bench [-- --json FILE] [--pairs N]

Films of 20 shots through all services, with nothing to render and nothing to join, next to raw JetStream in the same run.
Every fact is fsynced before it is acted on. --pairs: how many interleaved pairs, 5 unless said otherwise.
--json: every figure and every pair, too.`;

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

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    pairs: { type: 'string', default: '5' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(help);
  process.exit(0);
}

const pairs: Pair[] = [];
const rows = await benchOrchestration(
  LIMITS,
  Number(values.pairs),
  (limit) => FILMS[limit] ?? 12,
  (pair) => {
    pairs.push(pair);
    console.error(
      `${pair.limit} in flight: ${pair.films} films in ${pair.filmSeconds.toFixed(2)} s, ` +
        `${pair.messages} raw messages in ${pair.rawSeconds.toFixed(2)} s, ratio ${pair.ratio.toFixed(2)}`,
    );
  },
);

console.log(
  `${cpus().length} cores, Node ${process.versions.node}; medians of ${values.pairs} interleaved pairs\n`,
);
for (const [name, figure] of Object.entries(figures)) {
  console.log(`${name.padEnd(46)}${rows.map((row) => figure(row).padStart(10)).join('')}`);
}
if (values.json !== undefined) await writeFile(values.json, JSON.stringify({ rows, pairs }, null, 2));
process.exit(0);
