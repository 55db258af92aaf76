import { Document } from '@reelmesh/contracts/script';
import type { BlobStore } from '@reelmesh/domain';
import { systemClock } from '@reelmesh/service';
import { openFileBlobs } from '@reelmesh/storage';
import { temporaryDirectory, testKit } from '@reelmesh/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseScript } from '../src/module.ts';
import { scriptParserService } from '../src/script-parser-service.ts';
import { exampleText } from './documents.ts';

const script = new TextEncoder().encode(exampleText('last-train.fountain'));
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let blobs: BlobStore;

beforeEach(async () => {
  directory = await temporaryDirectory();
  blobs = await openFileBlobs({ dir: directory.path });
});
afterEach(() => directory.remove());

function service(threadFromBytes: number) {
  const { metrics } = testKit();
  return { metrics, handlers: scriptParserService({ blobs, clock: systemClock, metrics, threadFromBytes }) };
}

function context(signal = new AbortController().signal) {
  return { signal, headers: {} };
}

test.each([
  ['at once', 1_000_000],
  ['in a thread', 1],
])('writes the same document as parseScript, parsed %s', async (_, threadFromBytes) => {
  const ref = await blobs.put(script, 'text/plain');
  const answer = await service(threadFromBytes).handlers.parseScript(
    { script: ref, fileName: 'a.fountain' },
    context(),
  );

  const document = Document.decode(await blobs.readAll(answer.document!.sha256, 1_000_000));
  expect(document).toEqual(parseScript(script));
  expect(answer).toMatchObject({
    scenes: 5,
    shots: 17,
    diagnostics: [],
    document: { mediaType: 'application/x-protobuf' },
  });
});

test.each([
  ['at once', 1_000_000],
  ['in a thread', 1],
])('hands on why a script is refused, found %s, and counts it', async (_, threadFromBytes) => {
  const ref = await blobs.put(new TextEncoder().encode('hello world'), 'text/plain');
  const { handlers, metrics } = service(threadFromBytes);
  const parsing = handlers.parseScript({ script: ref, fileName: 'a.txt' }, context());

  await expect(parsing).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'SCRIPT_WITHOUT_SCENE' });
  expect(await metrics.text()).toContain('reelmesh_script_parses_total{outcome="SCRIPT_WITHOUT_SCENE"} 1');
});

test('a script over the limit is refused before it is read', async () => {
  const ref = await blobs.put(new Uint8Array(8 * 1024 * 1024 + 1), 'text/plain');

  await expect(
    service(1).handlers.parseScript({ script: ref, fileName: '' }, context()),
  ).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    reason: 'SCRIPT_TOO_LARGE',
  });
});

test('a script that is not in the store is NOT_FOUND', async () => {
  const ref = { sha256: '0'.repeat(64), sizeBytes: 1, mediaType: 'text/plain' };

  await expect(
    service(1).handlers.parseScript({ script: ref, fileName: '' }, context()),
  ).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('a caller who has gone stops the thread', async () => {
  const ref = await blobs.put(
    new TextEncoder().encode(exampleText('last-train.fountain').repeat(200)),
    'text/plain',
  );
  const caller = new AbortController();
  const parsing = service(1).handlers.parseScript({ script: ref, fileName: '' }, context(caller.signal));
  caller.abort();

  await expect(parsing).rejects.toMatchObject({ code: 'CANCELLED' });
});
