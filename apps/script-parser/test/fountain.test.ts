import { describe, expect, test } from 'vitest';
import { codesOf, parse, shotsOf } from './documents.ts';

const HEADING = 'INT. ROOM - DAY\n\n';

function elements(text: string): string[] {
  return parse(text).scenes.flatMap((scene) =>
    scene.elements.map(
      ({ kind, text: words }) => `${kind.replace('ELEMENT_KIND_', '').toLowerCase()}: ${words}`,
    ),
  );
}

describe('scene headings', () => {
  test.each([
    ['INT. KITCHEN - NIGHT', 'INT', 'KITCHEN', 'NIGHT', ''],
    ['ext. street - late afternoon', 'EXT', 'street', 'DAY', ''],
    ['INT./EXT. CAR - MIDNIGHT', 'BOTH', 'CAR', 'NIGHT', ''],
    ['I/E PORCH - MAGIC HOUR', 'BOTH', 'PORCH', 'DUSK', ''],
    ['EST. DRIVE-IN - ROW 3 - DAWN #12A#', 'EXT', 'DRIVE-IN - ROW 3', 'DAWN', '12A'],
    ['.森林 - 夜', 'UNSPECIFIED', '森林', 'NIGHT', ''],
    ['INT. 面馆 - 黄昏', 'INT', '面馆', 'DUSK', ''],
    ['INT. HALL [[draft]] - DAY', 'INT', 'HALL', 'DAY', ''],
    ['INT. HALL - CONTINUOUS', 'INT', 'HALL', 'UNSPECIFIED', ''],
  ])('%s', (line, side, location, time, number) => {
    const [scene] = parse(`${line}\n\nSomebody walks by here.\n`).scenes;

    expect(scene).toMatchObject({
      intExt: `INT_EXT_${side}`,
      location,
      timeOfDay: `TIME_OF_DAY_${time}`,
      number,
    });
  });

  test.each([
    ['a heading that ! cancels', '!INT. ROOM - DAY'],
    ['an ellipsis', '...and so it goes.'],
    ['prose that begins with a period', '.45 calibre rounds rain\non the table.'],
    ['a heading inside dialogue', 'BOB\nINT. ROOM - DAY'],
    ['a word that only starts like a heading', 'INTERIOR designers wait.'],
  ])('%s opens no scene', (_, text) => {
    expect(parse(`${HEADING}He waits.\n\n${text}\n`).scenes).toHaveLength(1);
  });

  test('a heading without a blank line after it is a scene, with a warning that says where', () => {
    const document = parse(`${HEADING}He waits.\n\nEXT. YARD - DAY\nShe waits.\n`);

    expect(document.scenes).toHaveLength(2);
    expect(document.diagnostics[0]).toMatchObject({
      code: 'SCENE_NO_BLANK_AFTER',
      severity: 'SEVERITY_WARNING',
      range: { start: { line: 5, column: 1 } },
    });
  });

  test('what a heading does not state is named as inferred and reported', () => {
    const document = parse('.THE VOID\n\nNothing moves at midnight.\n');

    expect(document.scenes[0]).toMatchObject({
      inferred: ['time_of_day', 'int_ext'],
      timeOfDay: 'TIME_OF_DAY_NIGHT',
    });
    expect(codesOf(document)).toEqual(['SCENE_MISSING_TIME', 'SCENE_MISSING_INT_EXT']);
  });

  test('sections and synopses may stand directly above a heading', () => {
    expect(parse(`# Act\n## Sequence\n= It begins.\n${HEADING}He waits.\n`).scenes).toHaveLength(1);
  });

  test('blank lines may hold tabs', () => {
    expect(parse('INT. A - DAY\n\t\nHe waits.\n\t\t\nINT. B - DAY\n \t\nShe waits.\n').scenes).toHaveLength(
      2,
    );
  });
});

