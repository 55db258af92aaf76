import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fact, FactScan, FactStore } from '@reelmesh/domain';
import { startChild } from './child.ts';
import { idsOf, makeFact, makeFacts } from './facts.ts';

/** Where the facts of one test lie: a file, a database name. */
export interface Place extends AsyncDisposable {
  readonly place: string;
}

export interface FactStoreSubject {
  /** A module that exports `open` below: child processes import it. */
  readonly opener: URL;
  open(place: string): Promise<FactStore>;
  /** A new, empty place. */
  createPlace(): Promise<Place>;
}

/** What every FactStore has to show; a second implementation calls this with its own subject. */
export function factStoreConformance(name: string, subject: FactStoreSubject): void {
  async function withStore(use: (store: FactStore, place: string) => Promise<void>): Promise<void> {
    await using place = await subject.createPlace();
    const store = await subject.open(place.place);
    try {
      await use(store, place.place);
    } finally {
      await store.close();
    }
  }

  async function withTwoStores(use: (a: FactStore, b: FactStore) => Promise<void>): Promise<void> {
    await withStore(async (a, place) => {
      const b = await subject.open(place);
      try {
        await use(a, b);
      } finally {
        await b.close();
      }
    });
  }

  const startFactChild = (place: string, ...task: string[]) =>
    startChild('./fact-child.ts', [subject.opener.href, place, ...task]);

  describe(`${name}: append`, () => {
    test('gives back every field of what was appended', () =>
      withStore(async (store) => {
        const fact = makeFact({
          id: 'film/f1/000002',
          seq: 2,
          kind: 'film.planned',
          tenant: 'zhōng',
          epoch: 9,
        });

        const results = await store.append([fact]);

        expect(results).toEqual(['inserted']);
        expect(await store.get('film/f1/000002')).toEqual(fact);
      }));

    test('gives back any JSON body and any well-formed text as it was', () =>
      withStore(async (store) => {
        let n = 0;
        const text = fc
          .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
          .filter((value) => !value.includes('\0'));
        const property = fc.asyncProperty(fc.jsonValue(), text, text, async (body, stream, tenant) => {
          n += 1;
          const fact = makeFact({ id: `${stream}/${n}`, stream, tenant, body });
          await store.append([fact]);
          expect(await store.get(fact.id)).toEqual({
            ...fact,
            body: JSON.parse(JSON.stringify(body)) as unknown,
          });
        });
        await fc.assert(property, { numRuns: 100 });
      }));

    test.each([
      ['Chinese, emoji and combining marks', { text: '末班车 🚉 e\u0301 \u{10ffff}' }],
      ['quotes, NUL and control characters', { text: `'"\\\u0000\u0001\u2028` }],
      ['a megabyte', { text: '字'.repeat(350_000) }],
      ['null', null],
      ['the largest safe integer', { costMicros: Number.MAX_SAFE_INTEGER }],
    ])('keeps a body of %s', (_, body) =>
      withStore(async (store) => {
        await store.append([makeFact({ id: 'a', body })]);

        expect((await store.get('a'))?.body).toEqual(body);
      }),
    );

    test('leaves an existing id as it is and says so', () =>
      withStore(async (store) => {
        await store.append([makeFact({ id: 'a', body: 'first' })]);

        const results = await store.append([
          makeFact({ id: 'a', body: 'second', stream: 'elsewhere' }),
          makeFact({ id: 'b' }),
        ]);

        expect(results).toEqual(['exists', 'inserted']);
        expect(await store.get('a')).toEqual(makeFact({ id: 'a', body: 'first' }));
        expect(await store.read('elsewhere')).toEqual([]);
      }));

    test('inserts the first of two equal ids in one batch', () =>
      withStore(async (store) => {
        const results = await store.append([
          makeFact({ id: 'a', body: 1 }),
          makeFact({ id: 'b' }),
          makeFact({ id: 'a', body: 2 }),
        ]);

        expect(results).toEqual(['inserted', 'inserted', 'exists']);
        expect((await store.get('a'))?.body).toBe(1);
      }));

    test('answers each of many appends at once for its own facts', () =>
      withStore(async (store) => {
        await store.append(makeFacts(50).filter((fact) => fact.seq % 2 === 0));

        const results = await Promise.all(makeFacts(50).map((fact) => store.append([fact])));

        expect(results.flat()).toEqual(
          makeFacts(50).map((fact) => (fact.seq % 2 === 0 ? 'exists' : 'inserted')),
        );
      }));

    test('takes an empty batch for done', () =>
      withStore(async (store) => {
        expect(await store.append([])).toEqual([]);
      }));

    test('lets each id win once among 200 concurrent appends from two stores', () =>
      withTwoStores(async (a, b) => {
        const facts = makeFacts(100);

        const [fromA, fromB] = await Promise.all(
          [a, b].map((store) => Promise.all(facts.map((fact) => store.append([fact])))),
        );

        const winners = facts.map(
          (_, n) => [fromA?.[n]?.[0], fromB?.[n]?.[0]].filter((it) => it === 'inserted').length,
        );
        expect(winners).toEqual(facts.map(() => 1));
      }));

    test('lets each id win once between two processes', () =>
      withStore(async (store, place) => {
        await using left = startFactChild(place, 'race', '300');
        await using right = startFactChild(place, 'race', '300');
        await Promise.all([left.next(), right.next()]);
        left.send('go');
        right.send('go');

        const [a, b] = (await Promise.all([left.next(), right.next()])) as [string[], string[]];

        expect(a.map((result, n) => [result, b[n]].filter((it) => it === 'inserted').length)).toEqual(
          Array(300).fill(1),
        );
        expect(await store.read('film/f1')).toHaveLength(300);
      }));

    test('has every acknowledged fact after its process was killed with SIGKILL', () =>
      withStore(async (store, place) => {
        await using child = startFactChild(place, 'append');
        const heard: unknown[] = [];
        while (heard.length < 50) heard.push(await child.next());

        heard.push(...(await child.kill()));

        const kept = await Promise.all((heard as string[]).map((id) => store.get(id)));
        expect(kept.map((fact) => fact?.id)).toEqual(heard);
      }));

    test('refuses a malformed fact without harm to its neighbours', () =>
      withStore(async (store) => {
        const good = store.append([makeFact({ id: 'good' })]);
        const bad = store.append([makeFact({ id: 'half' }), makeFact({ id: 'bad', seq: NaN })]);
        const after = store.append([makeFact({ id: 'after' })]);

        await expect(bad).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
          message: expect.stringContaining('bad: seq') as unknown,
        });
        expect(await Promise.all([good, after])).toEqual([['inserted'], ['inserted']]);
        expect(await store.get('half')).toBeUndefined();
      }));

    test.each<[string, Partial<Fact>]>([
      ['an empty id', { id: '' }],
      ['an id of 513 bytes', { id: '字'.repeat(171) }],
      ['an id with a lone surrogate', { id: 'a\ud800' }],
      ['a stream with NUL', { stream: 'a\0b' }],
      ['a fractional time', { atMs: 1.5 }],
      ['no body', { body: undefined }],
    ])('refuses %s', (_, fields) =>
      withStore(async (store) => {
        await expect(store.append([makeFact({ id: 'a', ...fields })])).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
        });
      }),
    );

    test('takes an id of 512 bytes', () =>
      withStore(async (store) => {
        const id = `${'字'.repeat(170)}ab`;

        await store.append([makeFact({ id })]);

        expect((await store.get(id))?.id).toBe(id);
      }));
  });

  describe(`${name}: read`, () => {
    test('sees at once what another store has been told is stored', () =>
      withTwoStores(async (a, b) => {
        for (const fact of makeFacts(20)) {
          await a.append([fact]);
          expect(await b.get(fact.id)).toEqual(fact);
        }
      }));

    test('finds nothing under an unknown id or stream', () =>
      withStore(async (store) => {
        expect(await store.get('nobody')).toBeUndefined();
        expect(await store.read('nobody')).toEqual([]);
        expect(await store.readMany(['nobody'])).toEqual([]);
      }));

    test('reads many streams at once, each once and by seq', () =>
      withStore(async (store) => {
        await store.append([
          makeFact({ id: 'b/2', stream: 'b', seq: 2 }),
          makeFact({ id: 'a/1', stream: 'a', seq: 1 }),
          makeFact({ id: 'b/1', stream: 'b', seq: 1 }),
          makeFact({ id: 'c/1', stream: 'c', seq: 1 }),
        ]);

        const found = idsOf(await store.readMany(['b', 'nobody', 'a', 'b']));

        expect(found.toSorted()).toEqual(['a/1', 'b/1', 'b/2']);
        expect(found.indexOf('b/1')).toBeLessThan(found.indexOf('b/2'));
      }));

    test('gives a stream by seq, whatever the order of arrival', () =>
      withStore(async (store) => {
        await store.append([10, 2, 1, 3].map((seq) => makeFact({ id: `x/${seq}`, seq })));
        await store.append([
          makeFact({ id: 'y/0', seq: 0 }),
          makeFact({ id: 'z', seq: -1, stream: 'film/f2' }),
        ]);

        expect(idsOf(await store.read('film/f1'))).toEqual(['y/0', 'x/1', 'x/2', 'x/3', 'x/10']);
      }));

    test('reads a prefix literally, by stream and seq, and without its neighbours', () =>
      withStore(async (store) => {
        const streams = [
          'take/b',
          'take/a',
          'take/ab',
          'take/a/1',
          'take/%',
          'take/_',
          'take',
          'Take/a',
          'take/a\u{10ffff}',
        ];
        await store.append(streams.map((stream) => makeFact({ id: `1 ${stream}`, stream, seq: 2 })));
        await store.append([makeFact({ id: '0 take/a', stream: 'take/a', seq: 1 })]);

        const found = idsOf(await store.readPrefix('take/a'));

        expect(found).toEqual(['0 take/a', '1 take/a', '1 take/a/1', '1 take/ab', '1 take/a\u{10ffff}']);
        expect(idsOf(await store.readPrefix('take/%'))).toEqual(['1 take/%']);
        expect(idsOf(await store.readPrefix('take/_'))).toEqual(['1 take/_']);
        expect(await store.readPrefix('')).toHaveLength(10);
      }));

    test('takes a prefix for text, not for a path: film/f1 begins film/f10 too, film/f1/ does not', () =>
      withStore(async (store) => {
        await store.append(
          ['film/f1', 'film/f10', 'film/f1/shot'].map((stream) => makeFact({ id: stream, stream })),
        );

        expect(idsOf(await store.readPrefix('film/f1'))).toEqual(['film/f1', 'film/f1/shot', 'film/f10']);
        expect(idsOf(await store.readPrefix('film/f1/'))).toEqual(['film/f1/shot']);
      }));
  });

  describe(`${name}: scan`, () => {
    const mixed = Array.from({ length: 60 }, (_, n) =>
      makeFact({
        id: `m/${n}`,
        seq: 60 - n,
        kind: ['a', 'b', 'c'][n % 3] ?? '',
        tenant: n % 4 === 0 ? 'acme' : 'other',
      }),
    );

    async function readPages(store: FactStore, query: FactScan): Promise<string[][]> {
      const pages: string[][] = [];
      let cursor: string | undefined;
      do {
        const page = await store.scan(cursor === undefined ? query : { ...query, cursor });
        pages.push(idsOf(page.facts));
        cursor = page.cursor;
      } while (cursor !== undefined);
      return pages;
    }

    test.each<[string, FactScan, Fact[]]>([
      ['one kind', { kinds: ['b'], limit: 7 }, mixed.filter((fact) => fact.kind === 'b')],
      [
        'several kinds merged',
        { kinds: ['c', 'a', 'c'], limit: 7 },
        mixed.filter((fact) => fact.kind !== 'b'),
      ],
      [
        'newest first',
        { kinds: ['a', 'b'], limit: 7, order: 'newest' },
        mixed.filter((fact) => fact.kind !== 'c').reverse(),
      ],
      [
        'one tenant',
        { kinds: ['a', 'b'], tenant: 'acme', limit: 3 },
        mixed.filter((fact) => fact.kind !== 'c' && fact.tenant === 'acme'),
      ],
      [
        'one tenant, newest first',
        { kinds: ['a'], tenant: 'other', limit: 3, order: 'newest' },
        mixed.filter((fact) => fact.kind === 'a' && fact.tenant === 'other').reverse(),
      ],
      ['no kind at all', { kinds: [], limit: 5 }, []],
      ['an unknown tenant', { kinds: ['a'], tenant: 'nobody', limit: 5 }, []],
    ])('pages through %s in the order of insertion, each fact once', (_, query, expected) =>
      withStore(async (store) => {
        await store.append(mixed);

        const pages = await readPages(store, query);

        expect(pages.flat()).toEqual(idsOf(expected));
        expect(pages).toHaveLength(Math.max(1, Math.ceil(expected.length / query.limit)));
      }),
    );

    test('gives no cursor with a last page that is exactly full', () =>
      withStore(async (store) => {
        await store.append(makeFacts(4));

        expect(await store.scan({ kinds: ['film.created'], limit: 4 })).not.toHaveProperty('cursor');
      }));

    test('goes on where it was while others insert: oldest first sees them, newest first does not', () =>
      withTwoStores(async (store, other) => {
        await store.append(makeFacts(6));
        const query = { kinds: ['film.created'], limit: 3 };
        const oldest = await store.scan(query);
        const newest = await store.scan({ ...query, order: 'newest' });
        await other.append([makeFact({ id: 'late', seq: -1 })]);

        const next = await store.scan({ ...query, limit: 10, cursor: oldest.cursor! });
        const before = await store.scan({ ...query, limit: 10, order: 'newest', cursor: newest.cursor! });

        expect(idsOf(next.facts)).toEqual(['fact/3', 'fact/4', 'fact/5', 'late']);
        expect(idsOf(before.facts)).toEqual(['fact/2', 'fact/1', 'fact/0']);
      }));

    test('never passes a fact by while two stores insert', () =>
      withTwoStores(async (a, b) => {
        const writing = Promise.all(makeFacts(300).map((fact) => (fact.seq % 2 ? a : b).append([fact])));
        const seen: string[] = [];
        let cursor: string | undefined;
        let written = false;
        void writing.then(() => (written = true));
        while (!written) {
          const page = await a.scan({
            kinds: ['film.created'],
            limit: 5,
            ...(cursor === undefined ? {} : { cursor }),
          });
          if (page.cursor !== undefined) {
            cursor = page.cursor;
            seen.push(...idsOf(page.facts));
          }
          await new Promise(setImmediate);
        }

        const rest = await readPages(a, {
          kinds: ['film.created'],
          limit: 50,
          ...(cursor === undefined ? {} : { cursor }),
        });

        expect([...seen, ...rest.flat()].sort()).toEqual(idsOf(makeFacts(300)).sort());
      }));

    test.each<[string, Partial<FactScan>]>([
      ['a limit of 0', { limit: 0 }],
      ['a limit of 1001', { limit: 1001 }],
      ['a fractional limit', { limit: 1.5 }],
      ['a cursor of its own making', { cursor: 'x' }],
    ])('refuses %s', (_, fields) =>
      withStore(async (store) => {
        await expect(store.scan({ kinds: ['a'], limit: 1, ...fields })).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
        });
      }),
    );

    test('refuses the cursor of the other order', () =>
      withStore(async (store) => {
        await store.append(makeFacts(2));
        const { cursor } = await store.scan({ kinds: ['film.created'], limit: 1 });

        const scan = store.scan({ kinds: ['film.created'], limit: 1, order: 'newest', cursor: cursor! });

        await expect(scan).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'CURSOR_INVALID' });
      }));
  });

  describe(`${name}: close`, () => {
    test('flushes what was appended before it', async () => {
      await using place = await subject.createPlace();
      const store = await subject.open(place.place);

      const appends = makeFacts(50).map((fact) => store.append([fact]));
      await store.close();

      expect((await Promise.all(appends)).flat()).toEqual(Array(50).fill('inserted'));
      const again = await subject.open(place.place);
      expect(await again.read('film/f1')).toHaveLength(50);
      await again.close();
    });

    test('refuses what comes after it, and may be called twice', async () => {
      await using place = await subject.createPlace();
      const store = await subject.open(place.place);
      await store.append([makeFact({ id: 'a' })]);
      await Promise.all([store.close(), store.close()]);

      const calls = [
        store.append([makeFact({ id: 'b' })]),
        store.get('a'),
        store.scan({ kinds: ['a'], limit: 1 }),
      ];

      const outcomes = await Promise.allSettled(calls);
      expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected', 'rejected']);
      await expect(store.read('film/f1')).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
    });
  });
}
