import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@reelmesh/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkOutput, writeOutput } from '../src/output-file.ts';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeEach(async () => {
  home = await temporaryDirectory();
  await writeFile(join(home.path, 'night.fountain'), 'INT. HALL - NIGHT');
});
afterEach(() => home.remove());

const at = (name: string): string => join(home.path, name);
const bytes = Buffer.from('a whole film');
const expected = { sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length };

async function* inChunks(...chunks: readonly Buffer[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield chunk;
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('half a');
  throw new Error('the connection was lost');
}

describe('the check of the output path', () => {
  test.each(['film.mp4', 'new/folder/film.mp4'])('accepts %s and leaves nothing behind', async (name) => {
    await checkOutput(at(name), at('night.fountain'));

    expect(await readdir(home.path)).toEqual(['night.fountain']);
  });

  test.each([
    ['a directory', '.', 'is a directory'],
    ['the script itself', 'night.fountain', 'is the script itself'],
    ['a link to the script', 'link', 'is the script itself'],
    ['a device', '/dev/null', 'is not a regular file'],
    ['a place under a file', 'night.fountain/film.mp4', 'cannot be'],
    ['a place where nobody may write', '/proc/reelmesh/film.mp4', 'cannot be written'],
  ])('refuses %s', async (_, name, message) => {
    await symlink(at('night.fountain'), at('link'));

    const refused = checkOutput(name.startsWith('/') ? name : at(name), at('night.fountain'));

    await expect(refused).rejects.toMatchObject({
      reason: 'OUTPUT_UNUSABLE',
      message: expect.stringContaining(message) as unknown,
    });
  });
});

describe('the output file', () => {
  test('is written whole, in directories made for it', async () => {
    await writeOutput(at('out/film.mp4'), inChunks(bytes.subarray(0, 3), bytes.subarray(3)), expected);

    expect(await readFile(at('out/film.mp4'))).toEqual(bytes);
    expect(await readdir(at('out'))).toEqual(['film.mp4']);
  });

  test.each([
    ['the connection breaks', broken],
    ['bytes are missing', () => inChunks(bytes.subarray(1))],
    ['bytes are wrong', () => inChunks(Buffer.from('A WHOLE FILM'))],
  ])('stays as it was when %s', async (_, chunks) => {
    await mkdir(at('out'));
    await writeFile(at('out/film.mp4'), 'the older film');

    await expect(writeOutput(at('out/film.mp4'), chunks(), expected)).rejects.toThrow();

    expect(await readFile(at('out/film.mp4'), 'utf8')).toBe('the older film');
    expect(await readdir(at('out'))).toEqual(['film.mp4']);
  });
});
