import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { balanceOf, costOf, foldFilm } from '@reelmesh/domain';
import { EMULATOR_API_KEY, startEmulator, temporaryDirectory } from '@reelmesh/testing';
import type { TestEmulator } from '@reelmesh/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  inspect,
  expectRenderedOnce,
  lastBowl,
  lastTrain,
  make,
  readFacts,
  startMake,
  tryMake,
} from './support/made-films.ts';
import type { MakeOptions, Made } from './support/made-films.ts';
import { endAll, processesWith, runCli, until } from './support/processes.ts';
import { random } from './support/random.ts';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeEach(async () => {
  home = await temporaryDirectory();
});
afterEach(async () => {
  endAll();
  await home.remove();
});

/** How many facts there are, of one kind or of all. */
function countFacts(kind = '%'): number {
  const path = join(home.path, 'data/facts.db');
  if (!existsSync(path)) return 0;
  using database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
  const [table] = database.prepare("SELECT name FROM sqlite_schema WHERE name = 'fact'").all();
  if (table === undefined) return 0;
  return Number(database.prepare('SELECT count(*) AS n FROM fact WHERE kind LIKE ?').get(kind)?.['n']);
}

/** So many facts from now: moments that spread over every phase, whatever the machine's speed. */
function moreFacts(count: number): () => boolean {
  const target = countFacts() + count;
  return () => countFacts() >= target;
}

/**
 * Runs `make` and kills it with SIGKILL as soon as the moment has come, or a little later.
 * Nothing that it started may outlive it.
 * @returns whether it was killed before it had ended
 */
async function killWhen(options: MakeOptions, hasCome: () => boolean, extraMs = 0): Promise<boolean> {
  const started = startMake(options);
  let ended = false;
  void started.ended.then(() => (ended = true));
  while (!ended && !hasCome()) await wait(2);
  await wait(extraMs);
  started.child.kill('SIGKILL');
  const { code } = await started.ended;
  await until(() => processesWith(home.path).length === 0);
  return code === null;
}

/** As an operator would: the provider's task of the doubtful take is attached, or there is none and it is void. */
async function resolveDoubts(emulator: TestEmulator, env: Readonly<Record<string, string>>): Promise<number> {
  const { takes } = await readFacts(home.path);
  const doubtful = takes.filter((take) => take.state === 'TAKE_STATE_PARKED');
  const known = new Set(takes.map((take) => take.taskId));
  for (const take of doubtful) {
    const { promptText } = (take.intent.request as { readonly body: { readonly promptText: string } }).body;
    const task = (await emulator.tasks()).find((one) => one.promptText === promptText && !known.has(one.id));
    const verdict = task === undefined ? ['void'] : ['attach', '--task', task.id];
    const args = ['takes', 'resolve', take.id, ...verdict, '--data', join(home.path, 'data')];
    expect(await runCli(args, { env })).toMatchObject({ code: 0 });
  }
  return doubtful.length;
}

async function expectWholeFilm(made: Made): Promise<void> {
  const streams = await inspect(made.output);
  expect(Math.abs(streams.videoSeconds - made.duration_s)).toBeLessThanOrEqual(1 / 12);
  expect(Math.abs(streams.videoSeconds - streams.audioSeconds)).toBeLessThanOrEqual(0.05);
}

