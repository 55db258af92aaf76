import { createHmac } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from '@reelmesh/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadCatalogue } from '../src/catalogue.ts';
import { checkProviderFile, providerFileSchema } from '../src/declarative/check.ts';
import { authorization } from '../src/declarative/credentials.ts';
import { readCreate, readTask, soleMatch } from '../src/declarative/declarative-answers.ts';
import { differencesOf } from '../src/declarative/differences.ts';
import { readProviderFile } from '../src/declarative/provider-files.ts';
import { describeSettings, settingsOf } from '../src/declarative/provider-settings.ts';
import { fillIn, placesOf } from '../src/declarative/template.ts';

const dir = fileURLToPath(new URL('../data/providers', import.meta.url));
const shipped = (await readdir(dir)).map((name) => join(dir, name));
const served = fileURLToPath(new URL('providers/router.yaml', import.meta.url));
const klingText = await readFile(join(dir, 'kling.yaml'), 'utf8');

function fileOf(text: string) {
  const read = readProviderFile(text);
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  return read.file;
}
const kling = fileOf(klingText);
const problemsOf = (text: string): readonly string[] => {
  const read = readProviderFile(text);
  return 'problems' in read ? read.problems : [];
};

describe('a template', () => {
  const values = { prompt: 'rain', seconds: 5, seed: 7 };

  test('keeps a number a number, and makes it text where it says so or is part of a text', () => {
    expect(fillIn({ a: '${seconds}', b: '${seconds:text}', c: '${seconds}s' }, values)).toEqual({
      a: 5,
      b: '5',
      c: '5s',
    });
  });

  test('drops a key whose placeholder is absent, also within a text', () => {
    expect(
      fillIn({ prompt: '${prompt}', image: '${firstFrame}', note: 'from ${firstFrame}' }, values),
    ).toEqual({
      prompt: 'rain',
    });
  });

  test('drops an object or list item that is all about what is absent, and keeps one that is not', () => {
    const body = {
      content: [
        { type: 'text', text: '${prompt}' },
        { type: 'image_url', image_url: { url: '${firstFrame}' }, role: 'first_frame' },
      ],
      keyframes: { frame0: { type: 'image', url: '${firstFrame}' } },
      parameters: { fixed: true, seed: '${seed}', ratio: '${ratio}' },
      constants: { watermark: false },
    };

    expect(fillIn(body, values)).toEqual({
      content: [{ type: 'text', text: 'rain' }],
      parameters: { fixed: true, seed: 7 },
      constants: { watermark: false },
    });
  });

  test('puts nothing into what comes from the script', () => {
    expect(fillIn({ a: '${prompt}' }, { ...values, prompt: '${seed} and $& and ${firstFrame}' })).toEqual({
      a: '${seed} and $& and ${firstFrame}',
    });
  });

  test('says where a value went, in the form of JSON Pointers', () => {
    const mark = Object.freeze({});

    expect(placesOf(mark, fillIn({ 'a/b': ['x', '${takeId}'] }, { takeId: mark }))).toEqual(['/a~1b/1']);
  });
});

