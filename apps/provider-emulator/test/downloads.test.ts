import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startEmulator, temporaryDirectory, type FaultAction, type TestEmulator } from '@reelmesh/testing';
import { runwayClient } from './runway-client.ts';

let emulator: TestEmulator;
let runway: ReturnType<typeof runwayClient>;

beforeAll(async () => {
  emulator = await startEmulator({ config: { runway: { queueMs: 0, renderMs: 0, concurrency: null } } });
  runway = runwayClient(emulator);
});
afterAll(() => emulator.stop());
beforeEach(() => emulator.reset());

const outputFor = async (changes: object = {}) =>
  runway.outputOf(await runway.createId({ duration: 2, ...changes }));
const bytesOf = async (url: string, init?: RequestInit) =>
  Buffer.from(await (await fetch(url, init)).arrayBuffer());
const spoil = (action: FaultAction) =>
  emulator.script({ match: { provider: 'runway', operation: 'download' }, action });

interface Probe {
  readonly streams: readonly {
    readonly codec_name: string;
    readonly width?: number;
    readonly height?: number;
  }[];
  readonly format: { readonly duration: string };
}

async function probe(bytes: Buffer): Promise<Probe> {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, 'clip.mp4');
  await writeFile(file, bytes);
  const show = [
    '-v',
    'error',
    '-show_entries',
    'stream=codec_name,width,height:format=duration',
    '-of',
    'json',
    file,
  ];
  const { stdout } = await promisify(execFile)('ffprobe', show);
  return JSON.parse(stdout) as Probe;
}

describe('an output', () => {
  test.each([
    ['720:1280', 'gen4.5', 2, [{ codec_name: 'h264', width: 270, height: 480 }]],
    ['1280:720', 'gen4.5', 3, [{ codec_name: 'h264', width: 480, height: 270 }]],
    ['1080:1920', 'veo3.1_fast', 4, [{ codec_name: 'h264', width: 270, height: 480 }, { codec_name: 'aac' }]],
  ])('of %s by %s is a real MP4 of %i s in that aspect', async (ratio, model, duration, streams) => {
    const found = await probe(await bytesOf(await outputFor({ ratio, model, duration })));

    expect(found.streams).toEqual(streams);
    expect(Number(found.format.duration)).toBeCloseTo(duration, 1);
  });

  test('has its index before its data, so that it plays while it loads', async () => {
    const bytes = await bytesOf(await outputFor());

    expect(bytes.indexOf('moov', 0, 'latin1')).toBeLessThan(bytes.indexOf('mdat', 0, 'latin1'));
  });

  test('differs between seeds, and is the same for the same seed', async () => {
    const urls = [await outputFor({ seed: 1 }), await outputFor({ seed: 2 }), await outputFor({ seed: 1 })];

    const [a, b, again] = (await Promise.all(urls.map((url) => bytesOf(url)))).map((bytes) =>
      createHash('sha256').update(bytes).digest('hex'),
    );

    expect(a).not.toBe(b);
    expect(again).toBe(a);
  });

  test('carries its length, and is served in parts', async () => {
    const url = await outputFor();
    const whole = await bytesOf(url);

    const part = await fetch(url, { headers: { range: 'bytes=100-199' } });
    const tail = await bytesOf(url, { headers: { range: 'bytes=-10' } });
    const beyond = await fetch(url, { headers: { range: `bytes=${whole.length}-` } });
    const head = await fetch(url, { method: 'HEAD' });

    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 100-199/${whole.length}`);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(whole.subarray(100, 200));
    expect(tail).toEqual(whole.subarray(-10));
    expect(beyond.status).toBe(416);
    expect(head.headers.get('content-length')).toBe(String(whole.length));
  });

  test('expires with 403 while the task gives a fresh address', async () => {
    const id = await runway.createId({ duration: 2 });
    const old = await runway.outputOf(id);
    await emulator.advanceClock(24 * 3_600_000);

    const expired = await fetch(old);
    const fresh = await fetch(await runway.outputOf(id));

    expect([expired.status, fresh.status]).toEqual([403, 200]);
  });

  test('cannot be reached by an address that was not given', async () => {
    const url = new URL(await outputFor());

    url.searchParams.set('expires', '9999999999999');

    expect((await fetch(url)).status).toBe(403);
  });
});

describe('a scripted download', () => {
  test('can promise its full length and break off in the middle', async () => {
    const url = await outputFor();
    await spoil({ type: 'truncated_body' });

    const response = await fetch(url);

    expect(response.headers.get('content-length')).toBe(String((await bytesOf(url)).length));
    await expect(response.arrayBuffer()).rejects.toThrow('terminated');
  });

  test('can be empty', async () => {
    const url = await outputFor();
    await spoil({ type: 'zero_bytes' });

    expect(await bytesOf(url)).toHaveLength(0);
  });

  test('can name a wrong content type', async () => {
    const url = await outputFor();
    await spoil({ type: 'wrong_content_type', contentType: 'text/html' });

    expect((await fetch(url)).headers.get('content-type')).toBe('text/html');
  });

  test('can be an MP4 of the right length that nothing can open', async () => {
    const url = await outputFor();
    await spoil({ type: 'corrupt_mp4' });

    const corrupt = await bytesOf(url);

    expect(corrupt).toHaveLength((await bytesOf(url)).length);
    await expect(probe(corrupt)).rejects.toThrow('moov atom not found');
  });

  test('can redirect, once', async () => {
    const url = await outputFor();
    await spoil({ type: 'redirect' });

    const redirected = await fetch(url, { redirect: 'manual' });

    expect([redirected.status, (await fetch(url)).status]).toEqual([302, 200]);
  });

  test.each([403, 404])('can be refused with %i', async (status) => {
    const url = await outputFor();
    await spoil({ type: 'respond', status, body: 'gone' });

    expect((await fetch(url)).status).toBe(status);
  });

  test('can trickle', async () => {
    const url = await outputFor();
    await spoil({ type: 'trickle', bytesPerSecond: 1000 });

    const response = await fetch(url, { signal: AbortSignal.timeout(300) });

    await expect(response.arrayBuffer()).rejects.toThrow();
    await expect
      .poll(() => emulator.calls())
      .toContainEqual(expect.objectContaining({ outcome: 'abandoned', status: 200 }));
  });

  test('can ignore Range', async () => {
    const url = await outputFor();
    await spoil({ type: 'no_ranges' });

    expect((await fetch(url, { headers: { range: 'bytes=0-9' } })).status).toBe(200);
  });

  test('can be a good film of the wrong length and size', async () => {
    await emulator.script({
      match: { provider: 'runway', operation: 'create' },
      action: { type: 'wrong_video', width: 1280, height: 720, seconds: 1 },
    });

    const found = await probe(await bytesOf(await outputFor()));

    expect(found.streams[0]).toMatchObject({ width: 480, height: 270 });
    expect(Number(found.format.duration)).toBe(1);
  });
});
