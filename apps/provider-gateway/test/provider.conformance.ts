import type { FailureClass, ShotImage } from '@reelmesh/contracts/shot';
import type { TakeIntent, TakeRecord } from '@reelmesh/domain';
import { startEmulator, temporaryDirectory } from '@reelmesh/testing';
import type {
  EmulatorConfig,
  EmulatorProvider,
  FaultAction,
  FaultRule,
  RefusalReason,
  TestEmulator,
} from '@reelmesh/testing';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { download } from '../src/download.ts';
import type { ModelRow } from '../src/knobs.ts';
import type { PollResult, Provider, SubmitResult } from '../src/provider.ts';
import { intentFor } from './intent.ts';
import { spec } from './world.ts';

/** What the kit must know of a provider to try it against the emulator. */
export interface Subject {
  /** As the emulator calls it. */
  readonly provider: EmulatorProvider;
  /** Where a provider has several subjects. */
  readonly title?: string;
  readonly row: ModelRow;
  /** Files that the emulator plays by their recordings. */
  readonly recorded?: readonly string[];
  /** Images that ride along with the shot. */
  readonly images?: readonly ShotImage[];
  /** Stands in the settings and must turn up nowhere else. */
  readonly secret: string;
  /** Where the emulator is and with patience, unless told otherwise. */
  open(
    emulator: TestEmulator,
    more?: { readonly baseUrl?: string; readonly submitTimeoutMs?: number },
  ): Provider;
  /** Fast, with room for every take. */
  readonly config: EmulatorConfig;
  readonly refusals: Partial<Record<RefusalReason, FailureClass>>;
  /** Failure codes of tasks, and the code-less failure under ''. */
  readonly failures: Readonly<Record<string, FailureClass>>;
  /** What a lookup says of a create whose answer was lost. */
  readonly lost: 'found' | 'not-found' | 'cannot-tell';
  /** Where a success is told with the address of its file. */
  readonly namesFile: boolean;
  /** What a task is that the provider does not know. */
  readonly gone: 'expired' | FailureClass;
  /** How a task goes on after a cancel. */
  readonly afterCancel: 'cancelled' | 'succeeded';
  /** A cancelled task is gone at once, whether it stops or not. */
  readonly forgets?: boolean;
}

