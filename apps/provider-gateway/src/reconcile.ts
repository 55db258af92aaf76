import type { ReconciledDay } from '@reelmesh/contracts/ledger';
import type { FactStore, LedgerFact, TakeRecord } from '@reelmesh/domain';
import { dayOf, isInDoubt, priceOfTake } from '@reelmesh/domain';
import type { DayUsage } from './provider.ts';

const PAGE = 1000;

export interface Books {
  readonly provider: string;
  readonly fromDay: string;
  readonly toDay: string;
  /** The provider's figures. */
  readonly usage: readonly DayUsage[];
  /** Takes that hold a reservation. */
  readonly holding: readonly TakeRecord[];
  /** The provider's own name of a model. */
  readonly remoteIdOf: (model: string) => string;
}

/**
 * The provider's figures beside ours, by day and model, in its currency and before discounts: it counts what it has
 * charged at its list prices, and takes the discount off the invoice.
 */
export async function reconciledDays(facts: FactStore, books: Books): Promise<readonly ReconciledDay[]> {
  const { provider, fromDay, toDay, usage, holding, remoteIdOf } = books;
  const rows = new Map<string, { day: string; model: string; theirs: number; ours: number; doubt: number }>();
  const rowOf = (day: string, model: string) => {
    const key = `${day} ${model}`;
    const row = rows.get(key) ?? { day, model, theirs: 0, ours: 0, doubt: 0 };
    rows.set(key, row);
    return row;
  };
  const isWanted = (day: string): boolean => day >= fromDay && day <= toDay;

  for (const { day, model, micros } of usage) if (isWanted(day)) rowOf(day, model).theirs += micros;
  // A provider charges when it accepts a take, which is when we reserve; it is settled later, perhaps on another day.
  const sentOn = new Map<string, string>();
  for await (const { atMs, body } of entriesOf(facts)) {
    if (body.provider !== provider) continue;
    if (body.entry === 'LEDGER_KIND_RESERVE') sentOn.set(body.takeId, dayOf(atMs));
    const day = sentOn.get(body.takeId) ?? dayOf(atMs);
    if (body.listMicros !== 0 && isWanted(day)) rowOf(day, remoteIdOf(body.model)).ours += body.listMicros;
  }
  for (const { id, state, createdAtMs, intent } of holding) {
    const day = sentOn.get(id) ?? dayOf(createdAtMs);
    if (intent.provider !== provider || !isInDoubt(state) || !isWanted(day)) continue;
    rowOf(day, remoteIdOf(intent.model)).doubt += priceOfTake(intent).listMicros;
  }
  return [...rows.values()]
    .toSorted((a, b) => (`${a.day} ${a.model}` < `${b.day} ${b.model}` ? -1 : 1))
    .map(({ day, model, theirs, ours, doubt }) => ({
      day,
      model,
      providerMicros: theirs,
      ledgerMicros: ours,
      inDoubtMicros: doubt,
      differenceMicros: theirs - ours,
    }));
}

async function* entriesOf(facts: FactStore): AsyncGenerator<LedgerFact> {
  let cursor: string | undefined;
  do {
    const page = await facts.scan({
      kinds: ['ledger.reserve', 'ledger.settle', 'ledger.adjust'],
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    yield* page.facts as readonly LedgerFact[];
    cursor = page.cursor;
  } while (cursor !== undefined);
}
