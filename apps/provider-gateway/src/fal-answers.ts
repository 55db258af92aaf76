import type { FailureClass } from '@reelmesh/contracts/shot';
import { canonicalJson } from '@reelmesh/domain';
import { z } from 'zod';
import { createdOr, namesNoFile, refusalByStatus, underWay } from './provider-api.ts';
import type { ApiAnswer, Running } from './provider-api.ts';
import type { PollResult, SubmitResult } from './provider.ts';

const submitted = z.object({ request_id: z.string().min(1).max(200), response_url: z.string().optional() });

const status = z.object({
  status: z.string(),
  error: z.string().nullish(),
  error_type: z.string().nullish(),
  metrics: z.object({ inference_time: z.number().nullish() }).nullish(),
});

const result = z.object({ video: z.object({ url: z.string().min(1) }) });

/** Of a model: a list of findings; of fal's own: a text and a type. */
const trouble = z.object({
  detail: z.union([z.string(), z.array(z.object({ msg: z.string(), type: z.string() }))]),
  error_type: z.string().nullish(),
});

const list = z.object({
  items: z.array(z.object({ request_id: z.string(), json_input: z.unknown() })),
  has_more: z.boolean().nullish(),
});

/** fal's error types (docs: model API errors, request errors). */
const classes: Readonly<Record<string, FailureClass>> = {
  content_policy_violation: 'FAILURE_CLASS_MODERATED_INPUT',
  no_media_generated: 'FAILURE_CLASS_BAD_OUTPUT',
  generation_timeout: 'FAILURE_CLASS_TRANSIENT',
  downstream_service_error: 'FAILURE_CLASS_TRANSIENT',
  internal_error: 'FAILURE_CLASS_TRANSIENT',
  startup_timeout: 'FAILURE_CLASS_TRANSIENT',
  request_timeout: 'FAILURE_CLASS_TIMEOUT',
  runner_scheduling_failure: 'FAILURE_CLASS_CAPACITY',
  runner_connection_timeout: 'FAILURE_CLASS_TRANSIENT',
  runner_disconnected: 'FAILURE_CLASS_TRANSIENT',
  runner_connection_refused: 'FAILURE_CLASS_TRANSIENT',
  runner_connection_error: 'FAILURE_CLASS_TRANSIENT',
  runner_incomplete_response: 'FAILURE_CLASS_TRANSIENT',
  runner_server_error: 'FAILURE_CLASS_TRANSIENT',
};

const cancelled: readonly (string | undefined)[] = ['client_cancelled', 'client_disconnected'];

/** A runner that was busy for less than this has refused the input, not rendered it. */
const RENDERED_SECONDS = 1;

export interface Completed {
  readonly kind: 'completed';
  readonly error: string | undefined;
  readonly errorType: string | undefined;
  readonly rendered: boolean;
}