describe('a provider file', () => {
  test.each([...shipped, served].map((path) => [path.split('/').at(-1), path]))(
    '%s goes as recorded',
    async (_name, path) => {
      const report = await checkProviderFile(path);

      expect('steps' in report ? report.steps.filter(({ problem }) => problem !== '') : report).toEqual([]);
    },
  );

  test.each([
    [
      'an unknown field',
      'concurrency: 5',
      'concurency: 5',
      /^line 10: the file: Unrecognized key: "concurency"/,
    ],
    ['no room at all', 'concurrency: 5', 'concurrency: 0', /concurrency: must be at least 1/],
    [
      'an address in the clear',
      'https://api-singapore.klingai.com',
      'http://klingai.com',
      /baseUrl: must be an https URL/,
    ],
    [
      'a variable of ours',
      'KLING_API_KEY',
      'REELMESH_KEY',
      /auth.secretEnv: must be the name of an environment variable/,
    ],
    [
      'a place that is no pointer',
      '/data/task_id\n\npoll',
      'data.task_id\n\npoll',
      /submit.taskId: must be a JSON Pointer/,
    ],
    [
      'a placeholder that nobody fills',
      '${ratio}',
      '${ratoi}',
      /submit.body: unknown placeholder \$\{ratoi\}; known: prompt/,
    ],
    [
      'a poll for no task in particular',
      '${submitPath}/${taskId}',
      '${submitPath}/${task}',
      /poll.path: unknown placeholder \$\{task\}/,
    ],
    [
      'a word in two states',
      'running: [processing]',
      'running: [processing, Failed]',
      /poll.states: "failed" is in two states/,
    ],
    [
      'nowhere to get a clip',
      '  output: /data/task_result/videos/0/url\n',
      '',
      /poll: must have either output or content/,
    ],
    [
      'no host for its clips',
      'outputHosts: [.klingai.com, .kechuangai.com]',
      'outputHosts: []',
      /outputHosts: must name a host/,
    ],
    [
      'no word for success',
      'succeeded: [succeed]',
      'succeeded: []',
      /poll.states.succeeded: must name a word/,
    ],
    ['a class that is none', '1301: MODERATED_INPUT', '1301: CENSORED', /errors.codes.1301: Invalid option/],
    ['a cost without a unit', '  microsPerUnit: 140000\n', '', /cost: must have both at and microsPerUnit/],
    [
      'a lookup by what two shots may share',
      '    external_task_id: ${takeId}\n',
      '    seed: ${seed}\n',
      /lookup: must go by/,
    ],
    [
      'a length without a price',
      '{ 5: 280000, 10: 560000 }',
      '{ 5: 280000 }',
      /models.0.priceMicros: must price every length/,
    ],
    [
      'the name of another',
      'provider: kling',
      'provider: runway',
      /provider: is the name of a provider that is built in/,
    ],
    [
      'no refusal of a bad key',
      '    auth: { status: 401',
      '    quota: { status: 401',
      /recording.refusals.auth: must be there/,
    ],
  ])('with %s is refused, with line and field', (_title, from, to, problem) => {
    const text = klingText.replace(from, to);
    expect(text).not.toBe(klingText);

    expect(problemsOf(text)).toEqual([expect.stringMatching(problem)]);
    expect(problemsOf(text)[0]).toMatch(/^line \d+: /);
  });

  test('is told all that is wrong with it at once, in the order of its lines', () => {
    const problems = problemsOf('provider: Acme\nbaseUrl: ftp://a.example\nmodels:\n  - model: a/b\n');

    expect(problems.filter((problem) => problem.includes('must be set')).length).toBeGreaterThan(5);
    expect(problems).toContain('line 2: baseUrl: must be an https URL; http only on loopback');
    expect(problems).toContain(
      'line 4: models.0.model: must have no slash: the name that the provider uses goes into remoteId',
    );
  });

  test('that is no YAML says where', () => {
    expect(problemsOf('provider: [kling\n')[0]).toMatch(/^line \d: /);
  });

  test('has a JSON Schema for editors, in which a row need not repeat the provider', () => {
    expect(providerFileSchema()).toMatchObject({
      type: 'object',
      required: expect.arrayContaining([
        'provider',
        'auth',
        'submit',
        'poll',
        'models',
        'recording',
      ]) as unknown,
      properties: { models: { items: { required: expect.not.arrayContaining(['provider']) as unknown } } },
    });
  });
});

describe('a recording that does not fit its file', () => {
  const wrongSteps = async (from: string, to: string) => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'wrong.yaml');
    await writeFile(path, klingText.replace(from, to));
    const report = await checkProviderFile(path);
    return 'steps' in report ? report.steps.filter(({ problem }) => problem !== '') : report.problems;
  };

  test.each([
    [
      'a knob that is sent otherwise',
      '    mode: ${mode}',
      '    modus: ${mode}',
      {
        step: 'request',
        problem: '/mode: recorded "std", not sent; /modus: sent "std", not in the recording',
      },
    ],
    [
      'a task id that is elsewhere',
      'taskId: /data/task_id\n\npoll',
      'taskId: /data/id\n\npoll',
      { step: 'create', problem: 'should be accepted as task ?' },
    ],
    [
      'a word that no state lists',
      '[processing]',
      '[rendering]',
      { step: 'poll 2', problem: 'is a word that poll.states does not list; should be running' },
    ],
    [
      'a host that is not allowed',
      '.klingai.com, ',
      '',
      { step: 'poll 3', problem: 'cdn.klingai.com is not in outputHosts' },
    ],
    [
      'a price that was not charged',
      'microsPerUnit: 140000',
      'microsPerUnit: 1',
      { step: 'poll 3', problem: 'should cost what was charged: USD 0.28' },
    ],
    [
      'a refusal that reads as another',
      '1301: MODERATED_INPUT',
      '1301: TRANSIENT',
      { step: 'refused: moderation', problem: 'should be rejected as MODERATED_INPUT' },
    ],
  ])('shows %s', async (_title, from, to, wrong) => {
    expect(await wrongSteps(from, to)).toContainEqual(expect.objectContaining(wrong));
  });
});

