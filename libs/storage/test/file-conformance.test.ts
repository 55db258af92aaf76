import { join } from 'node:path';
import { openFileBlobs } from '@reelmesh/storage';
import { temporaryDirectory } from '@reelmesh/testing';
import { blobStoreConformance } from './blob-store.conformance.ts';

blobStoreConformance('files', {
  open: (dir) => openFileBlobs({ dir }),
  async createPlace() {
    const directory = await temporaryDirectory();
    return { place: join(directory.path, 'blobs'), [Symbol.asyncDispose]: () => directory.remove() };
  },
});
