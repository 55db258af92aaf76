import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@reelmesh/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endAll, processesWith, runCli, until } from './support/processes.ts';
import type { Ended } from './support/processes.ts';

const script = `INT. KITCHEN - NIGHT

MARA pours tea and looks at the door.

EXT. STREET - DAWN

Rain. A dog waits under a lamp.
`;

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeEach(async () => {
  home = await temporaryDirectory();
  await writeFile(at('film.fountain'), script);
});
afterEach(async () => {
  endAll();
  await until(() => processesWith(home.path).length === 0);
  await home.remove();
});

const at = (name: string): string => join(home.path, name);
const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  runCli([...args, '--data', at('data')], { env });

async function json<T>(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<T> {
  const { code, stdout, stderr } = await run([...args, '--json'], env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as T;
}

describe('estimates need no key, render nothing and call nobody', { timeout: 60_000 }, () => {
  interface Revisions {
    readonly plain_usd: number;
    readonly cached_usd: number;
  }
  interface Estimate {
    readonly films: readonly {
      readonly strategy: string;
      readonly made_once: Revisions;
      readonly with_edits: Revisions;
    }[];
  }

  test('of strategies: an edit costs its shots with the cache and the whole film without', async () => {
    const { films } = await json<Estimate>(['cost', 'strategies', at('film.fountain'), '--edited', '50']);

    expect(films.map(({ strategy }) => strategy)).toEqual(['final', 'mixed', 'cheapest']);
    const [final] = films;
    expect(final?.made_once).toMatchObject({ shots: 2, rendered_with_cache: 2 });
    expect(final?.with_edits).toMatchObject({ shots: 4, rendered_with_cache: 3 });
    const { plain_usd = 0, cached_usd = 0 } = final?.with_edits ?? {};
    expect(cached_usd).toBeLessThan(plain_usd);
    expect(cached_usd).toBeGreaterThan(final?.made_once.cached_usd ?? 0);
    expect(await readdir(at('data/blobs'))).not.toEqual([]);
    expect((await run(['films'])).stderr).toContain('no films yet');
  });

  test('of a month: the price of a shot in the report is the one that quote tells', async () => {
    const one = ['--seconds', '5', '--shots', '1', '--retakes', '0', '--cache-hits', '0', '--discount', '0'];

    const report = await json<{ strategies: { strategy: string; video_usd: number }[] }>([
      ...['cost', 'report', ...one, '--strategies', 'final,cheapest'],
    ]);

    expect(report.strategies[0]).toMatchObject({
      strategy: 'final',
      video_usd: 0.6,
      models: ['runway gen4.5'],
    });
    expect(report.strategies[1]?.video_usd).toBeLessThan(0.6);
  });

  test('of shots of 30 s are refused with the rule and the way out', async () => {
    const ended = await run(['cost', 'report', '--seconds', '60', '--shots', '2']);

    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(
      '60 s in 2 shots: a shot must have 1 to 10 s; change --seconds or --shots',
    );
  });
});
