import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@reelmesh/testing';
import { expect, test } from 'vitest';
import { findTool } from '../src/tools.ts';

test('the configured program wins over PATH', async () => {
  await using directory = await temporaryDirectory();
  const configured = join(directory.path, 'my-ffmpeg');
  await writeFile(configured, '');
  await chmod(configured, 0o755);

  await expect(findTool('ffmpeg', { configured, searchPath: '/usr/bin' })).resolves.toBe(configured);
});

test('the first program on PATH is taken, and a file that cannot be run is passed over', async () => {
  await using directory = await temporaryDirectory();
  const folders = ['a', 'b', 'c'].map((name) => join(directory.path, name));
  await Promise.all(folders.map((folder) => mkdir(folder)));
  await Promise.all(folders.map((folder) => writeFile(join(folder, 'ffprobe'), '')));
  await chmod(join(directory.path, 'b', 'ffprobe'), 0o755);
  await chmod(join(directory.path, 'c', 'ffprobe'), 0o755);

  const found = findTool('ffprobe', { configured: undefined, searchPath: folders.join(':') });

  await expect(found).resolves.toBe(join(directory.path, 'b', 'ffprobe'));
});

test.each([
  [undefined, 'ffmpeg is not on PATH'],
  ['/nowhere/ffmpeg', 'REELMESH_MEDIA__FFMPEG names /nowhere/ffmpeg, which is no program that can be run'],
])('a missing program (configured: %s) is named with the ways to get it', async (configured, what) => {
  const found = findTool('ffmpeg', { configured, searchPath: '/nowhere:' });

  await expect(found).rejects.toMatchObject({
    code: 'FAILED_PRECONDITION',
    reason: 'TOOL_MISSING',
    message: `${what}: install it with "apt-get install ffmpeg" or "brew install ffmpeg", or set REELMESH_MEDIA__FFMPEG to its path`,
  });
});
