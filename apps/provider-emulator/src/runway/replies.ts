import type { JsonReply } from '../core/provider.ts';
import type { Issue } from './issues.ts';
import { progressAt, statusAt, type Task } from './tasks.ts';

const DOC_URL = 'https://docs.dev.runwayml.com/api';

export function refusal(status: number, error: string): JsonReply {
  return { status, json: { error } };
}

/** The documented 400. */
export function invalidBody(issues: readonly Issue[]): JsonReply {
  return { status: 400, json: { error: 'Validation of body failed', issues, docUrl: DOC_URL } };
}

export const taskNotFound: JsonReply = refusal(404, 'Task not found');

/** A task as `GET /v1/tasks/{id}` shows it: one shape per status. */
export function taskView(task: Task, now: number, output: readonly string[]): object {
  const status = statusAt(task, now);
  const base = { id: task.id, createdAt: new Date(task.createdAt).toISOString(), status };
  if (task.ended === undefined) {
    const estimatedCost = { credits: task.estimatedCredits };
    return status === 'RUNNING'
      ? { ...base, estimatedCost, progress: shownProgress(task, now) }
      : { ...base, estimatedCost };
  }
  const cost = { credits: task.ended.cost };
  const { end } = task.plan;
  if (status === 'SUCCEEDED') return { ...base, cost, output };
  if (status !== 'FAILED' || end.status !== 'FAILED') return { ...base, cost };
  const { failure, failureCode } = end;
  return { ...base, cost, failure, ...(failureCode === undefined ? {} : { failureCode }) };
}

function shownProgress(task: Task, now: number): number {
  return task.plan.end.status === 'STUCK' ? 0.99 : progressAt(task, now);
}
