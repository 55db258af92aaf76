import { events } from '@reelmesh/contracts';
import { CacheServiceDefinition } from '@reelmesh/contracts/cache';
import type { ShotOutcomeEvent } from '@reelmesh/contracts/event';
import type { FailureClass, Take } from '@reelmesh/contracts/shot';
import type { Ids, TakeRecord } from '@reelmesh/domain';
import { sumMicros } from '@reelmesh/domain';
import type { Bus, Client } from '@reelmesh/messaging';

export interface ShotAddress {
  readonly tenant: string;
  readonly filmId: string;
  readonly shotKey: string;
}

/** Tells the rest of the house what became of takes and shots. Saying it twice does no harm. */
export class Reporter {
  readonly #bus: Bus;
  readonly #ids: Ids;
  readonly #cache: Client<typeof CacheServiceDefinition>;

  constructor(bus: Bus, ids: Ids) {
    this.#bus = bus;
    this.#ids = ids;
    this.#cache = bus.client(CacheServiceDefinition);
  }

  /** Passing news for whoever watches. */
  tell(take: TakeRecord, progress: number, waitingFor: string): void {
    this.#bus.whisper(
      events.take,
      { tenant: take.tenant, filmId: take.intent.filmId },
      { take: takeMessage(take), progress, waitingFor },
    );
  }

  /** The clip goes to the cache first, then to the film: whoever hears of it can have it. */
  async rendered(shot: ShotAddress, take: TakeRecord, takes: readonly TakeRecord[]): Promise<void> {
    const { provider, model, fallbackReason, warnings } = take.intent;
    const costMicros = costOf(takes);
    const { clip } = await this.#cache.putClip({
      ...shot,
      clip: take.clip,
      takeId: take.id,
      provider,
      model,
      costMicros: take.costMicros,
    });
    const rendered = {
      clip,
      takeId: take.id,
      provider,
      model,
      costMicros,
      cached: false,
      takes: takes.length,
      fallbackReason,
      warnings,
    };
    await this.#publish({ ...shot, outcome: { $case: 'rendered', value: rendered } });
  }

  async failed(
    shot: ShotAddress,
    takes: readonly TakeRecord[],
    failure: {
      readonly failure: FailureClass;
      readonly message: string;
      readonly takeId: string;
      readonly inDoubt: boolean;
    },
  ): Promise<void> {
    await this.#publish({
      ...shot,
      outcome: { $case: 'failed', value: { ...failure, costMicros: costOf(takes) } },
    });
  }

  /** The doubt about a take has ended without a clip: its film may go on. */
  async askAgain({ tenant, intent: { filmId, shotKey } }: TakeRecord): Promise<void> {
    await this.#publish({ tenant, filmId, shotKey, outcome: { $case: 'abandoned', value: {} } });
  }

  async #publish(outcome: ShotOutcomeEvent): Promise<void> {
    await this.#bus.publish(events.outcome, outcome, outcome, this.#ids.next('e'));
  }
}

function costOf(takes: readonly TakeRecord[]): number {
  return sumMicros(takes.map((take) => take.costMicros));
}

export function takeMessage(take: TakeRecord): Take {
  const { filmId, shotId, shotKey, attempt, provider, model, quoteMicros, decision, warnings } = take.intent;
  const { fallbackReason } = take.intent;
  return {
    id: take.id,
    tenant: take.tenant,
    filmId,
    shotId,
    shotKey,
    attempt,
    provider,
    model,
    state: take.state,
    taskId: take.taskId,
    quoteMicros,
    costMicros: take.costMicros,
    failure: take.failure,
    message: take.message,
    clip: take.clip,
    decision,
    warnings,
    createTimeMs: take.createdAtMs,
    updateTimeMs: take.updatedAtMs,
    fallbackReason,
  };
}
