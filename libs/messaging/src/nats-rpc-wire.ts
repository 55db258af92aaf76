import type { AppError } from '@reelmesh/domain';
import { headers, type MsgHdrs } from 'nats';
import type { MethodDefinition } from './rpc.ts';
import { codeNumber } from './status.ts';

/** ADR-32 of NATS: these two mark a reply as an error; its body is a google.rpc.Status. */
export const ERROR_HEADER = 'Nats-Service-Error';
export const ERROR_CODE_HEADER = 'Nats-Service-Error-Code';
export const TIMEOUT_HEADER = 'Reelmesh-Timeout-Ms';

export function isStream(method: MethodDefinition): boolean {
  return method.requestStream || method.responseStream;
}

export function requestHeaders(
  own: Readonly<Record<string, string>> | undefined,
  timeoutMs: number,
): MsgHdrs {
  const all = headers();
  all.set(TIMEOUT_HEADER, String(timeoutMs));
  for (const [name, value] of Object.entries(own ?? {})) all.set(name, value);
  return all;
}

export function errorHeaders(error: AppError): MsgHdrs {
  const all = headers();
  // one line: a header value ends at a line break
  all.set(ERROR_HEADER, error.message.replaceAll(/\s+/g, ' '));
  all.set(ERROR_CODE_HEADER, String(codeNumber(error.code)));
  return all;
}

export function readHeaders(received: MsgHdrs | undefined): Readonly<Record<string, string>> {
  if (received === undefined) return {};
  return Object.fromEntries(received.keys().map((name) => [name.toLowerCase(), received.get(name)]));
}
