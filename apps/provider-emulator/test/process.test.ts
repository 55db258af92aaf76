import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { spawnGuarded } from '@reelmesh/service';
import { startEmulator } from '@reelmesh/testing';
import { runwayClient } from './runway-client.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

async function runMain(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
) {
  const child = spawnGuarded(process.execPath, [MAIN, ...args], { env });
  const closed = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await closed;
  return { code: child.exitCode, stdout, stderr };
}

describe('the program', () => {
  test('prints one JSON line when ready and exits 0 on each signal', async () => {
    const child = spawnGuarded(process.execPath, [MAIN, '--port', '0']);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const closed = once(child, 'close');

    child.kill('SIGINT');
    await closed;

    expect(JSON.parse(line.toString())).toMatchObject({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string,
      adminUrl: expect.stringMatching(/\/admin$/) as string,
      runwayUrl: expect.stringMatching(/\/runway$/) as string,
      falUrl: expect.stringMatching(/\/fal-queue$/) as string,
      sglangUrl: expect.stringMatching(/\/sglang$/) as string,
    });
    expect(child.exitCode).toBe(0);
  });

  test('stops at once on SIGTERM, even in the middle of a delayed answer', async () => {
    const emulator = await startEmulator();
    await emulator.script({
      match: { provider: 'runway', operation: 'create' },
      action: { type: 'delay', ms: 3_600_000 },
    });
    const hanging = expect(runwayClient(emulator).create()).rejects.toThrow();
    await expect.poll(() => emulator.tasks()).toHaveLength(1);

    expect(await emulator.stop()).toBe(0);
    await hanging;
  });

  test('takes latency, concurrency, quota and credits from the command line', async () => {
    const child = spawnGuarded(process.execPath, [
      ...[MAIN, '--port', '0', '--latency-ms', '100', '--concurrency', '7'],
      ...['--daily-quota', '8', '--credits', '9'],
    ]);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { adminUrl } = JSON.parse(line.toString()) as { adminUrl: string };

    const config: unknown = await (await fetch(`${adminUrl}/config`)).json();
    child.kill('SIGTERM');
    await once(child, 'close');

    expect(config).toMatchObject({
      runway: { queueMs: 20, renderMs: 80, concurrency: 7, dailyQuota: 8, credits: 9 },
      fal: { queueMs: 20, renderMs: 80, concurrency: 2 },
    });
  });

  test('explains itself with --help', async () => {
    const { code, stdout } = await runMain(['--help']);

    expect(code).toBe(0);
    expect(stdout).toContain('usage: node apps/provider-emulator/src/main.ts');
  });

  test.each([
    [['--port', 'x'], '--port x: must be a whole number from 0 to 65535'],
    [['--credits', '-1'], '--credits'],
    [['--speed', '9'], "Unknown option '--speed'"],
  ])('refuses %j with exit code 1', async (args, message) => {
    const { code, stdout, stderr } = await runMain(args);

    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
  });

  test('says that the port is taken', async () => {
    await using emulator = await startEmulator();

    const { code, stderr } = await runMain(['--port', new URL(emulator.runwayUrl).port]);

    expect(code).toBe(1);
    expect(stderr).toContain('is taken');
  });

  test('says how to get ffmpeg when there is none', async () => {
    const { code, stderr } = await runMain(['--port', '0'], { PATH: '/nowhere' });

    expect(code).toBe(1);
    expect(stderr).toContain('apt-get install ffmpeg');
  });
});

test('a bad configuration stops startEmulator, and leaves no process', async () => {
  await expect(startEmulator({ config: { runway: { renderMs: -1 } } })).rejects.toThrow('runway.renderMs');
});
