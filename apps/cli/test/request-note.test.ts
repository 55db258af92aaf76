import { FilmOptions } from '@reelmesh/contracts/film';
import { temporaryDirectory } from '@reelmesh/testing';
import { expect, test } from 'vitest';
import { fingerprint, openRequestNote } from '../src/request-note.ts';

const wish = {
  script: Buffer.from('INT. HALL - NIGHT'),
  fileName: 'night.fountain',
  options: FilmOptions.fromPartial({ seed: 7 }),
  server: '',
};

test('the same command asks under the same request id until the film has ended, then under a new one', async () => {
  await using home = await temporaryDirectory();
  const first = await openRequestNote(home.path, wish);

  const afterKill = await openRequestNote(home.path, wish);
  await afterKill.forget();
  const afterEnd = await openRequestNote(home.path, wish);

  expect([first.isResumed, afterKill.isResumed, afterEnd.isResumed]).toEqual([false, true, false]);
  expect(afterKill.requestId).toBe(first.requestId);
  expect(afterEnd.requestId).not.toBe(first.requestId);
  expect(first.requestId).toMatch(/^[\x21-\x7e]{1,36}$/);
});

test.each([
  ['script', { script: Buffer.from('INT. HALL - DAY') }],
  ['seed', { options: FilmOptions.fromPartial({ seed: 8 }) }],
  ['strategy', { options: FilmOptions.fromPartial({ seed: 7, strategy: 'final' }) }],
  ['size', { options: FilmOptions.fromPartial({ seed: 7, width: 540, height: 960 }) }],
  ['budget', { options: FilmOptions.fromPartial({ seed: 7, budgetMicros: 1 }) }],
  ['quality', { options: FilmOptions.fromPartial({ seed: 7, quality: 'QUALITY_ULTRA' }) }],
  ['approval', { options: { ...FilmOptions.fromPartial({ seed: 7 }), approvedShots: [3] } }],
  ['server', { server: '127.0.0.1:50051' }],
])('another %s is another command', (_, change) => {
  expect(fingerprint({ ...wish, ...change })).not.toBe(fingerprint(wish));
});
