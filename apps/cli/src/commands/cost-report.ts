import { formatUsd, invalid } from '@reelmesh/domain';
import { formatEstimate, videoCost } from '../cost-model.ts';
import type { Assumptions, StageCost, StrategyCost, VideoCost } from '../cost-model.ts';
import { dayOf } from '../days.ts';
import { episodeScript } from '../episode.ts';
import { ExitCode } from '../exit-codes.ts';
import { toUnits } from '../money-text.ts';
import { print } from '../output.ts';
import type { Films } from '../session.ts';
import { estimateFinals, estimateShots } from '../strategy-quotes.ts';
import type { EstimatedShot } from '../strategy-quotes.ts';
import { formatCount, formatTable } from '../text.ts';
import { reach } from './films.ts';
import type { ServerFlags } from './films.ts';

export interface Customer {
  readonly name: string;
  /** Videos a month. */
  readonly videos: number;
}

export interface CostReportFlags extends ServerFlags {
  readonly videos: readonly Customer[];
  readonly strategies: readonly string[];
  readonly seconds: number;
  readonly shots: number;
  readonly retakes: number;
  readonly approved: number;
  readonly cacheHits: number;
  readonly discount: number;
  readonly gpuHour: number;
  readonly gpuBusy: number;
  readonly json?: boolean;
}

const FPS = 24;

/** What a month of videos costs under each strategy, at the prices that the gateway has today. */
export async function reportCost(flags: CostReportFlags): Promise<ExitCode> {
  const shotFrames = Math.round((flags.seconds / flags.shots) * FPS);
  if (shotFrames < FPS || shotFrames > 10 * FPS) {
    throw invalid(
      'OUT_OF_BOUNDS',
      `${flags.seconds} s in ${formatCount(flags.shots, 'shot')}: a shot must have 1 to 10 s; change --seconds or --shots`,
    );
  }
  await using session = await reach(flags, 'cost report');
  const costs: StrategyCost[] = [];
  for (const strategy of flags.strategies) {
    costs.push(await costOfStrategy(session.films, strategy, shotFrames, flags));
  }
  print(
    flags.json === true
      ? JSON.stringify(costReportOf(costs, flags))
      : describeCosts(costs, flags, dayOf(Date.now())),
  );
  return ExitCode.OK;
}

async function costOfStrategy(
  films: Films,
  strategy: string,
  shotFrames: number,
  { shots, gpuHour, gpuBusy }: CostReportFlags,
): Promise<StrategyCost> {
  const wish = {
    script: new TextEncoder().encode(episodeScript(shots, 1)),
    fileName: 'video.fountain',
    strategy,
    shotFrames,
    gpuHourMicros: gpuHour,
    gpuBusyPercent: gpuBusy,
  };
  const first = await estimateShots(films, wish);
  const final = await estimateFinals(films, { ...wish, approved: 'all' });
  return {
    name: strategy,
    models: [...new Set([...first, ...(final ?? [])].map(({ model }) => model))],
    first: stageOf(first),
    ...(final !== undefined && { final: stageOf(final) }),
  };
}

function stageOf(shots: readonly EstimatedShot[]): StageCost {
  return {
    paidMicros: shots.reduce((sum, { paidMicros }) => sum + paidMicros, 0),
    gpuMs: shots.reduce((sum, { gpuMs }) => sum + gpuMs, 0),
  };
}

function assumptionsOf(flags: CostReportFlags): Assumptions {
  return {
    secondsPerVideo: flags.seconds,
    retakesPercent: flags.retakes,
    approvedPercent: flags.approved,
    cachePercent: flags.cacheHits,
    discountPercent: flags.discount,
    gpuHourMicros: flags.gpuHour,
    gpuBusyPercent: flags.gpuBusy,
  };
}

