import type { Document } from '@reelmesh/contracts/script';
import { ScriptFormat } from '@reelmesh/contracts/script';
import { invalid } from '@reelmesh/domain';
import { assembleScene } from './assemble.ts';
import type { Reading } from './block.ts';
import { listCharacters } from './characters.ts';
import { readChinese } from './chinese.ts';
import type { DecodedScript } from './decode.ts';
import { decodeScript } from './decode.ts';
import { tellFormat, tellLanguage } from './format.ts';
import { readFountain } from './fountain.ts';
import { ContentIds } from './ids.ts';
import { Lines } from './lines.ts';
import { readProse } from './prose.ts';
import { Report } from './report.ts';
import { buildScenes } from './scenes.ts';

/**
 * A script's bytes to its document: decode, classify lines, build scenes, split into shots. Pure and deterministic; the
 * time is linear in the size.
 *
 * @throws AppError INVALID_ARGUMENT: SCRIPT_EMPTY, SCRIPT_BINARY, SCRIPT_TOO_LARGE, SCRIPT_WITHOUT_SCENE.
 */
export function parseScript(bytes: Uint8Array, options: { readonly fileName?: string } = {}): Document {
  const decoded = decodeScript(bytes, options.fileName);
  const lines = new Lines(decoded.text);
  const report = new Report();
  reportDecoding(decoded, report);
  const format = tellFormat(lines);
  const language = tellLanguage(decoded.text);
  const reading = read(format, lines, report);
  const sceneTexts = buildScenes(reading.blocks, report);
  if (!hasContent(reading)) {
    const name = options.fileName === undefined ? '' : `${options.fileName}: `;
    throw invalid(
      'SCRIPT_WITHOUT_SCENE',
      `${name}no scene was found in ${lines.count} lines; write a heading such as "INT. KITCHEN - NIGHT" or "1-1 夜 内 厨房" with action below it`,
    );
  }
  const assembly = {
    language,
    locate: lines.locate,
    report,
    sceneIds: new ContentIds('s'),
    shotIds: new ContentIds('h'),
  };
  const scenes = sceneTexts.map((scene) => assembleScene(scene, assembly));
  return {
    title: reading.title,
    format,
    language,
    encoding: decoded.encoding,
    titlePage: [...reading.titlePage],
    scenes,
    characters: listCharacters(scenes, reading.biographies, lines.locate),
    diagnostics: report.diagnostics(lines.locate),
  };
}

function read(format: ScriptFormat, lines: Lines, report: Report): Reading {
  if (format === ScriptFormat.SCRIPT_FORMAT_FOUNTAIN) return readFountain(lines, report);
  if (format === ScriptFormat.SCRIPT_FORMAT_CHINESE) return readChinese(lines, report);
  return readProse(lines);
}

/** A heading of a script is a scene even with nothing below it; prose needs a sentence to be one. */
function hasContent({ blocks }: Reading): boolean {
  return blocks.some(({ kind, text, heading }) => {
    if (kind === 'heading') return heading !== undefined && heading.location !== '';
    return ['action', 'dialogue', 'caption'].includes(kind) && isSentence(text);
  });
}

/** Three words or six Chinese characters. */
function isSentence(text: string): boolean {
  const head = text.slice(0, 200);
  return (
    (head.match(/[\p{L}\p{N}'’]+/gu) ?? []).length >= 3 || (head.match(/\p{Script=Han}/gu) ?? []).length >= 6
  );
}

function reportDecoding({ encoding, guessed, replacements, text }: DecodedScript, report: Report): void {
  const start = { start: 0, end: 0 };
  if (guessed)
    report.info(
      'ENCODING_GUESSED',
      start,
      `the script states no encoding and was read as ${encoding}; save it as UTF-8 to make it sure`,
    );
  if (replacements === 0) return;
  const first = Math.max(0, text.indexOf('\uFFFD'));
  report.warn(
    'ENCODING_REPLACEMENT',
    { start: first, end: first + 1 },
    `${replacements} characters could not be read as ${encoding}; save the script as UTF-8`,
  );
}
