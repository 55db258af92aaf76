import type { JsonReply, Refusals } from '../core/provider.ts';
import type { Task } from '../core/tasks.ts';
import type { FalRequest } from './request.ts';

/** Documented failures of the infrastructure, with their status. */
const INFRASTRUCTURE: Readonly<Record<string, number>> = {
  request_timeout: 504,
  startup_timeout: 504,
  runner_scheduling_failure: 503,
  runner_connection_timeout: 503,
  runner_disconnected: 503,
  runner_connection_refused: 503,
  runner_connection_error: 503,
  runner_incomplete_response: 502,
  runner_server_error: 500,
  client_disconnected: 499,
  client_cancelled: 499,
  bad_request: 400,
  internal_error: 500,
};

/** Failures of a model are 422 but for these. */
const MODEL_STATUS: Readonly<Record<string, number>> = {
  generation_timeout: 504,
  downstream_service_error: 400,
};

/** `detail` as a text: what everything but a model answers. */
export function refusal(status: number, detail: string): JsonReply {
  return { status, json: { detail } };
}

export const REFUSALS = {
  auth: refusal(401, 'Authentication is required to access this application.'),
  no_funds: refusal(403, 'User is locked. Reason: Exhausted balance. Top up your balance.'),
  rate_limit: refusal(429, 'Too many requests'),
  capacity: refusal(429, 'Maximum queue length exceeded'),
  unavailable: refusal(503, 'Service unavailable'),
} satisfies Refusals;

/** What the result of a task without success is; undefined for one that has it. */
export function failureOf(task: Task<FalRequest>): JsonReply | undefined {
  if (task.ended?.status === 'CANCELLED') {
    return infrastructure('client_cancelled', 'Request was cancelled by the client', task);
  }
  const { end } = task.plan;
  if (end.status !== 'FAILED') return undefined;
  const { failureCode: code, failure } = end;
  if (code === undefined) return refusal(500, failure ?? 'Internal server error');
  if (Object.hasOwn(INFRASTRUCTURE, code))
    return infrastructure(code, failure ?? code.replaceAll('_', ' '), task);
  const status = MODEL_STATUS[code] ?? 422;
  const detail = {
    loc: ['body', 'prompt'],
    msg: failure ?? code.replaceAll('_', ' '),
    type: code,
    url: `https://docs.fal.ai/errors#${code}`,
    input: task.promptText,
  };
  return { status, json: { detail: [detail] }, headers: marks(code, status) };
}

function infrastructure(code: string, text: string, task: Task<FalRequest>): JsonReply {
  const status = INFRASTRUCTURE[code] ?? 500;
  const isOwnTimeout = code === 'request_timeout' && task.data.hasStartTimeout;
  return {
    status,
    json: { detail: text, error_type: code },
    headers: { ...marks(code, status), ...(isOwnTimeout ? { 'x-fal-request-timeout-type': 'user' } : {}) },
  };
}

function marks(code: string, status: number): Readonly<Record<string, string>> {
  return { 'x-fal-error-type': code, 'x-fal-retryable': String(status >= 500) };
}