describe('title page', () => {
  test('keys outside the known list and indented values are kept', () => {
    const document = parse(`Title:\n    _**BIG**_\n    **FISH**\nRatio: 9:16\n\n${HEADING}He waits.\n`);

    expect(document.title).toBe('BIG\nFISH');
    expect(document.titlePage).toContainEqual({ key: 'Ratio', value: '9:16' });
  });

  test('a script that opens with FADE IN: has none', () => {
    const document = parse(`FADE IN:\n\n${HEADING}He waits.\n`);

    expect(document.titlePage).toEqual([]);
    expect(shotsOf(document)[0]!.transitionIn).toBe('TRANSITION_KIND_FADE_IN');
  });
});

describe('dialogue', () => {
  test.each([
    ['MARY (V.O.)', 'MARY', 'VOICE_OVER'],
    ["MARY (O.S.) (CONT'D)", 'MARY', 'OFF_SCREEN'],
    ['MARY (on the phone)', 'MARY', 'PHONE'],
    ['@McAVOY', 'McAVOY', 'ON_SCREEN'],
    ['@林夏', '林夏', 'ON_SCREEN'],
    ['R2D2', 'R2D2', 'ON_SCREEN'],
    ['ÉLODIE', 'ÉLODIE', 'ON_SCREEN'],
    ['ИВАН', 'ИВАН', 'ON_SCREEN'],
    ['  MARY ^', 'MARY', 'ON_SCREEN'],
    ['NARRATOR', 'NARRATOR', 'NARRATION'],
  ])('%s is a cue', (cue, speaker, delivery) => {
    const speeches = shotsOf(parse(`${HEADING}He waits.\n\n${cue}\nHello there.\n`)).flatMap(
      (shot) => shot.speeches,
    );

    expect(speeches).toMatchObject([{ speaker, delivery: `DELIVERY_${delivery}`, text: 'Hello there.' }]);
  });

  test('a number alone is no cue', () => {
    expect(elements(`${HEADING}23\nis the number.\n`)).toEqual(['action: 23\nis the number.']);
  });

  test('a line of two spaces goes on with the speech', () => {
    expect(elements(`${HEADING}BOB\nOne.\n  \nTwo.\n\nHe waits.\n`)).toEqual([
      'dialogue: One.\nTwo.',
      'action: He waits.',
    ]);
  });

  test('parentheticals and lyrics keep their speaker and their order', () => {
    expect(elements(`${HEADING}BOB\n(softly)\nOne.\n(loud)\nTwo.\n~La la\n`)).toEqual([
      'parenthetical: softly',
      'dialogue: One.',
      'parenthetical: loud',
      'dialogue: Two.',
      'lyric: La la',
    ]);
  });

  test('a change of speaker is a change of shot; more words of the same one are not', () => {
    const text = `${HEADING}ANN\nYes.\n\nBOB\nNo.\n\nBOB\nNever.\n`;

    expect(
      shotsOf(parse(text)).map(({ cast, speeches }) => [cast, speeches.map((speech) => speech.text)]),
    ).toEqual([
      [['ANN'], ['Yes.']],
      [['BOB'], ['No.', 'Never.']],
    ]);
  });

  test('a long speech goes on in further shots, whole and in order', () => {
    const words = Array.from(
      { length: 12 },
      (_, index) => `This is sentence number ${index} of a very long speech.`,
    );
    const document = parse(`${HEADING}BOB\n${words.join(' ')}\n`);

    expect(shotsOf(document).length).toBeGreaterThan(3);
    expect(
      shotsOf(document)
        .flatMap((shot) => shot.speeches.map(({ text }) => text))
        .join(' '),
    ).toBe(words.join(' '));
    expect(codesOf(document)).toContain('SPEECH_TOO_LONG');
  });
});

describe('transitions', () => {
  test.each([
    ['CUT TO:', 'transition: CUT TO:'],
    ['> Burn to white.', 'transition: Burn to white.'],
    ['He says where to:', 'action: He says where to:'],
    ['CUT TO: ', 'action: CUT TO:'],
    ['CUT TO:\nHim.', 'dialogue: Him.'],
  ])('%j', (text, element) => {
    expect(elements(`${HEADING}He waits.\n\n${text}\n\nHe goes.\n`)).toContain(element);
  });

  test('leads into the scene that follows it', () => {
    const document = parse(`${HEADING}He waits.\n\nDISSOLVE TO:\n\nEXT. SEA - DAY\n\nWaves roll in.\n`);

    expect(shotsOf(document).map(({ transitionIn }) => transitionIn)).toEqual([
      'TRANSITION_KIND_CUT',
      'TRANSITION_KIND_DISSOLVE',
    ]);
  });
});

