import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { invalid } from '@reelmesh/domain';
import type { Fact, FactPage, FactScan } from '@reelmesh/domain';
import { FACT_COLUMNS, fromRow } from './fact-row.ts';
import type { FactRow } from './fact-row.ts';

/** Each call sees all that was committed before it, by any process. */
export interface SqliteReader {
  get(id: string): Fact | undefined;
  read(stream: string): Fact[];
  readPrefix(prefix: string): Fact[];
  scan(query: FactScan): FactPage;
  close(): void;
}

type Order = NonNullable<FactScan['order']>;

type PlacedRow = [place: number, ...FactRow];

const MAX_PAGE = 1000;
const MAX_KINDS = 100;

export function createSqliteReader(database: DatabaseSync): SqliteReader {
  const prepare = (sql: string): StatementSync => {
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  };
  const byId = prepare(`SELECT ${FACT_COLUMNS} FROM fact WHERE id = ?`);
  const byStream = prepare(`SELECT ${FACT_COLUMNS} FROM fact WHERE stream = ? ORDER BY seq, place`);
  // SQLite compares text by its bytes, and 0xFF is above every byte of UTF-8: the range is exactly the prefix.
  const byPrefix = prepare(
    `SELECT ${FACT_COLUMNS} FROM fact WHERE stream >= ?1 AND stream < ?1 || CAST(x'FF' AS TEXT)
     ORDER BY stream, seq, place`,
  );
  const scans = new Map<string, StatementSync>();

  function scanStatement(kinds: number, order: Order, withTenant: boolean): StatementSync {
    const key = `${kinds} ${order} ${withTenant}`;
    const statement = scans.get(key) ?? prepare(scanSql(kinds, order, withTenant));
    scans.set(key, statement);
    return statement;
  }

  return {
    get: (id) => {
      const row = byId.get(id) as FactRow | undefined;
      return row && fromRow(row);
    },
    read: (stream) => (byStream.all(stream) as unknown as FactRow[]).map(fromRow),
    readPrefix: (prefix) => (byPrefix.all(prefix) as unknown as FactRow[]).map(fromRow),
    scan(query) {
      const { limit, tenant, order = 'oldest' } = query;
      const kinds = checkQuery(query);
      const start = query.cursor === undefined ? firstPlace(order) : parseCursor(query.cursor, order);
      if (kinds.length === 0) return { facts: [] };
      const statement = scanStatement(kinds.length, order, tenant !== undefined);
      const rows = statement.all(start, limit + 1, tenant ?? null, ...kinds) as unknown as PlacedRow[];
      const facts = rows.slice(0, limit).map(([, ...row]) => fromRow(row));
      const last = rows[limit - 1];
      return last && rows.length > limit ? { facts, cursor: formatCursor(last[0], order) } : { facts };
    },

    close: () => database.close(),
  };
}

/** The kinds, each once. */
function checkQuery({ kinds, limit }: FactScan): string[] {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    throw invalid('LIMIT_INVALID', `scan: limit must be 1 to ${MAX_PAGE}, got ${limit}`);
  }
  if (kinds.length > MAX_KINDS) {
    throw invalid('KINDS_INVALID', `scan: at most ${MAX_KINDS} kinds, got ${kinds.length}`);
  }
  return [...new Set(kinds)];
}

/**
 * One index range for each kind, each in order of insertion; SQLite merges them and stops at the limit.
 * `kind IN (…)` would read and sort all that is there for every page.
 * Parameters: 1 start, 2 limit, 3 tenant, 4 and on the kinds.
 */
function scanSql(kinds: number, order: Order, withTenant: boolean): string {
  const [compare, direction] = order === 'oldest' ? ['>', 'ASC'] : ['<', 'DESC'];
  const ranges = Array.from({ length: kinds }, (_, n) => {
    const where = `kind = ?${n + 4} AND place ${compare} ?1${withTenant ? ' AND tenant = ?3' : ''}`;
    return `SELECT place, ${FACT_COLUMNS} FROM fact WHERE ${where}`;
  });
  return `${ranges.join(' UNION ALL ')} ORDER BY place ${direction} LIMIT ?2`;
}

function firstPlace(order: Order): number {
  return order === 'oldest' ? 0 : Number.MAX_SAFE_INTEGER;
}

function formatCursor(place: number, order: Order): string {
  return `${order}.${place.toString(36)}`;
}

function parseCursor(cursor: string, order: Order): number {
  const [, digits] = /^(?:oldest|newest)\.([0-9a-z]{1,11})$/.exec(cursor) ?? [];
  const place = digits === undefined ? NaN : parseInt(digits, 36);
  if (Number.isSafeInteger(place) && formatCursor(place, order) === cursor) return place;
  throw invalid(
    'CURSOR_INVALID',
    `scan: the cursor is not from a page in ${order} order: start again without it`,
  );
}
