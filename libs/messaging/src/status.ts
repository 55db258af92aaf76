import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { AppError, Code } from '@reelmesh/domain';
import type { Logger } from '@reelmesh/service';

/** gRPC's numbers: https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const numbers: Readonly<Record<Code, number>> = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
};
const codes = new Map(Object.values(Code).map((code) => [numbers[code], code]));

const DOMAIN = 'reelmesh';
const ERROR_INFO = 'type.googleapis.com/google.rpc.ErrorInfo';
const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';

/** Of a unary call, unless it says otherwise. */
export const DEFAULT_TIMEOUT_MS = 10_000;

export function codeNumber(code: Code): number {
  return numbers[code];
}

/**
 * What may leave the process: an AppError as it is, anything unforeseen as a bare INTERNAL.
 * The log gets what the caller does not.
 */
export function publicError(error: unknown, log: Logger, method: string): AppError {
  const known = AppError.from(error);
  if (known === error || (known.code !== Code.INTERNAL && known.code !== Code.UNKNOWN)) return known;
  log.error({ method, err: error }, 'call failed unexpectedly');
  return new AppError(Code.INTERNAL, `${method}: internal error, see the log of the service`);
}

/**
 * The error as `google.rpc.Status` with one ErrorInfo (AIP-193). A RetryInfo says that it is retryable,
 * its delay when.
 */
export function encodeStatus(error: AppError): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  writer.uint32(8).int32(numbers[error.code]);
  writer.uint32(18).string(error.message);
  writeAny(writer, ERROR_INFO, encodeErrorInfo(error));
  if (error.retryable) writeAny(writer, RETRY_INFO, encodeRetryInfo(error.retryAfterMs));
  return writer.finish();
}

/** Undefined when the bytes are no Status of ours. */
export function decodeStatus(bytes: Uint8Array): AppError | undefined {
  try {
    return readStatus(bytes);
  } catch {
    return undefined;
  }
}

/** For a server that says no more than code and message. */
export function bareError(number: number, message: string): AppError {
  const code = codes.get(number) ?? Code.UNKNOWN;
  return new AppError(code, message, {
    retryable: code === Code.UNAVAILABLE || code === Code.DEADLINE_EXCEEDED,
  });
}

/** RESOURCE_EXHAUSTED (MESSAGE_TOO_LARGE) above the limit. */
export function checkSize(what: string, bytes: Uint8Array, limitBytes: number): void {
  if (bytes.length <= limitBytes) return;
  throw new AppError(
    Code.RESOURCE_EXHAUSTED,
    `${what}: the message has ${bytes.length} bytes, at most ${limitBytes} are carried; pass large content by blob reference`,
    {
      reason: 'MESSAGE_TOO_LARGE',
      details: { bytes: String(bytes.length), limit_bytes: String(limitBytes) },
    },
  );
}

function encodeErrorInfo(error: AppError): Uint8Array {
  const writer = new BinaryWriter();
  writer.uint32(10).string(error.reason);
  writer.uint32(18).string(DOMAIN);
  for (const [key, value] of Object.entries(error.details)) {
    writer.uint32(26).fork();
    writer.uint32(10).string(key).uint32(18).string(value);
    writer.join();
  }
  return writer.finish();
}

function encodeRetryInfo(retryAfterMs: number | undefined): Uint8Array {
  const writer = new BinaryWriter();
  if (retryAfterMs === undefined) return writer.finish();
  writer.uint32(10).fork();
  writer.uint32(8).int64(Math.floor(retryAfterMs / 1000));
  writer.uint32(16).int32(Math.round((retryAfterMs % 1000) * 1e6));
  writer.join();
  return writer.finish();
}

function writeAny(writer: BinaryWriter, typeUrl: string, value: Uint8Array): void {
  writer.uint32(26).fork();
  writer.uint32(10).string(typeUrl).uint32(18).bytes(value);
  writer.join();
}

function readStatus(bytes: Uint8Array): AppError | undefined {
  let code: Code = Code.UNKNOWN;
  let message = '';
  let info: ErrorInfo | undefined;
  let retry: { afterMs?: number } | undefined;
  eachField(bytes, (field, reader) => {
    if (field === 1) code = codes.get(reader.int32()) ?? Code.UNKNOWN;
    else if (field === 2) message = reader.string();
    else if (field === 3) {
      const any = readAny(reader.bytes());
      if (any.typeUrl === ERROR_INFO) info = readErrorInfo(any.value);
      else if (any.typeUrl === RETRY_INFO) retry = readRetryInfo(any.value);
    } else return false;
    return true;
  });
  if (info?.domain !== DOMAIN) return undefined;
  return new AppError(code, message, {
    reason: info.reason,
    details: info.details,
    retryable: retry !== undefined,
    ...(retry?.afterMs !== undefined && { retryAfterMs: retry.afterMs }),
  });
}

interface ErrorInfo {
  readonly reason: string;
  readonly domain: string;
  readonly details: Readonly<Record<string, string>>;
}

function readErrorInfo(bytes: Uint8Array): ErrorInfo {
  let reason = '';
  let domain = '';
  const details: [string, string][] = [];
  eachField(bytes, (field, reader) => {
    if (field === 1) reason = reader.string();
    else if (field === 2) domain = reader.string();
    else if (field === 3) details.push(readPair(reader.bytes()));
    else return false;
    return true;
  });
  return { reason, domain, details: Object.fromEntries(details) };
}

function readRetryInfo(bytes: Uint8Array): { afterMs?: number } {
  let afterMs: number | undefined;
  eachField(bytes, (field, reader) => {
    if (field !== 1) return false;
    let ms = 0;
    eachField(reader.bytes(), (part, duration) => {
      if (part === 1) ms += Number(duration.int64()) * 1000;
      else if (part === 2) ms += duration.int32() / 1e6;
      else return false;
      return true;
    });
    afterMs = ms;
    return true;
  });
  return afterMs === undefined ? {} : { afterMs };
}

function readAny(bytes: Uint8Array): { typeUrl: string; value: Uint8Array } {
  let typeUrl = '';
  let value: Uint8Array = new Uint8Array();
  eachField(bytes, (field, reader) => {
    if (field === 1) typeUrl = reader.string();
    else if (field === 2) value = reader.bytes();
    else return false;
    return true;
  });
  return { typeUrl, value };
}

function readPair(bytes: Uint8Array): [string, string] {
  let key = '';
  let value = '';
  eachField(bytes, (field, reader) => {
    if (field === 1) key = reader.string();
    else if (field === 2) value = reader.string();
    else return false;
    return true;
  });
  return [key, value];
}

/** `read` says whether it took the field; the others are skipped, as protobuf demands. */
function eachField(bytes: Uint8Array, read: (field: number, reader: BinaryReader) => boolean): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (!read(field, reader)) reader.skip(wireType, field);
  }
}
