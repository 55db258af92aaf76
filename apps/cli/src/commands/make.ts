import { basename } from 'node:path';
import type { FilmOptions, Film } from '@reelmesh/contracts/film';
import { FilmState } from '@reelmesh/contracts/film';
import { AppError, Code } from '@reelmesh/domain';
import { hostSettings } from '../config.ts';
import { openDataDir } from '../data-dir.ts';
import { ExitCode, exitCodeOfFilm } from '../exit-codes.ts';
import { openDisplay } from '../film-display.ts';
import { toFilmOptions } from '../film-options.ts';
import type { FilmFlags } from '../film-options.ts';
import { describeReport, reportOf } from '../film-report.ts';
import { followFilm } from '../follow-film.ts';
import { readImages, uploadImages } from '../image-files.ts';
import { checkOutput, writeOutput } from '../output-file.ts';
import { print, say } from '../output.ts';
import { openRequestNote } from '../request-note.ts';
import type { RequestNote } from '../request-note.ts';
import { readScript } from '../script-file.ts';
import { openSession } from '../session.ts';
import type { Films } from '../session.ts';
import { aborted, stopSignal } from '../stop-signal.ts';
import { sayDrafts, sayRest } from './films.ts';
import { quoteScript } from './quote.ts';

export interface MakeFlags extends FilmFlags {
  readonly output: string;
  readonly data?: string;
  readonly server?: string;
  readonly quote?: boolean;
  readonly json?: boolean;
}

/** Script in, film out. What can be known to be wrong is found before anything is started. */
export async function make(path: string, flags: MakeFlags): Promise<ExitCode> {
  const startedMs = performance.now();
  const signal = stopSignal();
  const script = await readScript(path);
  if (flags.quote === true) return quoteScript(path, script, flags);
  await checkOutput(flags.output, path);
  const imageFiles = await readImages(flags);

  const wish = {
    script: script.bytes,
    fileName: basename(path),
    options: toFilmOptions(flags, imageFiles.images),
    server: flags.server ?? '',
  };
  const data = await openDataDir(flags.data ?? hostSettings().data.dir);
  await using session = await openSession({
    server: flags.server,
    data: flags.data,
    command: 'make',
    share: false,
  });
  const display = openDisplay(flags.json === true ? process.stderr : process.stdout);
  const work = async (): Promise<ExitCode> => {
    await uploadImages(session.films, imageFiles);
    const { film: asked, note } = await askForFilm(session.films, data.requests, wish);
    const film = await followFilm(session.films, asked.id, { signal, onView: (view) => display.show(view) });
    display.done();
    const isCompleted = film.state === FilmState.FILM_STATE_COMPLETED;
    if (isCompleted) await download(session.films, film, flags.output, signal);
    const doubtful = isCompleted ? [] : await sayRest(session.films, film, flags);
    const facts = { output: flags.output, script: path, wallMs: performance.now() - startedMs };
    const report = reportOf(film, facts, doubtful);
    if (flags.json === true) print(JSON.stringify(report));
    else if (isCompleted) print(describeReport(report));
    if (isCompleted) sayDrafts(film, flags);
    if (film.state !== FilmState.FILM_STATE_IN_DOUBT) await note.forget();
    return exitCodeOfFilm(film) ?? ExitCode.INTERNAL;
  };
  try {
    return await Promise.race([work(), session.broken, aborted(signal)]);
  } catch (error) {
    // Before the words: its last picture is drawn over the one before, wherever the cursor has gone since.
    display.done();
    if (signal.aborted) say('stopped; the same command goes on where this one left off');
    throw error;
  }
}

interface Asked {
  readonly film: Film;
  readonly note: RequestNote;
}

/** A film that had failed under the noted request is asked for anew: the wish is to have it, not to hear of it again. */
async function askForFilm(
  films: Films,
  directory: string,
  wish: { script: Uint8Array; fileName: string; options: FilmOptions; server: string },
): Promise<Asked> {
  const note = await openRequestNote(directory, wish);
  const { film } = await films.createFilm({
    requestId: note.requestId,
    script: wish.script,
    fileName: wish.fileName,
    options: wish.options,
  });
  if (film === undefined)
    throw new AppError(Code.INTERNAL, 'the server accepted the film and did not name it');
  const hasFailed = [FilmState.FILM_STATE_FAILED, FilmState.FILM_STATE_CANCELLED].some(
    (end) => end === film.state,
  );
  if (!note.isResumed || !hasFailed) return { film, note };
  await note.forget();
  return askForFilm(films, directory, wish);
}

/** Puts the film's cut there. */
export async function download(films: Films, film: Film, output: string, signal: AbortSignal): Promise<void> {
  const blob = film.cut?.blob;
  if (blob === undefined) throw new AppError(Code.INTERNAL, `film ${film.id} is completed and has no cut`);
  await writeOutput(output, chunksOf(films, film.id, signal), blob);
}

async function* chunksOf(films: Films, filmId: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const { part } of films.downloadCut({ filmId }, { signal })) {
    if (part?.$case === 'chunk') yield part.value;
  }
}
