import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Worker } from 'node:worker_threads';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openSqliteFacts } from '@reelmesh/storage';
import type { SqliteFacts, SqliteFactsOptions } from '@reelmesh/storage';
import { temporaryDirectory } from '@reelmesh/testing';
import { startChild } from './child.ts';
import { makeFact, makeFacts } from './facts.ts';
import { canMount, onTinyDisk } from './tiny-disk.ts';

let directory: string;
let path: string;

beforeEach(async () => {
  const temporary = await temporaryDirectory();
  onTestFinished(() => temporary.remove());
  directory = temporary.path;
  path = join(directory, 'facts.db');
});

async function openStore(options: Partial<SqliteFactsOptions> = {}): Promise<SqliteFacts> {
  const store = await openSqliteFacts({ path, ...options });
  onTestFinished(() => store.close());
  return store;
}

function openRaw(sql: string): DatabaseSync {
  const database = new DatabaseSync(path);
  onTestFinished(() => {
    if (database.isOpen) database.close();
  });
  database.exec(sql);
  return database;
}

describe('group commit', () => {
  test('1000 concurrent appends share a handful of transactions', async () => {
    const store = await openStore();

    const results = await Promise.all(makeFacts(1000).map((fact) => store.append([fact])));

    expect(results.flat()).toEqual(Array(1000).fill('inserted'));
    expect(store.stats().facts).toBe(1000);
    expect(store.stats().commits).toBeLessThan(10);
  });

  test('appends made one after the other by 64 writers share transactions too', async () => {
    const store = await openStore();
    const appendInTurn = async (writer: number): Promise<void> => {
      for (let n = 0; n < 20; n += 1) await store.append([makeFact({ id: `${writer}/${n}` })]);
    };

    await Promise.all(Array.from({ length: 64 }, (_, writer) => appendInTurn(writer)));

    expect(store.stats().facts).toBe(1280);
    expect(store.stats().commits).toBeLessThan(1280 / 8);
  });

  test('appends that arrive while a transaction is under way go into the next one together', async () => {
    const store = await openStore();
    const other = openRaw('BEGIN IMMEDIATE');
    const appends: Promise<unknown>[] = [];
    for (const fact of makeFacts(50)) {
      appends.push(store.append([fact]));
      await new Promise(setImmediate);
    }

    other.exec('COMMIT');
    await Promise.all(appends);

    expect(store.stats().facts).toBe(50);
    expect(store.stats().commits).toBeLessThanOrEqual(2);
  });

  test('the event loop turns while a transaction waits', async () => {
    const store = await openStore();
    const other = openRaw('BEGIN IMMEDIATE');
    let settled = false;

    const append = store.append([makeFact({ id: 'a' })]).finally(() => (settled = true));
    for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);

    expect(settled).toBe(false);
    other.exec('COMMIT');
    expect(await append).toEqual(['inserted']);
  });
});

