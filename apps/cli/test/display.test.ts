import { FilmState, ShotState } from '@reelmesh/contracts/film';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openDisplay } from '../src/film-display.ts';
import { applyNews } from '../src/film-view.ts';
import { drawFilm } from '../src/live-display.ts';
import { describeChanges } from '../src/plain-display.ts';
import { columnsOf } from '../src/text.ts';
import { aFilm, aTake, aView, shotNews } from './support/films.ts';

const frame = { columns: 100, rows: 20, elapsedMs: 42_000, leftMs: 35_000 };

describe('the live display', () => {
  test('shows film, scenes and shots, with what each shot waits for and the time left', () => {
    const lines = drawFilm(aView(aFilm(), [aTake('b', 0.5)]), frame).split('\n');

    expect(lines[0]).toBe('Last Train · rendering');
    expect(lines[1]).toContain('1 of 3 shots · 1 cached · $0.00 · 0:42 · about 0:35 left');
    expect(lines[2]).toMatch(/1\/2 +INT\. STATION - NIGHT$/);
    expect(lines[3]).toMatch(/1 +cached +the hall$/);
    expect(lines[4]).toMatch(/2 +████░░░░ 50 % +animatic +Mara runs$/);
    expect(lines[5]).toMatch(/0\/1 +EXT\. PLATFORM - NIGHT$/);
    expect(lines[6]).toMatch(/3 +waiting +the train$/);
  });

  test.each([
    ['slot', 'waiting for slot'],
    ['provider queue', 'waiting for provider queue'],
    ['render', 'rendering'],
  ])('a shot whose take waits for %s is shown as %s', (waitingFor, shown) => {
    expect(drawFilm(aView(aFilm(), [aTake('b', 0, waitingFor)]), frame)).toContain(`2   ${shown} `);
  });

  test('tells of the take of a shot that the film still counts as waiting', () => {
    expect(drawFilm(aView(aFilm(), [aTake('c', 0.25)]), frame)).toContain('3   ██░░░░░░ 25 %');
  });

  test('shows how far the composer is once the shots are there', () => {
    const film = aFilm({ state: FilmState.FILM_STATE_COMPOSING });
    const view = { ...aView(film), cut: { stage: 'join', progress: 0.5 } };

    expect(drawFilm(view, frame)).toContain('██████████░░░░░░░░░░  join');
  });

  test('never grows beyond the terminal, however many scenes there are and whatever they hold', () => {
    const shot = fc.record({
      shotKey: fc.string(),
      scene: fc.nat(29),
      state: fc.constantFrom(...Object.values(ShotState)),
      description: fc.string({ unit: 'grapheme', maxLength: 120 }),
    });
    fc.assert(
      fc.property(fc.array(shot, { maxLength: 60 }), fc.integer({ min: 4, max: 40 }), fc.integer({ min: 10, max: 120 }), (shots, rows, columns) => {
        const film = aFilm({ shots, scenes: Array.from({ length: 30 }, (_, index) => ({ heading: `第${index}场` })) });

        const lines = drawFilm(aView(film), { ...frame, rows, columns }).split('\n');

        expect(lines.length).toBeLessThanOrEqual(rows);
        expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(columns);
      }),
    ); // prettier-ignore
  });
});

describe.each([
  ['a terminal', true],
  ['a pipe', false],
])('the display on %s', (_, isTTY) => {
  test('shows the last news when it is done, and nothing after it: the words that follow stay whole', () => {
    const stream = Object.assign(new PassThrough(), { isTTY, columns: 80, rows: 24 });
    const display = openDisplay(stream as unknown as NodeJS.WriteStream);
    const shown = (): string => String(stream.read() ?? '');

    display.show(aView());
    display.done();
    expect(shown()).toContain('Last Train');

    display.show(aView(aFilm({ title: 'Another' })));
    display.done();
    expect(shown()).toBe('');
  });
});

describe('the plain display', () => {
  test('begins with the film, its plan and its state', () => {
    expect(describeChanges(undefined, aFilm())).toEqual([
      'film f1: Last Train',
      'planned: 3 shots in 2 scenes, 0:10, 1 cached, quote $0.00',
      'rendering',
    ]);
  });

  test('says one line for each shot that changed, and none when nothing did', () => {
    const before = aView();
    const after = applyNews(before, shotNews('b', ShotState.SHOT_STATE_RENDERED, 250_000))!;

    expect(describeChanges(before.film, after.film)).toEqual([
      'shot 2 of 3 rendered by animatic, $0.25 (2 done)',
    ]);
    expect(describeChanges(after.film, after.film)).toEqual([]);
  });

  test('leaves out of the plan what is not known yet: how much is cached', () => {
    const film = aFilm({ shots: [{ shotKey: 'a', durationMs: 2000, state: ShotState.SHOT_STATE_WAITING }] });

    expect(describeChanges(undefined, film)[1]).toBe('planned: 1 shot in 2 scenes, 0:02, quote $0.00');
  });
});
