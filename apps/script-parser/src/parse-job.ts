import type { Diagnostic } from '@reelmesh/contracts/script';
import { Document } from '@reelmesh/contracts/script';
import { parseScript } from './parse.ts';

/** What a caller needs of a parse: the encoded document, and its outline. */
export interface ParsedScript {
  readonly document: Uint8Array;
  readonly scenes: number;
  readonly shots: number;
  readonly diagnostics: readonly Diagnostic[];
}

export function runParse(bytes: Uint8Array, fileName: string): ParsedScript {
  const document = parseScript(bytes, fileName === '' ? {} : { fileName });
  return {
    document: Document.encode(document).finish(),
    scenes: document.scenes.length,
    shots: document.scenes.reduce((sum, scene) => sum + scene.shots.length, 0),
    diagnostics: document.diagnostics,
  };
}
