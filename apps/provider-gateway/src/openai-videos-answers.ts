import type { FailureClass } from '@reelmesh/contracts/shot';
import { z } from 'zod';
import { createdOr, refusalByStatus, underWay } from './provider-api.ts';
import type { ApiAnswer } from './provider-api.ts';
import type { PollResult, SubmitResult } from './provider.ts';

const created = z.object({ id: z.string().min(1).max(200) });

const video = z.object({
  status: z.string(),
  progress: z.number().nullish(),
  error: z
    .object({ code: z.union([z.string(), z.number()]).nullish(), message: z.string().nullish() })
    .nullish(),
});

/** OpenAI's `{error: {message}}`, FastAPI's `{detail}` as a text or as a list. */
const trouble = z.union([
  z.object({ error: z.object({ message: z.string(), code: z.string().nullish() }) }),
  z.object({ detail: z.string() }),
  z.object({ detail: z.array(z.object({ msg: z.string() })) }),
]);

const moderated: readonly unknown[] = ['moderation_blocked', 'content_policy_violation'];

export function readCreate({ status, json }: Pick<ApiAnswer, 'status' | 'json'>): SubmitResult {
  const refusal = trouble.safeParse(json).data;
  const code = refusal !== undefined && 'error' in refusal ? refusal.error.code : undefined;
  const failure = moderated.includes(code) ? 'FAILURE_CLASS_MODERATED_INPUT' : refusalByStatus(status);
  return createdOr('openai-videos', status, created.safeParse(json).data?.id, failure, textOf(refusal));
}

/**
 * A job as the server tells it; undefined when the answer makes no sense. Custom servers vary the words. A job
 * that failed costs nothing.
 */
export function readVideo(body: unknown, contentUrl: string, quoteMicros: number): PollResult | undefined {
  const answer = video.safeParse(body).data;
  if (answer === undefined) return undefined;
  const word = answer.status.trim().toLowerCase();
  switch (word) {
    case 'completed':
    case 'succeeded':
    case 'success':
      return { kind: 'succeeded', costMicros: quoteMicros, output: { url: contentUrl } };
    case 'failed':
    case 'fail':
    case 'error': {
      const { code, message } = answer.error ?? {};
      const text = `${message ?? 'failed without a reason'}${code == null ? '' : ` (${code})`}`;
      const failure = failureOf(code ?? undefined, message ?? '');
      return { kind: 'failed', failure, message: `openai-videos: ${text.slice(0, 300)}`, costMicros: 0 };
    }
    case 'cancelled':
    case 'canceled':
    case 'deleted':
      return { kind: 'cancelled', costMicros: 0 };
    case 'expired':
      return {
        kind: 'expired',
        message: 'the server says that the job has expired',
        costMicros: quoteMicros,
      };
    case 'queued':
      return { kind: 'running', progress: 0, waitingFor: 'provider queue' };
    default:
      return underWay(word, word === 'in_progress', (answer.progress ?? 0) / 100);
  }
}

function failureOf(code: string | number | undefined, message: string): FailureClass {
  // The same size needs the same memory the next time.
  if (/out of memory/i.test(message)) return 'FAILURE_CLASS_INVALID_INPUT';
  if (moderated.includes(code)) return 'FAILURE_CLASS_MODERATED_INPUT';
  const status = code === undefined ? 500 : Number(code);
  if (status >= 500) return 'FAILURE_CLASS_TRANSIENT';
  return status >= 400 ? 'FAILURE_CLASS_INVALID_INPUT' : 'FAILURE_CLASS_UNCLASSIFIED';
}

function textOf(refusal: z.infer<typeof trouble> | undefined): string {
  if (refusal === undefined) return '';
  if ('error' in refusal) return refusal.error.message;
  return typeof refusal.detail === 'string'
    ? refusal.detail
    : refusal.detail.map(({ msg }) => msg).join('; ');
}
