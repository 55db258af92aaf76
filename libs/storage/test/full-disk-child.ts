/** Fills a small disk with facts or blobs and says what happened: `node full-disk-child.ts facts|blobs <directory>`. */
import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@reelmesh/domain';
import { openFileBlobs, openSqliteFacts } from '@reelmesh/storage';
import { makeFact } from './facts.ts';

const [what, directory] = process.argv.slice(2) as ['facts' | 'blobs', string];
const outcome = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'stored',
    (error: unknown) => {
      const { code, reason, retryable, message } = AppError.from(error);
      return { code, reason, retryable, message };
    },
  );
const listFiles = (): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [entry.name] : [],
  );

async function fillWithFacts(): Promise<unknown> {
  const ballast = join(directory, 'ballast');
  writeFileSync(ballast, Buffer.alloc(300_000));
  const store = await openSqliteFacts({ path: join(directory, 'facts.db') });
  const append = (n: number) =>
    outcome(store.append([makeFact({ id: `fact/${n}`, seq: n, body: 'x'.repeat(20_000) })]));
  let stored = 0;
  let refusal: unknown;
  while (refusal === undefined && stored < 1000) {
    const result = await append(stored);
    if (result === 'stored') stored += 1;
    else refusal = result;
  }
  const kept = (await store.read('film/f1')).length;
  rmSync(ballast);
  const later = await append(stored);
  const keptLater = (await store.read('film/f1')).length;
  await store.close();
  return { stored, refusal, kept, later, keptLater };
}

async function fillWithBlobs(): Promise<unknown> {
  const store = await openFileBlobs({ dir: join(directory, 'blobs') });
  async function* clip(): AsyncGenerator<Uint8Array> {
    for (let n = 0; n < 32; n += 1) yield randomBytes(64 * 1024);
  }
  const refusal = await outcome(store.put(clip(), 'video/mp4'));
  const left = listFiles();
  const later = await outcome(store.put(randomBytes(1024), 'video/mp4'));
  return { refusal, left, later };
}

writeSync(1, `${JSON.stringify(await (what === 'facts' ? fillWithFacts() : fillWithBlobs()))}\n`);
