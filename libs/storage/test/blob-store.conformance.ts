import { createHash } from 'node:crypto';
import { readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BlobStore } from '@reelmesh/domain';
import { temporaryDirectory } from '@reelmesh/testing';
import type { Place } from './fact-store.conformance.ts';

export interface BlobStoreSubject {
  open(place: string): Promise<BlobStore>;
  /** A new, empty place. */
  createPlace(): Promise<Place>;
}

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function* inChunks(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function* failingAfter(bytes: Uint8Array, error: Error): AsyncGenerator<Uint8Array> {
  yield bytes;
  throw error;
}

async function readStream(store: BlobStore, sha256: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of store.read(sha256)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What every BlobStore has to show; a second implementation calls this with its own subject. */
export function blobStoreConformance(name: string, subject: BlobStoreSubject): void {
  const clip = Buffer.from('a short clip');
  const absent = sha256Of(Buffer.from('never stored'));

  async function withStore(use: (store: BlobStore, place: string) => Promise<void>): Promise<void> {
    await using place = await subject.createPlace();
    await use(await subject.open(place.place), place.place);
  }

  describe(`${name}: put`, () => {
    test('names a blob by the hash of its bytes and gives them back', () =>
      withStore(async (store) => {
        const ref = await store.put(clip, 'video/mp4');

        expect(ref).toEqual({ sha256: sha256Of(clip), sizeBytes: 12, mediaType: 'video/mp4' });
        expect(await store.has(ref.sha256)).toBe(true);
        expect(await readStream(store, ref.sha256)).toEqual(clip);
        expect(Buffer.from(await store.readAll(ref.sha256, 12))).toEqual(clip);
        expect(await readFile(await store.localPath(ref.sha256))).toEqual(clip);
      }));

    test('gives the same blob however the bytes are cut into chunks', () =>
      withStore(async (store) => {
        const chunks = fc.array(fc.uint8Array({ maxLength: 2000 }), { maxLength: 8 });
        const property = fc.asyncProperty(chunks, async (parts) => {
          const whole = Buffer.concat(parts);
          const ref = await store.put(inChunks(...parts), 'a/b');
          expect(ref).toEqual(await store.put(whole, 'a/b'));
          expect(await readStream(store, ref.sha256)).toEqual(whole);
        });
        await fc.assert(property, { numRuns: 30 });
      }));

    test.each([
      ['nothing', 0],
      ['five megabytes', 5_000_000],
    ])('keeps %s', (_, size) =>
      withStore(async (store) => {
        const bytes = Buffer.alloc(size, 'reel');

        const ref = await store.put(
          inChunks(bytes.subarray(0, size / 2), bytes.subarray(size / 2)),
          'video/mp4',
        );

        expect(sha256Of(await readStream(store, ref.sha256))).toBe(sha256Of(bytes));
      }),
    );

    test('takes the same bytes from 20 writers at once', () =>
      withStore(async (store, place) => {
        const other = await subject.open(place);

        const refs = await Promise.all(
          Array.from({ length: 20 }, (_, n) => (n % 2 ? store : other).put(clip, 'video/mp4')),
        );

        expect(new Set(refs.map((ref) => ref.sha256)).size).toBe(1);
        expect(await readStream(store, refs[0]!.sha256)).toEqual(clip);
      }));

    test('is seen by another store at once', () =>
      withStore(async (store, place) => {
        const other = await subject.open(place);

        const ref = await store.put(clip, 'video/mp4');
        await store.link('cut/f1', ref);

        expect(await readStream(other, ref.sha256)).toEqual(clip);
        expect(await other.resolve('cut/f1')).toEqual(ref);
      }));

    test.each([
      ['a broken source', new Error('the provider hung up'), 'INTERNAL'],
      ['an aborted source', new DOMException('stopped', 'AbortError'), 'CANCELLED'],
    ])('stores nothing of %s', (_, error, code) =>
      withStore(async (store) => {
        const put = store.put(failingAfter(clip, error), 'video/mp4');

        await expect(put).rejects.toMatchObject({ name: 'AppError', code, message: error.message });
        expect(await store.has(sha256Of(clip))).toBe(false);
      }),
    );
  });

  describe(`${name}: putFile`, () => {
    test.each([{ move: false }, { move: true }])('takes the bytes of a file (move: $move)', (options) =>
      withStore(async (store) => {
        await using directory = await temporaryDirectory();
        const file = join(directory.path, 'clip.mp4');
        await writeFile(file, clip);

        const ref = await store.putFile(file, 'video/mp4', options);

        expect(ref).toEqual({ sha256: sha256Of(clip), sizeBytes: 12, mediaType: 'video/mp4' });
        expect(await readStream(store, ref.sha256)).toEqual(clip);
      }),
    );

    test('leaves the file where it is unless told to move it', () =>
      withStore(async (store) => {
        await using directory = await temporaryDirectory();
        const file = join(directory.path, 'clip.mp4');
        await writeFile(file, clip);

        await store.putFile(file, 'video/mp4');
        const ref = await store.putFile(file, 'video/mp4');
        await writeFile(file, 'something else');

        expect(await readStream(store, ref.sha256)).toEqual(clip);
      }));

    test('does not depend on what a moved link points to', () =>
      withStore(async (store) => {
        await using directory = await temporaryDirectory();
        const file = join(directory.path, 'clip.mp4');
        await writeFile(file, clip);
        await symlink(file, join(directory.path, 'link.mp4'));

        const ref = await store.putFile(join(directory.path, 'link.mp4'), 'video/mp4', { move: true });
        await writeFile(file, 'something else');

        expect(await readStream(store, ref.sha256)).toEqual(clip);
      }));

    test('names a missing file and a directory in its refusal', () =>
      withStore(async (store) => {
        await using directory = await temporaryDirectory();
        const missing = join(directory.path, 'missing.mp4');

        await expect(store.putFile(missing, 'video/mp4')).rejects.toMatchObject({
          code: 'NOT_FOUND',
          reason: 'FILE_MISSING',
          message: expect.stringContaining(missing) as unknown,
        });
        await expect(store.putFile(directory.path, 'video/mp4', { move: true })).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
          reason: 'NOT_A_FILE',
        });
        expect((await stat(directory.path)).isDirectory()).toBe(true);
      }));
  });

  describe(`${name}: read`, () => {
    test('says BLOB_MISSING for a blob that is not there', () =>
      withStore(async (store) => {
        const missing = {
          code: 'NOT_FOUND',
          reason: 'BLOB_MISSING',
          message: expect.stringContaining(absent) as unknown,
        };

        expect(await store.has(absent)).toBe(false);
        await expect(readStream(store, absent)).rejects.toMatchObject(missing);
        await expect(store.readAll(absent, 10)).rejects.toMatchObject(missing);
        await expect(store.localPath(absent)).rejects.toMatchObject(missing);
      }));

    test('refuses to load more than the caller allows', () =>
      withStore(async (store) => {
        const { sha256 } = await store.put(clip, 'video/mp4');

        await expect(store.readAll(sha256, 11)).rejects.toMatchObject({
          code: 'RESOURCE_EXHAUSTED',
          reason: 'BLOB_TOO_LARGE',
          retryable: false,
        });
      }));

    test('may be left in the middle', () =>
      withStore(async (store) => {
        const { sha256 } = await store.put(Buffer.alloc(1_000_000), 'video/mp4');

        for await (const chunk of store.read(sha256)) {
          expect(chunk.byteLength).toBeGreaterThan(0);
          break;
        }

        await store.delete(sha256);
        expect(await store.has(sha256)).toBe(false);
      }));

    test('a deleted blob is gone, and deleting it again is no error', () =>
      withStore(async (store) => {
        const { sha256 } = await store.put(clip, 'video/mp4');

        await store.delete(sha256);
        await store.delete(sha256);

        await expect(store.readAll(sha256, 100)).rejects.toMatchObject({ reason: 'BLOB_MISSING' });
      }));

    test.each([
      '',
      'abc',
      '../../../etc/passwd',
      `../${'a'.repeat(61)}`,
      'A'.repeat(64),
      `${'a'.repeat(64)}\n`,
      'g'.repeat(64),
    ])('refuses %j for a hash', (sha256) =>
      withStore(async (store) => {
        const calls = [
          readStream(store, sha256),
          store.readAll(sha256, 10),
          store.localPath(sha256),
          store.has(sha256),
          store.delete(sha256),
          store.link('name', { sha256, sizeBytes: 1, mediaType: 'a/b' }),
        ];

        const outcomes = await Promise.allSettled(calls);

        const refused = {
          status: 'rejected',
          reason: { code: 'INVALID_ARGUMENT', reason: 'SHA256_INVALID' },
        };
        expect(outcomes).toMatchObject(calls.map(() => refused));
      }),
    );
  });

  describe(`${name}: names`, () => {
    test('point at the blob that was linked last', () =>
      withStore(async (store) => {
        const first = await store.put(clip, 'video/mp4');
        const second = await store.put(Buffer.from('another'), 'video/webm');
        await store.link('cut/f1.mp4', first);

        await store.link('cut/f1.mp4', second);

        expect(await store.resolve('cut/f1.mp4')).toEqual(second);
      }));

    test('may be the beginning of one another', () =>
      withStore(async (store) => {
        const [a, b] = [await store.put(clip, 'a/b'), await store.put(Buffer.from('b'), 'a/b')];

        await Promise.all([store.link('f1', a), store.link('f1/a', b), store.link('f1/a/b-c_d.e', a)]);

        expect(await Promise.all(['f1', 'f1/a', 'f1/a/b-c_d.e'].map((it) => store.resolve(it)))).toEqual([
          a,
          b,
          a,
        ]);
      }));

    test('are undefined when never linked or when the blob is gone', () =>
      withStore(async (store) => {
        const ref = await store.put(clip, 'video/mp4');
        await store.link('cut/f1', ref);

        await store.delete(ref.sha256);

        expect(await store.resolve('cut/f1')).toBeUndefined();
        expect(await store.resolve('cut/f2')).toBeUndefined();
      }));

    test.each([
      '',
      '/',
      '/etc/passwd',
      'a//b',
      'a/',
      '..',
      '../a',
      'a/../b',
      'a..b',
      '.a',
      'A',
      'a b',
      'a\\b',
      'a\0',
      'a\n',
      '字',
      'a+b',
      'a'.repeat(201),
    ])('refuse %j', (bad) =>
      withStore(async (store) => {
        const ref = await store.put(clip, 'video/mp4');

        const refused = { code: 'INVALID_ARGUMENT', reason: 'BLOB_NAME_INVALID' };
        await expect(store.link(bad, ref)).rejects.toMatchObject(refused);
        await expect(store.resolve(bad)).rejects.toMatchObject(refused);
      }),
    );

    test('have room for 200 characters', () =>
      withStore(async (store) => {
        const ref = await store.put(clip, 'video/mp4');

        await store.link('a/'.repeat(99) + 'aa', ref);

        expect(await store.resolve('a/'.repeat(99) + 'aa')).toEqual(ref);
      }));
  });
}
