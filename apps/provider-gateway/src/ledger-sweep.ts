import { isChargeKnown } from '@reelmesh/domain';
import type { FilmStops } from './film-stops.ts';
import type { LedgerKeeper } from './ledger-keeper.ts';
import type { TakeLog } from './take-log.ts';

export interface SweepDeps {
  readonly ledger: LedgerKeeper;
  readonly takeLog: TakeLog;
  readonly stops: FilmStops;
}

/**
 * Gives back what crashes have left set aside: for takes that have ended, and for those that were never sent and whose
 * film was cancelled since. Takes in doubt keep theirs until somebody has resolved them.
 */
export async function sweepReservations({ ledger, takeLog, stops }: SweepDeps): Promise<void> {
  for (const takeId of (await ledger.spending()).holding()) {
    const take = await takeLog.read(takeId);
    if (take === undefined) continue;
    if (isChargeKnown(take.state)) await takeLog.settleUp(take);
    else if (take.state === 'TAKE_STATE_INTENT' && (await stops.isStopped(take.intent.filmId))) {
      await takeLog.step(take, 'take.cancelled', { costMicros: 0 });
    }
  }
}
