import { lookup } from 'node:dns';
import type { LookupAddress, LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import type { AppError } from '@reelmesh/domain';
import ipaddr from 'ipaddr.js';

type LookupDone = (error: Error | null, address: string | LookupAddress[], family?: number) => void;
export type GuardedLookup = (hostname: string, options: LookupOptions, done: LookupDone) => void;

/** Resolves a name and refuses addresses that are not public: what was checked is what is connected to. */
export function guardedLookup(allowLoopback: boolean, refuse: (message: string) => AppError): GuardedLookup {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return done(error, []);
      const inner = addresses.find(
        ({ address }) => !isPublic(address) && !(allowLoopback && isLoopback(address)),
      );
      if (inner !== undefined)
        return done(refuse(`${hostname} is at ${inner.address}, not a public address`), []);
      const [first] = addresses;
      if (options.all === true || first === undefined) return done(null, addresses);
      done(null, first.address, first.family);
    });
  };
}

/**
 * For a call to an address that a provider gave us: https and public, or the loopback host that the provider itself is
 * at, as an emulator is. What `refuse` makes of anything else is thrown.
 */
export function lookupFor(url: URL, endpoint: string, refuse: (message: string) => AppError): GuardedLookup {
  const loopback = isLoopbackHost(url.hostname);
  if (loopback ? url.host !== new URL(endpoint).host : url.protocol !== 'https:') {
    throw refuse(`${url.protocol}//${url.host} is neither https nor the provider's own`);
  }
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0 && !loopback && !isPublic(literal))
    throw refuse(`${literal} is not a public address`);
  return guardedLookup(loopback, refuse);
}

export function isLoopbackHost(hostname: string): boolean {
  return hostname === '127.0.0.1' || hostname === '[::1]' || hostname === 'localhost';
}

export function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}

function isLoopback(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';
}
