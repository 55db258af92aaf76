/** Small, fast, well known; the same seed gives the same numbers (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** So many of the list, each once. */
export function pick<T>(from: readonly T[], count: number, next: () => number): readonly T[] {
  const rest = [...from];
  return Array.from({ length: Math.min(count, from.length) }, () =>
    rest.splice(Math.floor(next() * rest.length), 1),
  ).flat();
}
