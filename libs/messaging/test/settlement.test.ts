import { AppError, Code } from '@reelmesh/domain';
import { expect, test } from 'vitest';
import { deliveryCount, nak, retryDelayMs } from '../src/settlement.ts';

test.each([
  ['$JS.ACK.WORK.work-render.3.120.44.1700000000000000000.0', 3],
  ['$JS.ACK._.A1B2.WORK.work-render.7.120.44.1700000000000000000.0.x', 7],
])('%s is delivery number %i', (reply, count) => {
  expect(deliveryCount(reply)).toBe(count);
});

test.each([
  [1, 200],
  [2, 400],
  [5, 3_200],
  [9, 30_000],
  [10_000, 30_000],
])('after attempt %i the pause is %i ms', (attempt, pauseMs) => {
  expect(retryDelayMs(new AppError(Code.UNAVAILABLE, 'x'), attempt)).toBe(pauseMs);
});

test("the error's own pause counts more than ours", () => {
  expect(retryDelayMs(new AppError(Code.UNAVAILABLE, 'x', { retryAfterMs: 7 }), 9)).toBe(7);
});

test('a pause is told to the server in nanoseconds, none as a plain nak', () => {
  expect([nak(700), nak(0)]).toEqual(['-NAK {"delay":700000000}', '-NAK']);
});
