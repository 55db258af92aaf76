import type { IncomingHttpHeaders } from 'node:http';
import { isInDoubt, isTakeOver } from '@reelmesh/domain';
import type { Clock, TakeRecord } from '@reelmesh/domain';
import { falTaskId } from '../fal.ts';
import type { TakeLog } from '../take-log.ts';
import type { WebhookAddresses } from './addresses.ts';
import { isFresh, isSigned, signatureIn } from './fal-signature.ts';
import type { KeySet } from './key-set.ts';

/** What became of a webhook, for the metric. */
export const webhookOutcomes = {
  /** Polled because of it. */
  hint: 200,
  /** The take had ended, or its doubt: nothing to do. */
  over: 200,
  /** It told which request a lost create had made. */
  found: 200,
  /** Its take is still being sent: fal delivers again, and then it may be needed. */
  early: 503,
  /** No address of ours. */
  not_found: 404,
  malformed: 400,
  stale: 401,
  bad_signature: 401,
  unknown_take: 404,
  /** The request is another take's. */
  other_take: 409,
  too_large: 413,
  /** Ours to mend: no keys, no store. fal delivers again. */
  failed: 503,
} as const;
export type WebhookOutcome = keyof typeof webhookOutcomes;

export interface FalWebhookDeps {
  readonly addresses: WebhookAddresses;
  readonly keys: KeySet;
  readonly clock: Clock;
  readonly takeLog: TakeLog;
  /** Whoever watches the take looks at it now. */
  readonly hint: (takeId: string) => void;
  /** A take whose create answer was lost goes on. */
  readonly onFound: (take: TakeRecord) => void;
}

export interface Webhook {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * What a webhook of fal's leads to. At most to a poll: never is what it says taken for the result, so that one which comes
 * twice, late or replayed changes nothing. Of a take in doubt it names the request, which is polled then.
 */
export async function takeIn(webhook: Webhook, deps: FalWebhookDeps): Promise<WebhookOutcome> {
  const { addresses, keys, clock, takeLog } = deps;
  const takeId = addresses.takeAt(webhook.path);
  if (takeId === undefined) return 'not_found';
  const signed = signatureIn(webhook.headers);
  if (signed === undefined) return 'malformed';
  if (!isFresh(signed, clock.now())) return 'stale';
  if (!(await keys.pass((some) => isSigned(signed, webhook.body, some)))) return 'bad_signature';
  if (requestIdIn(webhook.body) !== signed.requestId) return 'malformed';

  const take = await takeLog.read(takeId);
  if (take?.intent.provider !== 'fal') return 'unknown_take';
  if (isTakeOver(take.state)) return 'over';
  const taskId = falTaskId(take.intent, signed.requestId);
  if (isInDoubt(take.state)) return find(take, taskId, deps);
  if (take.taskId !== '' && take.taskId !== taskId) return 'other_take';
  deps.hint(takeId);
  return take.taskId === '' ? 'early' : 'hint';
}

async function find(
  take: TakeRecord,
  taskId: string,
  { takeLog, onFound, hint }: FalWebhookDeps,
): Promise<WebhookOutcome> {
  // One that was accepted is in doubt about its end: only its own request can tell.
  if (take.taskId === '' ? await takeLog.isTaken(taskId, take, take.createdAtMs) : take.taskId !== taskId)
    return 'other_take';
  const found = await takeLog.step(take, 'take.found', { taskId, by: 'webhook' });
  // Undefined: the same webhook through another gateway, or an operator, was faster.
  if (found === undefined) return 'over';
  onFound(found);
  hint(take.id);
  return 'found';
}

function requestIdIn(body: Buffer): unknown {
  try {
    const json: unknown = JSON.parse(body.toString('utf8'));
    return typeof json === 'object' && json !== null && 'request_id' in json ? json.request_id : undefined;
  } catch {
    return undefined;
  }
}
