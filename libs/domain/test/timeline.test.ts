import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutKey, framesOf, layTimeline } from '../src/index.ts';
import { clip, options, planOf, plannedShot } from './sample.ts';

const clips = new Map([
  ['k1', clip],
  ['k2', { ...clip, blob: { ...clip.blob, sha256: 'd'.repeat(64) } }],
]);
const speech = {
  speaker: 'MARA',
  text: 'Wait.',
  delivery: 'DELIVERY_ON_SCREEN' as const,
  startMs: 500,
  durationMs: 1000,
};

describe('a timeline', () => {
  test('lays subtitles over the shot that they are said in', () => {
    const plan = { ...planOf([]), shots: [plannedShot('k1'), plannedShot('k2', { speeches: [speech] })] };

    const { subtitles, shots } = layTimeline(plan, options, clips);

    expect(shots.map((shot) => shot.frames)).toEqual([84, 84]);
    expect(subtitles).toEqual([{ startMs: 4000, endMs: 4960, speaker: 'MARA', text: 'Wait.' }]);
  });

  test('ends a subtitle with its shot', () => {
    const plan = { ...planOf([]), shots: [plannedShot('k1', { durationMs: 1000, speeches: [speech] })] };

    expect(layTimeline(plan, options, clips).subtitles[0]?.endMs).toBe(960);
  });

  test('refuses a shot without a clip', () => {
    expect(() => layTimeline(planOf(['k1', 'missing']), options, clips)).toThrow(
      'shot s-missing has no clip',
    );
  });

  test('is as long as its shots, each to the nearest frame (I11)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 40 }),
        fc.constantFrom(12, 24, 25, 30, 60),
        (durations, fps) => {
          const plan = {
            ...planOf([]),
            shots: durations.map((durationMs) => plannedShot('k1', { durationMs })),
          };
          const { shots } = layTimeline(plan, { ...options, fps }, clips);

          shots.forEach((shot, i) =>
            expect(Math.abs((shot.frames / fps) * 1000 - durations[i]!)).toBeLessThanOrEqual(
              Math.max(500 / fps, 1000 / fps - 1),
            ),
          );
        },
      ),
    );
  });

  test('a shot of less than a frame still shows one', () => {
    expect(framesOf(plannedShot('k1', { durationMs: 1 }), 24)).toBe(1);
  });
});

describe('a cut key', () => {
  const timeline = layTimeline(planOf(['k1', 'k2']), options, clips);

  test('does not depend on what the shots are called', () => {
    expect(cutKey({ ...timeline, shots: timeline.shots.map((shot) => ({ ...shot, shotId: 'other' })) })).toBe(
      cutKey(timeline),
    );
  });

  test('changes with clips, their order, their length, subtitles, title and form', () => {
    const others = [
      { ...timeline, shots: timeline.shots.toReversed() },
      { ...timeline, shots: timeline.shots.map((shot) => ({ ...shot, frames: shot.frames + 1 })) },
      { ...timeline, subtitles: [{ startMs: 0, endMs: 1, speaker: '', text: 'x' }] },
      { ...timeline, title: 'Other' },
      { ...timeline, language: 'zh' },
      { ...timeline, fps: 25 },
      { ...timeline, width: 720 },
    ];

    expect(new Set([timeline, ...others].map(cutKey)).size).toBe(others.length + 1);
  });
});