describe('an answer', () => {
  const task = (status: unknown, more: object = {}) => ({
    status: 200,
    json: { code: 0, data: { task_id: 'k', task_status: status, ...more } },
  });

  test.each([' SUCCEED ', 'Succeed', 'succeed'])('"%s" is a success', (word) => {
    const result = readTask(kling, task(word, { task_result: { videos: [{ url: 'https://x/y.mp4' }] } }), 5);

    expect(result).toEqual({ kind: 'succeeded', costMicros: 5, output: { url: 'https://x/y.mp4' } });
  });

  test('with a word that the file does not list is still running, and shown', () => {
    expect(readTask(kling, task('Polishing'), 5)).toEqual({
      kind: 'running',
      progress: 0,
      waitingFor: 'provider: polishing',
      isGuess: true,
    });
  });

  test('without a word, or with one that is no text, is no verdict', () => {
    expect(readTask(kling, { status: 200, json: { code: 0 } }, 5)).toBeUndefined();
    expect(readTask(kling, { status: 200, json: [] }, 5)).toBeUndefined();
    expect(readTask(kling, { status: 200, json: null }, 5)).toBeUndefined();
    expect(readTask(kling, task({ a: 1 }), 5)).toBeUndefined();
  });

  test.each([
    ['2.5', 350_000],
    [2, 280_000],
    ['-1', 5],
    ['much', 5],
    [null, 5],
    [1e300, 5],
  ])('that deducts %j costs %i micros', (units, costMicros) => {
    const done = { task_result: { videos: [{ url: 'https://x/y' }] }, final_unit_deduction: units };

    expect(readTask(kling, task('succeed', done), 5)).toMatchObject({ costMicros });
  });

  test.each(['kling', 'ark', 'dashscope', 'minimax'])(
    'of %s is read without harm whatever it holds',
    async (name) => {
      const file = fileOf(await readFile(join(dir, `${name}.yaml`), 'utf8'));
      const words = fc.constantFrom('succeed', 'SUCCEEDED', 'failed', 'UNKNOWN', 'x');
      const names = fc.constantFrom(
        'data',
        'task',
        'output',
        'task_status',
        'status',
        'code',
        'error',
        'usage',
      );
      const { answer } = fc.letrec((tie) => ({
        answer: fc.oneof(
          { maxDepth: 4 },
          fc.jsonValue(),
          words,
          fc.dictionary(names, tie('answer')),
          fc.array(tie('answer'), { maxLength: 2 }),
        ),
      }));

      fc.assert(
        fc.property(answer, fc.constantFrom(200, 201, 302, 400, 404), (json, status) => {
          const task = readTask(file, { status, json }, 5);
          const created = readCreate(file, { status, json });

          expect(task === undefined || task.kind === 'running' || Number.isSafeInteger(task.costMicros)).toBe(
            true,
          );
          expect(['accepted', 'rejected', 'unknown']).toContain(created.kind);
        }),
      );
    },
  );

  test('that refuses under a 200 is a refusal when its code is listed, else it leaves the charge in doubt', () => {
    const refused = (code: number) => readCreate(kling, { status: 200, json: { code, message: 'no' } });

    expect(refused(1301)).toMatchObject({ kind: 'rejected', failure: 'FAILURE_CLASS_MODERATED_INPUT' });
    expect(refused(5000)).toMatchObject({ kind: 'unknown' });
  });

  test('that gives a task id for a step up in a path gives none', () => {
    const created = (id: string) =>
      readCreate(kling, { status: 200, json: { code: 0, data: { task_id: id } } });

    expect(created('..')).toMatchObject({ kind: 'unknown' });
    expect(created('k'.repeat(501))).toMatchObject({ kind: 'unknown' });
    expect(created('k-1')).toEqual({ kind: 'accepted', taskId: 'k-1' });
  });

  test('that lists several tasks of our marks, or none, finds nothing', () => {
    const items = [
      { id: 'a', seed: 7 },
      { id: 'b', seed: 8 },
    ];
    const find = (list: unknown, seed: number) =>
      soleMatch({ items: list }, '/items', ['/id'], { '/seed': seed });

    expect(find(items, 8)).toBe('b');
    expect(find([...items, { id: 'c', seed: 8 }], 8)).toBeUndefined();
    expect(find(items, 9)).toBeUndefined();
    expect(find(undefined, 8)).toBeUndefined();
  });
});

