import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LineCounter, isNode, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { z } from 'zod';
import { cardOf } from '../model-row.ts';
import type { ModelRow } from '../knobs.ts';
import { broken } from '../tables.ts';
import { providerFile } from './provider-file.ts';
import type { ProviderFile } from './provider-file.ts';

const shippedDir = fileURLToPath(new URL('../../data/providers', import.meta.url));

export type ReadProviderFile = { readonly file: ProviderFile } | { readonly problems: readonly string[] };

/**
 * The provider files that ship with the gateway, and the operator's own: of two with the same provider, the operator's.
 * FAILED_PRECONDITION (CATALOGUE_BROKEN) names file, line and field.
 * @param configDir whose folder `providers` holds the operator's
 */
export async function loadProviderFiles(configDir: string | undefined): Promise<readonly ProviderFile[]> {
  const dirs = [shippedDir, ...(configDir === undefined ? [] : [join(configDir, 'providers')])];
  const files = new Map<string, ProviderFile>();
  for (const dir of dirs) {
    for (const name of await yamlFilesIn(dir)) {
      const path = join(dir, name);
      const read = readProviderFile(await readFile(path, 'utf8'));
      if ('problems' in read) throw broken(path, `\n  ${read.problems.join('\n  ')}`);
      files.set(read.file.provider, read.file);
    }
  }
  return [...files.values()];
}

/** One file, or all that is wrong with it, a line each: `line 12: submit.path: must begin with a slash`. */
export function readProviderFile(text: string): ReadProviderFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    return {
      problems: document.errors.map(
        ({ pos: [from], message }) => `line ${lines.linePos(from).line}: ${message.split('\n')[0] ?? ''}`,
      ),
    };
  }
  const result = providerFile.safeParse(withProvider(document.toJS()), { error: problemOf });
  if (result.success) return { file: result.data };
  const problems = result.error.issues.map((issue) => ({
    line: lineOf(document, [...issue.path, ...(issue.code === 'unrecognized_keys' ? issue.keys : [])], lines),
    text: `${issue.path.join('.') || 'the file'}: ${issue.message}`,
  }));
  return {
    problems: problems
      .toSorted((one, other) => one.line - other.line)
      .map(({ line, text: problem }) => `line ${line}: ${problem}`),
  };
}

function problemOf(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined) return 'must be set';
  return issue.code === 'invalid_union'
    ? issue.errors.map((branch) => branch.map(({ message }) => message).join(', ')).join(', or ')
    : undefined;
}

/** The models of a file as rows of the catalogue. */
export function rowsOf({ models, currency }: ProviderFile): readonly ModelRow[] {
  return models.map((row) => ({ currency, ...cardOf(row) }));
}

/** The file says once whose models they are. */
function withProvider(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || !('models' in value) || !('provider' in value))
    return value;
  const { models, provider } = value;
  if (!Array.isArray(models)) return value;
  const rows = models.map((row: unknown) =>
    row !== null && typeof row === 'object' ? { provider, ...row } : row,
  );
  return { ...value, models: rows };
}

/** Of what stands there, or of the nearest thing around it that does stand there. */
function lineOf(document: Document, path: readonly PropertyKey[], lines: LineCounter): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

async function yamlFilesIn(dir: string): Promise<readonly string[]> {
  try {
    return (await readdir(dir)).filter((name) => name.endsWith('.yaml')).toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
