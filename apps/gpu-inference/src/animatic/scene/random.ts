/** A stream of pseudo-random numbers that is the same for the same seed on every machine. */
export interface Random {
  /** From 0 up to 1. */
  next(): number;
  /** From low up to high. */
  between(low: number, high: number): number;
  /** A whole number from 0 up to count. */
  below(count: number): number;
  pick<T>(choices: readonly [T, ...T[]]): T;
}

/** 32 bits of FNV-1a over the UTF-16 units. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** Mulberry32, seeded by the text. */
export function seededRandom(seed: string): Random {
  let state = hashText(seed);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (count: number) => Math.floor(next() * count);
  return {
    next,
    below,
    between: (low, high) => low + (high - low) * next(),
    pick: (choices) => choices[below(choices.length)] ?? choices[0],
  };
}
