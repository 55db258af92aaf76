import type { ShotImage } from '@reelmesh/contracts/shot';
import { EMULATOR_FAL_KEY } from '@reelmesh/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { large, small } from './images.ts';
import { openWorld, spec } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const kept = async (role: ShotImage['role'], bytes = small): Promise<ShotImage> => ({
  blob: await world.blobs.put(bytes, 'image/png'),
  role,
});
const calls = async (operation: string) =>
  (await world.emulator.calls()).filter((call) => call.operation === operation);

describe('a shot with a first frame', () => {
  test('is rendered from it, and the facts hold its hash, not its bytes', async () => {
    const first = await kept('IMAGE_ROLE_FIRST_FRAME');
    await world.start();

    await world.render({ spec: { ...spec, images: [first] } });

    expect(await world.outcome()).toMatchObject({
      $case: 'rendered',
      value: { model: 'gen4.5', costMicros: 360_000 },
    });
    expect((await calls('create')).map(({ path }) => path)).toEqual(['/runway/v1/image_to_video']);
    const facts = JSON.stringify(await world.facts.readPrefix('take/'));
    expect(facts).toContain(first.blob!.sha256);
    expect(facts).not.toContain('base64');
    expect((await world.emulator.ledger()).totals.netMicros).toBe(await world.settled());
  });

  test('whose upload fails is uploaded again and created once: one charge', async () => {
    const first = await kept('IMAGE_ROLE_FIRST_FRAME', large);
    await world.emulator.script({
      match: { provider: 'runway', operation: 'upload' },
      action: { type: 'respond', status: 503, body: {} },
    });
    await world.start();

    await world.render({ spec: { ...spec, images: [first] } });

    expect((await world.outcome()).$case).toBe('rendered');
    expect((await world.takes()).map(({ state }) => state)).toEqual([
      'TAKE_STATE_NOT_SENT',
      'TAKE_STATE_SETTLED',
    ]);
    expect(await world.creates()).toBe(1);
    expect((await world.emulator.ledger()).totals).toMatchObject({ charges: 1 });
    expect((await world.emulator.ledger()).totals.netMicros).toBe(await world.settled());
  });

  test('whose image is gone is refused for its input, free', async () => {
    const first = await kept('IMAGE_ROLE_FIRST_FRAME');
    await world.blobs.delete(first.blob!.sha256);
    await world.start();

    await world.render({ spec: { ...spec, images: [first] } });

    expect(await world.outcome()).toMatchObject({
      $case: 'failed',
      value: { failure: 'FAILURE_CLASS_INVALID_INPUT', costMicros: 0 },
    });
    expect(await world.creates()).toBe(0);
  });

  test('whose create is lost at fal is found by its input, image and all', async () => {
    const images = [await kept('IMAGE_ROLE_FIRST_FRAME'), await kept('IMAGE_ROLE_LAST_FRAME', large)];
    await world.emulator.script({
      match: { provider: 'fal', operation: 'create' },
      action: { type: 'reset_after_accepting' },
    });
    await world.start({ FAL_KEY: EMULATOR_FAL_KEY, RUNWAYML_API_SECRET: undefined });

    await world.render({ strategy: 'resilient', spec: { ...spec, images } });

    expect(await world.outcome()).toMatchObject({ $case: 'rendered', value: { provider: 'fal' } });
    expect((await calls('create')).map(({ path }) => path)).toEqual([
      '/fal-queue/fal-ai/pika/v2.2/pikaframes',
    ]);
    expect((await world.emulator.ledger()).totals.netMicros).toBe(await world.settled());
  });
});