describe('kill -9 at any moment, then the same command', () => {
  test('D17: the draft goes on where it was: no finished shot again, no orphan process', async () => {
    const next = random(20261124);
    const options = { home: home.path, script: lastTrain };
    let kills = 0;
    const kill = async (hasCome: () => boolean): Promise<void> => {
      kills += (await killWhen(options, hasCome, next() * 60)) ? 1 : 0;
    };
    await kill(() => true);
    await kill(() => existsSync(join(home.path, 'data/facts.db')));
    for (let round = 0; round < 7; round += 1) await kill(moreFacts(4 + next() * 12));
    await kill(() => countFacts('film.composing') > 0);
    await kill(() => countFacts('cut.made') > 0);

    const made = await make(options);

    expect(kills).toBeGreaterThanOrEqual(8);
    expect(made.shots).toBe(made.rendered + made.cached);
    await expectWholeFilm(made);
    expectRenderedOnce((await readFacts(home.path)).takes);
  }, 400_000);

  test('D17: the paid film is charged once a shot, and every doubt is in plain sight', async () => {
    await using emulator = await startEmulator({
      config: { runway: { queueMs: 20, renderMs: 150, concurrency: null, dailyQuota: null } },
    });
    const env = {
      RUNWAYML_BASE_URL: emulator.runwayUrl,
      RUNWAYML_API_SECRET: EMULATOR_API_KEY,
      REELMESH_GATEWAY__POLL_PERCENT: '2',
    };
    const options = { home: home.path, script: lastTrain, flags: ['--strategy', 'final'], env };
    const next = random(4242);
    let kills = 0;
    let doubts = 0;
    for (let round = 0; round < 18; round += 1) {
      kills += (await killWhen(options, moreFacts(next() * 22), next() * 60)) ? 1 : 0;
      doubts += await resolveDoubts(emulator, env);
    }

    let ended = await tryMake(options);
    for (let tries = 0; ended.code === 4 && tries < 20; tries += 1) {
      doubts += await resolveDoubts(emulator, env);
      ended = await tryMake(options);
    }

    expect(kills).toBeGreaterThanOrEqual(12);
    expect(ended).toMatchObject({ code: 0 });
    const made = JSON.parse(ended.stdout) as Made;
    await expectWholeFilm(made);
    const { takes, films, ledger } = await readFacts(home.path);
    expectRenderedOnce(takes);
    const { totals, entries } = await emulator.ledger();
    const charges = entries.filter((entry) => entry.kind === 'charge');
    expect(totals.charges).toBe(new Set(takes.map((take) => take.intent.shotKey)).size);
    expect(new Set(charges.map((entry) => entry.taskId)).size).toBe(totals.charges);
    const balances = [...ledger.values()].map((facts) => balanceOf(facts));
    expect(balances.reduce((sum, { settledMicros }) => sum + settledMicros, 0)).toBe(totals.netMicros);
    expect(balances.reduce((sum, { heldMicros }) => sum + heldMicros, 0)).toBe(0);
    const costs = [...Map.groupBy(films, (fact) => fact.stream).values()].map((log) =>
      costOf(foldFilm(log)!),
    );
    expect(costs.reduce((sum, cost) => sum + cost, 0)).toBe(totals.netMicros);
    expect(doubts).toBeLessThanOrEqual(kills * 5);
  }, 400_000);
});

test('a killed film waits until it is asked for again: making another one does nothing for it', async () => {
  await killWhen({ home: home.path, script: lastTrain }, moreFacts(60));
  const factsOf = async (filmId: string) => {
    const { takes, films } = await readFacts(home.path);
    const ofFilm = takes.filter((take) => take.intent.filmId === filmId).map(({ id, state }) => [id, state]);
    return [ofFilm, films.filter((fact) => fact.stream === `film/${filmId}`).map((fact) => fact.id)];
  };
  const killed = (await readFacts(home.path)).films[0]?.stream.slice('film/'.length) ?? '';
  const before = await factsOf(killed);

  const other = await make({ home: home.path, script: lastBowl });

  expect(other.film_id).not.toBe(killed);
  expect(await factsOf(killed)).toEqual(before);
}, 180_000);

test('the NATS store may vanish while the process is down: the film completes, nothing is rendered twice (I8)', async () => {
  const options = { home: home.path, script: lastTrain };
  for (const facts of [12, 40, 30]) {
    await killWhen(options, moreFacts(facts));
    await rm(join(home.path, 'data/nats'), { recursive: true, force: true });
  }

  const made = await make(options);

  await expectWholeFilm(made);
  expectRenderedOnce((await readFacts(home.path)).takes);
}, 180_000);