describe('notes and boneyards', () => {
  test('are not shown; a note is kept as one', () => {
    expect(elements(`${HEADING}He [[fix this]] waits. /* and\n\nwaits */\n`)).toEqual([
      'note: fix this',
      'action: He  waits.',
    ]);
  });

  test('a boneyard that is never closed swallows nothing and is reported', () => {
    const document = parse(`${HEADING}He waits. /* cut\n\nEXT. SEA - DAY\n\nWaves.\n`);

    expect(document.scenes).toHaveLength(2);
    expect(document.diagnostics).toMatchObject([
      { code: 'BONEYARD_UNCLOSED', range: { start: { line: 3, column: 11 } } },
    ]);
  });

  test('a note that is not closed before a blank line is text and is reported', () => {
    const document = parse(`${HEADING}He [[waits.\n\nShe goes.]]\n`);

    expect(codesOf(document)).toEqual(['NOTE_UNCLOSED']);
    expect(shotsOf(document)).toHaveLength(2);
  });

  test('a SHOT note directs the shot that follows it', () => {
    const [, shot] = shotsOf(
      parse(`${HEADING}He waits.\n\n[[SHOT: MCU, LOW, DOLLY_IN, 6s]]\n\nHe looks up.\n`),
    );

    expect(shot).toMatchObject({
      size: 'SHOT_SIZE_MCU',
      angle: 'CAMERA_ANGLE_LOW',
      move: 'CAMERA_MOVE_PUSH_IN',
      durationMs: 6000,
      inferred: [],
    });
  });
});

describe('flashbacks', () => {
  test('one between two marks is a scene of its own in the same place', () => {
    const document = parse(
      `${HEADING}He waits.\n\nFLASHBACK:\n\nHe is a boy.\n\nEND FLASHBACK\n\nHe waits on.\n`,
    );

    expect(document.scenes.map(({ location, flashback }) => [location, flashback])).toEqual([
      ['ROOM', false],
      ['ROOM', true],
      ['ROOM', false],
    ]);
  });

  test('one that is never closed ends with its scene and is reported', () => {
    const document = parse(`FLASHBACK:\n\n${HEADING}He is a boy.\n\nEXT. SEA - DAY\n\nHe is old.\n`);

    expect(document.scenes.map(({ flashback }) => flashback)).toEqual([true, false]);
    expect(codesOf(document)).toEqual(['FLASHBACK_UNCLOSED']);
  });
});

test('only people enter: a thing in capitals is none, nor is a sentence in capitals a speaker', () => {
  const text = `${HEADING}A RIVER. MARA, thirty, stands by an OLD MAN, asleep. A BANG!\n\nTHE LOG ON THE FIRE CRACKS LOUDLY.\nSparks.\n`;

  expect(parse(text).characters.map(({ name }) => name)).toEqual(['MARA', 'OLD MAN']);
});

test('a caret with no speech before it is harmless', () => {
  expect(shotsOf(parse(`${HEADING}BOB ^\nHello.\n`))).toHaveLength(1);
});

test('action before the first heading is a scene without a place, with a warning', () => {
  const document = parse(`A man walks in.\n\n${HEADING}He waits.\n`);

  expect(document.scenes).toHaveLength(2);
  expect(codesOf(document)).toEqual(['SCENE_MISSING_HEADING']);
});

test('a heading with nothing below it is one picture of its place', () => {
  expect(shotsOf(parse('EXT. SEA - DAWN\n'))).toMatchObject([
    { size: 'SHOT_SIZE_ELS', durationMs: 3000, cast: [] },
  ]);
});
