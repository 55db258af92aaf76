import { AppError, formatUsd } from '@reelmesh/domain';
import type { TakeRecord } from '@reelmesh/domain';
import type { Logger } from '@reelmesh/service';
import type { LookupResult, Provider } from './provider.ts';
import type { TakeLog } from './take-log.ts';

const DAY_MS = 86_400_000;

export interface LookupDeps {
  readonly log: Logger;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly takeLog: TakeLog;
}

/** What a take in doubt has come to, as far as its provider can tell. A provider that cannot be asked now cannot tell. */
export async function lookUp(
  take: TakeRecord,
  { log, providers, takeLog }: LookupDeps,
  signal: AbortSignal,
): Promise<LookupResult> {
  // It was accepted, so it exists: the doubt is how it ended, which its provider has not said by the deadline.
  if (take.taskId !== '') return { kind: take.intent.quoteMicros === 0 ? 'not-found' : 'cannot-tell' };
  try {
    const provider = providers.get(take.intent.provider);
    const answer = await provider?.lookup(take, signal);
    if (provider === undefined || answer === undefined) return { kind: 'cannot-tell' };
    if (answer.kind === 'cannot-tell' && provider.count !== undefined && take.state !== 'TAKE_STATE_PARKED') {
      return { ...answer, hint: await hintOf(take, provider, takeLog, signal) };
    }
    // Found by what was asked for, it may be the twin of another film.
    const isTwin = answer.kind === 'found' && (await takeLog.isTaken(answer.taskId, take, take.createdAtMs));
    return isTwin ? { kind: 'cannot-tell' } : answer;
  } catch (error) {
    if (signal.aborted) throw error;
    log.warn({ takeId: take.id, error: AppError.from(error).message }, 'take could not be looked up');
    return { kind: 'cannot-tell' };
  }
}

/** The provider's own count beside ours: a generation more than we know of may be this one, or somebody else's. */
async function hintOf(
  take: TakeRecord,
  provider: Provider,
  takeLog: TakeLog,
  signal: AbortSignal,
): Promise<string> {
  const counted = await provider.count?.(take, signal);
  if (counted === undefined) return '';
  const { model, generations, micros } = counted;
  const ours = await takeLog.countAccepted(take.intent, DAY_MS);
  const day = new Date(take.createdAtMs).toISOString().slice(0, 10);
  const count = `${generations} generation${generations === 1 ? '' : 's'} of ${model}`;
  return `${provider.name} counts ${count} in the last 24 h, ${ours} of them ours, and has charged ${formatUsd(micros)} for it since ${day}`;
}
