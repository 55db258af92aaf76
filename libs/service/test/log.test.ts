import { expect, test } from 'vitest';
import { createLogger } from '../src/index.ts';
import type { LogLevel, Logger } from '../src/index.ts';

function capture(level: LogLevel): {
  log: Logger;
  lines: () => Record<string, unknown>[];
  text: () => string;
} {
  let text = '';
  const log = createLogger({ service: 'cache', level, destination: { write: (line) => (text += line) } });
  return {
    log,
    text: () => text,
    lines: () =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

test('one event is one JSON line with level, time, service, fields and message', () => {
  const { log, lines } = capture('info');

  log.child({ filmId: 'f1' }).info({ shots: 12 }, 'film planned');

  expect(lines()).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      service: 'cache',
      filmId: 'f1',
      shots: 12,
      msg: 'film planned',
    },
  ]);
});

test('lines below the level are dropped, and silent drops all', () => {
  const { log, lines } = capture('warn');
  const silent = capture('silent');

  log.info({}, 'told');
  log.warn({}, 'warned');
  silent.log.error({}, 'failed');

  expect(lines().map((line) => line['msg'])).toEqual(['warned']);
  expect(silent.text()).toBe('');
});

test('an error in err keeps its message and stack', () => {
  const { log, lines } = capture('info');

  log.error({ err: new Error('disk full') }, 'put failed');

  expect(lines()[0]?.['err']).toMatchObject({
    type: 'Error',
    message: 'disk full',
    stack: expect.stringContaining('log.test') as string,
  });
});

test('no planted secret reaches the log, however it is nested', () => {
  const { log, text } = capture('debug');
  const canary = 'canary-4711';

  log.info({ authorization: canary, apiKey: canary, token: canary }, 'flat');
  log.info(
    { headers: { authorization: canary, cookie: canary }, provider: { secret: canary, password: canary } },
    'nested',
  );
  log.info({ request: { headers: { Authorization: canary } } }, 'deeper');
  log.child({ credential: canary }).debug({}, 'child');

  expect(text()).not.toContain(canary);
  expect(text().match(/\*\*\*/g)).toHaveLength(9);
});
