import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { foldFilm } from '@reelmesh/domain';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { everyFault } from './support/faults.ts';
import { tryMake } from './support/made-films.ts';
import { openPaidHouse } from './support/paid-house.ts';
import type { PaidHouse } from './support/paid-house.ts';
import { random } from './support/random.ts';
import { temporaryDirectory } from '@reelmesh/testing';

const SHOTS = 40;
/** Each shot has its share of faults, of which a round may meet one or more. */
const ROUNDS = 40;
const lampOf = (shot: number): string => `Lamp number ${shot + 1} goes out`;

const strategies = `strategies:
  stubborn:
    description: Runway, then Pika
    candidates: [runway/gen4.5, fal/pika-2.2-720p]
    fallbackOn: [TRANSIENT, CAPACITY, RATE_LIMIT, QUOTA, BAD_OUTPUT]
    maxTakes: 8
`;

let config: Awaited<ReturnType<typeof temporaryDirectory>>;
let house: PaidHouse;
let api: string;

beforeEach(async () => {
  config = await temporaryDirectory();
  // What hangs is given up after seconds, not half an hour.
  const shipped = fileURLToPath(new URL('../../provider-gateway/data/catalogue.yaml', import.meta.url));
  const catalogue = (await readFile(shipped, 'utf8')).replaceAll(/deadlineMs: \d+/g, 'deadlineMs: 10000');
  await mkdir(config.path, { recursive: true });
  await writeFile(join(config.path, 'catalogue.yaml'), catalogue);
  await writeFile(join(config.path, 'strategies.yaml'), strategies);
  const pace = { queueMs: 10, renderMs: 100, concurrency: null };
  house = await openPaidHouse({
    emulator: { runway: { ...pace, dailyQuota: null }, fal: pace },
    env: {
      REELMESH_GATEWAY__CONFIG_DIR: config.path,
      REELMESH_GATEWAY__SUBMIT_TIMEOUT_MS: '1500',
      REELMESH_GATEWAY__DOWNLOAD_TIMEOUT_MS: '1500',
      REELMESH_GATEWAY__BREAKER_RESET_MS: '200',
      REELMESH_GATEWAY__HOLD_CHECK_MS: '100',
    },
  });
  api = await house.serve('all');
});
afterEach(async () => {
  await house.close();
  await config.remove();
});

const numbersIn = (text: string): readonly number[] =>
  [...text.matchAll(/\(number ([\d, ]+)\)/g)]
    .flatMap(([, list = '']) => list.split(', ').map(Number))
    .sort((a, b) => a - b);

/** The film's word about what is missing is true: each such shot by its number with a reason, each doubt by its take. */
function expectExactWord(said: string, { films, doubtful }: Awaited<ReturnType<PaidHouse['books']>>): void {
  const newest = films
    .filter(({ kind }) => kind === 'film.created')
    .toSorted((a, b) => a.atMs - b.atMs)
    .at(-1)?.stream;
  const film = foldFilm(films.filter(({ stream }) => stream === newest));
  const failed = [...(film?.ends.values() ?? [])].filter(({ state }) => state === 'FAILED');
  const missing = (film?.plan?.shots ?? []).flatMap(({ key }, index) =>
    failed.some((end) => end.key === key) ? [index + 1] : [],
  );
  expect(numbersIn(said)).toEqual(missing);
  expect(failed.filter(({ message }) => message === '' || !said.includes(message))).toEqual([]);
  expect(doubtful.filter(({ id }) => !said.includes(id))).toEqual([]);
}

test.each([1, 2, 3])(
  'a film of 40 shots with a tenth of every fault at once finishes or says exactly what is missing, ledgers equal (seed %i)',
  async (seed) => {
    await house.emulator.script(...everyFault(SHOTS, lampOf, random(seed)));
    const lines = Array.from({ length: SHOTS }, (_, shot) => `${lampOf(shot)} above the empty crates.`);
    const options = house.options(await house.script('lamps.fountain', lines), api, [
      '--strategy',
      'stubborn',
    ]);
    let code: number | null = null;
    for (let round = 0; round < ROUNDS && code !== 0; round += 1) {
      await house.resolveDoubts(api);
      const ended = await tryMake(options);
      code = ended.code;
      const books = await house.books();
      expect([0, 1, 4]).toContain(code);
      expectExactWord(ended.stderr, books);
      await house.expectLedgersEqual();
      const sent = books.takes.filter(
        ({ sender, state }) => sender !== '' && state !== 'TAKE_STATE_NOT_SENT',
      );
      expect(await house.creates()).toBe(sent.length);
    }

    expect(code).toBe(0);
    const { charged, settled, doubtful } = await house.books();
    expect([charged - settled, doubtful]).toEqual([0, []]);
  },
  300_000,
);
