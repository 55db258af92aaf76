import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmulator, temporaryDirectory } from '@reelmesh/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endAll, processesWith, reelmesh, runCli, start, until } from './support/processes.ts';
import type { Ended } from './support/processes.ts';

const script = `INT. KITCHEN - NIGHT

MARA pours tea and looks at the door.

EXT. STREET - DAWN

Rain. A dog waits under a lamp.
`;

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeEach(async () => {
  server = undefined;
  home = await temporaryDirectory();
  await writeFile(at('film.fountain'), script);
});
afterEach(async () => {
  endAll();
  await until(() => processesWith(home.path).length === 0);
  await home.remove();
});

const at = (name: string): string => join(home.path, name);
/** Once `serve` has started one, else each command starts its own. */
let server: string | undefined;
const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  runCli([...args, '--data', at('data'), ...(server === undefined ? [] : ['--server', server])], { env });

async function serve(env: Readonly<Record<string, string>>): Promise<void> {
  const ports = { REELMESH_ADMIN__PORT: '0', REELMESH_API__PORT: '0', REELMESH_LOG__FORMAT: 'json' };
  const started = start(reelmesh, ['serve', '--target=all', '--data', at('data')], {
    env: { ...env, ...ports },
  });
  server = (JSON.parse(await started.line(/host started/)) as { api: string }).api;
}

