import type { LedgerEntry, ListEntriesRequest, ListEntriesResponse } from '@reelmesh/contracts/ledger';
import type { Fact, FactStore, LedgerFact } from '@reelmesh/domain';
import { invalid, ledgerKinds, ledgerStream } from '@reelmesh/domain';

const MAX_PAGE = 1000;
/** Pages of the store that one call reads: then it answers with what it has, and where to go on. */
const MAX_SCANS = 50;

/** The ledger for people: entries by film or of all films, filtered, page by page. */
export async function listEntries(
  facts: FactStore,
  request: ListEntriesRequest,
): Promise<ListEntriesResponse> {
  const pageSize = request.pageSize === 0 ? MAX_PAGE : Math.min(MAX_PAGE, Math.max(1, request.pageSize));
  return request.filmId === ''
    ? scanEntries(facts, request, pageSize)
    : filmEntries(facts, request, pageSize);
}

async function filmEntries(
  facts: FactStore,
  request: ListEntriesRequest,
  pageSize: number,
): Promise<ListEntriesResponse> {
  const after = request.pageToken === '' ? 0 : Number(request.pageToken);
  if (!Number.isSafeInteger(after) || after < 0)
    throw invalid(
      'CURSOR_INVALID',
      `page token ${request.pageToken.slice(0, 40)}: must be from a page before`,
    );
  const all = (await facts.read(ledgerStream(request.filmId))).filter((fact) => matches(fact, request));
  const page = all.slice(after, after + pageSize);
  const more = all.length > after + page.length;
  return { entries: page.map(entryMessage), nextPageToken: more ? String(after + page.length) : '' };
}

async function scanEntries(
  facts: FactStore,
  request: ListEntriesRequest,
  pageSize: number,
): Promise<ListEntriesResponse> {
  const entries: LedgerEntry[] = [];
  let cursor = request.pageToken === '' ? undefined : request.pageToken;
  for (let scans = 0; scans < MAX_SCANS && entries.length < pageSize; scans += 1) {
    const page = await facts.scan({
      kinds: ledgerKinds,
      tenant: request.tenant,
      // No more than there is room for: the cursor stands behind what the caller has got.
      limit: pageSize - entries.length,
      ...(cursor === undefined ? {} : { cursor }),
    });
    entries.push(...page.facts.filter((fact) => matches(fact, request)).map(entryMessage));
    if (page.cursor === undefined) return { entries, nextPageToken: '' };
    cursor = page.cursor;
  }
  return { entries, nextPageToken: cursor ?? '' };
}

function matches({ tenant, atMs, body }: Fact, request: ListEntriesRequest): boolean {
  const { shotId, provider } = body as LedgerFact['body'];
  return (
    tenant === request.tenant &&
    (request.shotId === '' || request.shotId === shotId) &&
    (request.provider === '' || request.provider === provider) &&
    atMs >= request.fromMs &&
    (request.toMs === 0 || atMs < request.toMs)
  );
}

function entryMessage({ id, tenant, atMs, body }: Fact): LedgerEntry {
  const { entry, ...rest } = body as LedgerFact['body'];
  return { id, kind: entry, tenant, timeMs: atMs, ...rest };
}
