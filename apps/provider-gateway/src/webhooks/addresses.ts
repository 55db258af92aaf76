import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError, Code } from '@reelmesh/domain';
import { isLoopbackHost } from '../addresses.ts';

export interface WebhookSettings {
  /** Where the internet reaches us, without `/webhooks`; no webhooks when undefined. */
  readonly webhookUrl: string | undefined;
  /** Of all replicas the same. */
  readonly webhookSecret: string | undefined;
}

/** A shorter one could be guessed from an address. */
const MIN_SECRET_LENGTH = 32;

/** The address of a take for fal's webhooks. Only who was given it can name the take: it carries a MAC. */
export class WebhookAddresses {
  readonly #baseUrl: string;
  readonly #secret: string;

  constructor(baseUrl: string, secret: string) {
    this.#baseUrl = baseUrl.replace(/\/$/, '');
    this.#secret = secret;
  }

  of(takeId: string): string {
    return `${this.#baseUrl}/webhooks/fal/${takeId}/${this.#macOf(takeId).toString('hex')}`;
  }

  /** The take that an address of ours names, whatever stands before `/webhooks`; undefined for any other. */
  takeAt(path: string): string | undefined {
    const [, takeId, mac] = /\/webhooks\/fal\/([a-z0-9_-]{1,200})\/([0-9a-f]{64})$/.exec(path) ?? [];
    if (takeId === undefined || mac === undefined) return undefined;
    return timingSafeEqual(Buffer.from(mac, 'hex'), this.#macOf(takeId)) ? takeId : undefined;
  }

  #macOf(takeId: string): Buffer {
    return createHmac('sha256', this.#secret).update(`webhooks/fal/${takeId}`).digest();
  }
}

/** INVALID_ARGUMENT (CONFIG_INVALID) when the secret is missing or the address would show it to everybody. */
export function webhookAddresses({
  webhookUrl,
  webhookSecret,
}: WebhookSettings): WebhookAddresses | undefined {
  if (webhookUrl === undefined) return undefined;
  const { protocol, hostname } = new URL(webhookUrl);
  if (protocol !== 'https:' && !isLoopbackHost(hostname))
    throw wrong(`REELMESH_GATEWAY__WEBHOOK_URL ${webhookUrl} must be https off loopback`);
  if (webhookSecret === undefined || webhookSecret.length < MIN_SECRET_LENGTH) {
    throw wrong(
      `REELMESH_GATEWAY__WEBHOOK_SECRET must be set with REELMESH_GATEWAY__WEBHOOK_URL, to ${MIN_SECRET_LENGTH} characters or more`,
    );
  }
  return new WebhookAddresses(webhookUrl, webhookSecret);
}

function wrong(message: string): AppError {
  return new AppError(Code.INVALID_ARGUMENT, message, { reason: 'CONFIG_INVALID' });
}
