import { describe, expect, test } from 'vitest';
import {
  claimCheck,
  closedSince,
  healthy,
  holdFor,
  pruned,
  withHold,
  withPollPause,
  withTrip,
  withoutHold,
  withoutTrip,
} from '../src/index.ts';

const NOW = 1_000_000;
const HOUR = 3_600_000;
const CHECK = 60_000;
const KEY = 'runway/gen4.5@env:K';
const held = (retryAfterMs = 0) =>
  withHold(
    healthy,
    KEY,
    holdFor(
      retryAfterMs === 0 ? 'FAILURE_CLASS_AUTH' : 'FAILURE_CLASS_RATE_LIMIT',
      retryAfterMs,
      CHECK,
      NOW,
    )!,
  );

describe('holds', () => {
  test.each([
    ['AUTH', 0, 'hold_auth'],
    ['NO_FUNDS', 0, 'hold_no_funds'],
    ['QUOTA', 30_000, 'hold_quota'],
    ['RATE_LIMIT', 60_001, 'hold_rate_limit'],
    ['CAPACITY', HOUR, 'hold_rate_limit'],
    ['RATE_LIMIT', 60_000, undefined],
    ['RATE_LIMIT', 0, undefined],
    ['MODERATED_INPUT', HOUR, undefined],
    ['TRANSIENT', HOUR, undefined],
  ] as const)('%s with a Retry-After of %i ms: %s', (name, retryAfterMs, reason) => {
    expect(holdFor(`FAILURE_CLASS_${name}`, retryAfterMs, CHECK, NOW)?.reason).toBe(reason);
  });

  test('a second refusal leaves a hold as it is', () => {
    const record = held();

    expect(withHold(record, KEY, holdFor('FAILURE_CLASS_QUOTA', 0, CHECK, NOW + 5)!)).toBe(record);
  });

  test('one looks, and the next look is later: twice as long, up to ten times', () => {
    const first = claimCheck(held(), KEY, CHECK, NOW + CHECK)!;

    expect(first.holds[KEY]?.checkAtMs).toBe(NOW + CHECK + 2 * CHECK);
    expect(claimCheck(first, KEY, CHECK, NOW + CHECK)).toBeUndefined();
    const often = [1, 2, 3, 4, 5, 6].reduce(
      (record, n) => claimCheck(record, KEY, CHECK, NOW + n * 100 * CHECK) ?? record,
      first,
    );
    expect(often.holds[KEY]?.pauseMs).toBe(10 * CHECK);
  });

  test('after a start an account is looked at at once, a wait that the provider asked for is not cut short', () => {
    expect(claimCheck(held(), KEY, CHECK, NOW, true)).toBeDefined();
    expect(claimCheck(held(HOUR), KEY, CHECK, NOW + HOUR - 1, true)).toBeUndefined();
    expect(claimCheck(held(HOUR), KEY, CHECK, NOW + HOUR)).toBeDefined();
  });

  test('ends for all, once', () => {
    const over = withoutHold(held(), KEY);

    expect(over.holds).toEqual({});
    expect(withoutHold(over, KEY)).toBe(over);
    expect(claimCheck(over, KEY, CHECK, NOW + CHECK)).toBeUndefined();
  });
});

test('trips and pauses are never made shorter, and what is over is forgotten', () => {
  const record = withPollPause(withTrip(withTrip(held(), 'b', NOW + 50), 'b', NOW + 20), 'fal', NOW + 5000);

  expect(record.trips).toEqual({ b: NOW + 50 });
  expect(withPollPause(record, 'fal', NOW + 5500)).toBe(record);
  expect(withoutTrip(record, 'b').trips).toEqual({});
  expect(closedSince(record, withoutTrip(record, 'b'), NOW + 90)).toEqual(['b']);
  expect(closedSince(record, record, NOW + 90)).toEqual([]);
  expect(closedSince(record, pruned(record, NOW + HOUR), NOW + HOUR)).toEqual([]);
  expect(pruned(record, NOW)).toBe(record);
  expect(pruned(record, NOW + HOUR)).toEqual(held());
  expect(pruned(record, NOW + 25 * HOUR)).toEqual(healthy);
});
