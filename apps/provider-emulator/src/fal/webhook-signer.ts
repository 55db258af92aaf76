import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { DeliveryAction } from '../core/actions.ts';

/** The account that every key belongs to. */
const USER_ID = 'emulator';
const STALE_MS = 600_000;

/** Signs webhooks with a key of its own and publishes the other half. */
export class WebhookSigner {
  readonly #keys = generateKeyPairSync('ed25519');
  readonly #keyId = randomBytes(8).toString('hex');

  jwks(): object {
    const { kty, crv, x } = this.#keys.publicKey.export({ format: 'jwk' });
    return { keys: [{ kty, crv, x, kid: this.#keyId, use: 'sig' }] };
  }

  headers(
    requestId: string,
    body: string,
    now: number,
    fault: DeliveryAction | undefined,
  ): Readonly<Record<string, string>> {
    const sentAt = fault?.type === 'stale_timestamp' ? now - (fault.ms ?? STALE_MS) : now;
    const timestamp = String(Math.floor(sentAt / 1000));
    const digest = createHash('sha256').update(body).digest('hex');
    const message = [requestId, USER_ID, timestamp, digest].join('\n');
    const signed = fault?.type === 'bad_signature' ? `${message}?` : message;
    return {
      'content-type': 'application/json',
      'x-fal-webhook-request-id': requestId,
      'x-fal-webhook-user-id': USER_ID,
      'x-fal-webhook-timestamp': timestamp,
      'x-fal-webhook-signature': sign(null, Buffer.from(signed), this.#keys.privateKey).toString('hex'),
    };
  }
}
