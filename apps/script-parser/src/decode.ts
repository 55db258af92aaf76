import { invalid } from '@reelmesh/domain';

/** 8 MiB: some forty feature films. */
export const MAX_SCRIPT_BYTES = 8 * 1024 * 1024;

export interface DecodedScript {
  /** Without a byte order mark; offsets of the document count in it. */
  readonly text: string;
  /** WHATWG name. */
  readonly encoding: string;
  /** Neither stated by a byte order mark nor valid UTF-8. */
  readonly guessed: boolean;
  /** Bytes or pairs of bytes that the encoding has no character for. */
  readonly replacements: number;
}

/** Sure signs of a file that is no text, by its first bytes. */
const SIGNATURES: readonly (readonly [string, readonly number[]])[] = [
  ['a PNG picture', [0x89, 0x50, 0x4e, 0x47]],
  ['a JPEG picture', [0xff, 0xd8, 0xff]],
  ['a zip archive (docx, fadein, celtx)', [0x50, 0x4b, 0x03, 0x04]],
  ['a PDF', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['an old Word document', [0xd0, 0xcf, 0x11, 0xe0]],
  ['a gzip archive', [0x1f, 0x8b]],
];

/** Frequent in scripts and rare in text read in the wrong encoding. */
const SCRIPT_CHARACTERS = new Set(
  '第集场景内外日夜人物字幕的一是了不我你他她在有这来：，。（）場內畫說們這個來',
);

/**
 * Bytes to text. In order: a byte order mark, valid UTF-8, UTF-16 by its zero bytes, then GB18030 or Big5, whichever
 * gives more characters of the kind that scripts are made of.
 *
 * @throws AppError INVALID_ARGUMENT: SCRIPT_TOO_LARGE, SCRIPT_EMPTY, SCRIPT_BINARY.
 */
export function decodeScript(bytes: Uint8Array, fileName?: string): DecodedScript {
  const name = fileName === undefined ? '' : `${fileName}: `;
  if (bytes.length > MAX_SCRIPT_BYTES) {
    const size = (bytes.length / 1024 / 1024).toFixed(1);
    throw invalid(
      'SCRIPT_TOO_LARGE',
      `${name}the script has ${size} MiB, more than the limit of 8 MiB; split it into episodes and make one film of each`,
    );
  }
  const signature = SIGNATURES.find(([, start]) => start.every((byte, index) => bytes[index] === byte));
  if (signature) throw binary(name, `it is ${signature[0]}`);
  const decoded = decode(bytes);
  if (decoded.text.trim() === '') {
    throw invalid(
      'SCRIPT_EMPTY',
      `${name}the script is empty; write at least one scene heading and one line of action`,
    );
  }
  const controls = countControls(decoded.text);
  if (controls > 8 && controls * 100 > decoded.text.length)
    throw binary(name, `it holds ${controls} control characters`);
  if (decoded.replacements > 8 && decoded.replacements * 20 > decoded.text.length) {
    throw binary(
      name,
      `${decoded.replacements} of its characters exist in no encoding of Chinese or English text`,
    );
  }
  return decoded;
}

function decode(bytes: Uint8Array): DecodedScript {
  const marked = byteOrderMark(bytes);
  if (marked) return read(bytes, marked, false);
  const utf16 = utf16ByZeros(bytes);
  if (utf16) return read(bytes, utf16, true);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { text, encoding: 'utf-8', guessed: false, replacements: 0 };
  } catch {
    return bestOf([read(bytes, 'gb18030', true), read(bytes, 'big5', true), read(bytes, 'utf-8', true)]);
  }
}

function read(bytes: Uint8Array, encoding: string, guessed: boolean): DecodedScript {
  const text = new TextDecoder(encoding).decode(bytes);
  return { text, encoding, guessed, replacements: text.split('\uFFFD').length - 1 };
}

function byteOrderMark(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return undefined;
}

/** Line ends, spaces and Latin letters have a zero byte on one side; few Chinese characters (一) have one on the other. */
function utf16ByZeros(bytes: Uint8Array): string | undefined {
  const sample = bytes.subarray(0, 4096);
  let even = 0;
  let odd = 0;
  sample.forEach((byte, index) => {
    if (byte !== 0) return;
    if (index % 2 === 0) even++;
    else odd++;
  });
  const enough = Math.max(2, sample.length / 100);
  if (odd >= enough && even * 3 <= odd) return 'utf-16le';
  if (even >= enough && odd * 3 <= even) return 'utf-16be';
  return undefined;
}

function bestOf(candidates: readonly DecodedScript[]): DecodedScript {
  const scored = candidates.map((candidate) => ({ candidate, score: score(candidate) }));
  return scored.reduce((best, next) => (next.score > best.score ? next : best)).candidate;
}

function score({ text, replacements }: DecodedScript): number {
  let known = 0;
  for (const character of text.slice(0, 20_000)) if (SCRIPT_CHARACTERS.has(character)) known++;
  return known - 4 * replacements;
}

function countControls(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d && code !== 0x0c && code !== 0x0b)
      count++;
  }
  return count;
}

function binary(name: string, why: string) {
  return invalid(
    'SCRIPT_BINARY',
    `${name}this is no text file (${why}); save the script as plain text in UTF-8`,
  );
}
