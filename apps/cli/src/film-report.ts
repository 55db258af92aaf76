import { basename } from 'node:path';
import { FilmState, ShotState } from '@reelmesh/contracts/film';
import type { Film, FilmShot } from '@reelmesh/contracts/film';
import type { Diagnostic } from '@reelmesh/contracts/script';
import { Severity } from '@reelmesh/contracts/script';
import { FailureClass } from '@reelmesh/contracts/shot';
import type { Take } from '@reelmesh/contracts/shot';
import { formatUsd, MICROS_PER_UNIT } from '@reelmesh/domain';
import { wordOfFilm } from './film-view.ts';
import { toUnits } from './money-text.ts';
import { describeFallback } from './routing-text.ts';
import { formatCount, formatDuration, oneLine } from './text.ts';

/** What `make --json` prints; the names are a contract with scripts. */
export interface MakeReport {
  readonly film_id: string;
  /** `completed`, `failed`, `cancelled`, `in doubt`. */
  readonly state: string;
  /** Empty unless it is completed. */
  readonly output: string;
  readonly duration_s: number;
  readonly scenes: number;
  readonly shots: number;
  readonly rendered: number;
  readonly cached: number;
  readonly cost_usd: number;
  /** What this film was charged for each minute of it; null without a cut. */
  readonly cost_per_minute_usd: number | null;
  readonly wall_s: number;
  /** Shots that came from elsewhere than the strategy's first choice. */
  readonly fallbacks: readonly ShotNote[];
  /** Shots that no budget had room for. */
  readonly refused: readonly ShotNote[];
  /** Takes that may have been charged, and how much that may come to. */
  readonly in_doubt: readonly { readonly take_id: string; readonly at_risk_usd: number }[];
  readonly at_risk_usd: number;
  readonly warnings: readonly string[];
}

/** 1 is the first shot. */
interface ShotNote {
  readonly shot: number;
  readonly provider: string;
  readonly model: string;
  readonly reason: string;
}

export interface MakeFacts {
  readonly output: string;
  readonly script: string;
  readonly wallMs: number;
}

/** @param doubtful the film's takes whose charge is unknown */
export function reportOf(
  film: Film,
  { output, script, wallMs }: MakeFacts,
  doubtful: readonly Take[] = [],
): MakeReport {
  const isCompleted = film.state === FilmState.FILM_STATE_COMPLETED;
  const minutes = (isCompleted ? (film.cut?.durationMs ?? 0) : 0) / 60_000;
  return {
    film_id: film.id,
    state: wordOfFilm(film.state),
    output: isCompleted ? output : '',
    duration_s: (film.cut?.durationMs ?? 0) / 1000,
    scenes: film.scenes.length,
    shots: film.shots.length,
    rendered: film.rendered,
    cached: film.cached,
    cost_usd: toUnits(film.costMicros),
    cost_per_minute_usd: minutes === 0 ? null : toUnits(Math.round(film.costMicros / minutes)),
    wall_s: Math.round(wallMs) / 1000,
    fallbacks: notesOf(film, ({ fallbackReason }) => fallbackReason),
    refused: notesOf(film, (shot) => (isRefused(shot) ? shot.message : '')),
    in_doubt: doubtful.map(({ id, quoteMicros }) => ({ take_id: id, at_risk_usd: toUnits(quoteMicros) })),
    at_risk_usd: toUnits(atRiskOf(doubtful)),
    warnings: warningsOf(film, script),
  };
}

/** The script's doubtful places, and shots that came from elsewhere than first intended. */
export function warningsOf(film: Pick<Film, 'diagnostics' | 'shots'>, script: string): readonly string[] {
  return [
    ...film.diagnostics
      .filter(isWarning)
      .map((diagnostic) => describeDiagnostic(diagnostic, basename(script))),
    ...film.shots.flatMap((shot, index) =>
      shot.fallbackReason === ''
        ? []
        : [`shot ${index + 1} was rendered by ${shot.provider}: ${describeFallback(shot.fallbackReason)}`],
    ),
  ];
}

