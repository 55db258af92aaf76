import { createHash } from 'node:crypto';
import type { LedgerEntry, ListEntriesRequest } from '@reelmesh/contracts/ledger';
import { invalid } from '@reelmesh/domain';
import { endOfDay, startOfDay } from '../days.ts';
import { ExitCode } from '../exit-codes.ts';
import { focusCsv } from '../focus.ts';
import type { Grouping } from '../ledger-sums.ts';
import {
  budgetsReportOf,
  describeBudgets,
  describeEntries,
  describeSums,
  ledgerReportOf,
} from '../ledger-text.ts';
import { writeOutput } from '../output-file.ts';
import { print, say } from '../output.ts';
import type { Ledger } from '../session.ts';
import { formatCount } from '../text.ts';
import { reach } from './films.ts';
import type { ServerFlags } from './films.ts';

export interface LedgerFlags extends ServerFlags {
  readonly film?: string;
  readonly shot?: string;
  readonly provider?: string;
  readonly tenant?: string;
  /** Days (UTC), both included. */
  readonly from?: string;
  readonly to?: string;
  readonly by?: Grouping;
  readonly focus?: string;
  readonly json?: boolean;
}

/** More than a person reads and a process holds: such a question is asked month by month. */
const MAX_ENTRIES = 1_000_000;
/** Pages may be empty where a filter lets nothing through. */
const MAX_PAGES = 10_000;

/** What was set aside, charged and given back: entry by entry, in sums, or as a file for others. */
export async function showLedger(flags: LedgerFlags): Promise<ExitCode> {
  const filter = filterOf(flags);
  await using session = await reach(flags, 'ledger');
  const entries = await entriesOf(session.ledger, filter);
  if (flags.focus !== undefined) await exportFocus(flags.focus, entries);
  else if (flags.json === true) print(JSON.stringify(ledgerReportOf(entries, flags.by)));
  else if (entries.length === 0) say('nothing was booked');
  else print(flags.by === undefined ? describeEntries(entries) : describeSums(flags.by, entries));
  return ExitCode.OK;
}

export function filterOf(flags: LedgerFlags): ListEntriesRequest {
  if (flags.from !== undefined && flags.to !== undefined && flags.to < flags.from) {
    throw invalid('OUT_OF_BOUNDS', `--to ${flags.to}: must not be before --from ${flags.from}`);
  }
  return {
    tenant: flags.tenant ?? '',
    filmId: flags.film ?? '',
    shotId: flags.shot ?? '',
    provider: flags.provider ?? '',
    fromMs: flags.from === undefined ? 0 : startOfDay(flags.from),
    toMs: flags.to === undefined ? 0 : endOfDay(flags.to),
    pageSize: 0,
    pageToken: '',
  };
}

/** All pages. INVALID_ARGUMENT (TOO_MANY_ENTRIES) above a million. */
export async function entriesOf(
  ledger: Pick<Ledger, 'listEntries'>,
  filter: ListEntriesRequest,
): Promise<readonly LedgerEntry[]> {
  const found: LedgerEntry[] = [];
  let pageToken = '';
  for (let pages = 0; pages < MAX_PAGES && found.length <= MAX_ENTRIES; pages += 1) {
    const page = await ledger.listEntries({ ...filter, pageToken });
    found.push(...page.entries);
    if (page.nextPageToken === '') return found;
    pageToken = page.nextPageToken;
  }
  throw invalid('TOO_MANY_ENTRIES', `more than ${found.length} entries: narrow them with --from and --to`);
}

async function exportFocus(path: string, entries: readonly LedgerEntry[]): Promise<void> {
  const csv = focusCsv(entries);
  if (path === '-') {
    process.stdout.write(csv);
    return;
  }
  const bytes = Buffer.from(csv);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await writeOutput(path, chunksOf(bytes), { sha256, sizeBytes: bytes.length });
  say(`${path}: ${formatCount(csv.split('\n').length - 2, 'charge')}`);
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** The limits, and what is used of each. */
export async function showBudgets(flags: ServerFlags & { readonly json?: boolean }): Promise<ExitCode> {
  await using session = await reach(flags, 'budgets');
  const { budgets } = await session.ledger.listBudgets({ tenant: '' });
  if (flags.json === true) print(JSON.stringify(budgetsReportOf(budgets)));
  else if (budgets.length === 0) say('no budget is set');
  else print(describeBudgets(budgets));
  return ExitCode.OK;
}
