import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { costOfRevisions, formatEstimate } from '../cost-model.ts';
import type { RevisionsCost } from '../cost-model.ts';
import { episodeScript } from '../episode.ts';
import { ExitCode } from '../exit-codes.ts';
import { toUnits } from '../money-text.ts';
import { print } from '../output.ts';
import { pickShare } from '../random.ts';
import { editShots } from '../script-edit.ts';
import { readScript } from '../script-file.ts';
import type { Films } from '../session.ts';
import { estimateFinals, estimateShots } from '../strategy-quotes.ts';
import type { EstimatedShot } from '../strategy-quotes.ts';
import { formatDuration, formatTable } from '../text.ts';
import { reach } from './films.ts';
import type { ServerFlags } from './films.ts';

export interface CostStrategiesFlags extends ServerFlags {
  readonly strategies: readonly string[];
  readonly edited: number;
  readonly approved: number;
  readonly episodeShots: number;
  readonly seed: number;
  readonly gpuHour: number;
  readonly gpuBusy: number;
  readonly json?: boolean;
}

interface Script {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The same after a round of edits. */
  readonly edited: Uint8Array;
}

/** A film under a strategy: made once, and with one round of edits. */
export interface FilmCost {
  readonly film: string;
  readonly strategy: string;
  readonly durationMs: number;
  readonly shots: number;
  readonly made: RevisionsCost;
  readonly withEdits: RevisionsCost;
}

const exampleOf = (name: string): string => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
const examples = ['last-train.fountain', 'last-bowl.txt'].map(exampleOf);

/** What a finished minute costs under each strategy, with and without the cache, made once and with one round of edits. */
export async function compareStrategies(
  paths: readonly string[],
  flags: CostStrategiesFlags,
): Promise<ExitCode> {
  const files = await Promise.all((paths.length > 0 ? paths : examples).map(readFile));
  const generated = paths.length > 0 || flags.episodeShots === 0 ? [] : [await episode(flags)];
  const scripts = [...files, ...generated].map(({ name, bytes, document }): Script => {
    const shots = document.scenes.reduce((sum, scene) => sum + scene.shots.length, 0);
    return { name, bytes, edited: editShots(bytes, document, pickShare(shots, flags.edited, flags.seed)) };
  });
  await using session = await reach(flags, 'cost strategies');
  const costs: FilmCost[] = [];
  for (const script of scripts) {
    for (const strategy of flags.strategies) {
      costs.push(await costOfFilm(session.films, script, strategy, flags));
    }
  }
  print(
    flags.json === true ? JSON.stringify(strategiesReportOf(costs, flags)) : describeStrategies(costs, flags),
  );
  return ExitCode.OK;
}

type Read = Awaited<ReturnType<typeof readScript>> & { readonly name: string };

async function readFile(path: string): Promise<Read> {
  return { name: basename(path), ...(await readScript(path)) };
}

async function episode({ episodeShots, seed }: CostStrategiesFlags): Promise<Read> {
  const bytes = new TextEncoder().encode(episodeScript(episodeShots, seed));
  const { parseScript } = await import('@reelmesh/script-parser/module');
  return { name: `generated, ${episodeShots} shots`, bytes, document: parseScript(bytes) };
}

async function costOfFilm(
  films: Films,
  script: Script,
  strategy: string,
  { approved, seed, gpuHour, gpuBusy }: CostStrategiesFlags,
): Promise<FilmCost> {
  const wish = { fileName: script.name, strategy, gpuHourMicros: gpuHour, gpuBusyPercent: gpuBusy };
  const first = await estimateShots(films, { ...wish, script: script.bytes });
  const changed = await estimateShots(films, { ...wish, script: script.edited });
  // Where no drafts come first, an approval changes nothing: there is no further revision.
  const finals = async (bytes: Uint8Array): Promise<readonly (readonly EstimatedShot[])[]> => {
    const shots = pickShare(first.length, approved, seed);
    const quoted = await estimateFinals(films, { ...wish, script: bytes, approved: shots });
    return quoted === undefined ? [] : [quoted];
  };
  return {
    film: script.name,
    strategy,
    durationMs: first.reduce((sum, { durationMs }) => sum + durationMs, 0),
    shots: first.length,
    made: costOfRevisions([first, ...(await finals(script.bytes))]),
    withEdits: costOfRevisions([first, changed, ...(await finals(script.edited))]),
  };
}

/** A row for each film and strategy: what a finished minute costs. */
function describeStrategies(costs: readonly FilmCost[], flags: CostStrategiesFlags): string {
  const rows = costs.map((cost, index) => {
    const isNew = costs[index - 1]?.film !== cost.film;
    return [
      isNew ? cost.film : '',
      isNew ? formatDuration(cost.durationMs) : '',
      isNew ? String(cost.shots) : '',
      cost.strategy,
      perMinute(cost.made.plainMicros, cost),
      perMinute(cost.made.micros, cost),
      perMinute(cost.withEdits.plainMicros, cost),
      perMinute(cost.withEdits.micros, cost),
    ];
  });
  const headings = ['film', 'length', 'shots', 'strategy', 'made once', 'cached', 'edited too', 'cached'];
  return [
    'What a finished minute costs as the gateway quotes it, if every provider were set up; nothing was rendered',
    '',
    formatTable(headings, rows, [1, 2, 4, 5, 6, 7]),
    '',
    'assumed:',
    ...assumed(flags),
  ].join('\n');
}

function assumed({
  edited,
  approved,
  gpuHour,
  gpuBusy,
  seed,
  strategies,
}: CostStrategiesFlags): readonly string[] {
  return [
    `  edited too: a second script in which ${edited} % of the shots have another action (--edited, --seed ${seed})`,
    '  without the cache every revision renders all of its shots; with it each clip is rendered once',
    `  where drafts come first, edits are made to drafts; then ${approved} % of the shots have their final (--approved)`,
    ...(strategies.some((name) => name.startsWith('self-hosted'))
      ? [
          `  a GPU of your own costs ${formatEstimate(gpuHour)} an hour, of which it renders ${gpuBusy} % (--gpu-hour, --gpu-busy)`,
        ]
      : []),
  ];
}

function perMinute(micros: number, { durationMs }: FilmCost): string {
  return formatEstimate(micros / (durationMs / 60_000));
}

/** What `cost strategies --json` prints; the names are a contract with scripts. */
function strategiesReportOf(costs: readonly FilmCost[], flags: CostStrategiesFlags): object {
  const revisions = ({ plainMicros, micros, shots, rendered }: RevisionsCost): object => ({
    plain_usd: toUnits(plainMicros),
    cached_usd: toUnits(micros),
    shots,
    rendered_with_cache: rendered,
  });
  return {
    assumed: {
      edited_percent: flags.edited,
      approved_percent: flags.approved,
      seed: flags.seed,
      gpu_hour_usd: toUnits(flags.gpuHour),
      gpu_busy_percent: flags.gpuBusy,
    },
    films: costs.map((cost) => ({
      film: cost.film,
      strategy: cost.strategy,
      duration_s: cost.durationMs / 1000,
      shots: cost.shots,
      made_once: revisions(cost.made),
      with_edits: revisions(cost.withEdits),
    })),
  };
}
