import { FilmState, Quote, ShotState } from '@reelmesh/contracts/film';
import { Severity } from '@reelmesh/contracts/script';
import { FailureClass, Take } from '@reelmesh/contracts/shot';
import { expect, test } from 'vitest';
import { describeReport, describeRest, reportOf } from '../src/film-report.ts';
import { describeQuote } from '../src/quote-report.ts';
import { aFilm } from './support/films.ts';

const film = aFilm({
  state: FilmState.FILM_STATE_COMPLETED,
  rendered: 2,
  cached: 1,
  costMicros: 1_250_000,
  cut: { durationMs: 10_042 },
  diagnostics: [
    { code: 'SCENE_MISSING_TIME', severity: Severity.SEVERITY_WARNING, message: 'no time of day', range: { start: { line: 12, column: 3 } } },
    { code: 'HINT', severity: Severity.SEVERITY_HINT, message: 'nothing' },
  ],
  shots: [{ shotKey: 'a', provider: 'fal', model: 'pika', fallbackReason: 'runway/gen4.5: breaker_open' }],
}); // prettier-ignore
const made = { output: 'out/night.mp4', script: 'scripts/night.fountain', wallMs: 61_234.56 };

test('the JSON report has the names and units that scripts rely on', () => {
  expect(reportOf(film, made)).toEqual({
    film_id: 'f1',
    state: 'completed',
    output: 'out/night.mp4',
    duration_s: 10.042,
    scenes: 2,
    shots: 1,
    rendered: 2,
    cached: 1,
    cost_usd: 1.25,
    cost_per_minute_usd: 7.468632,
    wall_s: 61.235,
    fallbacks: [{ shot: 1, provider: 'fal', model: 'pika', reason: 'runway/gen4.5: breaker_open' }],
    refused: [],
    in_doubt: [],
    at_risk_usd: 0,
    warnings: [
      'night.fountain:12:3: no time of day (SCENE_MISSING_TIME)',
      'shot 1 was rendered by fal: runway/gen4.5: its calls fail, the breaker is open',
    ],
  });
});

test('the report for people gives path, duration, cost, cache hits, time and warnings', () => {
  const text = describeReport(reportOf(film, made));

  expect(text).toContain('out/night.mp4  0:10');
  expect(text).toContain('2 rendered, 1 from the cache · $1.25 ($7.47 a finished minute) · 61.2 s');
  expect(text).toContain('warning: night.fountain:12:3: no time of day (SCENE_MISSING_TIME)');
});

test('a quote names the provider of each shot, charges nothing for cached ones and says the most it may cost', () => {
  const decision = {
    candidates: [
      { provider: 'runway', model: 'gen4', eligible: false },
      { provider: 'pika', model: '2.2', eligible: true },
    ],
  };
  const quote = Quote.fromJSON({
    title: 'Last Train',
    scenes: [{}],
    shots: [
      {
        durationMs: 4000,
        description: 'the hall',
        cached: true,
        expectedMicros: 200_000,
        limitMicros: 300_000,
      },
      { durationMs: 5000, description: 'the train', expectedMicros: 250_000, limitMicros: 400_000, decision },
    ],
    durationMs: 9000,
    expectedMicros: 250_000,
    limitMicros: 400_000,
    cached: 1,
  });

  const text = describeQuote(quote);

  expect(text).toMatch(/1 +1 +4\.0 +cache +\$0\.00 +\$0\.00 +the hall/);
  expect(text).toMatch(/2 +1 +5\.0 +pika 2\.2 +\$0\.25 +\$0\.40 +the train/);
  expect(text).toContain(
    '1 cached, 1 to render: $0.25, at most $0.40 with every fallback; nothing was rendered',
  );
});

test('a film in doubt ends with the commands that end the doubt, as they have to be typed here', () => {
  const lost = Take.fromPartial({
    id: 't1',
    shotKey: 'b',
    provider: 'runway',
    model: 'gen4.5',
    quoteMicros: 360_000,
    message: 'read ECONNRESET',
  });
  const film = aFilm({
    state: FilmState.FILM_STATE_IN_DOUBT,
    message: 'it is unknown …; 1 shot of 3 could not be rendered (number 3): no',
  });

  const lines = describeRest(film, [lost], {
    command: 'npm run reelmesh --',
    flags: ['--data', 'films'],
  }).split('\n');

  expect(lines[0]).toBe(
    'film f1 is in doubt: the answer to 1 order was lost, which may have been charged: $0.36 at risk',
  );
  expect(lines[1]).toBe('take t1 (shot 2, runway gen4.5, $0.36): read ECONNRESET');
  expect(lines).toContain('1 shot of 3 could not be rendered (number 3): no');
  expect(lines).toContain('  npm run reelmesh -- takes resolve t1 void --data films');
  expect(lines).toContain('  npm run reelmesh -- takes resolve t1 attach --task ID --data films');
});

test('a film that failed says why', () => {
  const film = aFilm({ state: FilmState.FILM_STATE_FAILED, message: 'the prompt was refused', reason: 'X' });

  expect(describeRest(film, [], { command: 'reelmesh', flags: [] })).toBe(
    'film f1 failed: the prompt was refused (X)',
  );
});

test('a quote that nobody can fulfil says so, and why', () => {
  const candidate = { provider: 'runway', model: 'gen4.5', eligible: false, reason: 'not_configured' };
  const quote = Quote.fromJSON({
    shots: [{ decision: { candidates: [candidate] } }, { decision: { candidates: [candidate] } }],
  });

  expect(describeQuote(quote).split('\n').at(-1)).toBe(
    'nobody can render 2 shots: runway gen4.5: not set up (see `config verify`)',
  );
});

test('a film without a cut reports its state, the shots that no budget had room for, and the money at risk', () => {
  const lost = Take.fromPartial({ id: 't1', quoteMicros: 360_000 });
  const failed = aFilm({
    state: FilmState.FILM_STATE_FAILED,
    message: 'shots 1 and 2 failed',
    reason: 'SHOTS_FAILED',
    shots: [
      {
        state: ShotState.SHOT_STATE_FAILED,
        failure: FailureClass.FAILURE_CLASS_BUDGET,
        message: 'the day is spent',
      },
      { state: ShotState.SHOT_STATE_FAILED, failure: FailureClass.FAILURE_CLASS_LOST, message: 'lost' },
    ],
  });

  expect(reportOf(failed, made, [lost])).toMatchObject({
    state: 'failed',
    output: '',
    cost_per_minute_usd: null,
    refused: [{ shot: 1, reason: 'the day is spent' }],
    in_doubt: [{ take_id: 't1', at_risk_usd: 0.36 }],
    at_risk_usd: 0.36,
  });
  expect(describeRest(failed, [], { command: 'reelmesh', flags: [] }).split('\n')).toEqual([
    'film f1 failed: shots 1 and 2 failed (SHOTS_FAILED)',
    'shot 1 was refused by a budget: the day is spent',
  ]);
});
