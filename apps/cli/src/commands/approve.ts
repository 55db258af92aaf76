import { randomUUID } from 'node:crypto';
import { FilmState } from '@reelmesh/contracts/film';
import { ExitCode, exitCodeOfFilm } from '../exit-codes.ts';
import { openDisplay } from '../film-display.ts';
import type { Approvals } from '../film-options.ts';
import { followFilm } from '../follow-film.ts';
import { checkOutput } from '../output-file.ts';
import { print } from '../output.ts';
import { aborted, stopSignal } from '../stop-signal.ts';
import { reach, sayDrafts, sayRest } from './films.ts';
import type { ServerFlags } from './films.ts';
import { download } from './make.ts';

export interface ApproveFlags extends ServerFlags {
  readonly output?: string;
}

/** Has the finals of shots rendered and shows the film until it comes to rest; the exit code says how it ended. */
export async function approve(filmId: string, approvals: Approvals, flags: ApproveFlags): Promise<ExitCode> {
  const signal = stopSignal();
  if (flags.output !== undefined) await checkOutput(flags.output);
  await using session = await reach(flags, 'approve');
  const display = openDisplay(process.stdout);
  const work = async (): Promise<ExitCode> => {
    const { shots, all } = approvals;
    await session.films.approveShots({ filmId, requestId: randomUUID(), shots: [...shots], all });
    const film = await followFilm(session.films, filmId, { signal, onView: (view) => display.show(view) });
    display.done();
    if (film.state !== FilmState.FILM_STATE_COMPLETED) {
      await sayRest(session.films, film, flags);
    } else {
      if (flags.output !== undefined) {
        await download(session.films, film, flags.output, signal);
        print(flags.output);
      }
      sayDrafts(film, flags);
    }
    return exitCodeOfFilm(film) ?? ExitCode.INTERNAL;
  };
  try {
    return await Promise.race([work(), session.broken, aborted(signal)]);
  } finally {
    display.done();
  }
}
