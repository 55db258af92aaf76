import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyFilm, costOf, foldFilm, isAtRest, nextStep } from '../src/index.ts';
import type { FilmFact, FilmRecord } from '../src/index.ts';
import { clip, created, endOf, filmLog, planned } from './sample.ts';

const fold = (...entries: Parameters<typeof filmLog>): FilmRecord => foldFilm(filmLog(...entries))!;
const timeline = { sha256: 't'.repeat(64), sizeBytes: 1, mediaType: 'application/x-protobuf' };
const cut = { blob: clip.blob, durationMs: 7000, frames: 168, width: 1080, height: 1920, fps: 24 };

describe('what the owner of a film does next', () => {
  test('asks for every key once, though several shots share it', () => {
    const step = nextStep(fold(created, planned('k1', 'k2', 'k1')));

    expect(step).toEqual({ kind: 'render', keys: ['k1', 'k2'] });
  });

  test('asks only for keys that have not ended', () => {
    const step = nextStep(fold(created, planned('k1', 'k2'), ['film.shot', endOf('k1', 'RENDERED')]));

    expect(step).toEqual({ kind: 'render', keys: ['k2'] });
  });

  test('composes when all keys have a clip', () => {
    const step = nextStep(
      fold(
        created,
        planned('k1', 'k2'),
        ['film.shot', endOf('k1', 'RENDERED')],
        ['film.shot', endOf('k2', 'CACHED')],
      ),
    );

    expect(step).toEqual({ kind: 'compose' });
  });

  test('finishes the other shots before a failed one fails the film', () => {
    const step = nextStep(fold(created, planned('k1', 'k2'), ['film.shot', endOf('k1', 'FAILED')]));

    expect(step).toEqual({ kind: 'render', keys: ['k2'] });
  });

  test('names the shots that are missing when it fails', () => {
    const step = nextStep(
      fold(
        created,
        planned('k1', 'k2'),
        ['film.shot', endOf('k1', 'FAILED', { message: 'runway: rejected' })],
        ['film.shot', endOf('k2', 'RENDERED')],
      ),
    );

    expect(step).toEqual({
      kind: 'fail',
      reason: 'SHOTS_FAILED',
      message: '1 shot of 2 could not be rendered (number 1): runway: rejected',
    });
  });

  test('names every missing shot with its reason, those of one reason together', () => {
    const step = nextStep(
      fold(
        created,
        planned('k1', 'k2', 'k3', 'k1'),
        ['film.shot', endOf('k1', 'FAILED', { message: 'runway: rejected' })],
        ['film.shot', endOf('k2', 'FAILED', { message: 'fal: too long' })],
        ['film.shot', endOf('k3', 'FAILED', { message: 'runway: rejected' })],
      ),
    );

    expect(step).toHaveProperty(
      'message',
      '4 shots of 4 could not be rendered (number 1, 3, 4): runway: rejected; (number 2): fal: too long',
    );
  });

  test('waits for an operator rather than fail while a charge is in doubt (I3)', () => {
    const step = nextStep(
      fold(
        created,
        planned('k1', 'k2'),
        ['film.shot', endOf('k1', 'FAILED', { message: 'runway: rejected' })],
        ['film.shot', endOf('k2', 'IN_DOUBT')],
      ),
    );

    expect(step).toEqual({
      kind: 'doubt',
      message:
        'it is unknown whether the provider charged for 1 take: f1-k2-1 of shot 2; ' +
        '1 shot of 2 could not be rendered (number 1): runway: rejected',
    });
  });

  test('asks for the same cut again after a restart', () => {
    const composing = { cutKey: 'c1', timeline };
    const step = nextStep(
      fold(created, planned('k1'), ['film.shot', endOf('k1', 'RENDERED')], ['film.composing', composing]),
    );

    expect(step).toEqual({ kind: 'await-cut', ...composing });
  });

  test.each([
    ['completed', ['film.completed', { cut, cutCached: false }]],
    ['failed', ['film.failed', { reason: 'X', message: 'x' }]],
    ['cancelled', ['film.cancelled', {}]],
    ['in doubt', ['film.in_doubt', { message: 'x' }]],
  ] as const)('does nothing for a film that is %s', (_name, last) => {
    expect(nextStep(fold(created, planned('k1'), last)).kind).toBe('rest');
  });

  test('looks at doubtful shots anew when the film is asked for again', () => {
    const film = fold(
      created,
      planned('k1', 'k2'),
      ['film.shot', endOf('k1', 'RENDERED')],
      ['film.shot', endOf('k2', 'IN_DOUBT')],
      ['film.in_doubt', { message: 'x' }],
      ['film.resumed', {}],
    );

    expect(nextStep(film)).toEqual({ kind: 'render', keys: ['k2'] });
    expect(film.state).toBe('FILM_STATE_RENDERING');
  });
});

describe('a film as its facts tell it', () => {
  test('a new script starts anew, keeps the old cut and remembers what the old one cost', () => {
    const film = fold(
      created,
      planned('k1'),
      ['film.shot', endOf('k1', 'RENDERED')],
      ['film.completed', { cut, cutCached: false }],
      ['film.revised', { ...created[1], revision: 2, requestId: 'r2' }],
    );

    expect(film.earlierKeys).toEqual(new Set(['k1']));
    expect(film).toMatchObject({ revision: 2, state: 'FILM_STATE_PLANNING', cut, plan: undefined });
    expect(costOf(film)).toBe(480_000);
  });

  test('what a former owner wrote after the film was taken over keeps its place and says nothing', () => {
    const log = filmLog(
      created,
      planned('k1'),
      ['film.adopted', { owner: 'scheduler-2' }],
      ['film.cancelled', {}],
    );
    const film = foldFilm(log.map((fact) => (fact.kind === 'film.adopted' ? { ...fact, epoch: 2 } : fact)))!;

    expect(film).toMatchObject({ state: 'FILM_STATE_RENDERING', owner: 'scheduler-2', seq: 4, epoch: 2 });
  });

  test('a log that does not begin with its creation is refused', () => {
    expect(() => foldFilm(filmLog(planned('k1')))).toThrow('begins with film.planned');
  });

  test('whatever the order of the ends, the film is composed exactly when all have a clip', () => {
    const keys = ['k1', 'k2', 'k3', 'k4'];
    const states = fc.constantFrom('RENDERED', 'CACHED', 'FAILED', 'IN_DOUBT' as const);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(keys),
        fc.array(states, { minLength: 4, maxLength: 4 }),
        (ended, chosen) => {
          const log = filmLog(
            created,
            planned(...keys),
            ...ended.map((key, i) => ['film.shot', endOf(key, chosen[i]!)] as const),
          );
          const film = log.reduce<FilmRecord | undefined>(
            (state, fact: FilmFact) => applyFilm(state, fact),
            undefined,
          )!;
          const step = nextStep(film);
          const happy = ended.every((_, i) => chosen[i] === 'RENDERED' || chosen[i] === 'CACHED');

          expect(step.kind === 'render').toBe(ended.length < keys.length);
          expect(step.kind === 'compose').toBe(ended.length === keys.length && happy);
          expect(isAtRest(film.state)).toBe(false);
        },
      ),
    );
  });
});
