import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { AppError, Code } from '@reelmesh/domain';
import type { Clock } from '@reelmesh/domain';
import { z } from 'zod';
import { isLoopbackHost } from '../addresses.ts';
import { httpCall, jsonOf } from '../http-call.ts';

export interface KeySetOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** As long as fal allows. */
const LIFETIME_MS = 86_400_000;
/** However many signatures no key fits, the set is asked for again at most so often. */
const PAUSE_MS = 60_000;
const MAX_BYTES = 65_536;

const keySet = z.object({
  keys: z
    .array(z.looseObject({ kty: z.string(), crv: z.string().optional(), x: z.string().optional() }))
    .max(100),
});

/** The public keys with which a provider signs, from where it publishes them. */
export class KeySet {
  readonly #options: KeySetOptions;
  #keys: readonly KeyObject[] = [];
  #fetchedAtMs = -Infinity;
  #triedAtMs = -Infinity;
  #fetching: Promise<void> | undefined;

  /** Throws INVALID_ARGUMENT (CONFIG_INVALID) for keys that would come in the clear. */
  constructor(options: KeySetOptions) {
    const { protocol, hostname } = new URL(options.url);
    if (protocol !== 'https:' && !isLoopbackHost(hostname)) {
      throw new AppError(Code.INVALID_ARGUMENT, `FAL_JWKS_URL ${options.url} must be https off loopback`, {
        reason: 'CONFIG_INVALID',
      });
    }
    this.#options = options;
  }

  /**
   * Whether the keys pass. Keys that do not are asked for again first: they may have been exchanged.
   * UNAVAILABLE when there are no keys to be had.
   */
  async pass(check: (keys: readonly KeyObject[]) => boolean): Promise<boolean> {
    if (this.#now - this.#fetchedAtMs <= LIFETIME_MS && check(this.#keys)) return true;
    if (this.#fetching === undefined && this.#now - this.#triedAtMs >= PAUSE_MS) {
      this.#triedAtMs = this.#now;
      this.#fetching = this.#fetch().finally(() => (this.#fetching = undefined));
    }
    await this.#fetching;
    if (this.#now - this.#fetchedAtMs > LIFETIME_MS) throw unavailable('it did not answer a moment ago');
    return check(this.#keys);
  }

  get #now(): number {
    return this.#options.clock.now();
  }

  async #fetch(): Promise<void> {
    const { url, timeoutMs, signal } = this.#options;
    const answer = await httpCall({
      method: 'GET',
      url: new URL(url),
      headers: { accept: 'application/json' },
      timeoutMs,
      signal,
      maxAnswerBytes: MAX_BYTES,
    }).catch((error: unknown) => {
      throw unavailable(AppError.from(error).message);
    });
    const found = answer.status === 200 ? keySet.safeParse(jsonOf(answer)).data : undefined;
    const keys = (found?.keys ?? []).flatMap(publicKeyOf);
    if (keys.length === 0) throw unavailable(`no Ed25519 key in an answer of ${answer.status}`);
    this.#keys = keys;
    this.#fetchedAtMs = this.#now;
  }
}

function publicKeyOf({ kty, crv, x }: z.infer<typeof keySet>['keys'][number]): readonly KeyObject[] {
  if (kty !== 'OKP' || crv !== 'Ed25519' || x === undefined) return [];
  try {
    return [createPublicKey({ key: { kty, crv, x }, format: 'jwk' })];
  } catch {
    return [];
  }
}

function unavailable(why: string): AppError {
  return new AppError(Code.UNAVAILABLE, `keys of fal's webhooks: ${why}`);
}
