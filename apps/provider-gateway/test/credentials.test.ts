import { EMULATOR_API_KEY, startEmulator } from '@reelmesh/testing';
import type { TestEmulator } from '@reelmesh/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { expectLedgersEqual, openWorld } from './world.ts';
import type { World } from './world.ts';

const NEW_KEY = `key_${'f'.repeat(128)}`;

let world: World;
let elsewhere: TestEmulator;
beforeEach(async () => {
  [world, elsewhere] = await Promise.all([openWorld(), startEmulator()]);
  await world.emulator.configure({ runway: { renderMs: 60_000 } });
});
afterEach(() => Promise.all([world.close(), elsewhere.stop()]));

/** One gateway submits, is stopped in mid-poll, and another starts with other settings. */
async function restartWith(env: Readonly<Record<string, string>>): Promise<void> {
  const first = await world.start();
  await world.render();
  await vi.waitFor(async () => expect((await world.takes())[0]?.state).toBe('TAKE_STATE_ACCEPTED'));
  await first.stop();
  await world.start(env);
}

const polls = async (): Promise<number> =>
  (await world.emulator.calls()).filter(({ operation }) => operation === 'get').length;

async function pollMoreThan(count: number): Promise<void> {
  await vi.waitFor(async () => expect(await polls()).toBeGreaterThan(count), { timeout: 5000 });
}

const finish = (): Promise<void> => world.emulator.advanceClock(60_000);

describe('D7: base URL or key edited in mid-flight', () => {
  test('D7: another base URL and another key: the old take ends where and as whom it was submitted', async () => {
    await restartWith({
      RUNWAYML_BASE_URL: elsewhere.runwayUrl,
      RUNWAYML_API_SECRET: NEW_KEY,
      RUNWAYML_API_SECRET_PREVIOUS: EMULATOR_API_KEY,
    });

    await finish();

    expect((await world.outcome()).$case).toBe('rendered');
    expect(await world.creates()).toBe(1);
    expect(await elsewhere.calls()).toEqual([]);
    await expectLedgersEqual(world);
  });

  test('D7: the old key is not at hand and the new one knows no such task: no verdict, an alert, and it ends when the key is back', async () => {
    await restartWith({ RUNWAYML_API_SECRET: NEW_KEY });
    await finish();
    await pollMoreThan(1);

    const [held] = await world.takes();
    await world.restart({ RUNWAYML_API_SECRET: NEW_KEY, RUNWAYML_API_SECRET_PREVIOUS: EMULATOR_API_KEY });

    expect(held).toMatchObject({ state: 'TAKE_STATE_ACCEPTED', costMicros: 0 });
    expect(world.lines.join('')).toContain('set RUNWAYML_API_SECRET_PREVIOUS to it');
    expect((await world.outcome()).$case).toBe('rendered');
    expect(await world.creates()).toBe(1);
    await expectLedgersEqual(world);
  });

  test('D7: the old key is not at hand and the server is another: no key goes there that was not meant for it', async () => {
    await restartWith({ RUNWAYML_BASE_URL: elsewhere.runwayUrl, RUNWAYML_API_SECRET: NEW_KEY });
    const before = (await world.emulator.calls()).length;
    await vi.waitFor(() => expect(world.lines.join('')).toContain('set RUNWAYML_API_SECRET_PREVIOUS to it'));

    expect(await world.takes()).toMatchObject([{ state: 'TAKE_STATE_ACCEPTED' }]);
    expect((await world.emulator.calls()).length).toBe(before);
    expect(await elsewhere.calls()).toEqual([]);
  });

  test('D7: polls that answer 401 hold what comes after, and are no verdict', async () => {
    await world.emulator.script({
      match: { provider: 'runway', operation: 'get' },
      action: { type: 'refuse', reason: 'auth' },
      times: 4,
    });
    await restartWith({ REELMESH_GATEWAY__HOLD_CHECK_MS: '600000' });
    await pollMoreThan(2);

    await world.render({ shotKey: 'b'.repeat(64) });

    expect(await world.outcome()).toMatchObject({
      $case: 'failed',
      value: { failure: 'FAILURE_CLASS_AUTH' },
    });
    await finish();
    expect((await world.outcome(2)).$case).toBe('rendered');
    expect(await world.creates()).toBe(1);
    await expectLedgersEqual(world);
  });
});
