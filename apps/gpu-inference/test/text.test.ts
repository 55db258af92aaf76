import { readFile } from 'node:fs/promises';
import { createCanvas } from '@napi-rs/canvas';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { fontFamily, loadFont, missing, printable } from '../src/animatic/text/glyphs.ts';
import { breakLines } from '../src/animatic/text/lines.ts';
import { labelWords } from '../src/animatic/text/words.ts';
import { picture, pixelsOf, specOf } from './specs.ts';

/** The 3755 most used characters: rows 16 to 55 of GB 2312. */
function gb2312Level1(): string {
  const bytes: number[] = [];
  for (let row = 0xb0; row <= 0xd7; row++) {
    for (let cell = 0xa1; cell <= (row === 0xd7 ? 0xf9 : 0xfe); cell++) bytes.push(row, cell);
  }
  return new TextDecoder('gb2312').decode(new Uint8Array(bytes));
}

describe('font', () => {
  beforeAll(loadFont);

  const ink = (glyph: string): string => {
    const canvas = createCanvas(28, 28);
    const g = canvas.getContext('2d');
    g.font = `20px "${fontFamily}"`;
    g.fillText(glyph, 3, 22);
    return canvas.data().toString('base64');
  };

  test('every character of GB 2312 level 1 is drawn, each as itself', () => {
    const characters = Array.from(gb2312Level1());
    const drawn = new Set(characters.map(ink));

    expect(characters).toHaveLength(3755);
    expect(drawn.size).toBe(3755);
    expect(drawn.has(ink(' '))).toBe(false);
    expect(printable(characters.join(''))).toBe(characters.join(''));
  });

  test.each(['last-train.fountain', 'last-bowl.txt'])(
    'every character of the example %s can be printed',
    async (name) => {
      const script = await readFile(new URL(`../../cli/examples/${name}`, import.meta.url), 'utf8');

      expect(printable(script)).not.toContain(missing);
    },
  );

  test('a character that the font lacks shows as a box instead of vanishing', () => {
    expect(printable('末𠮷班')).toBe('末□班');
    expect(ink(missing)).not.toBe(ink(' '));
    expect(
      pixelsOf(specOf({ onScreenText: '末𠮷班' })).equals(pixelsOf(specOf({ onScreenText: '末班' }))),
    ).toBe(false);
  });

  test('white space of any kind is one space, and nothing is never a box', () => {
    expect(printable('a\n\t b\u3000c')).toBe('a b c');
    expect(printable('')).toBe('');
  });
});

describe('lines', () => {
  const widthOf = (line: string) => Array.from(line).length;

  test('words of Latin script stay whole and Chinese breaks anywhere', () => {
    expect(breakLines('the last train leaves', 10, 5, widthOf)).toEqual(['the last', 'train', 'leaves']);
    expect(breakLines('三年后的上海', 4, 5, widthOf)).toEqual(['三年后的', '上海']);
  });

  test('a stop never starts a line', () => {
    expect(breakLines('三年之后，上海。', 4, 5, widthOf)).toEqual(['三年之后，', '上海。']);
  });

  test('what does not fit shows as an ellipsis', () => {
    expect(breakLines('一二三四五六', 2, 2, widthOf)).toEqual(['一二', '三四…']);
  });

  test('no character is lost while there is room', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        (text, most) => {
          const bare = (value: string) => value.replace(/\s/gu, '');

          expect(bare(breakLines(text, most, 1000, widthOf).join(''))).toBe(bare(text));
        },
      ),
    );
  });
});

describe('slate', () => {
  test('says size, angle, move and place in the language of the script', () => {
    const shot = {
      ...picture,
      size: 'SHOT_SIZE_MCU',
      angle: 'CAMERA_ANGLE_LOW',
      move: 'CAMERA_MOVE_PUSH_IN',
    } as const;

    expect(labelWords({ ...shot, location: 'Dining car' })).toEqual({
      camera: 'MCU · LOW · PUSH IN',
      place: 'DINING CAR',
    });
    expect(labelWords({ ...shot, location: '餐车', language: 'zh-CN' })).toEqual({
      camera: '近景 · 仰拍 · 推',
      place: '餐车',
    });
  });

  test('leaves out what the script leaves open', () => {
    const open = {
      ...picture,
      size: 'SHOT_SIZE_UNSPECIFIED',
      angle: 'CAMERA_ANGLE_UNSPECIFIED',
      location: '',
    } as const;

    expect(labelWords({ ...open, move: 'CAMERA_MOVE_UNSPECIFIED' })).toEqual({ camera: '', place: '' });
  });
});
