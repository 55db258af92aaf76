import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { JsonReply } from '../core/provider.ts';
import { refusal } from './replies.ts';

const API_VERSION = '2024-11-06';
const KEY = /^Bearer key_[0-9a-f]{128}$/;

/** Tells keys apart: each is an organization of its own, though all share one balance and its limits. */
export function keyMark(headers: IncomingHttpHeaders): string {
  return createHash('sha256')
    .update(headers.authorization ?? '')
    .digest('hex')
    .slice(0, 8);
}

/** The refusal of a call without a well-formed key or without the current API version. Any well-formed key is good. */
export function authorize(headers: IncomingHttpHeaders): JsonReply | undefined {
  if (!KEY.test(headers.authorization ?? '')) {
    return refusal(
      401,
      'The API key is missing or malformed: expected "Authorization: Bearer key_<128 hex digits>"',
    );
  }
  const version = headers['x-runway-version'];
  if (version === API_VERSION) return undefined;
  return refusal(
    400,
    version === undefined
      ? `The X-Runway-Version header is required; the current version is ${API_VERSION}`
      : `The X-Runway-Version "${String(version)}" is not supported; the current version is ${API_VERSION}`,
  );
}
