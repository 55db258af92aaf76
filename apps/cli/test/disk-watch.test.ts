import type { BlobStore } from '@reelmesh/domain';
import { AppError, Code } from '@reelmesh/domain';
import { expect, test } from 'vitest';
import { reportFullDisk } from '../src/disk-watch.ts';

const refusing = (error: Error): BlobStore =>
  ({ link: () => Promise.reject(error), has: async () => true }) as unknown as BlobStore;
const ref = { sha256: '', sizeBytes: 0, mediaType: '' };

test('a write that fails for lack of room is reported, and still fails for its caller', async () => {
  const reported: AppError[] = [];
  const full = new AppError(Code.RESOURCE_EXHAUSTED, 'no room', { reason: 'DISK_FULL' });
  const store = reportFullDisk(refusing(full), (error) => reported.push(error));

  await expect(store.link('a', ref)).rejects.toBe(full);

  expect(reported).toEqual([full]);
  expect(await store.has('')).toBe(true);
});

test('other failures are not taken for a full disk', async () => {
  const reported: AppError[] = [];
  const store = reportFullDisk(refusing(new Error('no such blob')), (error) => reported.push(error));

  await expect(store.link('a', ref)).rejects.toThrow('no such blob');

  expect(reported).toEqual([]);
});
