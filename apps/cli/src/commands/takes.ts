import { Resolution, TakeState } from '@reelmesh/contracts/shot';
import type { Take } from '@reelmesh/contracts/shot';
import { formatUsd, invalid, isInDoubt } from '@reelmesh/domain';
import { ExitCode } from '../exit-codes.ts';
import { atRiskOf } from '../film-report.ts';
import { toUnits } from '../money-text.ts';
import { print, say } from '../output.ts';
import { remarksOf } from '../routing-text.ts';
import { formatCount, formatTable } from '../text.ts';
import { reach } from './films.ts';
import type { ServerFlags } from './films.ts';

export interface TakesFlags extends ServerFlags {
  readonly unknown?: boolean;
  readonly json?: boolean;
}

/** Takes in doubt, or all of one film, with what each cost or may have cost. */
export async function listTakes(film: string | undefined, flags: TakesFlags): Promise<ExitCode> {
  await using session = await reach(flags, 'takes');
  // Only for its error: a film that does not exist has no takes either.
  if (film !== undefined) await session.films.getFilm({ filmId: film });
  const { takes } = await session.films.listTakes({
    filmId: film ?? '',
    unknownOnly: flags.unknown ?? false,
  });
  if (flags.json === true) print(JSON.stringify(takesReportOf(takes)));
  else if (takes.length === 0) {
    say(film === undefined || flags.unknown === true ? 'no take is in doubt' : 'no takes');
  } else print(describeTakes(takes));
  return ExitCode.OK;
}

export function describeTakes(takes: readonly Take[]): string {
  const rows = takes.map((take) => [
    take.id,
    take.filmId,
    wordOfTake(take.state),
    [take.provider, take.model].filter(Boolean).join(' '),
    take.taskId || '-',
    formatUsd(take.quoteMicros),
    formatUsd(take.costMicros),
    take.message,
  ]);
  const remarks = takes.flatMap((take) => remarksOf(take).map((remark) => `${take.id} ${remark}`));
  const doubtful = takes.filter(({ state }) => isInDoubt(state));
  const risk =
    doubtful.length === 0
      ? []
      : [
          `${formatCount(doubtful.length, 'take')} in doubt: ${formatUsd(atRiskOf(doubtful))} may have been charged`,
        ];
  return [
    formatTable(['take', 'film', 'state', 'provider', 'task', 'quote', 'cost', 'message'], rows, [5, 6]),
    ...(remarks.length + risk.length === 0 ? [] : ['', ...remarks, ...risk]),
  ].join('\n');
}

/** What `takes --json` prints; the names are a contract with scripts. */
function takesReportOf(takes: readonly Take[]): object {
  return {
    takes: takes.map((take) => ({
      take_id: take.id,
      film_id: take.filmId,
      shot_id: take.shotId,
      state: wordOfTake(take.state),
      provider: take.provider,
      model: take.model,
      task_id: take.taskId,
      quote_usd: toUnits(take.quoteMicros),
      cost_usd: toUnits(take.costMicros),
      message: take.message,
      fallback_reason: take.fallbackReason,
      warnings: take.warnings,
      create_time: new Date(take.createTimeMs).toISOString(),
    })),
    at_risk_usd: toUnits(atRiskOf(takes.filter(({ state }) => isInDoubt(state)))),
  };
}

/** In the words of films and shots. */
export function wordOfTake(state: TakeState): string {
  if (state === TakeState.TAKE_STATE_PARKED) return 'in doubt';
  return state.replace('TAKE_STATE_', '').toLowerCase().replaceAll('_', ' ');
}

/** The decisions an operator may take, by their names on the command line. */
export const resolutions = {
  attach: Resolution.RESOLUTION_ATTACH,
  void: Resolution.RESOLUTION_VOID,
  'write-off': Resolution.RESOLUTION_WRITE_OFF,
} as const;

export type ResolutionName = keyof typeof resolutions;

/** Ends the doubt about a take's charge. */
export async function resolveTake(
  takeId: string,
  name: ResolutionName,
  flags: ServerFlags & { readonly task?: string },
): Promise<ExitCode> {
  if ((name === 'attach') !== (flags.task !== undefined)) {
    throw invalid(
      'TASK_ID_MISPLACED',
      'attach needs --task with the id that the provider gave; void and write-off take none',
    );
  }
  await using session = await reach(flags, 'takes resolve');
  const { take } = await session.films.resolveTake({
    takeId,
    resolution: resolutions[name],
    taskId: flags.task ?? '',
  });
  print(take === undefined ? `take ${takeId} is resolved` : describeTakes([take]));
  return ExitCode.OK;
}
