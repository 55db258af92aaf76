import { expect, test } from 'vitest';
import { joinArgs, segmentList } from '../src/join.ts';

const files = { list: '/work/list', subtitles: '/work/s.srt', output: '/work/cut.mp4' };
const options = { fps: 24, samples: 96_000, title: 'A film', language: 'eng', seed: 7 };

test('rounded durations never add up: the sum is the rounded sum', () => {
  const segments = Array.from({ length: 999 }, (_, index) => ({ name: `${index}.mov`, frames: 5 }));

  const durations = [...segmentList(segments, 7).matchAll(/duration (\S+)/g)].map(([, text]) => Number(text));

  expect(Math.round(durations.reduce((sum, value) => sum + value * 1e6, 0))).toBe(
    Math.round((999 * 5 * 1e6) / 7),
  );
});

test('the picture is copied, the sound is encoded once', () => {
  const args = joinArgs(files, options).join(' ');

  expect(args).toContain('-map 0:v:0 -c:v copy');
  expect(args.match(/-c:a aac/g)).toHaveLength(1);
  expect(args).not.toContain('-safe');
});

test('without subtitles there is no subtitle input, track or tag', () => {
  const args = joinArgs({ ...files, subtitles: undefined }, options).join(' ');

  expect(args).not.toMatch(/srt|mov_text|language|disposition/);
});

test('the title is one argument, without what an argument cannot hold', () => {
  const args = joinArgs(files, { ...options, title: '-f "x"\0\n=y' });

  expect(args[args.indexOf('-metadata') + 1]).toBe('title=-f "x" =y');
});

test('a film without a title has no title', () => {
  expect(joinArgs(files, { ...options, title: ' \n' })).not.toContain('-metadata');
});

test('equal seeds give equal arguments, another seed another room', () => {
  expect(joinArgs(files, options)).toEqual(joinArgs(files, options));
  expect(joinArgs(files, { ...options, seed: 8 })).not.toEqual(joinArgs(files, options));
});
