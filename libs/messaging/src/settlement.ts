import type { AppError } from '@reelmesh/domain';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 30_000;

/** The answers of a pull consumer: https://docs.nats.io/using-nats/developer/develop_jetstream/consumers */
export const ACK = '+ACK';
export const TERM = '+TERM';
export const WORKING = '+WPI';

export function nak(delayMs: number): string {
  return delayMs <= 0 ? '-NAK' : `-NAK {"delay":${Math.round(delayMs * 1e6)}}`;
}

/**
 * How often the message has been delivered, this time included, from its reply subject:
 * `$JS.ACK.<stream>.<consumer>.<delivered>.…`, from server 2.15 on also `$JS.ACK.<domain>.<account>.<stream>.<consumer>.<delivered>.…`
 */
export function deliveryCount(reply: string): number {
  const tokens = reply.split('.');
  return Number(tokens[tokens.length >= 11 ? 6 : 4] ?? 1);
}

/** The error's own wish, else 200 ms doubled with each attempt, at most 30 s. */
export function retryDelayMs(error: AppError, attempt: number): number {
  return error.retryAfterMs ?? Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
}
