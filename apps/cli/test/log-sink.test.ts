import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@reelmesh/testing';
import { expect, test } from 'vitest';
import { fileSink, toText } from '../src/log-sink.ts';

test('a log line is shown to people with its time, level, module, message and fields', () => {
  const line = JSON.stringify({
    level: 'warn',
    time: '2026-11-24T12:03:55.120Z',
    service: 'reelmesh',
    module: 'cache',
    bytes: 4711,
    err: { message: 'no room', stack: 'at …' },
    msg: 'clip not kept',
  });

  expect(toText(line)).toBe('12:03:55 warn  cache: clip not kept  bytes=4711 err="no room"\n');
});

test('what is no JSON is passed through', () => {
  expect(toText('plain words\n')).toBe('plain words\n');
});

test('a log that has grown large is put aside, and nothing of it is lost', async () => {
  await using home = await temporaryDirectory();
  const path = join(home.path, 'reelmesh.log');
  await writeFile(path, '');
  await truncate(path, 10_000_001);

  const sink = fileSink(path);
  sink.write('new\n');
  sink.close();

  expect(await readFile(path, 'utf8')).toBe('new\n');
  expect((await stat(`${path}.1`)).size).toBe(10_000_001);
});
