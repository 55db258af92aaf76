import type { FactStore } from '@reelmesh/domain';
import { isInDoubt } from '@reelmesh/domain';
import { FactFollower } from './fact-follower.ts';
import type { TakeLog } from './take-log.ts';

export interface Doubt {
  readonly takeId: string;
  readonly provider: string;
  readonly sinceMs: number;
}

/** Takes whose charge is in doubt, of all gateways, kept up by reading on. */
export class Doubts {
  readonly #takeLog: TakeLog;
  readonly #follower: FactFollower;
  readonly #doubts = new Map<string, Doubt>();

  constructor(facts: FactStore, takeLog: TakeLog) {
    this.#takeLog = takeLog;
    this.#follower = new FactFollower(facts, [
      'take.unknown',
      'take.found',
      'take.not_found',
      'take.written_off',
    ]);
  }

  async read(): Promise<readonly Doubt[]> {
    const begun = new Set<string>();
    await this.#follower.readOn(({ kind, stream }) => {
      const takeId = stream.slice('take/'.length);
      if (kind === 'take.unknown') begun.add(takeId);
      else {
        begun.delete(takeId);
        this.#doubts.delete(takeId);
      }
    });
    for (const takeId of begun) {
      const take = await this.#takeLog.read(takeId);
      if (take === undefined || !isInDoubt(take.state)) continue;
      this.#doubts.set(takeId, { takeId, provider: take.intent.provider, sinceMs: take.updatedAtMs });
    }
    return [...this.#doubts.values()];
  }
}
