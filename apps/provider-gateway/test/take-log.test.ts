import { takeFactId, takeSeq, takeStream } from '@reelmesh/domain';
import type { FactStore, TakeKind } from '@reelmesh/domain';
import { openSqliteFacts } from '@reelmesh/storage';
import { temporaryDirectory } from '@reelmesh/testing';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TakeLog } from '../src/take-log.ts';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let facts: FactStore;
let takeLog: TakeLog;
beforeEach(async () => {
  directory = await temporaryDirectory();
  facts = await openSqliteFacts({ path: join(directory.path, 'facts.db') });
  takeLog = new TakeLog(facts, { now: () => 0 });
});
afterEach(async () => {
  await facts.close();
  await directory[Symbol.asyncDispose]();
});

describe('a task at a provider belongs to one take', () => {
  beforeEach(async () => {
    const kind: TakeKind = 'take.accepted';
    const place = { id: takeFactId('f1-a-1', kind), stream: takeStream('f1-a-1'), seq: takeSeq[kind], kind };
    const body = { taskId: 'fal-ai/pika/requests/t1' };
    await facts.append([{ ...place, tenant: 'local', atMs: 0, epoch: 0, body }]);
  });

  test.each([
    ['another take', 'f1-b-1', 'fal-ai/pika/requests/t1', true],
    ['another take, by its bare id', 'f1-b-1', 't1', true],
    ['another take that asks for another task', 'f1-b-1', 't2', false],
    ['the take itself, which may be attached to it again', 'f1-a-1', 't1', false],
  ])('asked by %s: %s, %s is taken: %s', async (_who, id, taskId, isTaken) => {
    expect(await takeLog.isTaken(taskId, { id }, 0)).toBe(isTaken);
  });
});
