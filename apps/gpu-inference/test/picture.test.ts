import type { CameraAngle, CameraMove, ShotSize, TimeOfDay, Weather } from '@reelmesh/contracts/script';
import { CameraAngle as Angles, CameraMove as Moves, ShotSize as Sizes, TimeOfDay as Times, Weather as Weathers } from '@reelmesh/contracts/script'; // prettier-ignore
import type { Picture } from '@reelmesh/contracts/shot';
import { describe, expect, test } from 'vitest';
import { exteriorKinds, interiorKinds, type PlaceKind } from '../src/animatic/scene/place-kind.ts';
import { lookOf } from '../src/animatic/people/look.ts';
import { drawFrame } from '../src/animatic/frame.ts';
import { frameCanvas, prepareShot } from '../src/animatic/shot.ts';
import { insertOf } from '../src/animatic/places/insert.ts';
import { pixelsOf, specOf } from './specs.ts';

const known = <T extends string>(values: Readonly<Record<string, T>>): T[] =>
  Object.values(values).filter((value) => value !== 'UNRECOGNIZED' && !value.endsWith('UNSPECIFIED'));

describe('determinism', () => {
  test('the same spec gives the same pixels', () => {
    const spec = specOf({ weather: 'WEATHER_RAIN', move: 'CAMERA_MOVE_HANDHELD' });

    expect(pixelsOf(spec).equals(pixelsOf(spec))).toBe(true);
  });

  test('a frame needs no frame before it', () => {
    const spec = specOf({ weather: 'WEATHER_SNOW', move: 'CAMERA_MOVE_WHIP_PAN' });
    const shot = prepareShot(spec);
    const canvas = frameCanvas(spec);
    for (const index of [0, 1, 2, 3]) drawFrame(canvas, shot, index);

    expect(canvas.data().equals(pixelsOf(spec, 3))).toBe(true);
  });

  test('another seed gives other pixels', () => {
    expect(pixelsOf(specOf()).equals(pixelsOf(specOf({}, { seed: 8 })))).toBe(false);
  });

  test('a still shot is alive: two of its frames differ', () => {
    expect(pixelsOf(specOf(), 1).equals(pixelsOf(specOf(), 9))).toBe(false);
  });
});

describe('every field of the picture is seen', () => {
  const changes: Readonly<{ [K in keyof Picture]: Picture[K] }> = {
    description: 'Mara runs for the train.',
    intExt: 'INT_EXT_INT',
    location: 'PLATFORM 4',
    timeOfDay: 'TIME_OF_DAY_DAY',
    weather: 'WEATHER_RAIN',
    flashback: true,
    cast: ['LEO'],
    size: 'SHOT_SIZE_CU',
    angle: 'CAMERA_ANGLE_LOW',
    move: 'CAMERA_MOVE_PUSH_IN',
    onScreenText: 'Midnight',
    language: 'zh-CN',
  };

  test.each(Object.entries(changes))('%s changes pixels', (field, value) => {
    expect(pixelsOf(specOf({ [field]: value })).equals(pixelsOf(specOf()))).toBe(false);
  });

  test('the order of the people changes pixels', () => {
    const cast = ['MARA', 'LEO'];

    expect(pixelsOf(specOf({ cast })).equals(pixelsOf(specOf({ cast: cast.toReversed() })))).toBe(false);
  });

  test.each([
    ['time of day', known<TimeOfDay>(Times).map((timeOfDay) => ({ timeOfDay }))],
    ['weather', known<Weather>(Weathers).map((weather) => ({ weather }))],
    ['weather behind a window', known<Weather>(Weathers).map((weather) => ({ weather, intExt: 'INT_EXT_INT' as const, location: 'ROOM' }))],
    ['size', known<ShotSize>(Sizes).map((size) => ({ size }))],
    ['angle', known<CameraAngle>(Angles).map((angle) => ({ angle }))],
    ['move', known<CameraMove>(Moves).map((move) => ({ move }))],
  ] as const)('no two values of %s look alike', (_, variants) => {
    // The slate names size, angle and move: only what lies below it is compared.
    const body = (pixels: Buffer) => pixels.subarray(90 * 4 * 40).toString('base64');
    const bodies = variants.map((variant) => body(pixelsOf(specOf(variant), 1)) + body(pixelsOf(specOf(variant), 8)));

    expect(new Set(bodies).size).toBe(variants.length);
  }); // prettier-ignore

  test('somebody looks the same however the name is written, and unlike somebody else', () => {
    expect(lookOf('MARA')).toEqual(lookOf('mara '));
    expect(lookOf('MARA')).not.toEqual(lookOf('LEO'));
  });
});

