/** Numbers that look random and are the same for the same seed. */
export interface Random {
  pick<T>(from: readonly T[]): T;
  /** Whether something of this probability, 0 to 1, happens. */
  chance(probability: number): boolean;
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  // Mulberry32 (Tommy Ettinger, public domain): 32 bits of state are plenty for estimates.
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    pick(from) {
      const picked = from[Math.floor(next() * from.length)];
      if (picked === undefined) throw new RangeError('nothing to pick from');
      return picked;
    },
    chance: (probability) => next() < probability,
  };
}

/** So many per cent of the numbers from 1 to `count`, rounded up, in order. */
export function pickShare(count: number, percent: number, seed: number): readonly number[] {
  const random = randomFrom(seed);
  const left = Array.from({ length: count }, (_, index) => index + 1);
  const wanted = Math.ceil((count * percent) / 100);
  const picked: number[] = [];
  while (picked.length < wanted) {
    const number = random.pick(left);
    picked.push(number);
    left.splice(left.indexOf(number), 1);
  }
  return picked.toSorted((a, b) => a - b);
}
