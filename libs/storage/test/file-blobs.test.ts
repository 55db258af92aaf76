import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { link, mkdir, readFile, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openFileBlobs } from '@reelmesh/storage';
import { temporaryDirectory } from '@reelmesh/testing';
import { startChild } from './child.ts';
import { canMount, onTinyDisk, withSmallFiles } from './tiny-disk.ts';

const clip = Buffer.from('a short clip');
const otherDisk = '/dev/shm';

let root: string;
let dir: string;

beforeEach(async () => {
  const temporary = await temporaryDirectory();
  onTestFinished(() => temporary.remove());
  root = temporary.path;
  dir = join(root, 'blobs');
});

const listFiles = (): string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [entry.name] : [],
  );

function isOtherDisk(): boolean {
  const there = statSync(otherDisk, { throwIfNoEntry: false });
  return there !== undefined && there.dev !== statSync(import.meta.dirname).dev;
}

describe('a stored file', () => {
  test('is read-only and lies under its hash', async () => {
    const store = await openFileBlobs({ dir });

    const { sha256 } = await store.put(clip, 'video/mp4');

    const path = await store.localPath(sha256);
    expect(path).toBe(join(dir, 'sha256', sha256.slice(0, 2), sha256));
    expect((await stat(path)).mode & 0o777).toBe(0o444);
  });

  test('is not written again by a second put', async () => {
    const store = await openFileBlobs({ dir });
    const { sha256 } = await store.put(clip, 'video/mp4');
    const before = await stat(await store.localPath(sha256));
    await writeFile(join(root, 'clip.mp4'), clip);

    await store.put(clip, 'video/mp4');
    await store.put(new Blob([clip]).stream(), 'video/mp4');
    await store.putFile(join(root, 'clip.mp4'), 'video/mp4', { move: true });

    const after = await stat(await store.localPath(sha256));
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
    expect(listFiles()).toEqual([sha256]);
  });

  test('is put right again when a broken disk has cut it short', async () => {
    const store = await openFileBlobs({ dir });
    const { sha256 } = await store.put(clip, 'video/mp4');
    await truncate(await store.localPath(sha256), 3);

    await store.put(clip, 'video/mp4');

    expect(await readFile(await store.localPath(sha256))).toEqual(clip);
  });
});

describe('a moved file', () => {
  test('keeps its inode: nothing is copied', async () => {
    const store = await openFileBlobs({ dir });
    const source = join(root, 'clip.mp4');
    await writeFile(source, clip);
    const { ino } = await stat(source);

    const { sha256 } = await store.putFile(source, 'video/mp4', { move: true });

    const path = await store.localPath(sha256);
    expect((await stat(path)).ino).toBe(ino);
    expect((await stat(path)).mode & 0o777).toBe(0o444);
    await expect(stat(source)).rejects.toThrow('ENOENT');
  });

  test('is copied when it has a second name, through which it could change', async () => {
    const store = await openFileBlobs({ dir });
    const source = join(root, 'clip.mp4');
    await writeFile(source, clip);
    await link(source, join(root, 'second.mp4'));

    const { sha256 } = await store.putFile(source, 'video/mp4', { move: true });
    await writeFile(join(root, 'second.mp4'), 'changed');

    expect(await readFile(await store.localPath(sha256))).toEqual(clip);
  });

  test.skipIf(!isOtherDisk())('is copied when it comes from another disk', async () => {
    const store = await openFileBlobs({ dir });
    const elsewhere = mkdtempSync(join(otherDisk, 'reelmesh-test-'));
    onTestFinished(() => rmSync(elsewhere, { recursive: true }));
    await writeFile(join(elsewhere, 'clip.mp4'), clip);

    const { sha256 } = await store.putFile(join(elsewhere, 'clip.mp4'), 'video/mp4', { move: true });

    expect(await readFile(await store.localPath(sha256))).toEqual(clip);
    expect(readdirSync(elsewhere)).toEqual([]);
  });
});

