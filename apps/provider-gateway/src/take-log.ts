import type {
  Clock,
  FactStore,
  LedgerBody,
  LedgerFact,
  TakeBodies,
  TakeFact,
  TakeIntent,
  TakeKind,
  TakeRecord,
} from '@reelmesh/domain';
import {
  applyTake,
  foldTake,
  foldTakes,
  ledgerStream,
  settleId,
  takeFactId,
  takePrefix,
  takeSeq,
  takeStream,
} from '@reelmesh/domain';

const PAGE = 1000;
/** Clocks of gateways differ by less. */
const SKEW_MS = 60_000;

type Step = Exclude<TakeKind, 'take.intent'>;

/**
 * The gateway's writing hand: every step of a take is a fact that can be inserted once. Whoever inserts it has taken
 * the step; for anybody else it "exists", and they must read again before they act.
 */
export class TakeLog {
  readonly #facts: FactStore;
  readonly #clock: Clock;

  constructor(facts: FactStore, clock: Clock) {
    this.#facts = facts;
    this.#clock = clock;
  }

  async read(takeId: string): Promise<TakeRecord | undefined> {
    return foldTake((await this.#facts.read(takeStream(takeId))) as readonly TakeFact[]);
  }

  /** All takes of a film at one shot, by attempt. */
  async takesOf(filmId: string, shotKey: string): Promise<readonly TakeRecord[]> {
    return this.#fold(takeStream(takePrefix(filmId, shotKey)));
  }

  /** All takes of a film. */
  async takesOfFilm(filmId: string): Promise<readonly TakeRecord[]> {
    return this.#fold(takeStream(`${filmId}-`));
  }

  /** Whether a task at a provider is another take's already, taken on at that time or later. */
  async isTaken(taskId: string, sinceMs: number): Promise<boolean> {
    const query = { kinds: ['take.accepted', 'take.found'], order: 'newest', limit: PAGE } as const;
    let cursor: string | undefined;
    do {
      const page = await this.#facts.scan(cursor === undefined ? query : { ...query, cursor });
      const facts = page.facts as readonly Extract<
        TakeFact,
        { readonly kind: 'take.accepted' | 'take.found' }
      >[];
      if (facts.some(({ body }) => body.taskId === taskId)) return true;
      cursor = facts.some(({ atMs }) => atMs < sinceMs - SKEW_MS) ? undefined : page.cursor;
    } while (cursor !== undefined);
    return false;
  }

  /**
   * Writes the intent and, when the take is to be sent at once, the sending with it.
   * @returns undefined when the take exists already
   */
  async begin(
    id: string,
    tenant: string,
    intent: TakeIntent,
    sender: string | undefined,
  ): Promise<TakeRecord | undefined> {
    const facts = [this.#fact(id, tenant, 'take.intent', intent)];
    if (sender !== undefined) facts.push(this.#fact(id, tenant, 'take.sending', { sender }));
    const [result] = await this.#facts.append(facts);
    return result === 'inserted' ? foldTake(facts) : undefined;
  }

  /**
   * Takes one step; money that it costs is booked in the same breath.
   * @returns the take after it, or undefined when the step had been taken before
   */
  async step<K extends Step>(
    take: TakeRecord,
    kind: K,
    body: TakeBodies[K],
  ): Promise<TakeRecord | undefined> {
    const fact = this.#fact(take.id, take.tenant, kind, body);
    const after = applyTake(take, fact);
    // The booking goes first: should a crash part the two, the step is taken again and finds it booked.
    const booking = after.costMicros > 0 && take.costMicros === 0 ? [this.#settlement(after)] : [];
    const results = await this.#facts.append([...booking, fact]);
    return results.at(-1) === 'inserted' ? after : undefined;
  }

  async #fold(prefix: string): Promise<readonly TakeRecord[]> {
    return foldTakes((await this.#facts.readPrefix(prefix)) as readonly TakeFact[]);
  }

  #fact<K extends TakeKind>(id: string, tenant: string, kind: K, body: TakeBodies[K]): TakeFact {
    const fact = {
      id: takeFactId(id, kind),
      stream: takeStream(id),
      seq: takeSeq[kind],
      kind,
      tenant,
      atMs: this.#clock.now(),
      epoch: 0,
      body,
    };
    return fact as unknown as TakeFact;
  }

  #settlement(take: TakeRecord): LedgerFact {
    const body: LedgerBody = {
      entry: 'LEDGER_KIND_SETTLE',
      filmId: take.intent.filmId,
      takeId: take.id,
      provider: take.intent.provider,
      model: take.intent.model,
      amountMicros: take.costMicros,
      currency: 'USD',
    };
    return {
      id: settleId(take.intent.filmId, take.id),
      stream: ledgerStream(take.intent.filmId),
      seq: take.intent.attempt,
      kind: 'ledger.settle',
      tenant: take.tenant,
      atMs: take.updatedAtMs,
      epoch: 0,
      body,
    };
  }
}
