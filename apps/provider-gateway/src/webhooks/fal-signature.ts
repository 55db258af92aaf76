import { createHash, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What fal signs besides the body (docs: webhooks, verifying signatures). */
export interface FalSignature {
  readonly requestId: string;
  readonly userId: string;
  /** Unix seconds. */
  readonly timestamp: string;
  readonly signature: Buffer;
}

const TOLERANCE_MS = 300_000;

const shapes = {
  'x-fal-webhook-request-id': /^[\w-]{1,200}$/,
  'x-fal-webhook-user-id': /^[\x21-\x7e]{1,200}$/,
  'x-fal-webhook-timestamp': /^\d{1,12}$/,
  'x-fal-webhook-signature': /^[0-9a-fA-F]{128}$/,
} as const;

/** Undefined when a header is missing, twice there or odd. */
export function signatureIn(headers: IncomingHttpHeaders): FalSignature | undefined {
  const read = (name: keyof typeof shapes): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' && shapes[name].test(value) ? value : undefined;
  };
  const requestId = read('x-fal-webhook-request-id');
  const userId = read('x-fal-webhook-user-id');
  const timestamp = read('x-fal-webhook-timestamp');
  const signature = read('x-fal-webhook-signature');
  return requestId === undefined || userId === undefined || timestamp === undefined || signature === undefined
    ? undefined
    : { requestId, userId, timestamp, signature: Buffer.from(signature, 'hex') };
}

export function isFresh({ timestamp }: FalSignature, nowMs: number): boolean {
  return Math.abs(Number(timestamp) * 1000 - nowMs) <= TOLERANCE_MS;
}

/** Whether one of the keys has signed it: Ed25519 over request, user, time and the SHA-256 of the raw body, a line each. */
export function isSigned(signed: FalSignature, body: Uint8Array, keys: readonly KeyObject[]): boolean {
  const { requestId, userId, timestamp, signature } = signed;
  const digest = createHash('sha256').update(body).digest('hex');
  const message = Buffer.from([requestId, userId, timestamp, digest].join('\n'));
  return keys.some((key) => verify(null, message, key, signature));
}
