import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { foldTakes, ledgerStream } from '@reelmesh/domain';
import type { FilmFact, LedgerFact, TakeFact, TakeRecord } from '@reelmesh/domain';
import { openSqliteFacts } from '@reelmesh/storage';
import { expect } from 'vitest';
import type { MakeReport as Made } from '../../src/film-report.ts';
import { reelmesh, runCli, start } from './processes.ts';
import type { Ended, Started } from './processes.ts';

export const lastTrain = fileURLToPath(new URL('../../examples/last-train.fountain', import.meta.url));
export const lastBowl = fileURLToPath(new URL('../../examples/last-bowl.txt', import.meta.url));

export type { Made };

/** Small pictures: the work around them is the same. */
const form = ['--size', '90x160', '--fps', '12'];

export interface MakeOptions {
  readonly home: string;
  readonly script: string;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

function argsOf({ home, script, flags = [] }: MakeOptions): readonly string[] {
  return [
    'make',
    script,
    '-o',
    join(home, 'film.mp4'),
    '--data',
    join(home, 'data'),
    ...form,
    '--json',
    ...flags,
  ];
}

export function startMake(options: MakeOptions): Started {
  return start(reelmesh, argsOf(options), { ...(options.env !== undefined && { env: options.env }) });
}

export async function tryMake(options: MakeOptions): Promise<Ended> {
  return runCli(argsOf(options), { ...(options.env !== undefined && { env: options.env }) });
}

/** Runs `make` and expects a film. */
export async function make(options: MakeOptions): Promise<Made> {
  const ended = await tryMake(options);
  expect(ended).toMatchObject({ code: 0 });
  return JSON.parse(ended.stdout) as Made;
}

export interface Streams {
  readonly frames: number;
  readonly videoSeconds: number;
  readonly audioSeconds: number;
  readonly subtitles: number;
  /** Names of the top-level boxes in their order. */
  readonly boxes: readonly string[];
}

export async function inspect(path: string): Promise<Streams> {
  const { stdout, stderr } = await promisify(execFile)(
    'ffprobe',
    ['-v', 'trace', '-count_packets', '-show_streams', '-of', 'json', path],
    { maxBuffer: 256 * 1024 * 1024 },
  );
  const { streams } = JSON.parse(stdout) as {
    streams: { codec_type: string; duration: string; nb_read_packets: string }[];
  };
  const of = (type: string) => streams.find((stream) => stream.codec_type === type);
  return {
    frames: Number(of('video')?.nb_read_packets),
    videoSeconds: Number(of('video')?.duration),
    audioSeconds: Number(of('audio')?.duration),
    subtitles: Number(of('subtitle')?.nb_read_packets ?? 0),
    boxes: [...stderr.matchAll(/type:'(\w{4})' parent:'root'/g)].map((match) => match[1] ?? ''),
  };
}

/** What the facts of a data directory say, read while nothing runs. */
export async function readFacts(home: string, data = 'data') {
  const facts = await openSqliteFacts({ path: join(home, data, 'facts.db') });
  try {
    const takes = foldTakes((await facts.readPrefix('take/')) as readonly TakeFact[]);
    const films = (await facts.readPrefix('film/')) as readonly FilmFact[];
    const ledger = new Map<string, readonly LedgerFact[]>();
    for (const filmId of new Set(films.map((fact) => fact.stream.slice('film/'.length)))) {
      ledger.set(filmId, (await facts.read(ledgerStream(filmId))) as readonly LedgerFact[]);
    }
    return { takes, films, ledger };
  } finally {
    await facts.close();
  }
}

/** No shot was rendered twice, and none was begun again after its clip was there (I1, I7). */
export function expectRenderedOnce(takes: readonly TakeRecord[]): void {
  const byShot = Map.groupBy(takes, (take) => `${take.intent.filmId}/${take.intent.shotKey}`);
  for (const [shot, ofShot] of byShot) {
    const settled = ofShot.filter((take) => take.state === 'TAKE_STATE_SETTLED');
    expect([shot, settled.length]).toEqual([shot, 1]);
    expect([shot, ofShot.at(-1)?.state]).toEqual([shot, 'TAKE_STATE_SETTLED']);
  }
}
