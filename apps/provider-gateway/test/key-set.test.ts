import { afterEach, beforeEach, expect, test } from 'vitest';
import { KeySet } from '../src/webhooks/key-set.ts';
import { isSigned, signatureIn } from '../src/webhooks/fal-signature.ts';
import { startSigner } from './fal-signer.ts';

const HOUR_MS = 3_600_000;

let fal: Awaited<ReturnType<typeof startSigner>>;
let nowMs = 1_000_000;
let keys: KeySet;
beforeEach(async () => {
  fal = await startSigner();
  const clock = { now: () => nowMs };
  keys = new KeySet({ url: fal.url, clock, timeoutMs: 1000, signal: new AbortController().signal });
});
afterEach(() => fal.stop());

function signed(): Promise<boolean> {
  const signature = signatureIn(fal.headers('r1', 'body'))!;
  return keys.pass((some) => isSigned(signature, Buffer.from('body'), some));
}

test('keys are fetched once and kept for a day', async () => {
  await signed();
  await Promise.all([signed(), signed()]);
  nowMs += 24 * HOUR_MS;

  expect(await signed()).toBe(true);
  expect(fal.requests).toBe(1);
  nowMs += 1;
  expect(await signed()).toBe(true);
  expect(fal.requests).toBe(2);
});

test('keys that are a day old are not trusted when there are no newer ones', async () => {
  await signed();
  fal.setDown(true);
  nowMs += 24 * HOUR_MS + 1;

  await expect(signed()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

test('keys that do not fit are fetched anew, at most once a minute', async () => {
  await signed();
  fal.exchangeKeys();

  expect(await signed()).toBe(false);
  nowMs += 60_000;
  expect(await signed()).toBe(true);
  fal.exchangeKeys();
  expect(await signed()).toBe(false);
  expect(fal.requests).toBe(2);
});

test('a set that cannot be had is asked for at most once a minute, too', async () => {
  fal.setDown(true);

  await expect(signed()).rejects.toThrow('an answer of 500');
  await expect(signed()).rejects.toThrow('a moment ago');

  expect(fal.requests).toBe(1);
  fal.setDown(false);
  nowMs += 60_000;
  expect(await signed()).toBe(true);
});

test.each(['r1', 'user-1'])('a signature does not cover another %s', async (text) => {
  const headers = fal.headers('r1', 'body');
  const changed = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value === text ? `${text}0` : value]),
  );

  const other = signatureIn(changed)!;

  expect(await keys.pass((some) => isSigned(other, Buffer.from('body'), some))).toBe(false);
});
