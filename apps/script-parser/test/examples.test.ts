import { describe, expect, test } from 'vitest';
import { codesOf, exampleText, parse, shotsOf, totalMs } from './documents.ts';

describe('the English example', () => {
  const document = parse(exampleText('last-train.fountain'));

  test('is read as Fountain in English, with its title page', () => {
    expect(document).toMatchObject({
      title: 'Last Train',
      format: 'SCRIPT_FORMAT_FOUNTAIN',
      language: 'en',
      encoding: 'utf-8',
    });
    expect(document.titlePage.map(({ key }) => key)).toEqual([
      'Title',
      'Credit',
      'Author',
      'Draft date',
      'Copyright',
    ]);
  });

  test('has five scenes in different places, weathers and times, one of them a flashback', () => {
    const outline = document.scenes.map(({ intExt, location, timeOfDay, weather, flashback }) =>
      [intExt, location, timeOfDay, weather, flashback]
        .join(' ')
        .replaceAll(/INT_EXT_|TIME_OF_DAY_|WEATHER_/g, ''),
    );

    expect(outline).toEqual([
      'EXT HARBOUR STATION NIGHT RAIN false',
      'INT TRAIN CARRIAGE NIGHT UNSPECIFIED false',
      'EXT HARBOUR STATION DAY SNOW true',
      'INT TRAIN CARRIAGE NIGHT UNSPECIFIED false',
      'EXT CLIFFTOP HALT DAWN CLEAR false',
    ]);
  });

  test('is 60 to 90 seconds in 14 to 18 shots, and nothing in it is to be mended', () => {
    expect(shotsOf(document).length).toBeGreaterThanOrEqual(14);
    expect(shotsOf(document).length).toBeLessThanOrEqual(18);
    expect(totalMs(document)).toBeGreaterThanOrEqual(60_000);
    expect(totalMs(document)).toBeLessThanOrEqual(90_000);
    expect(codesOf(document)).toEqual([]);
  });

  test('frames and moves its shots as its directives say', () => {
    const directed = shotsOf(document).map(({ size, angle, move }) =>
      [size.slice(10), angle.slice(13), move.slice(12)].join(' '),
    );

    expect(directed).toEqual([
      'ELS EYE_LEVEL STATIC',
      'MS LOW FOLLOW',
      'CU EYE_LEVEL STATIC',
      'LS EYE_LEVEL PAN_RIGHT',
      'MS EYE_LEVEL STATIC',
      'MS EYE_LEVEL STATIC',
      'MCU OVER_SHOULDER STATIC',
      'CU EYE_LEVEL STATIC',
      'MCU EYE_LEVEL STATIC',
      'LS EYE_LEVEL CRANE_DOWN',
      'MLS EYE_LEVEL TILT_UP',
      'MS EYE_LEVEL STATIC',
      'CU EYE_LEVEL PUSH_IN',
      'ELS EYE_LEVEL CRANE_UP',
      'MS LOW STATIC',
      'MS EYE_LEVEL STATIC',
      'MLS EYE_LEVEL PULL_OUT',
    ]);
  });

  test('lays captions over the pictures they stand below', () => {
    const captioned = shotsOf(document).filter(({ onScreenText }) => onScreenText !== '');

    expect(captioned.map(({ onScreenText }) => onScreenText)).toEqual([
      'The coast line. Last night of service.',
      'It left eleven minutes late.',
    ]);
  });

  test('knows who speaks and who is seen', () => {
    const cast = document.characters.map(({ name, speeches, shots }) => ({ name, speeches, shots }));

    expect(cast).toEqual([
      { name: 'MARA', speeches: 3, shots: 5 },
      { name: 'TOMAS', speeches: 4, shots: 3 },
      { name: 'ELIAS', speeches: 0, shots: 1 },
      { name: 'YOUNG TOMAS', speeches: 1, shots: 1 },
    ]);
  });
});

describe('the Chinese example', () => {
  const document = parse(exampleText('last-bowl.txt'));

  test('is read as a Chinese script, with title, synopsis and biographies', () => {
    expect(document).toMatchObject({ title: '最后一碗面', format: 'SCRIPT_FORMAT_CHINESE', language: 'zh' });
    expect(document.titlePage.map(({ key }) => key)).toEqual(['简介']);
    expect(document.characters[0]).toMatchObject({
      name: '陈默',
      description: '32岁，地产公司总经理，话少，心里藏着一条街。',
    });
  });

  test('has four scenes in different weathers and times, one of them a flashback', () => {
    const outline = document.scenes.map(
      ({ number, intExt, location, timeOfDay, weather, flashback, episode }) =>
        [episode, number, intExt, location, timeOfDay, weather, flashback]
          .join(' ')
          .replaceAll(/INT_EXT_|TIME_OF_DAY_|WEATHER_/g, ''),
    );

    expect(outline).toEqual([
      '第一集 1-1 EXT 老街 NIGHT RAIN false',
      '第一集 1-2 INT 面馆 NIGHT UNSPECIFIED false',
      '第一集 1-3 INT 面馆 DUSK SNOW true',
      '第一集 1-4 EXT 老街 DAWN CLEAR false',
    ]);
  });

  test('is 60 to 90 seconds in 14 to 18 shots, and nothing in it is to be mended', () => {
    expect(shotsOf(document).length).toBeGreaterThanOrEqual(14);
    expect(shotsOf(document).length).toBeLessThanOrEqual(18);
    expect(totalMs(document)).toBeGreaterThanOrEqual(60_000);
    expect(totalMs(document)).toBeLessThanOrEqual(90_000);
    expect(codesOf(document)).toEqual([]);
  });

  test('tells voices apart: a telephone is heard and not seen, a thought is seen', () => {
    const speeches = shotsOf(document).flatMap(({ speeches, cast }) =>
      speeches.map(({ speaker, delivery }) => ({
        speaker,
        delivery: delivery.slice(9),
        seen: cast.includes(speaker),
      })),
    );

    expect(speeches).toContainEqual({ speaker: '阿杰', delivery: 'PHONE', seen: false });
    expect(speeches).toContainEqual({ speaker: '陈默', delivery: 'INNER', seen: true });
    expect(speeches).toContainEqual({ speaker: '阿杰', delivery: 'ON_SCREEN', seen: true });
  });

  test('frames and moves its shots as its directives say', () => {
    const directed = shotsOf(document)
      .filter(({ inferred }) => inferred.length < 3)
      .map(({ size, angle, move }) => [size.slice(10), angle.slice(13), move.slice(12)].join(' '));

    expect(directed).toEqual([
      'ELS EYE_LEVEL STATIC',
      'MS EYE_LEVEL FOLLOW',
      'CU EYE_LEVEL PUSH_IN',
      'LS EYE_LEVEL PAN_RIGHT',
      'MS OVER_SHOULDER STATIC',
      'CU EYE_LEVEL STATIC',
      'LS EYE_LEVEL HANDHELD',
      'MCU EYE_LEVEL STATIC',
      'ELS EYE_LEVEL AERIAL',
      'MS EYE_LEVEL FOLLOW',
      'MS LOW STATIC',
      'MS EYE_LEVEL PULL_OUT',
    ]);
  });
});
