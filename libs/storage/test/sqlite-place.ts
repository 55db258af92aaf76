import { join } from 'node:path';
import { openSqliteFacts } from '@reelmesh/storage';
import { temporaryDirectory } from '@reelmesh/testing';
import type { Place } from './fact-store.conformance.ts';

export const open = (path: string) => openSqliteFacts({ path });

export async function createPlace(): Promise<Place> {
  const directory = await temporaryDirectory();
  return { place: join(directory.path, 'facts.db'), [Symbol.asyncDispose]: () => directory.remove() };
}
