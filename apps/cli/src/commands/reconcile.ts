import { dayOf } from '../days.ts';
import { ExitCode } from '../exit-codes.ts';
import { print, say } from '../output.ts';
import { describeReconciliation, isExplained, reconciliationReportOf } from '../reconciliation.ts';
import { reach } from './films.ts';
import type { ServerFlags } from './films.ts';

export interface ReconcileFlags extends ServerFlags {
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
}

/** A provider's own figures beside ours: this month so far, unless told otherwise. */
export async function reconcile(provider: string, flags: ReconcileFlags): Promise<ExitCode> {
  const toDay = flags.to ?? dayOf(Date.now());
  const fromDay = flags.from ?? `${toDay.slice(0, 7)}-01`;
  await using session = await reach(flags, 'reconcile');
  const response = await session.ledger.reconcile({ provider, fromDay, toDay });
  if (flags.json === true) print(JSON.stringify(reconciliationReportOf(provider, response)));
  else if (response.days.length === 0)
    say(`neither ${provider} nor the ledger knows a charge from ${fromDay} to ${toDay}`);
  else print(describeReconciliation(provider, response));
  return isExplained(response) ? ExitCode.OK : ExitCode.MONEY_UNEXPLAINED;
}
