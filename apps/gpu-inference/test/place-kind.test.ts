import { describe, expect, test } from 'vitest';
import { placeOf } from '../src/animatic/scene/place-kind.ts';
import { picture } from './specs.ts';

describe('place', () => {
  test.each([
    ['INT_EXT_INT', 'DINING CAR', 'train-car'],
    ['INT_EXT_EXT', 'PLATFORM 9', 'platform'],
    ['INT_EXT_EXT', 'CLIFFTOP HALT', 'halt'],
    ['INT_EXT_EXT', '山间小站', 'halt'],
    ['INT_EXT_INT', '火车站候车厅', 'station-hall'],
    ['INT_EXT_INT', '公寓 - 客厅', 'room'],
    ['INT_EXT_EXT', '公寓楼下', 'facade'],
    ['INT_EXT_EXT', '老街巷口', 'street'],
    ['INT_EXT_INT', '医院病房', 'hospital'],
    ['INT_EXT_EXT', '医院', 'facade'],
    ['INT_EXT_INT', '总裁办公室', 'office'],
    ['INT_EXT_EXT', '天台', 'rooftop'],
    ['INT_EXT_EXT', 'PINE FOREST', 'forest'],
    ['INT_EXT_EXT', '海边', 'sea'],
    ['INT_EXT_EXT', 'MOUNTAIN RIDGE', 'mountain'],
    ['INT_EXT_INT', '面馆', 'restaurant'],
    ['INT_EXT_INT', 'HALLWAY', 'corridor'],
    ['INT_EXT_INT', '出租车里', 'vehicle'],
    ['INT_EXT_INT', 'CLASSROOM 3B', 'classroom'],
    ['INT_EXT_INT', '太和殿', 'hall'],
    ['INT_EXT_INT', 'NOWHERE IN PARTICULAR', 'room'],
    ['INT_EXT_EXT', 'NOWHERE IN PARTICULAR', 'street'],
    ['INT_EXT_UNSPECIFIED', 'CAFÉ', 'restaurant'],
    ['INT_EXT_UNSPECIFIED', 'BEACH', 'sea'],
    ['INT_EXT_BOTH', 'CAR', 'vehicle'],
  ] as const)('%s %s is a %s', (intExt, location, kind) => {
    expect(placeOf({ ...picture, intExt, location }).kind).toBe(kind);
  });

  test('a train stands at a halt only where the words name one, near where somebody is', () => {
    const location = 'CLIFFTOP HALT';
    const trainOf = (description: string, cast: string[]) =>
      placeOf({ ...picture, location, description, cast }).train;

    expect(trainOf('A bare halt above the sea.', [])).toBe('none');
    expect(trainOf('Tomas leans from the train.', ['TOMAS'])).toBe('near');
    expect(trainOf('The little train shrinks to a spark.', [])).toBe('far');
    expect(placeOf({ ...picture, location }).vista).toBe('sea');
  });

  test('the description speaks where the location is silent, and only there', () => {
    const description = 'They walk along the beach.';

    expect(placeOf({ ...picture, location: '', description }).kind).toBe('sea');
    expect(placeOf({ ...picture, location: 'OFFICE', intExt: 'INT_EXT_INT', description }).kind).toBe(
      'office',
    );
  });
});
