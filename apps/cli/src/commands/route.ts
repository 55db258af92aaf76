import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Film, Quote } from '@reelmesh/contracts/film';
import type { Take } from '@reelmesh/contracts/shot';
import { AppError, Code, formatUsd, invalid } from '@reelmesh/domain';
import { ExitCode } from '../exit-codes.ts';
import { toFilmOptions } from '../film-options.ts';
import type { FilmFlags } from '../film-options.ts';
import { toUnits } from '../money-text.ts';
import { print } from '../output.ts';
import {
  decisionReportOf,
  describeDecision,
  describeShots,
  groupDecisions,
  nameOf,
  remarksOf,
} from '../routing-text.ts';
import { readScript } from '../script-file.ts';
import type { Films } from '../session.ts';
import { formatCount, oneLine } from '../text.ts';
import { reach } from './films.ts';
import type { ServerFlags } from './films.ts';
import { wordOfTake } from './takes.ts';

export interface RouteFlags extends ServerFlags, Pick<FilmFlags, 'strategy' | 'size'> {
  /** 1 is the first. */
  readonly shot?: number;
  readonly hypothetical?: boolean;
  readonly json?: boolean;
}

/** Why who renders what: of a script as it would be decided now, of a film or a take as it was. */
export async function explainRoute(subject: string, flags: RouteFlags): Promise<ExitCode> {
  const isFile = await stat(subject).then(
    (file) => file.isFile(),
    () => false,
  );
  // What looks like a path and is none is answered as a missing script.
  if (isFile || /[./\\]/.test(subject)) return explainScript(subject, flags);
  if (flags.strategy !== undefined || flags.hypothetical === true) {
    throw invalid(
      'OPTION_MISPLACED',
      '--strategy and --hypothetical are for scripts: of films and takes the decisions are told that were made',
    );
  }
  await using session = await reach(flags, 'route explain');
  const filmId = subject.split('-', 1)[0] ?? '';
  const [{ film }, takes] = await Promise.all([
    session.films.getFilm({ filmId }),
    takesOf(session.films, filmId, subject),
  ]);
  if (film === undefined) throw new AppError(Code.INTERNAL, `film ${filmId}: the server answered without it`);
  const chosen = flags.shot === undefined ? takes : takesOfShot(film, takes, flags.shot);
  print(
    flags.json === true
      ? JSON.stringify({ film_id: filmId, takes: chosen.map((take) => takeReportOf(film, take)) })
      : describeTakenRoutes(film, chosen),
  );
  return ExitCode.OK;
}

async function explainScript(path: string, flags: RouteFlags): Promise<ExitCode> {
  const { bytes } = await readScript(path);
  await using session = await reach(flags, 'route explain');
  const { quote } = await session.films.quoteFilm({
    script: bytes,
    fileName: basename(path),
    options: toFilmOptions(flags),
    hypothetical: flags.hypothetical ?? false,
  });
  if (quote === undefined) throw new AppError(Code.INTERNAL, 'the server gave an empty quote');
  if (flags.shot !== undefined) checkShot(flags.shot, quote.shots.length);
  print(
    flags.json === true
      ? JSON.stringify(quotedRoutesReportOf(quote, flags.shot))
      : describeQuotedRoutes(quote, flags.shot),
  );
  return ExitCode.OK;
}

/** All of the film, or the one that was named. */
async function takesOf(films: Films, filmId: string, subject: string): Promise<readonly Take[]> {
  const { takes } = await films.listTakes({ filmId, unknownOnly: false });
  if (subject === filmId) return takes;
  const named = takes.filter(({ id }) => id === subject);
  if (named.length > 0) return named;
  throw new AppError(Code.NOT_FOUND, `no take ${subject}`, { reason: 'TAKE_NOT_FOUND' });
}

function takesOfShot(film: Film, takes: readonly Take[], number: number): readonly Take[] {
  checkShot(number, film.shots.length);
  return takes.filter(({ shotKey }) => shotKey === film.shots[number - 1]?.shotKey);
}

function checkShot(number: number, count: number): void {
  if (number <= count) return;
  throw invalid(
    'OUT_OF_BOUNDS',
    `--shot ${number}: there ${count === 1 ? 'is' : 'are'} ${formatCount(count, 'shot')}`,
  );
}

/** What would be decided for each shot; shots that are decided alike stand together. */
export function describeQuotedRoutes(quote: Quote, shot: number | undefined): string {
  const groups = groupDecisions(quote.shots.map(({ decision }) => decision));
  const wanted = groups.filter(({ shots }) => shot === undefined || shots.includes(shot));
  return wanted
    .map(({ shots, decision }) => {
      const those = shot === undefined ? shots : [shot];
      const cached = those.filter((number) => quote.shots[number - 1]?.cached === true);
      const note = cached.length === 0 ? '' : `; in the cache, so nobody is asked: ${describeShots(cached)}`;
      return [
        `${describeShots(those)}, strategy ${decision?.strategy ?? '-'}${note}`,
        describeDecision(decision),
      ].join('\n');
    })
    .join('\n\n');
}

function quotedRoutesReportOf(quote: Quote, shot: number | undefined): object {
  const shots = quote.shots.map((quoted, index) => ({
    shot: index + 1,
    cached: quoted.cached,
    ...decisionReportOf(quoted.decision),
  }));
  return { title: quote.title, shots: shots.filter((one) => shot === undefined || one.shot === shot) };
}

/** What was decided for each take, with what became of it. */
export function describeTakenRoutes(film: Film, takes: readonly Take[]): string {
  const taken = takes.map((take) =>
    [
      `${describeShots(numbersOf(film, take))}, take ${take.attempt}: ${nameOf(take)}, ${outcomeOf(take)}`,
      `  ${take.id}, strategy ${take.decision?.strategy ?? '-'}`,
      ...remarksOf(take).map((remark) => `  ${remark}`),
      describeDecision(take.decision),
    ].join('\n'),
  );
  if (taken.length === 0) return 'nobody was asked: there are no takes';
  return taken.join('\n\n');
}

/** `settled, $0.36`; `failed (capacity): task failed` */
function outcomeOf({ state, failure, message, costMicros }: Take): string {
  const cause =
    failure === 'FAILURE_CLASS_UNSPECIFIED'
      ? ''
      : ` (${failure.replace('FAILURE_CLASS_', '').toLowerCase().replaceAll('_', ' ')})`;
  const cost = costMicros === 0 ? '' : `, ${formatUsd(costMicros)}`;
  return `${wordOfTake(state)}${cause}${cost}${message === '' ? '' : `: ${oneLine(message)}`}`;
}

/** Shots with the same key share a clip, and so a take; a take of an earlier revision has a shot no longer. */
function numbersOf(film: Film, { shotKey }: Take): readonly number[] {
  return film.shots.flatMap((shot, index) => (shot.shotKey === shotKey ? [index + 1] : []));
}

function takeReportOf(film: Film, take: Take): object {
  return {
    take_id: take.id,
    shots: numbersOf(film, take),
    attempt: take.attempt,
    provider: take.provider,
    model: take.model,
    state: wordOfTake(take.state),
    quote_usd: toUnits(take.quoteMicros),
    cost_usd: toUnits(take.costMicros),
    fallback_reason: take.fallbackReason,
    warnings: take.warnings,
    ...decisionReportOf(take.decision),
  };
}
