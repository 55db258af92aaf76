import { AppError, Code, invalid } from '@reelmesh/domain';
import type { Fact } from '@reelmesh/domain';

/** Longest id, stream, kind and tenant, in UTF-8 bytes. */
const MAX_KEY_BYTES = 512;

/** Longest body as JSON, in UTF-16 units: at most 12 MiB of UTF-8, which every store can hold (MongoDB: 16 MiB). */
const MAX_BODY_UNITS = 4 * 1024 * 1024;

/** The columns of a fact in the order of `FACT_COLUMNS`. */
export type FactRow = [
  id: string,
  stream: string,
  seq: number,
  kind: string,
  tenant: string,
  atMs: number,
  epoch: number,
  body: string,
];

export const FACT_COLUMNS = 'id, stream, seq, kind, tenant, at_ms, epoch, body';

/**
 * Checked here, before it is queued, so that one caller's mistake never fails the transaction that others share.
 * INVALID_ARGUMENT: FACT_KEY_INVALID, FACT_NUMBER_INVALID, FACT_BODY_INVALID; RESOURCE_EXHAUSTED: FACT_BODY_TOO_LARGE.
 */
export function toRow(fact: Fact): FactRow {
  checkKey(fact.id, 'id', fact.id);
  checkKey(fact.id, 'stream', fact.stream);
  checkKey(fact.id, 'kind', fact.kind);
  checkKey(fact.id, 'tenant', fact.tenant);
  checkInteger(fact.id, 'seq', fact.seq);
  checkInteger(fact.id, 'atMs', fact.atMs);
  checkInteger(fact.id, 'epoch', fact.epoch);
  return [fact.id, fact.stream, fact.seq, fact.kind, fact.tenant, fact.atMs, fact.epoch, toJson(fact)];
}

export function fromRow(row: FactRow): Fact {
  const [id, stream, seq, kind, tenant, atMs, epoch, body] = row;
  return { id, stream, seq, kind, tenant, atMs, epoch, body: JSON.parse(body) as unknown };
}

// Lone surrogates become U+FFFD in UTF-8 and NUL ends a C string: either would let two different ids meet.
function checkKey(id: string, field: string, value: string): void {
  if (value !== '' && value.isWellFormed() && !value.includes('\0')) {
    // A UTF-16 unit takes at most three bytes, so short keys need no counting.
    if (value.length * 3 <= MAX_KEY_BYTES || Buffer.byteLength(value) <= MAX_KEY_BYTES) return;
  }
  throw invalid(
    'FACT_KEY_INVALID',
    `fact ${JSON.stringify(id.slice(0, 80))}: ${field} must be 1 to ${MAX_KEY_BYTES} bytes of well-formed text without NUL`,
    { field },
  );
}

function checkInteger(id: string, field: string, value: number): void {
  if (Number.isSafeInteger(value)) return;
  throw invalid('FACT_NUMBER_INVALID', `fact ${id}: ${field} must be a safe integer, got ${value}`, {
    field,
  });
}

function toJson(fact: Fact): string {
  const body = stringify(fact);
  if (body === undefined) {
    throw invalid('FACT_BODY_INVALID', `fact ${fact.id}: body must be plain JSON, got ${typeof fact.body}`);
  }
  if (body.length > MAX_BODY_UNITS) {
    throw new AppError(
      Code.RESOURCE_EXHAUSTED,
      `fact ${fact.id}: body has ${body.length} characters of JSON, the limit is ${MAX_BODY_UNITS}; put large content into the blob store`,
      { reason: 'FACT_BODY_TOO_LARGE', retryable: false },
    );
  }
  return body;
}

function stringify(fact: Fact): string | undefined {
  try {
    return JSON.stringify(fact.body);
  } catch (error) {
    throw new AppError(
      Code.INVALID_ARGUMENT,
      `fact ${fact.id}: body is not JSON: ${AppError.from(error).message}`,
      {
        reason: 'FACT_BODY_INVALID',
        cause: error,
      },
    );
  }
}
