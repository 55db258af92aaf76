import { FilmState } from '@reelmesh/contracts/film';
import type { Film } from '@reelmesh/contracts/film';
import { Code } from '@reelmesh/domain';
import type { AppError } from '@reelmesh/domain';

/** Stable: scripts branch on these. The table for people is in README.md. */
export const ExitCode = {
  OK: 0,
  FILM_FAILED: 1,
  MONEY_UNEXPLAINED: 1,
  BAD_INPUT: 2,
  TOOL_MISSING: 3,
  FILM_IN_DOUBT: 4,
  UNAVAILABLE: 5,
  DISK_FULL: 6,
  INTERNAL: 70,
  INTERRUPTED: 130,
  TERMINATED: 143,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Reasons that say more than their code. */
const byReason: Readonly<Record<string, ExitCode>> = {
  TOOL_MISSING: ExitCode.TOOL_MISSING,
  DISK_FULL: ExitCode.DISK_FULL,
  NO_FIGURES: ExitCode.BAD_INPUT,
  DATA_DIR_IN_USE: ExitCode.UNAVAILABLE,
  PORT_IN_USE: ExitCode.UNAVAILABLE,
  // Not a lack that passes: the film's own budget is the user's word.
  BUDGET_EXCEEDED: ExitCode.BAD_INPUT,
  TERMINATED: ExitCode.TERMINATED,
};

const byCode: Readonly<Record<Code, ExitCode>> = {
  [Code.CANCELLED]: ExitCode.INTERRUPTED,
  [Code.INVALID_ARGUMENT]: ExitCode.BAD_INPUT,
  [Code.NOT_FOUND]: ExitCode.BAD_INPUT,
  [Code.ALREADY_EXISTS]: ExitCode.BAD_INPUT,
  [Code.PERMISSION_DENIED]: ExitCode.BAD_INPUT,
  [Code.UNAUTHENTICATED]: ExitCode.BAD_INPUT,
  [Code.FAILED_PRECONDITION]: ExitCode.BAD_INPUT,
  [Code.OUT_OF_RANGE]: ExitCode.BAD_INPUT,
  [Code.UNAVAILABLE]: ExitCode.UNAVAILABLE,
  [Code.DEADLINE_EXCEEDED]: ExitCode.UNAVAILABLE,
  [Code.RESOURCE_EXHAUSTED]: ExitCode.UNAVAILABLE,
  [Code.ABORTED]: ExitCode.UNAVAILABLE,
  [Code.UNIMPLEMENTED]: ExitCode.INTERNAL,
  [Code.INTERNAL]: ExitCode.INTERNAL,
  [Code.UNKNOWN]: ExitCode.INTERNAL,
  [Code.DATA_LOSS]: ExitCode.INTERNAL,
};

/** The one place where errors become exit codes. */
export function exitCodeOf(error: AppError): ExitCode {
  return byReason[error.reason] ?? byCode[error.code];
}

/** How a film that has come to rest ends the command; undefined while it goes on. */
export function exitCodeOfFilm({ state, reason }: Pick<Film, 'state' | 'reason'>): ExitCode | undefined {
  switch (state) {
    case FilmState.FILM_STATE_COMPLETED:
      return ExitCode.OK;
    case FilmState.FILM_STATE_FAILED:
      return byReason[reason] ?? ExitCode.FILM_FAILED;
    case FilmState.FILM_STATE_CANCELLED:
      return ExitCode.FILM_FAILED;
    case FilmState.FILM_STATE_IN_DOUBT:
      return ExitCode.FILM_IN_DOUBT;
    default:
      return undefined;
  }
}
