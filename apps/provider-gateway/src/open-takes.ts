import type { FactStore, TakeFact, TakeKind, TakeRecord } from '@reelmesh/domain';
import { foldTake, isInDoubt, isTakeOver } from '@reelmesh/domain';

const PAGE = 1000;

const endings: readonly TakeKind[] = [
  'take.not_sent',
  'take.rejected',
  'take.not_found',
  'take.written_off',
  'take.failed',
  'take.cancelled',
  'take.expired',
  'take.settled',
];

/**
 * The paid takes that a former process left under way. Somebody has to see to them even if their film has ended:
 * what was paid for is kept. Free takes need nobody: their film asks for them again, or nobody does.
 */
export async function openPaidTakes(facts: FactStore): Promise<readonly TakeRecord[]> {
  const open = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await facts.scan({
      kinds: ['take.intent', ...endings],
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const fact of page.facts as readonly TakeFact[]) {
      if (fact.kind !== 'take.intent') open.delete(fact.stream);
      else if (fact.body.quoteMicros > 0) open.add(fact.stream);
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  const takes = await Promise.all(
    [...open].map(async (stream) => foldTake((await facts.read(stream)) as readonly TakeFact[])),
  );
  return takes.filter(
    (take) => take !== undefined && !isTakeOver(take.state) && !isInDoubt(take.state),
  ) as TakeRecord[];
}
