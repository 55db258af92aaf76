import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ConfigError, describeConfig, field, readConfig, section } from '../src/index.ts';

const gateway = section('provider-gateway', {
  pollEveryMs: field.int({ min: 100, max: 60_000, fallback: 5_000, doc: 'Pause between polls.' }),
  dataDir: field.text({ doc: 'Where files go.' }),
  strict: field.flag({ fallback: false, doc: 'Refuse unknown words.' }),
  level: field.choice(['info', 'debug'], { fallback: 'info', doc: 'What is logged.' }),
  natsUrl: field.url({ protocols: ['nats', 'tls'], fallback: 'nats://127.0.0.1:4222', doc: 'The server.' }),
  runwayKey: field.optional({ secret: true, env: 'RUNWAYML_API_SECRET', doc: 'Key of the provider.' }),
});
const required = { REELMESH_PROVIDER_GATEWAY__DATA_DIR: '/data' };

const directory = mkdtempSync(join(tmpdir(), 'reelmesh-config-'));
afterAll(() => rmSync(directory, { recursive: true }));

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env, [gateway]);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('reading', () => {
  test('gives fallbacks where nothing is set, typed by field', () => {
    const config = readConfig(required, [gateway]);

    const poll: number = config['provider-gateway'].pollEveryMs;
    expect(poll).toBe(5_000);
    expect(config['provider-gateway']).toEqual({
      pollEveryMs: 5_000,
      dataDir: '/data',
      strict: false,
      level: 'info',
      natsUrl: 'nats://127.0.0.1:4222',
      runwayKey: undefined,
    });
  });

  test('takes values from the environment, and an empty variable as unset', () => {
    const config = readConfig(
      {
        ...required,
        REELMESH_PROVIDER_GATEWAY__POLL_EVERY_MS: '250',
        REELMESH_PROVIDER_GATEWAY__STRICT: 'true',
        REELMESH_PROVIDER_GATEWAY__LEVEL: '',
        RUNWAYML_API_SECRET: 'key-1',
      },
      [gateway],
    );

    expect(config['provider-gateway']).toMatchObject({
      pollEveryMs: 250,
      strict: true,
      level: 'info',
      runwayKey: 'key-1',
    });
  });

  test('reports every problem at once, each with variable, rule and what was found', () => {
    const problems = problemsOf({
      REELMESH_PROVIDER_GATEWAY__POLL_EVERY_MS: '7.5',
      REELMESH_PROVIDER_GATEWAY__STRICT: 'yes',
      REELMESH_PROVIDER_GATEWAY__LEVEL: 'loud',
      REELMESH_PROVIDER_GATEWAY__NATS_URL: 'http://nats',
    });

    expect(problems).toEqual([
      'REELMESH_PROVIDER_GATEWAY__POLL_EVERY_MS: must be a whole number from 100 to 60000, not "7.5"',
      'REELMESH_PROVIDER_GATEWAY__DATA_DIR: must be set: Where files go.',
      'REELMESH_PROVIDER_GATEWAY__STRICT: must be true or false, not "yes"',
      'REELMESH_PROVIDER_GATEWAY__LEVEL: must be one of info, debug, not "loud"',
      'REELMESH_PROVIDER_GATEWAY__NATS_URL: must be a URL that starts with nats:// or tls://, not "http://nats"',
    ]);
  });

  test.each(['', ' 5', '99', '60001', '1e3', '0x64', 'NaN'])(
    'refuses %j where a number in bounds is due',
    (text) => {
      const parse = (): number => gateway.fields.pollEveryMs.parse(text);

      expect(parse).toThrow('must be a whole number from 100 to 60000');
    },
  );

  test('a misspelt variable is a problem that names the one that was meant', () => {
    const problems = problemsOf({ ...required, REELMESH_PROVIDER_GATEWAY__POL_EVERY_MS: '250' });

    expect(problems).toEqual([
      'REELMESH_PROVIDER_GATEWAY__POL_EVERY_MS: no such setting; did you mean REELMESH_PROVIDER_GATEWAY__POLL_EVERY_MS?',
    ]);
  });

  test('a variable like no other is a problem without a guess', () => {
    expect(problemsOf({ ...required, REELMESH_QX: '1' })).toEqual(['REELMESH_QX: no such setting']);
  });

  test('settings of services that run elsewhere are no problem', () => {
    const cache = section('cache', {
      ttlDays: field.int({ min: 1, max: 365, fallback: 7, doc: 'Life of a clip.' }),
    });

    const config = readConfig({ ...required, REELMESH_CACHE__TTL_DAYS: 'unread' }, [gateway], [cache]);

    expect(Object.keys(config)).toEqual(['provider-gateway']);
  });
});

describe('secrets', () => {
  const file = join(directory, 'key');
  writeFileSync(file, 'key-from-file\n');

  test('come from the file that the _FILE variable names', () => {
    const config = readConfig({ ...required, RUNWAYML_API_SECRET_FILE: file }, [gateway]);

    expect(config['provider-gateway'].runwayKey).toBe('key-from-file');
  });

  test('a missing file is a problem that names variable and file', () => {
    const [problem] = problemsOf({ ...required, RUNWAYML_API_SECRET_FILE: join(directory, 'none') });

    expect(problem).toMatch(
      /^RUNWAYML_API_SECRET: cannot read the file that RUNWAYML_API_SECRET_FILE names: ENOENT.*none/,
    );
  });

  test('set twice is a problem, for one of them would be ignored', () => {
    const problems = problemsOf({ ...required, RUNWAYML_API_SECRET: 'a', RUNWAYML_API_SECRET_FILE: file });

    expect(problems).toEqual([
      'RUNWAYML_API_SECRET: is set, and so is RUNWAYML_API_SECRET_FILE: set one of them',
    ]);
  });

  test('only secrets may come from files', () => {
    expect(problemsOf({ ...required, REELMESH_PROVIDER_GATEWAY__LEVEL_FILE: file })[0]).toContain(
      'no such setting',
    );
  });

  test('a refused secret is not repeated in the message', () => {
    const strict = section('x', {
      key: {
        doc: 'A key.',
        secret: true,
        parse: (_text: string): string => {
          throw new Error('must have 40 characters');
        },
      },
    });

    expect(() => readConfig({ REELMESH_X__KEY: 'canary' }, [strict])).toThrow(/^(?!.*canary)/s);
  });
});

test('the description masks secrets and passwords, and tells what is a fallback', () => {
  const config = readConfig(
    {
      ...required,
      RUNWAYML_API_SECRET: 'canary-key',
      REELMESH_PROVIDER_GATEWAY__NATS_URL: 'nats://me:canary@host:4222',
    },
    [gateway],
  );

  const rows = describeConfig([gateway], config);

  expect(JSON.stringify(rows)).not.toContain('canary');
  expect(rows.map(({ variable, value, isFallback }) => [variable, value, isFallback])).toEqual([
    ['REELMESH_PROVIDER_GATEWAY__POLL_EVERY_MS', '5000', true],
    ['REELMESH_PROVIDER_GATEWAY__DATA_DIR', '/data', false],
    ['REELMESH_PROVIDER_GATEWAY__STRICT', 'false', true],
    ['REELMESH_PROVIDER_GATEWAY__LEVEL', 'info', true],
    ['REELMESH_PROVIDER_GATEWAY__NATS_URL', 'nats://me:***@host:4222', false],
    ['RUNWAYML_API_SECRET', '***', false],
  ]);
});
