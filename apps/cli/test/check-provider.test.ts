import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkProviderFile } from '@reelmesh/provider-gateway/check';
import { temporaryDirectory } from '@reelmesh/testing';
import { expect, test } from 'vitest';
import { describeCheck } from '../src/commands/check-provider.ts';

const kling = fileURLToPath(new URL('../../provider-gateway/data/providers/kling.yaml', import.meta.url));

test('a good file is shown with what it sends, each step, and a word at the end', async () => {
  const text = describeCheck('kling.yaml', await checkProviderFile(kling));

  expect(text).toContain('kling/v2.6-std is asked for the sample shot with POST /v1/videos/text2video');
  expect(text).toMatch(/"aspect_ratio": "9:16"/);
  expect(text).toMatch(/poll 3 +ok +succeeded, USD 0\.28/);
  expect(text.split('\n').at(-1)).toMatch(/^kling is good: \d+ steps went as recorded$/);
});

test('a step that went wrong says what it should have been, beneath what was seen', () => {
  const text = describeCheck('acme.yaml', {
    provider: 'acme',
    model: 'v1',
    request: { path: '/v1/videos', body: {} },
    notes: [],
    steps: [
      { step: 'create', seen: 'accepted as task 1', problem: '' },
      {
        step: 'request',
        seen: 'POST /v1/videos',
        problem: '/a: sent 1, recorded 2; /b: recorded 3, not sent',
      },
    ],
  });

  expect(text.split('\n').slice(-6)).toEqual([
    'create   ok     accepted as task 1',
    'request  WRONG  POST /v1/videos',
    '                /a: sent 1, recorded 2',
    '                /b: recorded 3, not sent',
    '',
    'acme is not good: 1 step of 2 went wrong',
  ]);
});

test('a broken file is shown with all its problems', () => {
  const text = describeCheck('a.yaml', { problems: ['line 1: x: must be set', 'line 2: y: must be set'] });

  expect(text).toBe('a.yaml has 2 problems:\n  line 1: x: must be set\n  line 2: y: must be set');
});

test('a currency without a rate, and a failure that no code explains, are noted', async () => {
  await using directory = await temporaryDirectory();
  const text = await readFile(kling, 'utf8');
  const path = join(directory.path, 'mine.yaml');
  await writeFile(
    path,
    text
      .replace('provider: kling', 'provider: mine\ncurrency: ISK')
      .replace(
        '    - body:\n        code: 0\n        data: { task_id: k-9, task_status: failed',
        '    - body:\n        code: 4711\n        data: { task_id: k-9, task_status: failed',
      ),
  );

  const report = await checkProviderFile(path);

  expect(report).toMatchObject({
    notes: [
      expect.stringMatching(/^ISK has no rate: until rates.yaml/),
      'failure 1: errors.codes does not list 4711, so it is UNCLASSIFIED',
    ],
  });
});
