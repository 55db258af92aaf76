import { InvalidArgumentError } from 'commander';
import { describe, expect, test } from 'vitest';
import { parseCustomers } from '../src/cost-commands.ts';
import { describeCosts } from '../src/commands/cost-report.ts';
import { costOfRevisions, formatEstimate, videoCost } from '../src/cost-model.ts';
import type { Assumptions, StrategyCost } from '../src/cost-model.ts';

const plain: Assumptions = {
  secondsPerVideo: 60,
  retakesPercent: 0,
  approvedPercent: 100,
  cachePercent: 0,
  discountPercent: 0,
  gpuHourMicros: 2_000_000,
  gpuBusyPercent: 100,
};
const runway: StrategyCost = {
  name: 'final',
  models: ['runway gen4.5'],
  first: { paidMicros: 7_200_000, gpuMs: 0 },
};
const own: StrategyCost = {
  name: 'own',
  models: ['openai-videos wan'],
  first: { paidMicros: 0, gpuMs: 3_600_000 },
};
const mixed: StrategyCost = {
  name: 'mixed',
  models: ['fal pika', 'runway gen4.5'],
  first: { paidMicros: 1_000_000, gpuMs: 0 },
  final: { paidMicros: 7_000_000, gpuMs: 0 },
};

describe('a video', () => {
  test.each<[string, StrategyCost, Partial<Assumptions>, number, number]>([
    ['costs its shots', runway, {}, 7_200_000, 7_200_000],
    ['with every second shot retaken costs half more', runway, { retakesPercent: 50 }, 10_800_000, 10_800_000],
    ['with a quarter in the cache costs a quarter less', runway, { cachePercent: 25 }, 7_200_000, 5_400_000],
    ['with a discount of 20 % costs a fifth less', runway, { discountPercent: 20 }, 7_200_000, 5_760_000],
    ['on GPUs of its own costs their hours', own, {}, 2_000_000, 2_000_000],
    ['on GPUs that idle half of the time costs twice as much', own, { gpuBusyPercent: 50 }, 4_000_000, 4_000_000],
    ['on GPUs of its own has no discount', own, { discountPercent: 20 }, 2_000_000, 2_000_000],
    ['with drafts costs drafts and finals', mixed, {}, 8_000_000, 8_000_000],
    ['with half of it approved costs all drafts and half the finals', mixed, { approvedPercent: 50 }, 4_500_000, 4_500_000],
    ['has its drafts retaken, never its finals', mixed, { retakesPercent: 100 }, 9_000_000, 9_000_000],
  ])('%s', (_what, cost, changes, plainMicros, micros) => {
    expect(videoCost(cost, { ...plain, ...changes })).toMatchObject({ plainMicros, micros });
  }); // prettier-ignore

  test('of two minutes costs half of it a minute', () => {
    expect(videoCost(runway, { ...plain, secondsPerVideo: 120 })).toMatchObject({
      plainPerMinuteMicros: 3_600_000,
      perMinuteMicros: 3_600_000,
    });
  });

  test('needs GPU hours that the cache saves and idling adds', () => {
    expect(videoCost(own, { ...plain, gpuBusyPercent: 50, cachePercent: 25 }).gpuHours).toBe(1.5);
  });
});

describe('revisions of a film', () => {
  const shot = (key: string, micros: number) => ({ key, micros });
  const first = [shot('a', 100), shot('b', 200), shot('a', 100)];
  const second = [shot('a', 100), shot('c', 300), shot('a', 100)];

  test('are rendered whole without a cache, and each clip once with it', () => {
    expect(costOfRevisions([first, second])).toEqual({
      plainMicros: 900,
      micros: 600,
      shots: 6,
      rendered: 3,
    });
  });

  test('made anew without a change cost nothing more', () => {
    expect(costOfRevisions([first, first]).micros).toBe(costOfRevisions([first]).micros);
  });
});

test('the report prints both rows of each strategy, who renders, and every assumption with its flag', () => {
  const flags = {
    videos: [{ name: 'platform', videos: 1_500 }],
    strategies: ['final', 'own'],
    seconds: 60,
    shots: 12,
    retakes: 0,
    approved: 50,
    cacheHits: 50,
    discount: 20,
    gpuHour: 2_000_000,
    gpuBusy: 100,
  };

  const lines = describeCosts([runway, own], flags, '2026-11-25').split('\n');

  expect(lines[3]).toMatch(/^final +as quoted +\$7\.20 +\$7\.20 +\$10,800\.00$/);
  expect(lines[4]).toMatch(/^ +cache, discount +\$2\.88 +\$2\.88 +\$4,320\.00$/);
  expect(lines[5]).toMatch(/^own +as quoted +\$2\.00 +\$2\.00 +\$3,000\.00$/);
  expect(lines).toContain('final: runway gen4.5');
  expect(lines).toContain('own: openai-videos wan; rented GPU hours a month, cached: platform 750');
  expect(lines.slice(-8).map((line) => line.trim().split(/ {2,}|(?<=\d) /)[0])).toEqual([
    '--seconds 60', '--shots 12', '--retakes 0', '--approved 50', '--cache-hits 50', '--discount 20',
    '--gpu-hour 2.00', '--gpu-busy 100',
  ]); // prettier-ignore
});

test('estimates are told to the cent, however large', () => {
  expect(formatEstimate(1_234_567_891_000)).toBe('$1,234,567.89');
});

test.each(['studio', 'studio=', 'studio=x', '=30', 'a=1;b=2'])('customers %j are refused', (text) => {
  expect(() => parseCustomers(text)).toThrow(InvalidArgumentError);
});

test('customers are read with their videos', () => {
  expect(parseCustomers('a=1, b-c=20')).toEqual([{ name: 'a', videos: 1 }, { name: 'b-c', videos: 20 }]); // prettier-ignore
});
