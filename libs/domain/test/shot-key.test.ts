import type { Scene, Shot } from '@reelmesh/contracts/script';
import { describe, expect, test } from 'vitest';
import { pictureOf, renderSpecOf, shotKey } from '../src/index.ts';
import { options, spec } from './sample.ts';

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
  shotKey(renderSpecOf(pictureOf(aScene, aShot, 'en'), aShot.durationMs, options), 'digest');

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
      (ms) => renderSpecOf(spec.picture!, ms, options).seconds,
    );

    expect(seconds).toEqual([1, 1, 2, 10, 10]);
  });
});
