export type ClockMode = 'real' | 'virtual';

/**
 * The emulator's time, in ms since the epoch. `real` runs with the wall clock plus whatever was advanced; `virtual`
 * stands still until it is advanced. It never runs backwards, a change of mode included.
 */
export class EmulatorClock {
  #mode: ClockMode = 'real';
  #standsAtMs = 0;
  #aheadMs = 0;

  get mode(): ClockMode {
    return this.#mode;
  }

  now(): number {
    return this.#mode === 'virtual' ? this.#standsAtMs : Date.now() + this.#aheadMs;
  }

  advance(ms: number): void {
    if (this.#mode === 'virtual') this.#standsAtMs += ms;
    else this.#aheadMs += ms;
  }

  setMode(mode: ClockMode): void {
    const now = this.now();
    this.#standsAtMs = now;
    this.#aheadMs = now - Date.now();
    this.#mode = mode;
  }
}
