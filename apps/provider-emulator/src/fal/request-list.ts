import { numberOf } from '../core/pydantic.ts';
import type { JsonReply } from '../core/provider.ts';
import type { Task } from '../core/tasks.ts';
import { failureOf, refusal } from './failures.ts';
import type { FalRequest } from './request.ts';

const DAY_MS = 86_400_000;
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 100;

/** Requests of some endpoints, newest first, those that have not ended too. */
export function listRequests(
  tasks: readonly Task<FalRequest>[],
  query: URLSearchParams,
  now: number,
): JsonReply {
  const endpoints = query.getAll('endpoint_id').flatMap((value) => value.split(','));
  const limit = Math.min(MAX_LIMIT, numberOf(query.get('limit')) ?? DEFAULT_LIMIT);
  const page = numberOf(decode(query.get('cursor'))) ?? 1;
  const start = timeOf(query.get('start')) ?? now - DAY_MS;
  const end = timeOf(query.get('end')) ?? now + 1;
  if (endpoints.length === 0) return refusal(422, 'endpoint_id: Field required');
  const found = tasks
    .filter(({ model, createdAt }) => endpoints.includes(model) && createdAt >= start && createdAt < end)
    .filter((task) => query.get('request_id') === null || query.get('request_id') === task.id)
    .filter((task) => query.get('status') === null || query.get('status') === outcomeOf(task))
    .toReversed();
  const more = found.length > page * limit;
  const withPayloads = query.getAll('expand').some((value) => value.split(',').includes('payloads'));
  return {
    status: 200,
    json: {
      items: found.slice((page - 1) * limit, page * limit).map((task) => itemOf(task, withPayloads)),
      next_cursor: more ? Buffer.from(String(page + 1)).toString('base64') : null,
      has_more: more,
    },
  };
}

function itemOf(task: Task<FalRequest>, withPayloads: boolean): object {
  const { admittedAt, ended, plan } = task;
  const startedAt = (admittedAt ?? Infinity) + plan.queueMs;
  return {
    request_id: task.id,
    endpoint_id: task.model,
    sent_at: iso(task.createdAt),
    ...(startedAt <= (ended?.at ?? -Infinity) ? { started_at: iso(startedAt) } : {}),
    ...(ended === undefined
      ? {}
      : {
          ended_at: iso(ended.at),
          status_code: failureOf(task)?.status ?? 200,
          duration: (ended.at - task.createdAt) / 1000,
        }),
    ...(withPayloads ? { json_input: task.data.input } : {}),
  };
}

function outcomeOf(task: Task<FalRequest>): string | undefined {
  if (task.ended === undefined) return undefined;
  const status = failureOf(task)?.status;
  if (status === undefined) return 'success';
  return status >= 500 ? 'error' : 'user_error';
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function timeOf(text: string | null): number | undefined {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

function decode(cursor: string | null): string | null {
  return cursor === null ? null : Buffer.from(cursor, 'base64').toString('utf8');
}
