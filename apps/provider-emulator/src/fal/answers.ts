import type { DeliveryAction } from '../core/actions.ts';
import type { MediaLibrary } from '../core/media.ts';
import type { JsonReply } from '../core/provider.ts';
import { statusAt, type Task } from '../core/tasks.ts';
import { failureOf } from './failures.ts';
import type { FalRequest } from './request.ts';

export function isWaiting(task: Task, now: number): boolean {
  const status = statusAt(task, now);
  return status === 'PENDING' || status === 'THROTTLED';
}

/** Accepted requests are in the queue even where they start at once. */
export function submittedReply(task: Task<FalRequest>, position: number): JsonReply {
  const queued = { status: 'IN_QUEUE', queue_position: position, gateway_request_id: task.id };
  return aboutRequest(task, { status: 200, json: { ...addresses(task), ...queued } });
}

/** 202 while the request is under way, 200 once it is COMPLETED, which is no success yet. */
export function statusReply(
  task: Task<FalRequest>,
  now: number,
  position: number,
  withLogs: boolean,
): JsonReply {
  const base = addresses(task);
  const logs = withLogs ? [logLine(task)] : [];
  if (isWaiting(task, now)) {
    return { status: 202, json: { ...base, status: 'IN_QUEUE', queue_position: position } };
  }
  if (task.ended === undefined) return { status: 202, json: { ...base, status: 'IN_PROGRESS', logs } };
  const failure = failureOf(task);
  const type = failure?.headers?.['x-fal-error-type'];
  return {
    status: 200,
    json: {
      ...base,
      status: 'COMPLETED',
      logs,
      metrics: { inference_time: task.plan.renderMs / 1000 },
      ...(failure === undefined ? {} : { error: `Invalid status code: ${failure.status}` }),
      ...(type === undefined ? {} : { error_type: type }),
    },
  };
}

/** The model's output of a request that has succeeded. */
export async function outputOf(task: Task<FalRequest>, media: MediaLibrary): Promise<object> {
  const { end } = task.plan;
  if (end.status === 'SUCCEEDED' && !end.hasOutput) return { video: null };
  const bytes = await media.clip(task.plan.media);
  const file = `${task.id}.mp4`;
  return {
    video: {
      url: `${task.data.origin}/fal-media/files/${file}`,
      content_type: 'video/mp4',
      file_name: file,
      file_size: bytes.length,
    },
    seed: task.seed,
  };
}

export async function webhookBody(
  task: Task<FalRequest>,
  media: MediaLibrary,
  fault: DeliveryAction | undefined,
): Promise<object> {
  const failure = failureOf(task);
  const base = {
    request_id: task.id,
    gateway_request_id: task.id,
    status: failure === undefined ? 'OK' : 'ERROR',
    ...(failure === undefined ? {} : { error: `Invalid status code: ${failure.status}` }),
  };
  if (fault?.type === 'without_payload') {
    return {
      ...base,
      payload: null,
      payload_error: fault.payloadError ?? 'Payload is not JSON serializable',
    };
  }
  return { ...base, payload: failure?.json ?? (await outputOf(task, media)) };
}

export function aboutRequest({ id }: Task, reply: JsonReply): JsonReply {
  return { ...reply, headers: { 'x-fal-request-id': id, ...reply.headers }, taskId: id };
}

function addresses({ id, data: { origin, app } }: Task<FalRequest>) {
  const response_url = `${origin}/fal-queue/${app}/requests/${id}`;
  return {
    request_id: id,
    response_url,
    status_url: `${response_url}/status`,
    cancel_url: `${response_url}/cancel`,
  };
}

function logLine(task: Task<FalRequest>): object {
  const timestamp = new Date(task.createdAt).toISOString();
  return { message: `running ${task.model}`, level: 'INFO', source: 'USER', timestamp };
}
