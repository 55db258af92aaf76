import fc from 'fast-check';
import { AppError } from '@reelmesh/domain';
import type { Document, SourceRange } from '@reelmesh/contracts/script';
import { expect, test } from 'vitest';
import { decodeScript } from '../src/decode.ts';
import { parseScript } from '../src/parse.ts';
import { exampleText, shotsOf } from './documents.ts';

const pieces = [
  'INT. KITCHEN - NIGHT',
  'EXT. STREET - DAY (FLASHBACK) #12A#',
  '.FORCED',
  '...no',
  'MARA',
  'MARA (V.O.) ^',
  '@林夏',
  '(softly)',
  'CUT TO:',
  '> Dissolve to:',
  '> ACT ONE <',
  '[[SHOT: CU, LOW, PAN, 6s]]',
  '[[',
  ']]',
  '/*',
  '*/',
  '~la',
  '!INT. no',
  '===',
  '# One',
  '= syn',
  'SUPER: "x"',
  'FLASHBACK:',
  'END FLASHBACK',
  'CLOSE ON the cup. Rain falls.',
  'A very long sentence, with a comma, that goes on and on and never comes to an end until it does.',
  '第一集',
  '1-1 夜 外 老街',
  '场 2—3 ⽇ 内 客厅',
  '人物：甲、乙',
  '△【特写】镜头推近，甲走来。',
  '∆字幕浮现：三年后',
  '甲：（低声）走吧。',
  '乙OS：不。',
  '甲大骂乙：滚！',
  '【闪回】',
  '【闪回结束】',
  '字幕：三年后',
  '【音效：雷】',
  '（一卡）',
  '切至：',
  'Title: X',
  '   more',
  '“你好，”他说。',
  '"Go," said Bob.',
  '\u200b',
  '  ',
  '\t',
  '*b* _u_ \\*',
  '很长的一句话没有标点'.repeat(12),
  '',
  '',
  '\u2028',
  '\u0000',
  '\ud800',
  '😀',
];
const scripts = fc
  .array(
    fc.tuple(
      fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'grapheme', maxLength: 30 })),
      fc.constantFrom('\n', '\n\n', '\r\n', '\r\n\r\n', '\r'),
    ),
  )
  .map((lines) => lines.flat().join(''));

function tryParse(text: string): { document: Document; text: string } | undefined {
  const bytes = new TextEncoder().encode(text);
  try {
    return { document: parseScript(bytes), text: decodeScript(bytes).text };
  } catch (error) {
    if (error instanceof AppError && error.code === 'INVALID_ARGUMENT') return undefined;
    throw error;
  }
}

test('any text is parsed or refused with a reason, and whatever is parsed can be filmed', () => {
  fc.assert(
    fc.property(scripts, (script) => {
      const parsed = tryParse(script);
      fc.pre(parsed !== undefined);
      expect(parsed.document.scenes.length).toBeGreaterThan(0);
      for (const shot of shotsOf(parsed.document)) {
        const last = shot.speeches.at(-1);
        expect(shot.durationMs).toBeGreaterThanOrEqual(1000);
        expect(shot.durationMs).toBeLessThanOrEqual(10_000);
        if (last) expect(last.startMs + last.durationMs).toBeLessThanOrEqual(shot.durationMs);
        expect([...shot.description].length).toBeGreaterThanOrEqual(50);
        expect([...shot.description].length).toBeLessThanOrEqual(100);
      }
      for (const scene of parsed.document.scenes) expect(scene.shots.length).toBeGreaterThan(0);
    }),
    { numRuns: 400 },
  );
});

test('any bytes are parsed or refused with a reason', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      try {
        parseScript(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
        expect((error as AppError).reason).toMatch(/^SCRIPT_/);
      }
    }),
    { numRuns: 300 },
  );
});

test('every range lies in the text, and its line and column lead to its offset', () => {
  fc.assert(
    fc.property(scripts, (script) => {
      const parsed = tryParse(script);
      fc.pre(parsed !== undefined);
      const lines = parsed.text.split(/\r\n|[\n\r\u0085\u2028\u2029]/);
      for (const { start, end } of rangesOf(parsed.document)) {
        expect(start!.offset).toBeLessThanOrEqual(end!.offset);
        expect(end!.offset).toBeLessThanOrEqual(parsed.text.length);
        const rest = parsed.text.slice(start!.offset).split(/\r\n|[\n\r\u0085\u2028\u2029]/)[0]!;
        expect(lines[start!.line - 1]!.slice(start!.column - 1)).toBe(rest);
      }
    }),
    { numRuns: 300 },
  );
});

test('a plain element is in its range word for word', () => {
  const text = exampleText('last-train.fountain').replaceAll('\n', '\r\n');
  const document = parseScript(new TextEncoder().encode(text));
  const said = document.scenes
    .flatMap(({ elements }) => elements)
    .filter(({ kind }) => kind === 'ELEMENT_KIND_DIALOGUE');

  expect(said).toHaveLength(8);
  for (const { text: words, source } of said) {
    expect(text.slice(source!.start!.offset, source!.end!.offset)).toContain(words);
  }
});

test('the same bytes give the same document', () => {
  fc.assert(
    fc.property(scripts, (script) => {
      expect(tryParse(script)).toEqual(tryParse(script));
    }),
    { numRuns: 100 },
  );
});

test('the end of a line may be written in any way', () => {
  const text = exampleText('last-bowl.txt');
  const forms = ['\n', '\r\n', '\r'].map((end) =>
    shotsOf(parseScript(new TextEncoder().encode(text.replaceAll('\n', end)))),
  );

  expect(forms[1]!.map(({ id }) => id)).toEqual(forms[0]!.map(({ id }) => id));
  expect(forms[2]!.map(({ id }) => id)).toEqual(forms[0]!.map(({ id }) => id));
});

function rangesOf(document: Document): SourceRange[] {
  const ranges = [
    ...document.diagnostics.map(({ range }) => range),
    ...document.characters.map(({ firstSeen }) => firstSeen),
    ...document.scenes.flatMap(({ source, elements }) => [
      source,
      ...elements.map((element) => element.source),
    ]),
    ...shotsOf(document).flatMap(({ sources, speeches }) => [
      ...sources,
      ...speeches.map(({ source }) => source),
    ]),
  ];
  return ranges.filter((range) => range !== undefined);
}
