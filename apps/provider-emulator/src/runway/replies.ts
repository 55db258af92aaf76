import type { JsonReply, Refusals } from '../core/provider.ts';
import type { Issue } from './issues.ts';
import { progressAt, statusAt, type Task } from '../core/tasks.ts';

const DOC_URL = 'https://docs.dev.runwayml.com/api';

export function refusal(status: number, error: string): JsonReply {
  return { status, json: { error } };
}

/** The documented 400. */
export function invalidBody(issues: readonly Issue[]): JsonReply {
  return { status: 400, json: { error: 'Validation of body failed', issues, docUrl: DOC_URL } };
}

export const taskNotFound: JsonReply = refusal(404, 'Task not found');

export const REFUSALS = {
  auth: refusal(401, 'The API key was not accepted.'),
  quota: refusal(429, 'You have reached your daily generation limit for this model.'),
  // not 402: only the words tell it from an invalid body
  no_funds: refusal(400, 'You do not have enough credits to run this task.'),
  unavailable: refusal(503, 'Service unavailable'),
} satisfies Refusals;

/** A task as `GET /v1/tasks/{id}` shows it: one shape per status. */
export function taskView(task: Task, now: number, output: readonly string[]): object {
  const status = statusAt(task, now);
  const base = { id: task.id, createdAt: new Date(task.createdAt).toISOString(), status };
  if (task.ended === undefined) {
    const estimatedCost = { credits: task.price };
    return status === 'RUNNING'
      ? { ...base, estimatedCost, progress: shownProgress(task, now) }
      : { ...base, estimatedCost };
  }
  const cost = { credits: task.ended.cost };
  const { end } = task.plan;
  if (status === 'SUCCEEDED') return { ...base, cost, output };
  if (status !== 'FAILED' || end.status !== 'FAILED') return { ...base, cost };
  const { failure, failureCode } = end;
  return {
    ...base,
    cost,
    failure: failure ?? 'The generation failed.',
    ...(failureCode === undefined ? {} : { failureCode }),
  };
}

function shownProgress(task: Task, now: number): number {
  return task.plan.end.status === 'STUCK' ? 0.99 : progressAt(task, now);
}
