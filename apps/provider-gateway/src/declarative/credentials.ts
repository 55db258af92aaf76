import { createHmac } from 'node:crypto';
import type { ProviderFile } from './provider-file.ts';

/** Providers that take such tokens let them live for half an hour at most, and allow for a clock that is a little behind. */
const LIFE_SECONDS = 1800;
const SKEW_SECONDS = 5;

/** The header that carries the key, or a token made from it. */
export function authorization(
  { header, template, jwtFromPair }: ProviderFile['auth'],
  now: () => number,
): (secret: string) => Readonly<Record<string, string>> {
  return (secret) => {
    const pair = jwtFromPair ? /^([^:]+):([^:]+)$/.exec(secret) : null;
    const [, access = '', key = ''] = pair ?? [];
    const shown = pair === null ? secret : signedToken(access, key, now());
    return { [header.toLowerCase()]: template.replaceAll('${secret}', () => shown) };
  };
}

/** RFC 7519 with HS256: who asks, until when. */
function signedToken(access: string, key: string, nowMs: number): string {
  const now = Math.floor(nowMs / 1000);
  const claims = { iss: access, exp: now + LIFE_SECONDS, nbf: now - SKEW_SECONDS };
  const body = [{ alg: 'HS256', typ: 'JWT' }, claims].map(encoded).join('.');
  return `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`;
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
