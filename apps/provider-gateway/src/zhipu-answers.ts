import type { FailureClass } from '@reelmesh/contracts/shot';
import { z } from 'zod';
import { createdOr, namesNoFile, refusalByStatus, underWay } from './provider-api.ts';
import type { ApiAnswer } from './provider-api.ts';
import type { PollResult, SubmitResult } from './provider.ts';

const created = z.object({ id: z.string().min(1).max(200) });

const task = z.object({
  task_status: z.string(),
  video_result: z.array(z.object({ url: z.string().min(1) })).nullish(),
});

const echo = z.object({ id: z.string().min(1).optional(), request_id: z.string() });

const trouble = z.object({
  error: z.object({
    code: z.union([z.string(), z.number()]).transform(String),
    message: z.string().default(''),
  }),
});

/** Zhipu's business codes (docs.bigmodel.cn, error codes); they say more than the HTTP status that they come with. */
const classes: Readonly<Record<string, FailureClass>> = {
  1000: 'FAILURE_CLASS_AUTH',
  1001: 'FAILURE_CLASS_AUTH',
  1002: 'FAILURE_CLASS_AUTH',
  1003: 'FAILURE_CLASS_AUTH',
  1004: 'FAILURE_CLASS_AUTH',
  1110: 'FAILURE_CLASS_AUTH',
  1111: 'FAILURE_CLASS_AUTH',
  1112: 'FAILURE_CLASS_AUTH',
  1113: 'FAILURE_CLASS_NO_FUNDS',
  1121: 'FAILURE_CLASS_AUTH',
  1220: 'FAILURE_CLASS_AUTH',
  1301: 'FAILURE_CLASS_MODERATED_INPUT',
  1302: 'FAILURE_CLASS_RATE_LIMIT',
  1303: 'FAILURE_CLASS_RATE_LIMIT',
  1304: 'FAILURE_CLASS_QUOTA',
  1305: 'FAILURE_CLASS_RATE_LIMIT',
  1308: 'FAILURE_CLASS_QUOTA',
  1310: 'FAILURE_CLASS_QUOTA',
  1312: 'FAILURE_CLASS_CAPACITY',
};

/** "You already have this request" (1231) and troubles of Zhipu's own: there may be a task. */
const doubtful: readonly string[] = ['500', '1230', '1231', '1234'];

export function readCreate({ status, json }: Pick<ApiAnswer, 'status' | 'json'>): SubmitResult {
  const { code, message } = trouble.safeParse(json).data?.error ?? { code: '', message: '' };
  const isDoubtful = doubtful.includes(code) || message.includes('request_id');
  const failure = isDoubtful ? undefined : (classes[code] ?? refusalByStatus(status));
  return createdOr('zhipu', status, created.safeParse(json).data?.id, failure, `${message} ${code}`.trim());
}

/** The id to poll, when the answer is about the request that we asked for. */
export function readEcho(json: unknown, requestId: string): string | undefined {
  const answer = echo.safeParse(json).data;
  return answer?.request_id === requestId ? (answer.id ?? requestId) : undefined;
}

/**
 * A task as Zhipu tells it; undefined when the answer does not say. Zhipu names no price: a success costs the quote, a failure nothing.
 */
export function readTask(
  { status, json }: Pick<ApiAnswer, 'status' | 'json'>,
  quoteMicros: number,
): PollResult | undefined {
  if (status === 404)
    return { kind: 'expired', message: 'zhipu no longer knows the task', costMicros: quoteMicros };
  const error = trouble.safeParse(json).data?.error;
  if (error?.code === '1301') {
    const message = `zhipu: ${error.message.slice(0, 300)} (1301)`;
    return { kind: 'failed', failure: 'FAILURE_CLASS_MODERATED_INPUT', message, costMicros: 0 };
  }
  const answer = status === 200 ? task.safeParse(json).data : undefined;
  if (answer === undefined) return undefined;
  const word = answer.task_status.trim().toUpperCase();
  switch (word) {
    case 'SUCCESS': {
      const url = answer.video_result?.[0]?.url;
      if (url !== undefined) return { kind: 'succeeded', costMicros: quoteMicros, output: { url } };
      return namesNoFile('zhipu', quoteMicros);
    }
    case 'FAIL':
      return {
        kind: 'failed',
        // Zhipu says nothing more: the same again may fail the same way, so nobody tries on their own account.
        failure: 'FAILURE_CLASS_UNCLASSIFIED',
        message:
          error === undefined ? 'zhipu: failed without a reason' : `zhipu: ${error.message} (${error.code})`,
        costMicros: 0,
      };
    default:
      return underWay(word, word === 'PROCESSING');
  }
}
