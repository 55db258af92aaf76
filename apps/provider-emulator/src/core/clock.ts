export type ClockMode = 'real' | 'virtual';

interface Alarm {
  readonly at: number;
  readonly ring: () => void;
}

/** Longest wait that a timer can hold; a later alarm is set again then. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The emulator's time, in ms since the epoch. `real` runs with the wall clock plus whatever was advanced; `virtual`
 * stands still until it is advanced. It never runs backwards, a change of mode included.
 */
export class EmulatorClock {
  #mode: ClockMode = 'real';
  #standsAtMs = 0;
  #aheadMs = 0;
  /** In order of time. */
  #alarms: readonly Alarm[] = [];
  #timer: NodeJS.Timeout | undefined;

  get mode(): ClockMode {
    return this.#mode;
  }

  now(): number {
    return this.#mode === 'virtual' ? this.#standsAtMs : Date.now() + this.#aheadMs;
  }

  advance(ms: number): void {
    if (this.#mode === 'virtual') this.#standsAtMs += ms;
    else this.#aheadMs += ms;
    this.#ring();
  }

  setMode(mode: ClockMode): void {
    const now = this.now();
    this.#standsAtMs = now;
    this.#aheadMs = now - Date.now();
    this.#mode = mode;
    this.#ring();
  }

  /** Calls `ring` once, when this clock has reached `at`. It does not keep the process alive. */
  alarm(at: number, ring: () => void): void {
    this.#alarms = [...this.#alarms, { at, ring }].toSorted((a, b) => a.at - b.at);
    this.#wind();
  }

  #ring(): void {
    for (
      let first = this.#alarms[0];
      first !== undefined && first.at <= this.now();
      first = this.#alarms[0]
    ) {
      this.#alarms = this.#alarms.slice(1);
      first.ring();
    }
    this.#wind();
  }

  /** In virtual time only an advance rings; an alarm that is due already rings in the next turn in both. */
  #wind(): void {
    clearTimeout(this.#timer);
    const waitMs = (this.#alarms[0]?.at ?? Infinity) - this.now();
    if (waitMs === Infinity || (this.#mode === 'virtual' && waitMs > 0)) return;
    this.#timer = setTimeout(() => this.#ring(), Math.min(Math.max(waitMs, 0), MAX_TIMER_MS));
    this.#timer.unref();
  }
}
