import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Addresses of outputs that work until a moment, and cannot be made up or prolonged. */
export class OutputLinks {
  readonly #secret = randomBytes(32);

  sign(address: string, taskId: string, expiresAt: number): string {
    const expires = String(expiresAt);
    return `${address}?expires=${expires}&signature=${this.#mac(taskId, expires)}`;
  }

  isValid(taskId: string, url: URL, now: number): boolean {
    const expires = url.searchParams.get('expires') ?? '';
    const given = Buffer.from(url.searchParams.get('signature') ?? '');
    const wanted = Buffer.from(this.#mac(taskId, expires));
    return given.length === wanted.length && timingSafeEqual(given, wanted) && now < Number(expires);
  }

  #mac(taskId: string, expires: string): string {
    return createHmac('sha256', this.#secret).update(`${taskId}:${expires}`).digest('hex').slice(0, 32);
  }
}
