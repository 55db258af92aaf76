import { randomFillSync } from 'node:crypto';

/** The wall clock, milliseconds since 1970. */
export const systemClock = {
  now: (): number => Date.now(),
};

/** Crockford's base 32 in lower case: no letter that reads like a digit. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

const LENGTH = 20;

/** Random bytes in stock: asking the system for each id costs more than making it. */
const pool = new Uint8Array(LENGTH * 256);
let used = pool.length;

/** Ids of 20 random characters, 5 bits each. */
export const randomIds = {
  next(prefix: string): string {
    if (used + LENGTH > pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    let id = prefix;
    for (const end = used + LENGTH; used < end; used += 1)
      id += alphabet.charAt((pool[used] ?? 0) % alphabet.length);
    return id;
  },
};
