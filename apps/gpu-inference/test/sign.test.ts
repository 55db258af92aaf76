import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signLines } from '../src/animatic/scene/stage.ts';

const widthOf = (text: string) => text.length * 0.5;

describe('a sign', () => {
  test('says the whole name, within its width and height', () => {
    const name = fc.stringMatching(/^[A-Z]{1,12}( [A-Z]{1,12}){0,4}$/);
    fc.assert(
      fc.property(name, (text) => {
        const { lines, size } = signLines(text, 0.2, 0.05, widthOf);

        expect(lines.join(' ')).toBe(text);
        for (const line of lines) expect(widthOf(line) * size).toBeLessThanOrEqual(0.2 + 1e-9);
        expect(lines.length * size).toBeLessThanOrEqual(0.05);
      }),
    );
  });

  test('breaks a long name where that makes its letters larger, and no short one', () => {
    expect(signLines('HARBOUR STATION', 0.1, 0.05, widthOf).lines).toEqual(['HARBOUR', 'STATION']);
    expect(signLines('CAFE', 0.2, 0.05, widthOf).lines).toEqual(['CAFE']);
    expect(signLines('老街面馆', 0.2, 0.05, widthOf).lines).toEqual(['老街面馆']);
  });
});
