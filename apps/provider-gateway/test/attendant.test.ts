import type { Clip } from '@reelmesh/contracts/common';
import { AppError, takeFactId, takeSeq, takeStream } from '@reelmesh/domain';
import type { FactStore, TakeBodies, TakeKind, TakeRecord } from '@reelmesh/domain';
import { openSqliteFacts } from '@reelmesh/storage';
import { temporaryDirectory, testKit } from '@reelmesh/testing';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Attendant } from '../src/attendant.ts';
import { loadCatalogue } from '../src/catalogue.ts';
import type { ClipCollector } from '../src/clip-collector.ts';
import type { PollResult, Provider } from '../src/provider.ts';
import type { Reporter } from '../src/reporter.ts';
import { TakeLog } from '../src/take-log.ts';
import { spec } from './world.ts';

const ID = 'f1-aaaaaaaaaaaaaaaa-1';
const HOUR = 3_600_000;
const clip: Clip = {
  blob: { sha256: 'c'.repeat(64), sizeBytes: 1, mediaType: 'video/mp4' },
  width: 1,
  height: 1,
  fpsMilli: 1,
  frames: 1,
  durationMs: 1,
  hasAudio: false,
};
const intent: TakeBodies['take.intent'] = {
  filmId: 'f1',
  shotId: 's1',
  shotKey: 'a'.repeat(64),
  attempt: 1,
  provider: 'runway',
  model: 'gen4.5',
  endpoint: 'https://runway.example',
  credentialRef: '',
  request: {},
  requestDigest: '',
  quoteMicros: 360_000,
  spec,
  strategy: 'final',
  decision: { strategy: 'final', candidates: [] },
  warnings: [],
  reservedMicros: 0,
  fallbackReason: '',
};

let facts: FactStore;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let attendant: Attendant;
const clock = { now: () => now };
let now = 0;
const cancel = vi.fn<() => Promise<void>>();
const poll = vi.fn<() => Promise<PollResult>>();
const collect = vi.fn<() => Promise<Clip>>();
const onEnd = vi.fn<(take: TakeRecord) => void>();

beforeEach(async () => {
  vi.resetAllMocks();
  directory = await temporaryDirectory();
  facts = await openSqliteFacts({ path: join(directory.path, 'facts.db') });
  attendant = new Attendant({
    log: testKit().log,
    clock,
    catalogue: await loadCatalogue(),
    providers: new Map([['runway', { name: 'runway', poll, cancel } as unknown as Provider]]),
    takeLog: new TakeLog(facts, clock),
    collector: { collect } as unknown as ClipCollector,
    reporter: { tell: () => undefined } as unknown as Reporter,
    pollFactor: 0.002,
    pollsFromMs: () => 0,
    onThrottled: () => undefined,
    onPassed: () => undefined,
    onEnd,
  });
});
afterEach(async () => {
  await attendant.stop();
  await facts.close();
  await directory[Symbol.asyncDispose]();
});

/** A take with these steps behind it, as it was read from its facts. */
async function takeAfter(...steps: { [K in TakeKind]?: TakeBodies[K] }[]): Promise<TakeRecord> {
  return takeSentAt(0, ...steps);
}

/** The same, which had waited for a slot before it was sent. */
async function takeSentAt(
  sentAtMs: number,
  ...steps: { [K in TakeKind]?: TakeBodies[K] }[]
): Promise<TakeRecord> {
  now = 0;
  await facts.append(
    [{ 'take.intent': intent }, { 'take.sending': { sender: 'x' } }, ...steps].map((step) => {
      const [kind, body] = Object.entries(step)[0] as [TakeKind, unknown];
      const id = takeFactId(ID, kind);
      return {
        id,
        stream: takeStream(ID),
        seq: takeSeq[kind],
        kind,
        tenant: 'local',
        atMs: kind === 'take.intent' ? 0 : sentAtMs,
        epoch: 0,
        body,
      };
    }),
  );
  return (await new TakeLog(facts, clock).read(ID))!;
}

