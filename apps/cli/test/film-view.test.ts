import { FilmState, ShotState, WatchFilmResponse } from '@reelmesh/contracts/film';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyNews, estimateLeftMs, workOf } from '../src/film-view.ts';
import { aFilm, aTake, aView, shotNews } from './support/films.ts';

describe('a watched film', () => {
  test('changes every shot that shares the key, and counts its cost once', () => {
    const film = aFilm({
      shots: [
        { shotKey: 'a', durationMs: 1000 },
        { shotKey: 'a', durationMs: 1000 },
      ],
    });

    const view = applyNews(aView(film), shotNews('a', ShotState.SHOT_STATE_RENDERED, 250_000));

    expect(view?.film.shots.map((shot) => shot.state)).toEqual([
      'SHOT_STATE_RENDERED',
      'SHOT_STATE_RENDERED',
    ]);
    expect(view?.film.costMicros).toBe(250_000);
  });

  test('keeps its older cut while a newer revision goes on', () => {
    const film = aFilm({ cut: { durationMs: 9000 } });
    const news = WatchFilmResponse.fromPartial({
      news: {
        $case: 'change',
        value: { change: { $case: 'state', value: { state: FilmState.FILM_STATE_COMPOSING } } },
      },
    });

    const view = applyNews(aView(film), news);

    expect(view?.film.state).toBe(FilmState.FILM_STATE_COMPOSING);
    expect(view?.film.cut?.durationMs).toBe(9000);
  });

  test('passes over news that comes before the film itself', () => {
    expect(applyNews(undefined, shotNews('a', ShotState.SHOT_STATE_RENDERED))).toBeUndefined();
  });
});

describe('the work of a film', () => {
  test('leaves out what came from the cache and counts a shot under way by its progress', () => {
    expect(workOf(aView(aFilm(), [aTake('b', 0.5)]))).toEqual({ doneMs: 1500, leftMs: 6500 });
  });

  test('counts shots that share a clip once', () => {
    const shot = { shotKey: 'b', durationMs: 3000, state: ShotState.SHOT_STATE_WAITING };

    expect(workOf(aView(aFilm({ shots: [shot, shot] })))).toEqual({ doneMs: 0, leftMs: 3000 });
  });
});

describe('the estimate of the time left', () => {
  const at = (atMs: number, doneMs: number, leftMs: number) => ({ atMs, work: { doneMs, leftMs } });

  test('is what is left at the rate seen since the watch began', () => {
    expect(estimateLeftMs(at(0, 4000, 20_000), at(6000, 16_000, 8000))).toBe(4000);
  });

  test('is not given before a rate has been seen', () => {
    expect(estimateLeftMs(at(0, 0, 10_000), at(500, 500, 9500))).toBeUndefined();
    expect(estimateLeftMs(at(0, 0, 10_000), at(9000, 0, 10_000))).toBeUndefined();
    expect(estimateLeftMs(at(0, 0, 10_000), at(9000, 100, 9900))).toBeUndefined();
  });

  test('is nothing once nothing is left', () => {
    expect(estimateLeftMs(at(0, 0, 10_000), at(10, 10_000, 0))).toBe(0);
  });

  test('is exact for work that goes on evenly, wherever one looks', () => {
    const ms = fc.integer({ min: 2000, max: 3_600_000 });
    fc.assert(
      fc.property(ms, ms, fc.double({ min: 0.01, max: 100, noNaN: true }), (elapsed, rest, rate) => {
        fc.pre(elapsed > 0.02 * (elapsed + rest));

        const left = estimateLeftMs(
          at(0, 0, (elapsed + rest) * rate),
          at(elapsed, elapsed * rate, rest * rate),
        );

        expect(left).toBeCloseTo(rest, 3);
      }),
    );
  });
});
