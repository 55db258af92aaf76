import { describe, expect, test } from 'vitest';
import { readResult, readStatus, readSubmit, soleMatch } from '../src/fal-answers.ts';
import type { Completed } from '../src/fal-answers.ts';

const QUEUE = 'https://queue.fal.run';
const PIKA = '/fal-ai/pika/v2.2/text-to-video';
const answer = (status: number, json: unknown, headers: Record<string, string> = {}) => ({
  status,
  json,
  headers,
});
const completed = (more: object = {}): Completed => {
  const seen = readStatus({ status: 'COMPLETED', ...more });
  if (seen?.kind !== 'completed') throw new Error('not completed');
  return seen;
};
const QUOTE = 200_000;

describe('the address of a request', () => {
  test.each([
    ['the one that fal returned', `${QUEUE}/fal-ai/pika/requests/r1`, 'fal-ai/pika/requests/r1'],
    ['a path that we did not expect', `${QUEUE}/v2/somewhere/r1`, 'v2/somewhere/r1'],
    ['the documented one when fal returned none', undefined, 'fal-ai/pika/requests/r1'],
    ['never at another host', 'https://evil.example/fal-ai/pika/requests/r1', 'fal-ai/pika/requests/r1'],
    ['never without TLS', 'http://queue.fal.run/fal-ai/pika/requests/r1', 'fal-ai/pika/requests/r1'],
  ])('is %s', (_title, response_url, taskId) => {
    const json = { status: 'IN_QUEUE', request_id: 'r1', response_url };

    expect(readSubmit(answer(200, json), QUEUE, PIKA)).toEqual({ kind: 'accepted', taskId });
  });
});

describe('a refused create', () => {
  test.each([
    [403, { detail: 'User is locked. Reason: Exhausted balance.' }, 'FAILURE_CLASS_NO_FUNDS'],
    [403, { detail: 'Forbidden' }, 'FAILURE_CLASS_AUTH'],
    [
      422,
      { detail: [{ msg: 'flagged', type: 'content_policy_violation' }] },
      'FAILURE_CLASS_MODERATED_INPUT',
    ],
    [
      422,
      { detail: [{ msg: 'Input should be 5 or 10', type: 'literal_error' }] },
      'FAILURE_CLASS_INVALID_INPUT',
    ],
  ])('%i %j is %s', (status, json, failure) => {
    expect(readSubmit(answer(status, json), QUEUE, PIKA)).toMatchObject({ kind: 'rejected', failure });
  });
});

describe('a completed request', () => {
  test('whose result is not there yet is still running', () => {
    const early = answer(400, { detail: 'Request is still in progress' });

    expect(readResult(early, completed(), QUOTE)?.kind).toBe('running');
  });

  test.each([
    ['504 of the queue', answer(504, undefined)],
    [
      'a typed 504 that may be asked for again',
      answer(504, { detail: 'x', error_type: 'request_timeout' }, { 'x-fal-retryable': 'true' }),
    ],
    ['401: the key may be new', answer(401, { detail: 'no' })],
    ['HTML', answer(200, undefined)],
  ])('says nothing by %s', (_title, said) => {
    expect(readResult(said, completed(), QUOTE)).toBeUndefined();
  });

  test('has failed by the word of its status when the result cannot be had', () => {
    const seen = completed({ error: 'Runner crashed', error_type: 'runner_server_error' });

    expect(readResult(answer(500, undefined), seen, QUOTE)).toEqual({
      kind: 'failed',
      failure: 'FAILURE_CLASS_TRANSIENT',
      message: 'fal: Runner crashed (runner_server_error)',
      costMicros: 0,
    });
  });

  test('has failed for good when fal says that asking again is no use', () => {
    const final = answer(500, { detail: 'x', error_type: 'something_new' }, { 'x-fal-retryable': 'false' });

    expect(readResult(final, completed(), QUOTE)).toMatchObject({ failure: 'FAILURE_CLASS_UNCLASSIFIED' });
  });

  test.each([
    [0.02, 0],
    [41.8, QUOTE],
  ])('that the model refused after %d s costs %d micro-dollars', (inference_time, costMicros) => {
    const refused = answer(422, { detail: [{ msg: 'flagged', type: 'content_policy_violation' }] });

    expect(readResult(refused, completed({ metrics: { inference_time } }), QUOTE)).toMatchObject({
      failure: 'FAILURE_CLASS_MODERATED_INPUT',
      costMicros,
    });
  });

  test('that the client cancelled is cancelled', () => {
    const cancelled = answer(499, { detail: 'cancelled', error_type: 'client_cancelled' });

    expect(readResult(cancelled, completed({ error: 'x' }), QUOTE)).toEqual({
      kind: 'cancelled',
      costMicros: 0,
    });
  });
});

describe('the list of requests finds a lost one', () => {
  const input = { prompt: 'rain', seed: 7 };
  const item = (request_id: string, json_input: unknown) => ({ request_id, json_input });
  const others = [item('r1', { prompt: 'rain', seed: 8 }), item('r2', { prompt: 'sun', seed: 7 })];

  test('by its input, in whatever order its keys come', () => {
    expect(soleMatch({ items: [...others, item('r3', { seed: 7, prompt: 'rain' })] }, input)).toBe('r3');
  });

  test.each([
    ['none is listed', { items: others }],
    ['two of the same are listed', { items: [item('r3', input), item('r4', input)] }],
    ['the list goes on', { items: [item('r3', input)], has_more: true }],
    ['the payloads are missing', { items: [item('r3', undefined)] }],
    ['it is no list', { error: 'x' }],
  ])('and does not guess when %s', (_title, body) => {
    expect(soleMatch(body, input)).toBeUndefined();
  });
});
