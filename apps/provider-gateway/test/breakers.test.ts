import { testKit } from '@reelmesh/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Breakers } from '../src/breakers.ts';

const settings = { volume: 5, windowMs: 60_000, firstResetMs: 60, longestResetMs: 200 };
const kit = testKit();
const opened: string[] = [];
let breakers: Breakers;

function fresh(): Breakers {
  return new Breakers(
    settings,
    { clock: { now: () => Date.now() }, log: kit.log, metrics: kit.metrics },
    { tripped: (key) => opened.push(key), closed: () => undefined },
  );
}

beforeEach(() => {
  vi.useFakeTimers();
  breakers = fresh();
});
afterEach(() => {
  breakers.stop();
  vi.useRealTimers();
  opened.length = 0;
});

const call = (outcome: 'ok' | 'outage' | 'refusal', operation: 'submit' | 'poll' = 'submit') =>
  breakers.call(
    'runway/gen4.5',
    operation,
    async () => {
      if (outcome === 'outage') throw new Error('connection reset');
      return outcome;
    },
    (result) => 'error' in result,
  );
const outages = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n += 1) await expect(call('outage')).rejects.toThrow('connection reset');
};
const isOpen = (operation: 'submit' | 'poll' = 'submit'): boolean =>
  breakers.admitsAtMs('runway/gen4.5', operation) > Date.now();
const untilProbe = () => vi.waitFor(() => expect(isOpen()).toBe(false), { interval: 2 });

describe('what opens a breaker', () => {
  test('one failure does not, nor four', async () => {
    await outages(4);

    expect(isOpen()).toBe(false);
  });

  test('five of five do, and nothing more is sent', async () => {
    await outages(5);
    const action = vi.fn(async () => undefined);

    await expect(breakers.call('runway/gen4.5', 'submit', action, () => false)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      reason: 'BREAKER_OPEN',
    });

    expect(action).not.toHaveBeenCalled();
    expect(opened).toEqual(['runway/gen4.5#submit']);
  });

  test('refusals do not, however many: moderation and empty accounts are no outage', async () => {
    for (let n = 0; n < 20; n += 1) await call('refusal');

    expect(isOpen()).toBe(false);
  });

  test('failures that arrive long after their call still count: they are counted when they arrive', async () => {
    const gates = Array.from({ length: 6 }, () => Promise.withResolvers<never>());
    const late = gates.map(({ promise }) =>
      breakers.call(
        'runway/gen4.5',
        'submit',
        () => promise,
        (r) => 'error' in r,
      ),
    );

    gates.forEach(({ reject }) => reject(new Error('timed out')));
    await Promise.allSettled(late);

    expect(isOpen()).toBe(true);
  });

  test('each operation has a breaker of its own: polling goes on while submits fail', async () => {
    await outages(5);

    await expect(call('ok', 'poll')).resolves.toBe('ok');
    expect(isOpen('poll')).toBe(false);
  });

  test('the word of another gateway does', async () => {
    breakers.trip('runway/gen4.5#submit', Date.now() + 1000);

    await expect(call('ok')).rejects.toMatchObject({ reason: 'BREAKER_OPEN' });
  });
});

describe('what other gateways say', () => {
  const target = 'runway/gen4.5';

  test('opens it for as long as theirs is open; what is over already does nothing', async () => {
    breakers.trip(`${target}#submit`, Date.now() - 1);
    expect(isOpen()).toBe(false);

    breakers.trip(`${target}#submit`, Date.now() + 25);

    expect(breakers.admitsAtMs(target, 'submit') - Date.now()).toBeLessThanOrEqual(25);
    await untilProbe();
    await expect(call('ok')).resolves.toBe('ok');
  });

  test('closes it when their probe has come through, and it counts anew', async () => {
    await outages(5);

    breakers.close(`${target}#submit`);

    await expect(call('ok')).resolves.toBe('ok');
    await outages(3);
    expect(isOpen()).toBe(false);
  });
});

describe('how it closes again', () => {
  test('one call probes, the others wait without being used up; its success closes', async () => {
    await outages(5);
    await untilProbe();
    const gate = Promise.withResolvers<string>();

    const probe = breakers.call(
      'runway/gen4.5',
      'submit',
      () => gate.promise,
      () => false,
    );

    await expect(call('ok')).rejects.toMatchObject({ reason: 'BREAKER_OPEN' });
    expect(isOpen()).toBe(true);
    gate.resolve('ok');
    await expect(probe).resolves.toBe('ok');
    await expect(call('ok')).resolves.toBe('ok');
  });

  test('a failed probe doubles the pause, up to its limit; a success starts over', async () => {
    const pauses: number[] = [];
    const pause = (): number => breakers.admitsAtMs('runway/gen4.5', 'submit') - Date.now();
    await outages(5);
    pauses.push(pause());
    for (let n = 0; n < 3; n += 1) {
      await untilProbe();
      await outages(1);
      pauses.push(pause());
    }
    await untilProbe();
    await call('ok');
    await outages(5);
    pauses.push(pause());
    await untilProbe();
    await call('ok');
    await outages(1);

    expect(isOpen()).toBe(false);
    const near = [60, 120, 200, 200, 60];
    pauses.forEach((ms, n) => expect(Math.abs(ms - near[n]!)).toBeLessThan(5));
  });

  test('a late success from before the trip does not close it', async () => {
    const gate = Promise.withResolvers<string>();
    const old = breakers.call(
      'runway/gen4.5',
      'submit',
      () => gate.promise,
      () => false,
    );
    await outages(5);
    await untilProbe();

    gate.resolve('late');
    await old;
    await outages(1);

    expect(isOpen()).toBe(true);
  });

  test('no call aborts another', async () => {
    const gate = Promise.withResolvers<string>();
    const slow = breakers.call(
      'runway/gen4.5',
      'submit',
      () => gate.promise,
      () => false,
    );

    await outages(5);
    gate.resolve('done');

    await expect(slow).resolves.toBe('done');
  });
});

test('the state is on the dashboard', async () => {
  await outages(5);

  expect(await kit.metrics.text()).toContain(
    'reelmesh_provider_circuit_state{target="runway/gen4.5",operation="submit",state="open"} 1',
  );
});