/** The tests that every adapter passes: what facts/providers 13 and 14 ask of one, as far as one alone can show it. */
export function conforms(subject: Subject): void {
  const { provider: name, row } = subject;
  const rule = (
    operation: FaultRule['match']['operation'],
    action: FaultAction,
    times: number | null = 1,
  ) => ({
    match: { provider: name, operation },
    action,
    times,
  });
  let emulator: TestEmulator;
  let signal: AbortSignal;
  let provider: Provider;

  beforeAll(async () => {
    emulator = await startEmulator({ config: subject.config, recorded: subject.recorded ?? [] });
  });
  afterAll(() => emulator.stop());
  beforeEach(async () => {
    signal = AbortSignal.timeout(60_000);
    await emulator.reset();
    provider = subject.open(emulator);
  });

  const intentOf = (by: Provider = provider): TakeIntent =>
    intentFor(by, row, { ...spec, images: [...(subject.images ?? [])] });

  function takeOf(intent: TakeIntent, taskId: string, more: Partial<TakeRecord> = {}): TakeRecord {
    return {
      id: 'f1-aaaaaaaaaaaaaaaa-1',
      tenant: 'local',
      intent,
      state: 'TAKE_STATE_ACCEPTED',
      sender: 'gateway-one/r1',
      taskId,
      costMicros: 0,
      chargedMicros: 0,
      failure: 'FAILURE_CLASS_UNSPECIFIED',
      message: '',
      retryAfterMs: 0,
      clip: undefined,
      cancelRequested: false,
      createdAtMs: Date.now() - 1000,
      sentAtMs: Date.now() - 1000,
      updatedAtMs: Date.now(),
      ...more,
    };
  }

  const submit = (intent = intentOf(), by = provider): Promise<SubmitResult> =>
    by.submit(intent, 'f1-aaaaaaaaaaaaaaaa-1', signal);

  async function accepted(intent = intentOf()): Promise<TakeRecord> {
    const result = await submit(intent);
    if (result.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(result)}`);
    return takeOf(intent, result.taskId);
  }

  async function ended(take: TakeRecord): Promise<Exclude<PollResult, { kind: 'running' }>> {
    for (;;) {
      const result = await provider.poll(take, signal);
      if (result.kind !== 'running') return result;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  const creates = async (): Promise<number> =>
    (await emulator.calls()).filter(({ operation }) => operation === 'create').length;

  /** What the provider took and kept, in whatever it sells in. */
  async function charged(): Promise<number> {
    const { entries } = await emulator.ledger();
    return entries.reduce((sum, { kind, micros }) => sum + (kind === 'refund' ? -micros : micros), 0);
  }

  async function expectBooked(costMicros: number): Promise<void> {
    expect(costMicros).toBe(await charged());
  }

  describe('a render', () => {
    test('is one POST, ends in a file, and costs what the provider charged', async () => {
      const take = await accepted();
      const result = await ended(take);

      expect(result.kind).toBe('succeeded');
      if (result.kind !== 'succeeded' || !('url' in result.output)) throw new Error('no file');
      await using directory = await temporaryDirectory();
      const path = join(directory.path, 'clip.mp4');
      const source = provider.outputSource(take.intent);
      await download(result.output.url, path, { ...source, maxBytes: 1e8, timeoutMs: 10_000, signal });

      expect((await stat(path)).size).toBeGreaterThan(1000);
      expect(await creates()).toBe(1);
      await expectBooked(result.costMicros);
    });

    test.runIf(subject.images !== undefined)(
      'keeps its images by their hashes and sends their bytes',
      async () => {
        const intent = intentOf();
        await accepted(intent);

        const kept = JSON.stringify(intent.request);
        const uploads = (await emulator.calls()).filter(({ operation }) => operation === 'upload');
        const sent = (await emulator.calls()).filter(({ operation }) => operation !== 'get');
        for (const { blob } of subject.images ?? []) expect(kept).toContain(blob!.sha256);
        expect(kept).not.toContain('base64');
        expect(sent.map(({ body }) => JSON.stringify(body)).join('')).toMatch(
          uploads.length > 0 ? /runway:/ : /data:image\/png;base64,|"bytes":/,
        );
      },
    );

    test.runIf(subject.images !== undefined)(
      'with an image that is gone is refused before it is sent',
      async () => {
        const intent = intentOf();
        const gone = JSON.stringify(intent.request).replaceAll(
          /"sha256":"[0-9a-f]{64}"/g,
          `"sha256":"${'0'.repeat(64)}"`,
        );

        expect(await submit({ ...intent, request: JSON.parse(gone) as unknown })).toMatchObject({
          kind: 'rejected',
          failure: 'FAILURE_CLASS_INVALID_INPUT',
        });
        expect(await creates()).toBe(0);
      },
    );

    test('goes on where it was submitted, whatever the settings say now', async () => {
      const take = await accepted();
      const moved = subject.open(emulator, { baseUrl: 'http://127.0.0.1:9' });

      expect((await moved.poll(take, signal)).kind).not.toBe('expired');
    });

    test('knows a word of the future as "still running"', async () => {
      const take = await accepted();
      await emulator.script(rule('get', { type: 'unknown_status', status: 'POLISHING' }));

      const result = await provider.poll(take, signal);

      expect(result.kind).toBe('running');
      expect(result.kind === 'running' && result.waitingFor).toMatch(/^provider: polishing$/i);
    });
  });

  describe('a create call', () => {
    test('that broke off after the request was read was one POST and is in doubt, or found', async () => {
      await emulator.script(rule('create', { type: 'reset_after_accepting' }));
      const intent = intentOf();

      expect((await submit(intent)).kind).toBe('unknown');

      const doubtful = takeOf(intent, '', { state: 'TAKE_STATE_UNKNOWN' });
      const answer = await provider.lookup(doubtful, signal);
      expect(answer.kind).toBe(subject.lost);
      expect(await creates()).toBe(1);
      if (answer.kind !== 'found') return;
      expect((await ended(takeOf(intent, answer.taskId))).kind).toBe('succeeded');
      expect(await creates()).toBe(1);
    });

    test.each<[string, FaultAction]>([
      ['the answer is cut off', { type: 'truncated_json' }],
      ['a load balancer answers 502', { type: 'html', status: 502, accept: true }],
      ['the provider answers 504', { type: 'respond', status: 504, body: {}, accept: true }],
      ['the provider answers 200 without an id', { type: 'respond', status: 200, body: {}, accept: true }],
    ])('is one POST and in doubt when %s', async (_title, action) => {
      await emulator.script(rule('create', action));

      expect((await submit()).kind).toBe('unknown');
      expect(await creates()).toBe(1);
    });

    test('is one POST and in doubt when the answer comes after our patience', async () => {
      await emulator.script(rule('create', { type: 'delay', ms: 1000 }));
      const impatient = subject.open(emulator, { submitTimeoutMs: 400 });

      expect((await submit(intentOf(), impatient)).kind).toBe('unknown');
      expect(await creates()).toBe(1);
    });

    test('to nobody was surely not sent', async () => {
      const nowhere = subject.open(emulator, { baseUrl: 'http://127.0.0.1:9' });

      expect((await submit(intentOf(nowhere), nowhere)).kind).toBe('not-sent');
    });

    test.each(Object.entries(subject.refusals))(
      'that is refused for %s is %s, free',
      async (reason, failure) => {
        await emulator.script(rule('create', { type: 'refuse', reason: reason as RefusalReason }));

        expect(await submit()).toMatchObject({ kind: 'rejected', failure });
        expect(await creates()).toBe(1);
        expect(await charged()).toBe(0);
      },
    );

    test('of a body that the provider finds wrong is invalid input', async () => {
      const intent = intentOf();
      const { path } = intent.request as { readonly path: string };

      expect(await submit({ ...intent, request: { path, body: { nonsense: true } } })).toMatchObject({
        kind: 'rejected',
        failure: 'FAILURE_CLASS_INVALID_INPUT',
      });
    });
  });

  describe('a failed task', () => {
    test.each(Object.entries(subject.failures))('with code "%s" is %s', async (failureCode, failure) => {
      const code = failureCode === '' ? {} : { failureCode };
      await emulator.script(rule('create', { type: 'fail', ...code }));

      const result = await ended(await accepted());

      expect(result).toMatchObject({ kind: 'failed', failure });
      await expectBooked(result.kind === 'failed' ? result.costMicros : Number.NaN);
    });

    test.runIf(subject.namesFile)('is one that succeeded without a file: a bad output, paid', async () => {
      await emulator.script(rule('create', { type: 'succeed_without_output' }));

      const result = await ended(await accepted());

      expect(result).toMatchObject({ kind: 'failed', failure: 'FAILURE_CLASS_BAD_OUTPUT' });
      await expectBooked(result.kind === 'failed' ? result.costMicros : Number.NaN);
    });

    test('is not one that the provider does not know', async () => {
      const take = await accepted();
      const unknown = { ...take, taskId: '00000000-0000-0000-0000-000000000000' };

      expect(await provider.poll(unknown, signal)).toMatchObject(
        subject.gone === 'expired' ? { kind: 'expired' } : { kind: 'failed', failure: subject.gone },
      );
    });
  });

  test.each<[string, FaultAction]>([
    ['500', { type: 'respond', status: 500, body: {} }],
    ['429', { type: 'respond', status: 429, body: {} }],
    ['an HTML page', { type: 'html', status: 502 }],
    ['200 with an HTML page', { type: 'html', status: 200 }],
    ['half an answer', { type: 'truncated_json' }],
    ['a broken connection', { type: 'reset_before_reading' }],
  ])('a poll answered with %s is an outage, never a verdict', async (_title, action) => {
    const take = await accepted();
    await emulator.script(rule('get', action));

    await expect(provider.poll(take, signal)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect((await ended(take)).kind).toBe('succeeded');
  });

  test('a poll answered with 401 speaks of the key, never of the take', async () => {
    const take = await accepted();
    await emulator.script(rule('get', { type: 'respond', status: 401, body: {} }));

    await expect(provider.poll(take, signal)).rejects.toMatchObject({ reason: 'CREDENTIAL_REFUSED' });
    expect((await ended(take)).kind).toBe('succeeded');
  });

  describe('a cancel', () => {
    test('is told by the next poll, with what it costs', async () => {
      await emulator.script(rule('create', { type: 'pace', queueMs: 0, renderMs: 300 }));
      const take = await accepted();

      await provider.cancel(take, signal);

      const result = await ended({ ...take, cancelRequested: true });
      expect(result.kind).toBe(subject.afterCancel);
      if ('costMicros' in result) await expectBooked(result.costMicros);
    });

    test('that does not stop the task leaves it to succeed, and to be paid', async () => {
      await emulator.script(rule('create', { type: 'pace', queueMs: 0, renderMs: 300 }));
      await emulator.script(rule('delete', { type: 'complete_anyway' }));
      const take = await accepted();

      await provider.cancel(take, signal);

      const result = await ended({ ...take, cancelRequested: true });
      expect(result.kind).toBe(subject.forgets ? 'cancelled' : 'succeeded');
      if ('costMicros' in result) await expectBooked(result.costMicros);
    });

    test('that comes too late changes nothing', async () => {
      const take = await accepted();
      await ended(take);

      await expect(provider.cancel(take, signal)).resolves.toBeUndefined();
    });
  });

  describe('a file', () => {
    test.each(['https://example.com/clip.mp4', 'http://169.254.169.254/latest', 'file:///etc/passwd'])(
      'at %s is not fetched',
      async (url) => {
        const options = { maxBytes: 1000, timeoutMs: 1000, signal };

        for (const endpoint of [intentOf().endpoint, 'https://api.example.net']) {
          const source = provider.outputSource({ ...intentOf(), endpoint });
          await expect(download(url, '/dev/null', { ...source, ...options })).rejects.toMatchObject({
            reason: 'DOWNLOAD_REFUSED',
          });
        }
      },
    );

    test('behind a redirect to an inner address is not fetched', async () => {
      const take = await accepted();
      const result = await ended(take);
      if (result.kind !== 'succeeded' || !('url' in result.output)) throw new Error('no file');
      await emulator.script(
        rule('download', { type: 'redirect', location: 'http://169.254.169.254/latest' }),
      );
      const source = provider.outputSource(take.intent);
      const options = { ...source, maxBytes: 1e8, timeoutMs: 5000, signal };

      await expect(download(result.output.url, '/dev/null', options)).rejects.toMatchObject({
        reason: 'DOWNLOAD_REFUSED',
      });
    });
  });

  test('the key is in no request that is kept and in no message, not even when the provider repeats it', async () => {
    const echo = { error: { code: 'x', message: subject.secret }, detail: subject.secret };
    await emulator.script(rule('create', { type: 'respond', status: 400, body: { ...echo, id: 1 } }));
    const intent = intentOf();

    const result = await submit(intent);

    expect(result.kind).toBe('rejected');
    expect(JSON.stringify([intent, result])).not.toContain(subject.secret);
  });

  test('a key that the provider refuses is not over, one that it accepts is', async () => {
    await emulator.script(rule('get', { type: 'respond', status: 401, body: {} }));
    await emulator.script(rule('list', { type: 'respond', status: 401, body: {} }));
    await emulator.script(rule('organization', { type: 'respond', status: 401, body: {} }));

    await expect(provider.isOver(row.model, 'FAILURE_CLASS_AUTH', signal)).rejects.toMatchObject({
      reason: 'CREDENTIAL_REFUSED',
    });
    expect(await provider.isOver(row.model, 'FAILURE_CLASS_AUTH', signal)).toBe(true);
  });
}
