import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { benchOrchestration } from './orchestration.ts';
import type { Pair, Row } from './orchestration.ts';

const PAIRS = 5;
const LIMITS = [1, 16];

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    pairs: { type: 'string', default: String(PAIRS) },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(
    'npm run bench [-- --json FILE] [--pairs N]\n\nFilms of 20 shots with nothing to render, next to raw JetStream in the same run.',
  );
  process.exit(0);
}

const pairs: Pair[] = [];
const rows = await benchOrchestration(
  LIMITS,
  Number(values.pairs),
  (limit) => (limit === 1 ? 12 : 64),
  (pair) => {
    pairs.push(pair);
    console.error(
      `${pair.limit} in flight, pair ${pairs.length}: ${pair.films} films in ${pair.filmSeconds.toFixed(2)} s, ` +
        `${pair.messages} raw messages in ${pair.rawSeconds.toFixed(2)} s, ratio ${pair.ratio.toFixed(2)}`,
    );
  },
);
console.log(
  `films of 20 shots, ${cpus().length} cores, Node ${process.versions.node}; medians of ${values.pairs} interleaved pairs\n`,
);
console.table(Object.fromEntries(rows.map((row) => [`${row.limit} in flight`, printed(row)])));
if (values.json !== undefined) await writeFile(values.json, JSON.stringify({ rows, pairs }, null, 2));
process.exit(0);

function printed(row: Row): Record<string, string | number> {
  return {
    'films/s': row.filmsPerSecond.toFixed(2),
    'p50 ms': row.p50Ms.toFixed(0),
    'p99 ms': row.p99Ms.toFixed(0),
    'overhead ms/shot': row.overheadMsPerShot.toFixed(2),
    'CPU ms/shot': row.cpuMsPerShot.toFixed(2),
    'messages/film': row.messagesPerFilm,
    'raw msg/s': row.rawMessagesPerSecond,
    ratio: row.ratio.toFixed(2),
    'ratio low': row.ratioLow.toFixed(2),
  };
}