describe('a put that fails', () => {
  test('leaves no file behind when its source breaks', async () => {
    const store = await openFileBlobs({ dir });
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield clip;
      throw new Error('the provider hung up');
    }

    await expect(store.put(broken(), 'video/mp4')).rejects.toThrow('the provider hung up');

    expect(listFiles()).toEqual([]);
  });

  test.skipIf(!canMount)(
    'for want of room is DISK_FULL, names the directory, leaves no file, and a smaller one fits',
    async () => {
      await mkdir(dir);
      await using child = startChild('./full-disk-child.ts', ['blobs', dir], onTinyDisk(dir));

      expect(await child.next()).toMatchObject({
        refusal: {
          code: 'RESOURCE_EXHAUSTED',
          reason: 'DISK_FULL',
          retryable: true,
          message: expect.stringContaining(
            `blob directory ${dir}/blobs: no room left on the disk`,
          ) as unknown,
        },
        left: [],
        later: 'stored',
      });
    },
  );

  test('for a limit on the size of files names the directory, leaves no file, and a smaller one fits', async () => {
    await mkdir(dir);
    await using child = startChild('./full-disk-child.ts', ['blobs', dir], withSmallFiles());

    expect(await child.next()).toMatchObject({
      refusal: { message: expect.stringContaining(`blob directory ${dir}/blobs: EFBIG`) as unknown },
      left: [],
      later: 'stored',
    });
  });
});

describe('temporary files', () => {
  test('of a killed process are removed at the next open, those of a live one are not', async () => {
    await using dead = startChild('./blob-child.ts', [dir]);
    await using live = startChild('./blob-child.ts', [dir]);
    await Promise.all([dead.next(), live.next()]);
    await dead.kill();
    expect(listFiles()).toHaveLength(2);

    await openFileBlobs({ dir });

    expect(listFiles()).toEqual([expect.stringContaining(`~${live.pid}~`)]);
  });

  test('of this process stay while it writes, those of a dead process with the same pid go', async () => {
    const store = await openFileBlobs({ dir });
    const { promise: finish, resolve: letFinish } = Promise.withResolvers<void>();
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield clip;
      start();
      await finish;
    }
    const put = store.put(slow(), 'video/mp4');
    await started;
    const [ours = ''] = listFiles();
    const [host, pid] = ours.split('~');
    await writeFile(join(dir, 'temporary', `${host}~${pid}~before~x`), '');

    await openFileBlobs({ dir });

    expect(listFiles()).toEqual([ours]);
    letFinish();
    expect(await store.has((await put).sha256)).toBe(true);
  });

  test('of another host are removed when they are a day old', async () => {
    await openFileBlobs({ dir });
    await writeFile(join(dir, 'temporary', 'elsewhere~1~a~young'), '');
    await writeFile(join(dir, 'temporary', 'elsewhere~1~a~old'), '');
    const twoDaysAgo = Date.now() / 1000 - 2 * 86_400;
    await utimes(join(dir, 'temporary', 'elsewhere~1~a~old'), twoDaysAgo, twoDaysAgo);

    await openFileBlobs({ dir });

    expect(listFiles()).toEqual(['elsewhere~1~a~young']);
  });
});

test('no name, whatever it is made of, writes outside the directory of names', async () => {
  const store = await openFileBlobs({ dir });
  const ref = await store.put(clip, 'video/mp4');
  const before = readdirSync(root, { recursive: true }).filter(
    (path) => !String(path).startsWith('blobs/names/'),
  );
  const pieces = fc.array(fc.constantFrom('a', 'b-1', '.', '..', '/', '\0', '+', '%2e', '~', '字'), {
    maxLength: 6,
  });

  await fc.assert(
    fc.asyncProperty(pieces, async (parts) => {
      await store.link(parts.join(''), ref).catch((error: unknown) => {
        expect(error).toMatchObject({ reason: 'BLOB_NAME_INVALID' });
      });
    }),
    { numRuns: 300 },
  );

  const after = readdirSync(root, { recursive: true }).filter(
    (path) => !String(path).startsWith('blobs/names/'),
  );
  expect(after).toEqual(before);
  expect(readdirSync(join(dir, 'names')).length).toBeGreaterThan(0);
});

test('a directory that is a file is refused by name', async () => {
  await writeFile(dir, '');

  await expect(openFileBlobs({ dir })).rejects.toMatchObject({
    code: 'FAILED_PRECONDITION',
    reason: 'BLOB_DIR_UNUSABLE',
    message: expect.stringContaining(dir) as unknown,
  });
});
