import type {
  Clock,
  FactStore,
  LedgerFact,
  TakeBodies,
  TakeFact,
  TakeIntent,
  TakeKind,
  TakeRecord,
} from '@reelmesh/domain';
import {
  applyTake,
  bookingsOf,
  correction,
  foldTake,
  foldTakes,
  isChargeKnown,
  ledgerStream,
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

  /** Whether a task at a provider is another take's than `by` already, taken on at that time or later. */
  async isTaken(taskId: string, by: Pick<TakeRecord, 'id'>, sinceMs: number): Promise<boolean> {
    const query = { kinds: ['take.accepted', 'take.found'], order: 'newest', limit: PAGE } as const;
    let cursor: string | undefined;
    do {
      const page = await this.#facts.scan(cursor === undefined ? query : { ...query, cursor });
      const facts = page.facts as readonly Extract<
        TakeFact,
        { readonly kind: 'take.accepted' | 'take.found' }
      >[];
      const others = facts.filter(({ stream }) => stream !== takeStream(by.id));
      if (others.some(({ body }) => idOf(body.taskId) === idOf(taskId))) return true;
      cursor = facts.some(({ atMs }) => atMs < sinceMs - SKEW_MS) ? undefined : page.cursor;
    } while (cursor !== undefined);
    return false;
  }

  /** Takes of the same model under the same credential that the provider has accepted in that time, of all films. */
  async countAccepted(
    { provider, model, endpoint, credentialRef }: TakeIntent,
    withinMs: number,
  ): Promise<number> {
    const fromMs = this.#clock.now() - withinMs;
    const accepted = new Set(
      (await this.#since(['take.accepted', 'take.found'], fromMs)).map(({ stream }) => stream),
    );
    // A take is accepted soon after its intent; what waited longer for a slot began before.
    const intents = await this.#since(['take.intent'], fromMs - withinMs);
    return intents.filter((fact) => {
      if (fact.kind !== 'take.intent' || !accepted.has(fact.stream)) return false;
      const { body } = fact;
      return (
        body.provider === provider &&
        body.model === model &&
        body.endpoint === endpoint &&
        body.credentialRef === credentialRef
      );
    }).length;
  }

  async #since(kinds: readonly TakeKind[], fromMs: number): Promise<readonly TakeFact[]> {
    const query = { kinds, order: 'newest', limit: PAGE } as const;
    const found: TakeFact[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#facts.scan(cursor === undefined ? query : { ...query, cursor });
      const facts = page.facts as readonly TakeFact[];
      found.push(...facts.filter(({ atMs }) => atMs >= fromMs));
      cursor = facts.some(({ atMs }) => atMs < fromMs - SKEW_MS) ? undefined : page.cursor;
    } while (cursor !== undefined);
    return found;
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
   * Takes one step; the money that it makes known is booked in the same breath.
   * @returns the take after it, or undefined when the step had been taken before
   */
  async step<K extends Step>(
    take: TakeRecord,
    kind: K,
    body: TakeBodies[K],
  ): Promise<TakeRecord | undefined> {
    const fact = this.#fact(take.id, take.tenant, kind, body, take.state);
    const after = applyTake(take, fact);
    // The bookings go first: should a crash part them from the step, it is taken again and finds them booked.
    const bookings = isChargeKnown(take.state) ? [] : await this.#bookings(after, take.state);
    const results = await this.#facts.append([...bookings, fact]);
    if (results.at(-1) !== 'inserted') return undefined;
    // Whoever booked it before us may have heard otherwise from the provider.
    if (results.includes('exists')) await this.#correct(after);
    return after;
  }

  /** Books what is known of a take's charge and is not booked yet: whoever took its last step had no time to. */
  async settleUp(take: TakeRecord): Promise<void> {
    await this.#facts.append(await this.#bookings(take, 'TAKE_STATE_INTENT'));
  }

  async #bookings(take: TakeRecord, from: TakeRecord['state']): Promise<readonly LedgerFact[]> {
    if (take.intent.quoteMicros === 0 && take.chargedMicros === 0) return [];
    // Whatever was sent was reserved for; what was not may have been.
    return bookingsOf(take, from !== 'TAKE_STATE_INTENT' || (await this.#isReserved(take)));
  }

  async #isReserved(take: TakeRecord): Promise<boolean> {
    return (await this.#entriesOf(take)).some(({ body }) => body.entry === 'LEDGER_KIND_RESERVE');
  }

  async #correct(take: TakeRecord): Promise<void> {
    const entry = correction(take, await this.#entriesOf(take));
    if (entry !== undefined) await this.#facts.append([entry]);
  }

  async #entriesOf(take: TakeRecord): Promise<readonly LedgerFact[]> {
    const entries = (await this.#facts.read(ledgerStream(take.intent.filmId))) as readonly LedgerFact[];
    return entries.filter(({ body }) => body.takeId === take.id);
  }

  async #fold(prefix: string): Promise<readonly TakeRecord[]> {
    return foldTakes((await this.#facts.readPrefix(prefix)) as readonly TakeFact[]);
  }

  #fact<K extends TakeKind>(
    id: string,
    tenant: string,
    kind: K,
    body: TakeBodies[K],
    from?: TakeRecord['state'],
  ): TakeFact {
    const fact = {
      id: takeFactId(id, kind, from),
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
}

/** A task id may be the path that leads to it (fal): an operator names the last part alone. */
const idOf = (taskId: string): string => taskId.slice(taskId.lastIndexOf('/') + 1);
