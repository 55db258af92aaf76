import { basename } from 'node:path';
import { Document } from '@reelmesh/contracts/script';
import { ExitCode } from '../exit-codes.ts';
import { describeDiagnostic } from '../film-report.ts';
import { print } from '../output.ts';
import { readScript } from '../script-file.ts';
import { formatCount, formatDuration, formatTable, truncate } from '../text.ts';

/** What the parser makes of a script. */
export async function parse(path: string, flags: { readonly json?: boolean }): Promise<ExitCode> {
  const { document } = await readScript(path);
  print(
    flags.json === true
      ? JSON.stringify(Document.toJSON(document), undefined, 2)
      : fitTerminal(describeDocument(document, basename(path))),
  );
  return ExitCode.OK;
}

/** A row for each shot stays one row; what a terminal has no room for is in `--json`, or in a pipe. */
function fitTerminal(text: string): string {
  if (!process.stdout.isTTY) return text;
  return text
    .split('\n')
    .map((line) => truncate(line, process.stdout.columns || 80))
    .join('\n');
}

export function describeDocument(document: Document, file: string): string {
  const shots = document.scenes.flatMap((scene) => scene.shots);
  const ms = shots.reduce((sum, shot) => sum + shot.durationMs, 0);
  const format = document.format.replace('SCRIPT_FORMAT_', '').toLowerCase();
  const rows = document.scenes.flatMap((scene, index) =>
    scene.shots.map((shot, place) => [
      place === 0 ? scene.number || String(index + 1) : '',
      place === 0 ? scene.heading : '',
      (shot.durationMs / 1000).toFixed(1),
      shot.size.replace('SHOT_SIZE_', ''),
      shot.move.replace('CAMERA_MOVE_', '').toLowerCase().replaceAll('_', ' '),
      shot.cast.join(', '),
      shot.description,
    ]),
  );
  return [
    `${document.title || 'untitled'} (${format}, ${document.language}, ${document.encoding}): ${formatCount(document.scenes.length, 'scene')}, ${formatCount(shots.length, 'shot')}, ${formatDuration(ms)}`,
    `cast: ${document.characters.map(({ name, speeches }) => `${name} (${formatCount(speeches, 'speech', 'speeches')})`).join(', ') || 'nobody'}`,
    '',
    formatTable(['scene', 'heading', 's', 'size', 'move', 'cast', 'picture'], rows, [2]),
    ...(document.diagnostics.length > 0 ? [''] : []),
    ...document.diagnostics.map(
      (diagnostic) =>
        `${diagnostic.severity.replace('SEVERITY_', '').toLowerCase()}: ${describeDiagnostic(diagnostic, file)}`,
    ),
  ].join('\n');
}
