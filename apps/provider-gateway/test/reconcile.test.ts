import { reserveId } from '@reelmesh/domain';
import type { LedgerFact } from '@reelmesh/domain';
import { openSqliteFacts } from '@reelmesh/storage';
import { temporaryDirectory } from '@reelmesh/testing';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reconciledDays } from '../src/reconcile.ts';

const EVENING = Date.UTC(2026, 10, 25, 23, 59);
const MINUTE = 60_000;

function entry(
  kind: 'reserve' | 'settle' | 'adjust',
  takeId: string,
  listMicros: number,
  atMs: number,
): LedgerFact {
  const number = Number(takeId.slice(1));
  return {
    id: kind === 'reserve' ? reserveId(number) : `ledger/f1/${takeId}/${kind}`,
    ...{ stream: 'ledger/f1', seq: 0, kind: `ledger.${kind}`, tenant: 'local', atMs, epoch: 0 },
    body: {
      entry: `LEDGER_KIND_${kind.toUpperCase() as 'RESERVE' | 'SETTLE' | 'ADJUST'}`,
      ...{ filmId: 'f1', shotId: 's1', takeId, provider: 'runway', model: 'gen', currency: 'USD' },
      ...{
        amountMicros: listMicros / 2,
        usdMicros: listMicros / 2,
        listMicros: kind === 'reserve' ? 0 : listMicros,
      },
      seconds: 0,
    },
  };
}

test('a take counts on the day on which it was sent, at list price, corrections and all', async () => {
  await using directory = await temporaryDirectory();
  const facts = await openSqliteFacts({ path: join(directory.path, 'facts.db') });
  await facts.append([
    entry('reserve', 't1', 100, EVENING),
    entry('settle', 't1', 100, EVENING + 5 * MINUTE),
    entry('reserve', 't2', 100, EVENING + 2 * MINUTE),
    entry('settle', 't2', 100, EVENING + 6 * MINUTE),
    entry('adjust', 't2', -40, EVENING + 7 * MINUTE),
  ]);

  const days = await reconciledDays(facts, {
    ...{ provider: 'runway', fromDay: '2026-11-25', toDay: '2026-11-26', holding: [] },
    usage: [
      { day: '2026-11-25', model: 'gen-remote', micros: 100 },
      { day: '2026-11-26', model: 'gen-remote', micros: 75 },
      { day: '2026-11-27', model: 'gen-remote', micros: 1 },
    ],
    remoteIdOf: (model) => `${model}-remote`,
  });
  await facts.close();

  expect(days).toEqual([
    {
      ...{ day: '2026-11-25', model: 'gen-remote', providerMicros: 100, ledgerMicros: 100 },
      ...{ inDoubtMicros: 0, differenceMicros: 0 },
    },
    {
      ...{ day: '2026-11-26', model: 'gen-remote', providerMicros: 75, ledgerMicros: 60 },
      ...{ inDoubtMicros: 0, differenceMicros: 15 },
    },
  ]);
});