/** Shots with a reason, numbered. */
function notesOf({ shots }: Pick<Film, 'shots'>, reasonOf: (shot: FilmShot) => string): readonly ShotNote[] {
  return shots.flatMap((shot, index) => {
    const reason = reasonOf(shot);
    return reason === '' ? [] : [{ shot: index + 1, provider: shot.provider, model: shot.model, reason }];
  });
}

function isRefused({ state, failure }: FilmShot): boolean {
  return state === ShotState.SHOT_STATE_FAILED && failure === FailureClass.FAILURE_CLASS_BUDGET;
}

/** What takes in doubt may have been charged. */
export function atRiskOf(doubtful: readonly Take[]): number {
  return doubtful.reduce((sum, { quoteMicros }) => sum + quoteMicros, 0);
}

function isWarning({ severity }: Diagnostic): boolean {
  return severity === Severity.SEVERITY_WARNING || severity === Severity.SEVERITY_ERROR;
}

/** `night.fountain:12:1: scene has no time of day (SCENE_MISSING_TIME)` */
export function describeDiagnostic(diagnostic: Diagnostic, file: string): string {
  const start = diagnostic.range?.start;
  const place = start === undefined ? file : `${file}:${start.line}:${start.column}`;
  return `${place}: ${diagnostic.message} (${diagnostic.code})`;
}

/** For people: what was made, where it is, what it took. */
export function describeReport(report: MakeReport): string {
  const lines = [
    `${report.output}  ${formatDuration(report.duration_s * 1000)}`,
    `${formatCount(report.shots, 'shot')} in ${formatCount(report.scenes, 'scene')}: ${report.rendered} rendered, ${report.cached} from the cache · ${costText(report)} · ${report.wall_s.toFixed(1)} s`,
    ...report.warnings.map((warning) => `warning: ${oneLine(warning)}`),
  ];
  return lines.join('\n');
}

/** `$0.96 ($8.13 a finished minute)` */
function costText({ cost_usd, cost_per_minute_usd }: MakeReport): string {
  const dollars = (units: number): string => formatUsd(Math.round(units * MICROS_PER_UNIT));
  const perMinute = cost_per_minute_usd ?? 0;
  // To the cent: it says what films cost, not what was charged.
  return perMinute === 0
    ? dollars(cost_usd)
    : `${dollars(cost_usd)} (${dollars(Math.round(perMinute * 100) / 100)} a finished minute)`;
}

/** How the user reaches the film: for texts that name a command to run. */
export interface Way {
  readonly command: string;
  readonly flags: readonly string[];
}

/** Why a film came to rest without a cut, and what can be done; `doubtful`: its takes with an unknown charge. */
export function describeRest(film: Film, doubtful: readonly Take[], { command, flags }: Way): string {
  if (film.state === FilmState.FILM_STATE_CANCELLED) return `film ${film.id} was cancelled`;
  if (film.state !== FilmState.FILM_STATE_IN_DOUBT) {
    return [
      `film ${film.id} failed: ${oneLine(film.message) || 'no reason was given'} (${film.reason || 'UNKNOWN'})`,
      ...notesOf(film, (shot) => (isRefused(shot) ? shot.message : '')).map(
        ({ shot, reason }) => `shot ${shot} was refused by a budget: ${oneLine(reason)}`,
      ),
    ].join('\n');
  }
  const resolve = (take: Take, decision: string): string =>
    ['  ' + command, 'takes resolve', take.id, decision, ...flags].join(' ');
  return [
    `film ${film.id} is in doubt: the answer to ${formatCount(doubtful.length, 'order')} was lost, which may have been charged: ${formatUsd(atRiskOf(doubtful))} at risk`,
    ...doubtful.flatMap((take) => [
      `take ${take.id} (shot ${numberOf(take, film)}, ${take.provider} ${take.model}, ${formatUsd(take.quoteMicros)}): ${oneLine(take.message)}`,
      resolve(take, 'attach --task ID'),
      resolve(take, 'void'),
    ]),
    // Behind the doubts the film's message names the shots that are missing for good.
    ...film.message.split('; ').slice(1),
    'attach what the provider has among its tasks, void what it has not; then the same command goes on',
  ].join('\n');
}

function numberOf(take: Take, { shots }: Film): string {
  return shots.flatMap(({ shotKey }, index) => (shotKey === take.shotKey ? [index + 1] : [])).join(', ');
}