describe('a take that an operator attached after its deadline', () => {
  test('is watched at its usual pace until its provider says how it ended', async () => {
    poll.mockResolvedValue({ kind: 'running', progress: 0, waitingFor: 'render' });
    const attached = await takeAfter(
      { 'take.unknown': { message: 'no word' } },
      { 'take.parked': { message: 'no word' } },
      { 'take.found': { taskId: 't1', by: 'operator' } },
      { 'take.cancel_requested': {} },
    );
    now = 5 * HOUR;

    attendant.watch(attached);
    await vi.waitFor(() => expect(poll.mock.calls.length).toBeGreaterThan(3));
    expect(onEnd).not.toHaveBeenCalled();

    poll.mockResolvedValue({ kind: 'succeeded', costMicros: 360_000, output: { url: 'https://x.example' } });
    collect.mockResolvedValue(clip);
    await vi.waitFor(() => expect(onEnd).toHaveBeenCalledOnce());
    expect(onEnd.mock.calls[0]?.[0].state).toBe('TAKE_STATE_SETTLED');
    expect(cancel).not.toHaveBeenCalled();
  });
});

describe('a take whose deadline passes', () => {
  const unreachable = new AppError('UNAVAILABLE', 'no answer');

  test('while its provider cannot be reached is asked after again, then cancelled and asked after', async () => {
    poll.mockRejectedValueOnce(unreachable).mockRejectedValueOnce(unreachable);
    poll.mockResolvedValue({ kind: 'running', progress: 0, waitingFor: 'render' });
    cancel.mockRejectedValueOnce(unreachable).mockResolvedValue();
    const late = await takeAfter({ 'take.accepted': { taskId: 't1' } });
    now = 0.75 * HOUR;

    attendant.watch(late);

    await vi.waitFor(() => expect(cancel).toHaveBeenCalledTimes(2));
    poll.mockResolvedValue({ kind: 'cancelled', costMicros: 0 });
    await vi.waitFor(() => expect(onEnd).toHaveBeenCalledOnce());
    expect(onEnd.mock.calls[0]?.[0]).toMatchObject({
      state: 'TAKE_STATE_FAILED',
      failure: 'FAILURE_CLASS_TIMEOUT',
      message: 'runway was not done within 45 min, and was told to cancel',
    });
  });
});

test('a take is not cancelled on a word that we do not know: a task that has ended would be deleted with its cost', async () => {
  const guess = { kind: 'running', progress: 0, waitingFor: 'provider: POLISHING', isGuess: true } as const;
  poll.mockResolvedValueOnce(guess).mockResolvedValueOnce(guess).mockResolvedValueOnce(guess);
  poll.mockResolvedValue({ kind: 'succeeded', costMicros: 0, output: { url: 'https://x.example' } });
  collect.mockResolvedValue(clip);
  attendant.watch(await takeAfter({ 'take.accepted': { taskId: 't1' } }));

  await attendant.cancel({ id: ID });

  await vi.waitFor(() => expect(onEnd).toHaveBeenCalledOnce());
  expect(cancel).not.toHaveBeenCalled();
});

test('the time that a take waited for a slot does not count against its deadline', async () => {
  poll.mockResolvedValue({ kind: 'running', progress: 0, waitingFor: 'render' });
  const waited = await takeSentAt(0.75 * HOUR, { 'take.accepted': { taskId: 't1' } });
  now = HOUR;

  attendant.watch(waited);

  await vi.waitFor(() => expect(poll.mock.calls.length).toBeGreaterThan(3));
  expect(cancel).not.toHaveBeenCalled();
});

describe('a paid take whose file cannot be had', () => {
  test('is tried for a day, then it has failed and stays paid', async () => {
    poll.mockResolvedValue({ kind: 'succeeded', costMicros: 360_000, output: { url: 'https://x.example' } });
    collect.mockRejectedValue(
      new AppError('UNAVAILABLE', 'x.example answered 404', { reason: 'DOWNLOAD_FAILED' }),
    );
    const paid = await takeAfter(
      { 'take.accepted': { taskId: 't1' } },
      { 'take.succeeded': { costMicros: 360_000 } },
    );

    now = 23 * HOUR;
    attendant.watch(paid);
    await vi.waitFor(() => expect(collect.mock.calls.length).toBeGreaterThan(1));
    expect(onEnd).not.toHaveBeenCalled();

    now = 25 * HOUR;
    attendant.lookNow(ID);
    await vi.waitFor(() => expect(onEnd).toHaveBeenCalledOnce());
    expect(onEnd.mock.calls[0]?.[0]).toMatchObject({
      state: 'TAKE_STATE_FAILED',
      failure: 'FAILURE_CLASS_DOWNLOAD',
      costMicros: 360_000,
    });
  });
});