describe('an insert', () => {
  const insert = { size: 'SHOT_SIZE_CU', cast: [] } as const;

  test.each([
    ['a letter on the table', '桌上一封信'],
    ['her phone lights up', '手机亮了'],
    ['a bowl of noodles', '一碗面'],
    ['the clock strikes', '墙上的时钟'],
    ['the suitcase', '一只旧皮箱'],
    ['the violin case', '琴盒上的名字'],
    ['a lantern', '一盏灯笼'],
    ['an old photo', '一张照片'],
  ])('of "%s" and of "%s" shows the same thing', (english, chinese) => {
    expect(insertOf(english)?.name).toMatch(/./);
    expect(insertOf(chinese)?.name).toBe(insertOf(english)?.name);
  });

  test('is shown only where nobody is in the picture and the shot is close', () => {
    const description = 'a letter';
    const thing = prepareShot(specOf({ ...insert, description }));

    expect(thing.front).toBeDefined();
    expect(prepareShot(specOf({ ...insert, description, cast: ['MARA'] })).front).toBeUndefined();
    expect(prepareShot(specOf({ ...insert, description, size: 'SHOT_SIZE_LS' })).front).toBeUndefined();
    expect(prepareShot(specOf({ ...insert, description: 'nothing that we know' })).front).toBeUndefined();
  });
});

describe('a frame is full', () => {
  const opaque = (variant: Partial<Picture>, form = {}) => {
    const spec = specOf(variant, form);
    const shot = prepareShot(spec);
    const canvas = frameCanvas(spec);
    return [0, 3, 6, 11].every((index) => {
      canvas.getContext('2d').clearRect(0, 0, spec.width, spec.height);
      drawFrame(canvas, shot, index);
      const pixels = canvas.data();
      for (let at = 3; at < pixels.length; at += 4) if (pixels[at] !== 255) return false;
      return true;
    });
  };

  test.each(known<CameraMove>(Moves))('%s shows no edge of the painting', (move) => {
    expect(opaque({ move })).toBe(true);
    expect(opaque({ move, angle: 'CAMERA_ANGLE_DUTCH', size: 'SHOT_SIZE_ELS' })).toBe(true);
    expect(opaque({ move, angle: 'CAMERA_ANGLE_BIRD_EYE' }, { width: 160, height: 90 })).toBe(true);
  });

  test.each([...interiorKinds, ...exteriorKinds])('%s fills the picture, upright and broad', (kind) => {
    const places: Readonly<Record<PlaceKind, string>> = {
      'train-car': 'TRAIN', vehicle: 'TAXI', office: 'OFFICE', hospital: 'HOSPITAL', classroom: 'SCHOOL', restaurant: 'CAFE',
      corridor: 'CORRIDOR', hall: 'TEMPLE', shop: 'SHOP', 'station-hall': 'STATION', room: 'ROOM', platform: 'PLATFORM', halt: 'HALT',
      railway: 'RAILWAY', road: 'HIGHWAY', street: 'STREET', rooftop: 'ROOFTOP', forest: 'FOREST', sea: 'BEACH',
      mountain: 'MOUNTAIN', park: 'PARK', field: 'FIELD', palace: 'PALACE', facade: 'HOTEL',
    }; // prettier-ignore
    const intExt = (interiorKinds as readonly string[]).includes(kind) ? 'INT_EXT_INT' : 'INT_EXT_EXT';

    expect(opaque({ location: places[kind], intExt })).toBe(true);
    expect(opaque({ location: places[kind], intExt, cast: [] }, { width: 160, height: 90 })).toBe(true);
  });
});