describe('trouble with the file', () => {
  test('a lock that stays is UNAVAILABLE, fails only those who waited for it, and the store goes on', async () => {
    const store = await openStore({ busyTimeoutMs: 30 });
    const other = openRaw('BEGIN IMMEDIATE');

    const refused = await Promise.allSettled([
      store.append([makeFact({ id: 'a' })]),
      store.append([makeFact({ id: 'b' })]),
    ]);

    const busy = { code: 'UNAVAILABLE', reason: 'FACTS_BUSY', retryable: true };
    expect(refused).toMatchObject([{ reason: busy }, { reason: busy }]);
    other.exec('ROLLBACK');
    expect(await store.append([makeFact({ id: 'a' })])).toEqual(['inserted']);
  });

  test('a transaction that fails stores nothing, and the store goes on', async () => {
    const store = await openStore();
    openRaw(
      "CREATE TRIGGER poison BEFORE INSERT ON fact WHEN new.id = 'poison' BEGIN SELECT RAISE(ABORT, 'no'); END",
    ).close();

    const refused = store.append([makeFact({ id: 'a' }), makeFact({ id: 'poison' })]);

    await expect(refused).rejects.toMatchObject({ code: 'INTERNAL', reason: 'FACTS_FAILED' });
    expect(await store.get('a')).toBeUndefined();
    expect(await store.append([makeFact({ id: 'a' })])).toEqual(['inserted']);
  });

  test.skipIf(!canMount)(
    'a full disk is RESOURCE_EXHAUSTED, loses nothing, and appends work again once there is room',
    async () => {
      await using child = startChild('./full-disk-child.ts', ['facts', directory], onTinyDisk(directory));

      const seen = (await child.next()) as Record<'stored' | 'kept' | 'keptLater', number>;

      expect(seen).toMatchObject({
        refusal: {
          code: 'RESOURCE_EXHAUSTED',
          reason: 'DISK_FULL',
          retryable: true,
          message: expect.stringContaining(path) as unknown,
        },
        later: 'stored',
      });
      expect(seen.stored).toBeGreaterThan(3);
      expect([seen.kept, seen.keptLater]).toEqual([seen.stored, seen.stored + 1]);
    },
  );

  test('a file that is no database is refused by name and left as it is', async () => {
    writeFileSync(path, 'INT. STATION - NIGHT\n'.repeat(100));

    await expect(openStore()).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'FACTS_NOT_A_DATABASE',
      message: expect.stringMatching(/facts\.db is not an SQLite database: move it away/) as unknown,
    });
    expect(readFileSync(path, 'utf8')).toBe('INT. STATION - NIGHT\n'.repeat(100));
  });

  test("another program's database is refused by name and left as it is", async () => {
    openRaw('CREATE TABLE fact (id TEXT)').close();
    const before = readFileSync(path);

    await expect(openStore()).rejects.toMatchObject({ code: 'FAILED_PRECONDITION', reason: 'FACTS_FOREIGN' });
    expect(readFileSync(path)).toEqual(before);
  });

  test('a newer schema is refused with both versions and the way out', async () => {
    await (await openStore()).close();
    openRaw('PRAGMA user_version = 99').close();

    await expect(openStore()).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'FACTS_NEWER',
      message: expect.stringMatching(/facts\.db .*schema 99, this one knows 1.*update reelmesh/) as unknown,
    });
  });

  test.each([
    ['a directory', () => mkdirSync(path)],
    [
      'below a file',
      () => ((path = join(directory, 'file/facts.db')), writeFileSync(join(directory, 'file'), '')),
    ],
  ])('a path that is %s is refused by name', async (_, prepare) => {
    prepare();

    await expect(openStore()).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'FACTS_NOT_WRITABLE',
      message: expect.stringContaining(path) as unknown,
    });
  });

  test('eight stores that make the same file at once all work', async () => {
    path = join(directory, 'new/deep/facts.db');
    const stores = await Promise.all(Array.from({ length: 8 }, () => openStore()));

    const results = await Promise.all(stores.map((store) => store.append([makeFact({ id: 'one' })])));

    expect(results.flat().filter((result) => result === 'inserted')).toHaveLength(1);
  });
});

describe('the writer thread', () => {
  test('takes outstanding appends with it when it dies, and later ones are refused', async () => {
    let writer: Worker | undefined;
    process.once('worker', (worker) => (writer = worker));
    const store = await openStore();
    openRaw('BEGIN IMMEDIATE');

    const outstanding = store.append([makeFact({ id: 'a' })]);
    const refused = expect(outstanding).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      reason: 'FACTS_WRITER_DIED',
    });
    await new Promise(setImmediate);
    await writer?.terminate();

    await refused;
    await expect(store.append([makeFact({ id: 'b' })])).rejects.toMatchObject({
      reason: 'FACTS_WRITER_DIED',
    });
    expect(await store.get('a')).toBeUndefined();
  });

  test('lets the process end once the store is closed', async () => {
    await using child = startChild('./fact-child.ts', [
      import.meta.resolve('./sqlite-place.ts'),
      path,
      'race',
      '1',
    ]);
    expect(await child.next()).toBe('open');
    child.send('go');
    expect(await child.next()).toEqual(['inserted']);

    expect(await child.ended()).toBe(0);
  });
});
