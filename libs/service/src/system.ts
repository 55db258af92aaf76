import { randomBytes } from 'node:crypto';

/** The wall clock, milliseconds since 1970. */
export const systemClock = {
  now: (): number => Date.now(),
};

/** Crockford's base 32 in lower case: no letter that reads like a digit. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** Ids of 20 random characters, 5 bits each. */
export const randomIds = {
  next: (prefix: string): string =>
    prefix + Array.from(randomBytes(20), (byte) => alphabet.charAt(byte % alphabet.length)).join(''),
};
