import type { Scene, Shot } from '@reelmesh/contracts/script';
import type { ImageRole } from '@reelmesh/contracts/shot';
import { describe, expect, test } from 'vitest';
import { digestOf, durationOf, pictureOf, renderSpecOf, shotKey } from '../src/index.ts';
import { imageRef, options, spec } from './sample.ts';

const shot: Shot = {
  id: 'a1',
  size: 'SHOT_SIZE_MS',
  angle: 'CAMERA_ANGLE_EYE_LEVEL',
  move: 'CAMERA_MOVE_STATIC',
  description: 'Mara lifts a red umbrella.',
  cast: ['MARA'],
  speeches: [],
  onScreenText: '',
  durationMs: 3200,
  sources: [],
  inferred: [],
  transitionIn: 'TRANSITION_KIND_CUT',
};
const scene: Scene = {
  id: 'b1',
  number: '3',
  heading: 'INT. STATION HALL - NIGHT',
  intExt: 'INT_EXT_INT',
  location: 'STATION HALL',
  timeOfDay: 'TIME_OF_DAY_NIGHT',
  weather: 'WEATHER_RAIN',
  flashback: false,
  elements: [],
  shots: [shot],
  source: undefined,
  inferred: [],
  episode: '',
};
const keyOf = (aScene: Scene, aShot: Shot): string =>
  shotKey(renderSpecOf(pictureOf(aScene, aShot, 'en'), aShot.durationMs, options, 1), 'digest');

describe('a shot key', () => {
  const key = shotKey(spec, 'digest');

  test.each(
    Object.entries({
      description: 'x',
      intExt: 'INT_EXT_EXT',
      location: 'x',
      timeOfDay: 'TIME_OF_DAY_DAY',
      weather: 'WEATHER_SNOW',
      flashback: true,
      cast: ['LEO'],
      size: 'SHOT_SIZE_CU',
      angle: 'CAMERA_ANGLE_LOW',
      move: 'CAMERA_MOVE_PAN_LEFT',
      onScreenText: 'x',
      language: 'zh',
    }),
  )('changes with the picture’s %s (I6)', (field, value) => {
    expect(shotKey({ ...spec, picture: { ...spec.picture!, [field]: value } }, 'digest')).not.toBe(key);
  });

  test.each(Object.entries({ width: 720, height: 1280, fps: 30, seconds: 5, seed: 8 }))(
    'changes with %s (I6)',
    (field, value) => {
      expect(shotKey({ ...spec, [field]: value }, 'digest')).not.toBe(key);
    },
  );

  const first = { blob: imageRef('a'), role: 'IMAGE_ROLE_FIRST_FRAME' } as const;

  test.each(Object.entries({ motion: 200, guidance: 7.5, negativePrompt: 'no text', images: [first] }))(
    'changes with %s (I6)',
    (field, value) => {
      expect(shotKey({ ...spec, [field]: value }, 'digest')).not.toBe(key);
    },
  );

  test('is told 0 motion from no word about motion', () => {
    expect(shotKey({ ...spec, motion: 0 }, 'digest')).not.toBe(key);
  });

  test('changes with the bytes of an image and with what it is for, not with how it was described (I6)', () => {
    const withFirst = shotKey({ ...spec, images: [first] }, 'digest');
    const keyOfImage = (image: Partial<typeof first> | object): string =>
      shotKey({ ...spec, images: [{ ...first, ...image }] }, 'digest');

    expect(keyOfImage({ blob: imageRef('b') })).not.toBe(withFirst);
    expect(keyOfImage({ role: 'IMAGE_ROLE_LAST_FRAME' })).not.toBe(withFirst);
    expect(keyOfImage({ blob: { ...imageRef('a'), mediaType: 'image/webp', sizeBytes: 9 } })).toBe(withFirst);
  });

  test('does not change by what is left open', () => {
    const { negativePrompt: _words, images: _images, ...old } = spec;

    expect(key).toBe(digestOf({ version: 1, spec: old, strategyDigest: 'digest' }));
  });

  test('changes with what the strategy may do', () => {
    expect(shotKey(spec, 'other')).not.toBe(key);
  });

  test('covers every field that a picture has', () => {
    expect(Object.keys(pictureOf(scene, shot, 'en')).sort()).toEqual(Object.keys(spec.picture!).sort());
  });

  test('stays when the shot moves: ids, scene numbers and source places are not in it (I7)', () => {
    const moved = { ...scene, id: 'z9', number: '7', heading: 'x', shots: [] };

    expect(
      keyOf(moved, { ...shot, id: 'z8', inferred: ['size'], transitionIn: 'TRANSITION_KIND_WIPE' }),
    ).toBe(keyOf(scene, shot));
  });

  test('stays when a dialogue edit keeps the shot within the same whole second', () => {
    const speech = {
      speaker: 'MARA',
      text: 'Last train.',
      delivery: 'DELIVERY_ON_SCREEN',
      startMs: 0,
      durationMs: 900,
      source: undefined,
    } as const;

    expect(keyOf(scene, { ...shot, durationMs: 3900, speeches: [speech] })).toBe(keyOf(scene, shot));
  });

  test('asks for whole seconds, at least one and at most ten', () => {
    const seconds = [1, 1000, 1001, 9500, 25_000].map(
      (ms) => renderSpecOf(spec.picture!, ms, options, 1).seconds,
    );

    expect(seconds).toEqual([1, 1, 2, 10, 10]);
  });
});

describe('a film with images', () => {
  const image = (letter: string, role: ImageRole, ...shots: number[]) => ({
    blob: imageRef(letter),
    role,
    shots,
  });
  const withImages = {
    ...options,
    images: [
      image('a', 'IMAGE_ROLE_REFERENCE'),
      image('b', 'IMAGE_ROLE_LAST_FRAME', 2),
      image('c', 'IMAGE_ROLE_FIRST_FRAME', 2, 3),
    ],
  };
  const rolesOf = (number: number) =>
    renderSpecOf(spec.picture!, 3000, withImages, number).images.map(({ blob, role }) => [
      blob?.sha256[0],
      role,
    ]);

  test('gives each shot its own, counted from 1, and all shots what is for all', () => {
    expect(rolesOf(1)).toEqual([['a', 'IMAGE_ROLE_REFERENCE']]);
    expect(rolesOf(2)).toEqual([
      ['c', 'IMAGE_ROLE_FIRST_FRAME'],
      ['b', 'IMAGE_ROLE_LAST_FRAME'],
      ['a', 'IMAGE_ROLE_REFERENCE'],
    ]);
  });

  test('keeps the key of a shot whatever order its frames were given in (I6)', () => {
    const turned = { ...withImages, images: withImages.images.toReversed() };
    const keys = [withImages, turned].map((film) =>
      shotKey(renderSpecOf(spec.picture!, 3000, film, 2), 'digest'),
    );

    expect(keys[0]).toBe(keys[1]);
  });
});

test('a length in frames stands in for the script’s own, to the millisecond', () => {
  expect(durationOf(shot, options)).toBe(3200);
  expect(durationOf(shot, { ...options, fps: 30, shotFrames: 120 })).toBe(4000);
  expect(durationOf(shot, { ...options, fps: 24, shotFrames: 100 })).toBe(4167);
});
