import { FilmState } from '@reelmesh/contracts/film';
import type { Film } from '@reelmesh/contracts/film';
import type { Take } from '@reelmesh/contracts/shot';
import { formatUsd } from '@reelmesh/domain';
import { commandName } from '../config.ts';
import { describeDrafts } from '../drafts.ts';
import { ExitCode, exitCodeOfFilm } from '../exit-codes.ts';
import { openDisplay } from '../film-display.ts';
import { describeRest } from '../film-report.ts';
import { wordOfFilm } from '../film-view.ts';
import { followFilm } from '../follow-film.ts';
import { print, say } from '../output.ts';
import { openSession } from '../session.ts';
import type { Films, Session } from '../session.ts';
import { aborted, stopSignal } from '../stop-signal.ts';
import { formatTable } from '../text.ts';

export interface ServerFlags {
  readonly data?: string;
  readonly server?: string;
}

/** For commands about films that exist: the running server where there is one. */
export function reach(flags: ServerFlags, command: string): Promise<Session> {
  return openSession({ server: flags.server, data: flags.data, command, share: true });
}

/** All films, newest first. */
export async function listFilms(flags: ServerFlags & { readonly limit: number }): Promise<ExitCode> {
  await using session = await reach(flags, 'films');
  const found: Film[] = [];
  let pageToken = '';
  do {
    const pageSize = Math.min(100, flags.limit - found.length);
    const page = await session.films.listFilms({ pageSize, pageToken });
    found.push(...page.films);
    pageToken = page.nextPageToken;
  } while (pageToken !== '' && found.length < flags.limit);
  if (found.length === 0) say(`no films yet: make one with \`${commandName()} make SCRIPT -o FILE\``);
  else print(describeFilms(found));
  return ExitCode.OK;
}

export function describeFilms(films: readonly Film[]): string {
  const rows = films.map((film) => [
    film.id,
    wordOfFilm(film.state),
    new Date(film.createTimeMs).toISOString().slice(0, 16).replace('T', ' '),
    formatUsd(film.costMicros),
    film.title || 'untitled',
  ]);
  return formatTable(['film', 'state', 'made (UTC)', 'cost', 'title'], rows, [3]);
}

/** Shows a film until it comes to rest; the exit code says how it ended. */
export async function watchFilm(filmId: string, flags: ServerFlags): Promise<ExitCode> {
  const signal = stopSignal();
  await using session = await reach(flags, 'watch');
  const display = openDisplay(process.stdout);
  try {
    const following = followFilm(session.films, filmId, { signal, onView: (view) => display.show(view) });
    const film = await Promise.race([following, session.broken, aborted(signal)]);
    display.done();
    if (film.state !== FilmState.FILM_STATE_COMPLETED) await sayRest(session.films, film, flags);
    return exitCodeOfFilm(film) ?? ExitCode.INTERNAL;
  } finally {
    display.done();
  }
}

/** Says why a film has no cut, with the commands that lead on. Gives its takes whose charge is in doubt. */
export async function sayRest(films: Films, film: Film, flags: ServerFlags): Promise<readonly Take[]> {
  const inDoubt = film.state === FilmState.FILM_STATE_IN_DOUBT;
  const { takes } = inDoubt ? await films.listTakes({ filmId: film.id, unknownOnly: true }) : { takes: [] };
  say(describeRest(film, takes, { command: commandName(), flags: flagsOf(flags) }));
  return takes;
}

function flagsOf({ data, server }: ServerFlags): readonly string[] {
  return [
    ...(data === undefined ? [] : ['--data', data]),
    ...(server === undefined ? [] : ['--server', server]),
  ];
}

/** Stops work on a film. What providers have accepted is settled and kept. */
export async function cancelFilm(filmId: string, flags: ServerFlags): Promise<ExitCode> {
  await using session = await reach(flags, 'cancel');
  const { film } = await session.films.cancelFilm({ filmId });
  print(`film ${filmId} is ${film === undefined ? 'cancelled' : wordOfFilm(film.state)}`);
  return ExitCode.OK;
}

/** Says what of a finished film is a draft. */
export function sayDrafts(film: Film, flags: ServerFlags): void {
  const text = describeDrafts(film, commandName(), flagsOf(flags));
  if (text !== '') say(text);
}