describe('a key', () => {
  const auth = kling.auth;

  test('goes into the header as it is', () => {
    expect(authorization(auth, () => 0)('k$&')).toEqual({ authorization: 'Bearer k$&' });
  });

  test('that is a pair becomes a token signed with its second half, good for half an hour', () => {
    const { authorization: value = '' } = authorization(auth, () => 1_000_000)('access:hidden');
    const [head = '', claims = '', signature] = value.replace('Bearer ', '').split('.');
    const json = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));

    expect(json(head)).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(json(claims)).toEqual({ iss: 'access', exp: 2800, nbf: 995 });
    expect(signature).toBe(createHmac('sha256', 'hidden').update(`${head}.${claims}`).digest('base64url'));
    expect(value).not.toContain('hidden');
  });
});

describe('the settings of a provider that is a file', () => {
  test('are named by it, and show no key', () => {
    const rows = describeSettings(kling, { KLING_API_KEY: 'hidden', REELMESH_NO_SUCH: 'x' });

    expect(rows.map(({ variable, value }) => [variable, value])).toEqual([
      ['KLING_BASE_URL', ''],
      ['KLING_API_KEY', '***'],
      ['KLING_API_KEY_PREVIOUS', ''],
    ]);
  });

  test('have a variable for the address also where the file names none', () => {
    const acme = { ...kling, provider: 'acme-video', baseUrlEnv: undefined };

    expect(settingsOf(acme, { ACME_VIDEO_BASE_URL: 'http://127.0.0.1:1' }).baseUrl).toBe(
      'http://127.0.0.1:1',
    );
    expect(() => settingsOf(acme, { ACME_VIDEO_BASE_URL: 'nowhere' })).toThrow(
      /ACME_VIDEO_BASE_URL: must be a URL/,
    );
  });
});

test('a request differs from the recorded one in all but the prompt and the take’s own marks', () => {
  const recorded = { prompt: 'rain', id: 'film-1', seed: 1, mode: 'std', list: [1] };

  expect(
    differencesOf(recorded, { ...recorded, prompt: 'MY: words', id: 'take-1', seed: 9 }, [
      'MY: words',
      'take-1',
      9,
    ]),
  ).toEqual([]);
  expect(differencesOf(recorded, { ...recorded, mode: 'pro', list: [1, 2] }, [])).toEqual([
    '/mode: sent "pro", recorded "std"',
    '/list/1: sent 2, not in the recording',
  ]);
});

describe('the README', () => {
  test('shows a file that is good, and a strategy that names its model', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const section = readme.slice(readme.indexOf('### Adding a provider'));
    const [file = '', strategies = ''] = [...section.matchAll(/```yaml\n(.*?)```/gs)].map(
      ([, text = '']) => text,
    );
    await using directory = await temporaryDirectory();
    await mkdir(join(directory.path, 'providers'));
    await writeFile(join(directory.path, 'providers/acme.yaml'), file);
    await writeFile(join(directory.path, 'strategies.yaml'), strategies);

    const report = await checkProviderFile(join(directory.path, 'providers/acme.yaml'));
    const catalogue = await loadCatalogue(directory.path);

    expect('steps' in report ? report.steps.filter(({ problem }) => problem !== '') : report).toEqual([]);
    expect(catalogue.strategies.get('acme')).toMatchObject({ candidates: ['acme/v1-720p'] });
    expect(catalogue.models.has('acme/v1-720p')).toBe(true);
  });
});