/** Two rows a strategy: every shot rendered as quoted, and with the cache and the discount; then every assumption with its flag. */
export function describeCosts(costs: readonly StrategyCost[], flags: CostReportFlags, day: string): string {
  const rows = costs.flatMap((cost) => {
    const video = videoCost(cost, assumptionsOf(flags));
    return [
      [cost.name, 'as quoted', ...amountsOf(video.plainMicros, video.plainPerMinuteMicros, flags.videos)],
      ['', 'cache, discount', ...amountsOf(video.micros, video.perMinuteMicros, flags.videos)],
    ];
  });
  const customers = flags.videos.map(({ name, videos }) => `${name}, ${videos.toLocaleString('en-US')}`);
  const columns = ['strategy', '', 'a video', 'a minute', ...customers];
  return [
    `What videos cost at the prices of ${day}: one, a finished minute of it, and a month of so many`,
    '',
    formatTable(columns, rows, [2, 3, 4, 5, 6, 7, 8, 9]),
    '',
    ...costs.map((cost) => describeModels(cost, videoCost(cost, assumptionsOf(flags)), flags.videos)),
    '',
    'assumed:',
    ...assumed(flags).map(([flag, what]) => `  ${flag.padEnd(18)}${what}`),
  ].join('\n');
}

function amountsOf(micros: number, perMinute: number, customers: readonly Customer[]): readonly string[] {
  return [micros, perMinute, ...customers.map(({ videos }) => micros * videos)].map(formatEstimate);
}

/** `self-hosted-first: openai-videos wan2.2-t2v-a14b; GPU hours a month: studio 12, team 60` */
function describeModels(
  { name, models }: StrategyCost,
  { gpuHours }: VideoCost,
  customers: readonly Customer[],
): string {
  const hours =
    gpuHours === 0
      ? ''
      : `; rented GPU hours a month, cached: ${customers.map((customer) => `${customer.name} ${Math.ceil(gpuHours * customer.videos).toLocaleString('en-US')}`).join(', ')}`;
  return `${name}: ${models.join(', ')}${hours}`;
}

function assumed(flags: CostReportFlags): readonly (readonly [string, string])[] {
  return [
    [`--seconds ${flags.seconds}`, 'of finished film a video'],
    [`--shots ${flags.shots}`, 'a video'],
    [
      `--retakes ${flags.retakes}`,
      '% of the shots rendered once more for their looks (of drafts where they come first)',
    ],
    [`--approved ${flags.approved}`, '% of the shots have their final, where drafts come first'],
    [`--cache-hits ${flags.cacheHits}`, '% of the shots have their clip already'],
    [`--discount ${flags.discount}`, '% off what providers quote'],
    [`--gpu-hour ${formatUsd(flags.gpuHour).slice(1)}`, 'dollars an hour for a GPU of your own'],
    [`--gpu-busy ${flags.gpuBusy}`, '% of its hours spent rendering'],
  ];
}

/** What `cost report --json` prints; the names are a contract with scripts. */
function costReportOf(costs: readonly StrategyCost[], flags: CostReportFlags): object {
  return {
    assumed: {
      seconds: flags.seconds,
      shots: flags.shots,
      retakes_percent: flags.retakes,
      approved_percent: flags.approved,
      cache_hits_percent: flags.cacheHits,
      discount_percent: flags.discount,
      gpu_hour_usd: toUnits(flags.gpuHour),
      gpu_busy_percent: flags.gpuBusy,
    },
    strategies: costs.map((cost) => {
      const video = videoCost(cost, assumptionsOf(flags));
      return {
        strategy: cost.name,
        models: cost.models,
        video_list_usd: toUnits(video.plainMicros),
        video_usd: toUnits(video.micros),
        minute_list_usd: toUnits(video.plainPerMinuteMicros),
        minute_usd: toUnits(video.perMinuteMicros),
        gpu_hours: video.gpuHours,
        months: flags.videos.map(({ name, videos }) => ({
          name,
          videos,
          list_usd: toUnits(video.plainMicros * videos),
          usd: toUnits(video.micros * videos),
        })),
      };
    }),
  };
}