/** Where fal keeps a request: under owner and app, whatever path the model has below. */
export function requestPath(endpointId: string, requestId: string): string {
  const [owner = '', app = ''] = endpointId.replace(/^\//, '').split('/');
  return `${owner}/${app}/requests/${encodeURIComponent(requestId)}`;
}

/** The task is the result URL that fal returns when it lies under the queue's: the key goes nowhere else. */
export function readSubmit(answer: ApiAnswer, endpoint: string, endpointId: string): SubmitResult {
  const request = submitted.safeParse(answer.json).data;
  const text = textOf(answer.json);
  const taskId =
    request === undefined
      ? undefined
      : (pathUnder(endpoint, request.response_url) ?? requestPath(endpointId, request.request_id));
  return createdOr('fal', answer.status, taskId, refusalOf(answer, text), text);
}

export function readStatus(body: unknown): Running | Completed | undefined {
  const answer = status.safeParse(body).data;
  if (answer === undefined) return undefined;
  const word = answer.status.trim().toUpperCase();
  switch (word) {
    case 'COMPLETED':
      return {
        kind: 'completed',
        error: answer.error ?? undefined,
        errorType: answer.error_type ?? undefined,
        rendered: (answer.metrics?.inference_time ?? 0) >= RENDERED_SECONDS,
      };
    case 'IN_QUEUE':
      return { kind: 'running', progress: 0, waitingFor: 'provider queue' };
    default:
      return underWay(word, word === 'IN_PROGRESS');
  }
}

/**
 * What became of a completed request; undefined when the answer does not say. fal charges no failure of its own (5xx)
 * and names no price, so a success costs the quote, and so does what the model refuses (422) after it has run.
 */
export function readResult(answer: ApiAnswer, seen: Completed, quoteMicros: number): PollResult | undefined {
  if (answer.status === 200) {
    const url = result.safeParse(answer.json).data?.video.url;
    if (url !== undefined) return { kind: 'succeeded', costMicros: quoteMicros, output: { url } };
    if (answer.json === undefined) return undefined;
    return namesNoFile('fal', quoteMicros);
  }
  const text = textOf(answer.json);
  if (answer.status === 400 && /still in progress/i.test(text)) {
    return { kind: 'running', progress: 1, waitingFor: 'render' };
  }
  const isRefusal =
    answer.status >= 400 && answer.status < 500 && ![401, 403, 408, 429].includes(answer.status);
  const isFinal = answer.headers['x-fal-retryable'] === 'false' && typeOf(answer) !== undefined;
  // Else it is the queue that has trouble with the call, not the model with the request: asked again, never sent again.
  if (!isRefusal && !isFinal && seen.error === undefined) return undefined;
  const type = typeOf(answer) ?? seen.errorType;
  const costMicros = answer.status === 422 && seen.rendered ? quoteMicros : 0;
  if (cancelled.includes(type)) return { kind: 'cancelled', costMicros };
  const failure = classes[type ?? ''] ?? failureWithoutType(isRefusal, type);
  const words = [text === '' ? (seen.error ?? 'failed') : text, ...(type === undefined ? [] : [`(${type})`])];
  return { kind: 'failed', failure, message: `fal: ${words.join(' ').slice(0, 300)}`, costMicros };
}

function failureWithoutType(isRefusal: boolean, type: string | undefined): FailureClass {
  if (isRefusal) return 'FAILURE_CLASS_INVALID_INPUT';
  return type === undefined ? 'FAILURE_CLASS_TRANSIENT' : 'FAILURE_CLASS_UNCLASSIFIED';
}

/** The one listed request of this input, if the list is whole and has just one. */
export function soleMatch(body: unknown, input: unknown): string | undefined {
  const answer = list.safeParse(body).data;
  const wanted = canonicalJson(input);
  const ids = (answer?.items ?? [])
    .filter(({ json_input }) => canonicalJson(json_input) === wanted)
    .map(({ request_id }) => request_id);
  return answer?.has_more === true || ids.length > 1 ? undefined : ids[0];
}

/** fal keeps 403 for a locked account too; the text tells which. */
function refusalOf(answer: ApiAnswer, text: string): FailureClass | undefined {
  if (answer.status === 403 && /balance|funds|locked|credit/i.test(text)) return 'FAILURE_CLASS_NO_FUNDS';
  const refused = refusalByStatus(answer.status);
  return refused === 'FAILURE_CLASS_INVALID_INPUT' ? (classes[typeOf(answer) ?? ''] ?? refused) : refused;
}

function typeOf({ json }: Pick<ApiAnswer, 'json'>): string | undefined {
  const { detail, error_type: own } = trouble.safeParse(json).data ?? {};
  return own ?? (Array.isArray(detail) ? detail[0]?.type : undefined);
}

function textOf(json: unknown): string {
  const detail = trouble.safeParse(json).data?.detail;
  return Array.isArray(detail) ? detail.map(({ msg }) => msg).join('; ') : (detail ?? '');
}

function pathUnder(endpoint: string, url: string | undefined): string | undefined {
  const base = new URL(`${endpoint.replace(/\/$/, '')}/`);
  const target = URL.parse(url ?? '');
  const isUnder = target?.origin === base.origin && target.pathname.startsWith(base.pathname);
  return isUnder ? target.pathname.slice(base.pathname.length) : undefined;
}