async function json<T>(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<T> {
  const { code, stdout, stderr } = await run([...args, '--json'], env);
  expect({ code, stderr }).toMatchObject({ code: 0 });
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
    const [once = 0, edited = 0] = [final?.made_once.plain_usd, final?.with_edits.plain_usd];
    expect(edited).toBeCloseTo(2 * once, 6);
    expect(final?.with_edits.cached_usd).toBeCloseTo(1.5 * once, 6);
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

describe('money that was spent', { timeout: 120_000 }, () => {
  interface Made {
    readonly film_id: string;
    readonly cost_usd: number;
    readonly cost_per_minute_usd: number;
    readonly duration_s: number;
  }
  interface Reconciled {
    readonly explained: boolean;
    readonly days: readonly { readonly unexplained: number }[];
  }

  const make = ['make', 'film.fountain', '-o', 'film.mp4', '--size', '90x160', '--fps', '12'];
  const here = (args: readonly string[]): readonly string[] =>
    args.map((arg) => (arg.startsWith('film.') ? at(arg) : arg));

  test('is the same in the report, the ledger, the FOCUS file and at the provider; what we did not order is found', async () => {
    await using emulator = await startEmulator();
    const env = {
      RUNWAYML_API_SECRET: emulator.apiKey,
      RUNWAYML_BASE_URL: emulator.runwayUrl,
      REELMESH_GATEWAY__POLL_PERCENT: '5',
    };
    await serve(env);

    const made = await json<Made>(here([...make, '--strategy', 'final']));
    const ledger = await json<{ total_usd: number }>(['ledger', '--film', made.film_id]);
    const exported = await run(['ledger', '--focus', at('focus.csv')]);
    const agreed = await json<Reconciled>(['reconcile', 'runway']);
    const { totals } = await emulator.ledger();

    expect(made.cost_usd).toBe(totals.netMicros / 1_000_000);
    expect(made.cost_per_minute_usd).toBeCloseTo(made.cost_usd / (made.duration_s / 60), 5);
    expect(ledger.total_usd).toBe(made.cost_usd);
    expect(exported).toMatchObject({ code: 0, stdout: '', stderr: `${at('focus.csv')}: 2 charges\n` });
    const [, ...rows] = (await readFile(at('focus.csv'), 'utf8')).trimEnd().split('\n');
    expect(rows.reduce((sum, row) => sum + Number(row.split(',')[0]), 0)).toBeCloseTo(made.cost_usd, 6);
    expect(agreed.explained).toBe(true);

    await fetch(`${emulator.runwayUrl}/v1/text_to_video`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${emulator.apiKey}`,
        'content-type': 'application/json',
        'x-runway-version': '2024-11-06',
      },
      body: JSON.stringify({ model: 'gen4.5', promptText: 'by hand', ratio: '1280:720', duration: 5 }),
    });
    const { code, stdout } = await run(['reconcile', 'runway', '--json']);

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ explained: false, days: [{ unexplained: 0.6 }] });
  });

  test('is spent no more once the provider is off; the switch holds for the next process, and says why', async () => {
    await using emulator = await startEmulator();
    const env = { RUNWAYML_API_SECRET: emulator.apiKey, RUNWAYML_BASE_URL: emulator.runwayUrl };

    const off = await run(['providers', 'off', 'runway', '--reason', 'doubtful invoice'], env);
    const explained = await run(
      here(['route', 'explain', 'film.fountain', '--strategy', 'final-or-draft']),
      env,
    );
    const { providers } = await json<{ providers: { name: string }[] }>(['providers', 'list'], env);

    expect(off.stdout).toMatch(/^runway is off since .* UTC, by .+: doubtful invoice\n$/);
    expect(explained.stdout).toMatch(/runway gen4\.5 +\$0\.\d+ +\d:\d\d +switched off/);
    expect(providers.find(({ name }) => name === 'runway')).toMatchObject({
      enabled: false,
      switch_reason: 'doubtful invoice',
    });
    expect((await emulator.ledger()).totals.charges).toBe(0);
  });

  test('that a budget has no room for is not spent: the report says which shots it refused', async () => {
    await using emulator = await startEmulator();
    await mkdir(at('config'));
    await writeFile(at('config/budgets.yaml'), 'budgets:\n  - { tenant: local, per: day, usd: 0.3 }\n');
    const env = {
      RUNWAYML_API_SECRET: emulator.apiKey,
      RUNWAYML_BASE_URL: emulator.runwayUrl,
      REELMESH_GATEWAY__CONFIG_DIR: at('config'),
      REELMESH_GATEWAY__POLL_PERCENT: '5',
    };
    await serve(env);

    const { code, stdout, stderr } = await run(here([...make, '--strategy', 'final', '--json']));
    const { budgets } = await json<{ budgets: object[] }>(['budgets']);

    expect({ code, stderr }).toMatchObject({ code: 1 });
    expect(JSON.parse(stdout)).toMatchObject({
      state: 'failed',
      output: '',
      cost_usd: 0.24,
      refused: [{ reason: expect.stringContaining('budget') as string }],
    });
    expect(stderr).toMatch(/shot [12] was refused by a budget: .*\$0\.30/);
    expect(budgets).toMatchObject([
      { scope: 'tenant_day', subject: 'local', limit_usd: 0.3, charged_usd: 0.24, hard: true },
    ]);
    expect((await emulator.ledger()).totals).toMatchObject({ charges: 1, netMicros: 240_000 });
  });

  test('elsewhere than first intended is told with the reason, in the report, of the takes and of the route', async () => {
    const env = { RUNWAYML_API_SECRET: `key_${'0'.repeat(128)}`, RUNWAYML_BASE_URL: 'http://127.0.0.1:9' };
    await serve(env);

    const made = await json<Made>(here([...make, '--strategy', 'final-or-draft']));
    const takes = await run(['takes', made.film_id]);
    const explained = await run(['route', 'explain', made.film_id, '--shot', '1']);

    expect(made).toMatchObject({
      cost_usd: 0,
      fallbacks: [
        { shot: 1, provider: 'self-hosted', reason: expect.stringMatching(/^runway\/gen4\.5: /) as string },
        { shot: 2, provider: 'self-hosted' },
      ],
    });
    expect(takes.stdout).toMatch(/ fell back: runway\/gen4\.5: /);
    expect(explained.stdout).toMatch(/shot 1, take \d: self-hosted animatic, settled/);
    expect(explained.stdout).toMatch(
      /runway gen4\.5 +\$0\.\d\d +\d:\d\d +(has had its takes|its calls fail)/,
    );
  });

  test('perhaps, for the answer was lost: is at risk until somebody says what became of it', async () => {
    await using emulator = await startEmulator();
    await emulator.script({
      match: { provider: 'runway', operation: 'create' },
      times: 1,
      action: { type: 'reset_after_accepting' },
    });
    const env = {
      RUNWAYML_API_SECRET: emulator.apiKey,
      RUNWAYML_BASE_URL: emulator.runwayUrl,
      REELMESH_GATEWAY__POLL_PERCENT: '5',
    };
    await serve(env);

    const { code, stdout, stderr } = await run(here([...make, '--strategy', 'final', '--json']));
    const [lost] = (JSON.parse(stdout) as { in_doubt: { take_id: string }[] }).in_doubt;
    const takes = await run(['takes', '--unknown']);
    const before = await json<{ totals: object[] }>(['ledger']);
    const reconciled = await json<object>(['reconcile', 'runway']);

    expect({ code, stderr }).toMatchObject({ code: 4 });
    expect(JSON.parse(stdout)).toMatchObject({
      state: 'in doubt',
      output: '',
      cost_usd: 0.24,
      at_risk_usd: 0.24,
    });
    expect(takes.stdout).toContain('1 take in doubt: $0.24 may have been charged');
    expect(before.totals).toMatchObject([{ charged: 0.24, set_aside: 0.24 }]);
    expect(reconciled).toMatchObject({
      explained: true,
      days: [{ provider: 0.48, ledger: 0.24, in_doubt: 0.24 }],
    });

    await run(['takes', 'resolve', lost?.take_id ?? '', 'write-off']);
    const after = await json<{ totals: object[] }>(['ledger']);
    const agreed = await json<object>(['reconcile', 'runway']);

    expect(after.totals).toMatchObject([{ charged: 0.48, set_aside: 0 }]);
    expect(agreed).toMatchObject({ explained: true, days: [{ provider: 0.48, ledger: 0.48, in_doubt: 0 }] });
  });

  test('by a provider that gives no figures cannot be reconciled, which is no difference', async () => {
    const ended = await run(['reconcile', 'zhipu']);

    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('zhipu');
  });
});
