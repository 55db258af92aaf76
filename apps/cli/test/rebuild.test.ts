import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { temporaryDirectory } from '@reelmesh/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspect, lastBowl, lastTrain, make } from './support/made-films.ts';
import type { Made } from './support/made-films.ts';
import { endAll } from './support/processes.ts';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let script: string;
let first: Made;

const film = (text?: string): Promise<Made> => makeText(text ?? script);

async function makeText(text: string): Promise<Made> {
  const path = join(home.path, 'script.fountain');
  await writeFile(path, text);
  return make({ home: home.path, script: path });
}

/** The script with one passage changed; fails when the passage is not there. */
function edited(from: string, to: string): string {
  expect(script.split(from)).toHaveLength(2);
  return script.replace(from, to);
}

beforeAll(async () => {
  home = await temporaryDirectory();
  script = await readFile(lastTrain, 'utf8');
  first = await film();
}, 180_000);
afterAll(async () => {
  endAll();
  await home.remove();
});

const limit = { timeout: 90_000 };

describe('the example film', limit, () => {
  test('is as long as its shots within a frame, sound and picture end together, and it starts at once on the web', async () => {
    const streams = await inspect(first.output);

    expect(first).toMatchObject({ rendered: first.shots, cached: 0, cost_usd: 0, warnings: [] });
    expect(first.scenes).toBeGreaterThanOrEqual(4);
    expect(first.duration_s).toBeGreaterThanOrEqual(60);
    expect(first.duration_s).toBeLessThanOrEqual(90);
    expect(Math.abs(streams.videoSeconds - first.duration_s)).toBeLessThanOrEqual(1 / 12);
    expect(Math.abs(streams.frames / 12 - first.duration_s)).toBeLessThanOrEqual(1 / 12);
    expect(Math.abs(streams.videoSeconds - streams.audioSeconds)).toBeLessThanOrEqual(0.05);
    expect(streams.subtitles).toBeGreaterThan(0);
    expect(streams.boxes.indexOf('moov')).toBeLessThan(streams.boxes.indexOf('mdat'));
    expect(streams.boxes).toContain('moov');
  });

  test('made again renders nothing, composes nothing and gives the same file', async () => {
    const before = await readFile(first.output);

    const again = await film();

    expect(again).toMatchObject({ rendered: 0, cached: first.shots, shots: first.shots });
    expect(again.film_id).not.toBe(first.film_id);
    expect((await readFile(again.output)).equals(before)).toBe(true);
  });
});

describe('an edit renders exactly what it changes (I7)', limit, () => {
  test('one action line: one shot', async () => {
    const made = await film(
      edited('The sky is clear, the rails are gold.', 'The sky is clear, the rails are silver.'),
    );

    expect(made).toMatchObject({ rendered: 1, cached: first.shots - 1 });
  });

  test('a scene in the middle: only its own shots', async () => {
    const scene =
      'INT. SIGNAL BOX - NIGHT\n\nA brass lever waits under a single bulb.\n\nThe lamp goes out.\n\n';

    const made = await film(
      edited('INT. TRAIN CARRIAGE - NIGHT\n\nPUSH IN', `${scene}INT. TRAIN CARRIAGE - NIGHT\n\nPUSH IN`),
    );

    expect(made.scenes).toBe(first.scenes + 1);
    expect(made.rendered).toBe(made.shots - first.shots);
    expect(made.cached).toBe(first.shots);
  });

  test('a dialogue line of like length: no shot, new subtitles', async () => {
    const before = await readFile(first.output);

    const made = await film(
      edited('He never once let me leave on time.', 'He never once let me start on time.'),
    );

    expect(made).toMatchObject({ rendered: 0, cached: first.shots });
    expect((await readFile(made.output)).equals(before)).toBe(false);
    expect((await readFile(made.output)).includes('start on time')).toBe(true);
  });

  test('a character renamed in one scene: only the shots that show or name it', async () => {
    const [head = '', tail = ''] = script.split('EXT. HARBOUR STATION - DAY (FLASHBACK)');
    const flashback = tail.split('INT. TRAIN CARRIAGE')[0] ?? '';
    const renamed = flashback.replaceAll('ELIAS', 'ANTON').replaceAll('Elias', 'Anton');

    const made = await film(
      `${head}EXT. HARBOUR STATION - DAY (FLASHBACK)${tail.replace(flashback, renamed)}`,
    );

    // Of the flashback's three shots one shows ELIAS; the others neither show nor describe him.
    expect(made.rendered).toBe(1);
    expect(made.shots).toBe(first.shots);
  });
});

test('a drawing for shot 3 renders shot 3, another drawing renders it again', limit, async () => {
  const drawing = join(home.path, 'drawing.png');
  const rendered: number[] = [];
  for (const grey of [20, 200, 20]) {
    await writeFile(drawing, pixel(grey));
    const path = join(home.path, 'script.fountain');
    await writeFile(path, script);
    const made = await make({ home: home.path, script: path, flags: ['--image', `3=${drawing}`] });
    rendered.push(made.rendered);
  }

  expect(rendered).toEqual([1, 1, 0]);
});

/** A PNG of one pixel. */
function pixel(grey: number): Uint8Array {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', Buffer.from('00000001000000010800000000', 'hex')),
    chunk('IDAT', deflateSync(Buffer.from([0, grey]))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

test('the Chinese example becomes a film with Chinese subtitles', async () => {
  const made = await make({ home: home.path, script: lastBowl });

  const streams = await inspect(made.output);

  expect(made.scenes).toBeGreaterThanOrEqual(4);
  expect(made.duration_s).toBeGreaterThanOrEqual(60);
  expect(made.duration_s).toBeLessThanOrEqual(90);
  expect(Math.abs(streams.videoSeconds - streams.audioSeconds)).toBeLessThanOrEqual(0.05);
  expect((await readFile(made.output)).includes('一碗阳春面')).toBe(true);
}, 120_000);
