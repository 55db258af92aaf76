import { expect, test } from 'vitest';
import { parseScript } from '../src/parse.ts';
import { codesOf, exampleText, shotsOf } from './documents.ts';

const text = exampleText('last-bowl.txt');
const utf8 = new TextEncoder().encode(text);
const shots = shotsOf(parseScript(utf8)).map(({ id }) => id);

/** 第一场 外景 老街 夜 / △陈默走来，停在门口。 in GB18030. */
const GB18030 = Buffer.from(
  'b5dad2bbb3a120cde2beb020c0cfbdd620d2b90aa1f7b3c2c4acd7dfc0b4a3accda3d4dac3c5bfdaa1a3',
  'hex',
);

test.each([
  ['UTF-8 with a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), utf8]), 'utf-8', []],
  [
    'UTF-16LE with a mark',
    Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]),
    'utf-16le',
    [],
  ],
  [
    'UTF-16BE with a mark',
    Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(text, 'utf16le').swap16()]),
    'utf-16be',
    [],
  ],
  ['UTF-16LE without a mark', Buffer.from(text, 'utf16le'), 'utf-16le', ['ENCODING_GUESSED']],
])('%s gives the same shots', (_, bytes, encoding, codes) => {
  const document = parseScript(bytes);

  expect(document.encoding).toBe(encoding);
  expect(shotsOf(document).map(({ id }) => id)).toEqual(shots);
  expect(codesOf(document)).toEqual(codes);
});

test('GB18030 is recognised, and the guess is told', () => {
  const document = parseScript(GB18030);

  expect(document).toMatchObject({
    encoding: 'gb18030',
    scenes: [{ location: '老街', timeOfDay: 'TIME_OF_DAY_NIGHT' }],
  });
  expect(codesOf(document)).toContain('ENCODING_GUESSED');
});

test('single bytes that no encoding knows are replaced and counted', () => {
  const document = parseScript(
    Buffer.concat([utf8.subarray(0, 200), Buffer.from([0xff]), utf8.subarray(200)]),
  );

  expect(document.encoding).toBe('utf-8');
  expect(codesOf(document)).toEqual(expect.arrayContaining(['ENCODING_GUESSED', 'ENCODING_REPLACEMENT']));
});

test.each([
  ['nothing', Buffer.alloc(0), 'SCRIPT_EMPTY'],
  ['white space alone', Buffer.from(' \n\t\r\n　'), 'SCRIPT_EMPTY'],
  ['a PNG', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), 'SCRIPT_BINARY'],
  ['a zip', Buffer.from('504b0304140000000800', 'hex'), 'SCRIPT_BINARY'],
  ['noise', Buffer.from(Array.from({ length: 4000 }, (_, index) => (index * 7919) % 256)), 'SCRIPT_BINARY'],
  ['more than 8 MiB', Buffer.alloc(8 * 1024 * 1024 + 1, 'a'), 'SCRIPT_TOO_LARGE'],
  ['a title page alone', Buffer.from('Title: Nothing\nAuthor: Nobody\n\n'), 'SCRIPT_WITHOUT_SCENE'],
  ['two words', Buffer.from('hello world\n'), 'SCRIPT_WITHOUT_SCENE'],
  ['punctuation', Buffer.from('... --- ...\n'), 'SCRIPT_WITHOUT_SCENE'],
])('%s is refused, naming the file', (_, bytes, reason) => {
  const parse = () => parseScript(bytes, { fileName: 'night.txt' });

  expect(parse).toThrow(expect.objectContaining({ name: 'AppError', code: 'INVALID_ARGUMENT', reason }));
  expect(parse).toThrow(/^night\.txt: /);
});
