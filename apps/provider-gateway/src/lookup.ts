import { AppError } from '@reelmesh/domain';
import type { TakeRecord } from '@reelmesh/domain';
import type { Logger } from '@reelmesh/service';
import type { LookupResult, Provider } from './provider.ts';
import type { TakeLog } from './take-log.ts';

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
    const answer = await providers.get(take.intent.provider)?.lookup(take, signal);
    if (answer === undefined) return { kind: 'cannot-tell' };
    // Found by what was asked for, it may be the twin of another film.
    const isTwin = answer.kind === 'found' && (await takeLog.isTaken(answer.taskId, take, take.createdAtMs));
    return isTwin ? { kind: 'cannot-tell' } : answer;
  } catch (error) {
    if (signal.aborted) throw error;
    log.warn({ takeId: take.id, error: AppError.from(error).message }, 'take could not be looked up');
    return { kind: 'cannot-tell' };
  }
}
