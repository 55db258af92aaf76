import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { say } from './steps.mjs';

/** One set-up at a time in this checkout; the others wait and then find the work done. Needs Node 24. */
export async function withLock(root, work) {
  const { tryLock } = await import('../../src/exclusive-lock.ts');
  const directory = path.join(root, '.tools');
  mkdirSync(directory, { recursive: true });
  let held = tryLock(path.join(directory, 'setup.lock'));
  if (held === undefined) say('another run is setting up; waiting for it');
  while (held === undefined) {
    await wait(200);
    held = tryLock(path.join(directory, 'setup.lock'));
  }
  try {
    await work();
  } finally {
    held.release();
  }
}
