import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { readProviderFile } from '../src/declarative/provider-files.ts';
import { playedBack } from './declared.ts';
import { conforms } from './provider.conformance.ts';

// The kit for providers that are files, against what they have recorded: those that ship and one of another make, or the one
// that `npm run conformance -- FILE` names.
const dirs = ['../data/providers', './providers'].map((dir) => fileURLToPath(new URL(dir, import.meta.url)));
const named = process.env['REELMESH_CONFORMANCE_FILE'];
const filesIn = async (dir: string) => (await readdir(dir)).map((name) => join(dir, name));
const paths = named === undefined ? (await Promise.all(dirs.map(filesIn))).flat() : [named];

const subjects = await Promise.all(
  paths.map(async (path) => {
    const read = readProviderFile(await readFile(path, 'utf8'));
    if ('problems' in read) throw new Error(`${path}:\n  ${read.problems.join('\n  ')}`);
    return [basename(path), playedBack(read.file, path)] as const;
  }),
);

describe.each(subjects)('%s', (_name, subject) => conforms(subject));
