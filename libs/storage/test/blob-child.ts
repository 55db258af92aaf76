/** Begins to put a blob that never ends: `node blob-child.ts <dir>`; says so once the first bytes are taken. */
import { writeSync } from 'node:fs';
import { openFileBlobs } from '@reelmesh/storage';

async function* endless(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('the first bytes');
  writeSync(1, '"writing"\n');
  await new Promise((resolve) => setTimeout(resolve, 1 << 30));
}

const store = await openFileBlobs({ dir: process.argv[2] ?? '' });
await store.put(endless(), 'video/mp4');
