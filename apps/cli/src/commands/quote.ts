import { basename } from 'node:path';
import { AppError, Code } from '@reelmesh/domain';
import { ExitCode } from '../exit-codes.ts';
import { toFilmOptions } from '../film-options.ts';
import type { FilmFlags } from '../film-options.ts';
import { readImages, uploadImages } from '../image-files.ts';
import { describeQuote, quoteReportOf } from '../quote-report.ts';
import { print } from '../output.ts';
import { readScript } from '../script-file.ts';
import type { ScriptFile } from '../script-file.ts';
import { openSession } from '../session.ts';

export interface QuoteFlags extends FilmFlags {
  readonly data?: string;
  readonly server?: string;
  readonly json?: boolean;
  readonly hypothetical?: boolean;
}

/** The plan of a film and its price; nothing is rendered and nothing is spent. */
export async function quote(path: string, flags: QuoteFlags): Promise<ExitCode> {
  return quoteScript(path, await readScript(path), flags);
}

export async function quoteScript(path: string, { bytes }: ScriptFile, flags: QuoteFlags): Promise<ExitCode> {
  const imageFiles = await readImages(flags);
  await using session = await openSession({
    server: flags.server,
    data: flags.data,
    command: 'quote',
    share: true,
  });
  await uploadImages(session.films, imageFiles);
  const { quote: given } = await session.films.quoteFilm({
    script: bytes,
    fileName: basename(path),
    options: toFilmOptions(flags, imageFiles.images),
    hypothetical: flags.hypothetical ?? false,
  });
  if (given === undefined) throw new AppError(Code.INTERNAL, 'the server gave an empty quote');
  print(flags.json === true ? JSON.stringify(quoteReportOf(given)) : describeQuote(given));
  return ExitCode.OK;
}
