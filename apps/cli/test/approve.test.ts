import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@reelmesh/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { make, readFacts } from './support/made-films.ts';
import type { Made } from './support/made-films.ts';
import { endAll, runCli } from './support/processes.ts';

/** The animatic stands for both stages; it is ranked otherwise in the second, so that its clips have other keys. */
const strategies = `strategies:
  fine: { description: "", candidates: [self-hosted/animatic], rank: price, fallbackOn: [], maxTakes: 2 }
  staged: { description: "", stages: { draft: draft, approved: fine } }
`;
const script = `INT. KITCHEN - NIGHT

MARA pours tea and looks at the door.

EXT. STREET - DAWN

Rain. A dog waits under a lamp.
`;

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let made: Made;
const at = (name: string): string => join(home.path, name);
const env = () => ({ REELMESH_GATEWAY__CONFIG_DIR: at('config') });
const approve = (...args: readonly string[]) =>
  runCli(['approve', made.film_id, ...args, '--data', at('data')], { env: env() });
const takesOfFilm = async () => (await readFacts(home.path)).takes.map(({ intent }) => intent.strategy);

beforeAll(async () => {
  home = await temporaryDirectory();
  await mkdir(at('config'));
  await writeFile(at('config/strategies.yaml'), strategies);
  await writeFile(at('film.fountain'), script);
  made = await make({
    home: home.path,
    script: at('film.fountain'),
    flags: ['--strategy', 'staged'],
    env: env(),
  });
}, 120_000);
afterAll(async () => {
  endAll();
  await home.remove();
});

test(
  'shots that are approved are rendered anew, once each, and the new cut is where it was asked for',
  { timeout: 180_000 },
  async () => {
    const one = await approve('2', '-o', at('cut.mp4'));
    const again = await approve('2');
    const all = await approve('all');

    expect([one.code, again.code, all.code]).toEqual([0, 0, 0]);
    expect(one.stdout).toMatch(/cut\.mp4$/m);
    expect(one.stderr).toContain(`1 shot is a draft: \`reelmesh approve ${made.film_id} all`);
    expect(all.stderr).not.toContain('draft');
    expect((await readFile(at('cut.mp4'))).subarray(4, 8).toString()).toBe('ftyp');
    expect((await takesOfFilm()).toSorted()).toEqual(['draft', 'draft', 'fine', 'fine']);
  },
);

test('a shot that the film has not is bad input', { timeout: 60_000 }, async () => {
  const ended = await approve('3');

  expect(ended).toMatchObject({ code: 2, stderr: 'reelmesh: no shot 3 to approve: the film has 2\n' });
});
