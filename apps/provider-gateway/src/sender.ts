import type { FailureClass } from '@reelmesh/contracts/shot';
import { AppError, budgetText, isChargeKnown } from '@reelmesh/domain';
import type { TakeRecord } from '@reelmesh/domain';
import type { Logger } from '@reelmesh/service';
import type { CredentialSlots } from './credential-slots.ts';
import type { FilmStops } from './film-stops.ts';
import type { LedgerKeeper } from './ledger-keeper.ts';
import type { PollResult, Provider, SubmitResult } from './provider.ts';
import type { ProviderSwitches } from './provider-switches.ts';
import type { Reporter } from './reporter.ts';
import type { TakeLog } from './take-log.ts';

export interface SenderDeps {
  readonly log: Logger;
  readonly takeLog: TakeLog;
  readonly stops: FilmStops;
  readonly switches: ProviderSwitches;
  readonly ledger: LedgerKeeper;
  readonly reporter: Reporter;
  readonly slots: CredentialSlots;
  readonly providers: ReadonlyMap<string, Provider>;
  /** Told how long each create call took. */
  readonly onSubmitted: (take: TakeRecord, seconds: number) => void;
  /** This process and this run of it: tells our own sends from those of a crashed predecessor. */
  readonly sender: string;
}

export interface Sent {
  /** As it is now. */
  readonly take: TakeRecord;
  /** What the provider said about it beyond accepting it. */
  readonly already?: PollResult;
}

const tooMany: readonly FailureClass[] = ['FAILURE_CLASS_RATE_LIMIT', 'FAILURE_CLASS_CAPACITY'];

/** Makes the one create call of a take. Nothing else in the system sends anything that costs money. */
export class Sender {
  readonly #deps: SenderDeps;
  readonly #sending = new Set<string>();

  constructor(deps: SenderDeps) {
    this.#deps = deps;
  }

  /** Whether this process is in the middle of the take's create call. */
  isSending(takeId: string): boolean {
    return this.#sending.has(takeId);
  }

  /**
   * Waits for a slot, makes sure that nobody else sends, sends, and writes down what came of it.
   * The slot stays held: the caller gives it back when the take has ended.
   */
  async send(take: TakeRecord, signal: AbortSignal): Promise<Sent> {
    const { reporter, slots } = this.#deps;
    if (take.state !== 'TAKE_STATE_INTENT') return this.#call(take, signal);
    reporter.tell(take, 0, 'slot');
    await slots.of(take.intent).acquire(take.id, signal);
    let sending: TakeRecord | undefined;
    try {
      const begun = await this.#begin(take);
      if (!begun.isOurs) return { take: begun.take };
      sending = begun.take;
    } finally {
      // Whatever kept it from being sent here: nobody would give the slot back.
      if (sending === undefined) slots.of(take.intent).release(take.id);
    }
    return this.#call(sending, signal);
  }

  /** Writes down that the take is being sent, by us and nobody else, unless something forbids it or somebody was quicker. */
  async #begin(take: TakeRecord): Promise<{ readonly take: TakeRecord; readonly isOurs: boolean }> {
    const { takeLog, sender, stops, switches } = this.#deps;
    const ended = async (after: TakeRecord | undefined) => ({
      take: after ?? (await takeLog.read(take.id)) ?? take,
      isOurs: false,
    });
    // The wait may have been long, and the film may have been cancelled meanwhile.
    if (await stops.isStopped(take.intent.filmId)) {
      return ended(await takeLog.step(take, 'take.cancelled', { costMicros: 0 }));
    }
    if (await switches.isOff(take.intent.provider)) {
      const message = `${take.intent.provider} was switched off before it was sent`;
      return ended(await takeLog.step(take, 'take.not_sent', { message }));
    }
    const refused = await this.#reserve(take);
    if (refused !== undefined) return ended(refused);
    const sending = await takeLog.step(take, 'take.sending', { sender });
    if (sending !== undefined) return { take: sending, isOurs: true };
    const after = (await takeLog.read(take.id)) ?? take;
    // Somebody else has ended it, and may not have known of our reservation.
    if (isChargeKnown(after.state)) await takeLog.settleUp(after);
    return ended(after);
  }

  /**
   * Sets the take's price aside: nothing that costs money is sent without (I4).
   * @returns the take as it has ended when a budget has no room for it
   */
  async #reserve(take: TakeRecord): Promise<TakeRecord | undefined> {
    const { takeLog, ledger } = this.#deps;
    const { quoteMicros } = take.intent;
    if (quoteMicros === 0) return undefined;
    const { refusedBy } = await ledger.reserve(take);
    if (refusedBy === undefined) return undefined;
    const message = budgetText(refusedBy, quoteMicros);
    const refusal = { failure: 'FAILURE_CLASS_BUDGET', message } as const;
    return (await takeLog.step(take, 'take.rejected', refusal)) ?? (await takeLog.read(take.id)) ?? take;
  }

  async #call(take: TakeRecord, signal: AbortSignal): Promise<Sent> {
    const { takeLog, reporter, log } = this.#deps;
    const provider = this.#deps.providers.get(take.intent.provider);
    this.#sending.add(take.id);
    const begunAt = performance.now();
    try {
      const result =
        provider === undefined
          ? ({ kind: 'not-sent', message: `no provider ${take.intent.provider}` } as const)
          : await provider.submit(take.intent, take.id, signal);
      this.#deps.onSubmitted(take, (performance.now() - begunAt) / 1000);
      this.#tellSlots(take, result);
      const after = await record();
      if (result.kind !== 'accepted') {
        log.warn({ takeId: take.id, ...result }, 'take was not accepted');
        reporter.tell(after, 0, '');
        return { take: after };
      }
      if (result.already !== undefined) return { take: after, already: result.already };
      reporter.tell(after, 0, 'provider queue');
      return { take: after };

      async function record(): Promise<TakeRecord> {
        switch (result.kind) {
          case 'accepted':
            return taken(await takeLog.step(take, 'take.accepted', { taskId: result.taskId }));
          case 'not-sent':
            return taken(await takeLog.step(take, 'take.not_sent', { message: result.message }));
          case 'rejected': {
            const { kind: _kind, ...refusal } = result;
            return taken(await takeLog.step(take, 'take.rejected', refusal));
          }
          case 'unknown':
            return taken(await takeLog.step(take, 'take.unknown', { message: result.message }));
        }
      }
    } finally {
      this.#sending.delete(take.id);
    }

    function taken(after: TakeRecord | undefined): TakeRecord {
      if (after !== undefined) return after;
      throw AppError.from(new Error(`take ${take.id}: somebody else wrote down how our own submit ended`));
    }
  }

  /** Before its slot is given back: a provider that has too many already gets no other take in its place. */
  #tellSlots({ id, intent }: TakeRecord, result: SubmitResult): void {
    const slots = this.#deps.slots.of(intent);
    if (result.kind === 'accepted') slots.accepted(id);
    if (result.kind === 'rejected' && tooMany.includes(result.failure)) {
      slots.refused(id, result.retryAfterMs ?? 0);
    }
  }
}
