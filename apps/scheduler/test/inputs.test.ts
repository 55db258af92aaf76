import { FilmOptions } from '@reelmesh/contracts/film';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const wish = (more: Partial<FilmOptions>): FilmOptions => ({
  ...FilmOptions.create(),
  strategy: 'final',
  width: 64,
  height: 64,
  fps: 24,
  ...more,
});
const image = (letter: string, ...shots: number[]) => ({
  blob: { sha256: letter.repeat(64), sizeBytes: 100, mediaType: 'image/png' },
  role: 'IMAGE_ROLE_FIRST_FRAME' as const,
  shots,
});

describe('a film with inputs of its own', () => {
  test('has each shot rendered from its own images and with the film’s knobs', async () => {
    await world.start();
    const options = wish({ images: [image('a', 2)], motion: 0, guidance: 7.5, negativePrompt: 'text' });

    const { id } = await world.make(['red', 'blue'], { options });
    await world.until(id, 'FILM_STATE_COMPLETED');

    const specs = new Map(world.asked.map(({ spec }) => [spec?.picture?.description, spec]));
    expect(specs.get('red')).toMatchObject({ images: [], motion: 0, guidance: 7.5, negativePrompt: 'text' });
    expect(specs.get('blue')?.images).toMatchObject([{ blob: { sha256: 'a'.repeat(64) } }]);
  });

  test('renders one clip for shots that look alike, and another for the one with an image', async () => {
    await world.start();

    const { id } = await world.make(['red', 'red', 'red'], { options: wish({ images: [image('a', 2)] }) });
    await world.until(id, 'FILM_STATE_COMPLETED');

    expect(world.asked).toHaveLength(2);
  });

  test('is refused when an image is for a shot that it does not have, and costs nothing', async () => {
    await world.start();

    await expect(
      world.make(['red', 'blue'], { options: wish({ images: [image('a', 1, 3)] }) }),
    ).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'OUT_OF_BOUNDS',
      message: 'options.images[0].shots 3: the film has 2 shots',
    });
    expect(world.asked).toEqual([]);
  });

  test('of shots of 120 frames at 30 fps has shots of 4 s, whatever the script says', async () => {
    await world.start();

    const { id } = await world.make(['red'], { options: wish({ fps: 30, shotFrames: 120 }) });
    const film = await world.until(id, 'FILM_STATE_COMPLETED');

    expect(film.shots.map(({ durationMs }) => durationMs)).toEqual([4000]);
    expect(world.asked[0]?.spec).toMatchObject({ seconds: 4, fps: 30 });
    expect((await world.timeline(world.composed[0]!)).shots[0]?.frames).toBe(120);
  });
});
