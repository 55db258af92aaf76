/**
 * How many takes a provider lets us have under way, found by trying: additive increase, multiplicative decrease. Driven by
 * refusals and throttling, never by latency: renders take minutes whatever the load.
 */
export interface AimdWindow {
  /** Whole, at least 1. */
  readonly size: number;
  /** Takes since the last change that the provider took on as it should. */
  readonly successes: number;
  /** Refusals since the last take that it took on. */
  readonly refusals: number;
  /** When it last became smaller; 0 for never. */
  readonly shrunkAtMs: number;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

export function openWindow(cap: number): AimdWindow {
  return { size: Math.max(1, cap), successes: 0, refusals: 0, shrunkAtMs: 0 };
}

/** How many takes may be under way: never more than the cap, and the cap itself until something was refused. */
export function sizeOf(window: AimdWindow, cap: number): number {
  return Math.max(1, window.shrunkAtMs === 0 ? cap : Math.min(window.size, cap));
}

/**
 * Half of it, once for all takes that were on their way when it was halved: a wave that is refused says one thing.
 * @param sentAtMs when the take that was refused or throttled was sent
 */
export function shrink(window: AimdWindow, cap: number, sentAtMs: number, now: number): AimdWindow {
  if (sentAtMs <= window.shrunkAtMs) return window;
  return {
    size: Math.max(1, Math.floor(sizeOf(window, cap) / 2)),
    successes: 0,
    refusals: window.refusals + 1,
    shrunkAtMs: Math.max(now, sentAtMs),
  };
}

/** One more after as many successes as it is large; what was sent before it was halved does not count. */
export function grow(window: AimdWindow, cap: number, sentAtMs: number): AimdWindow {
  if (sizeOf(window, cap) >= cap || sentAtMs <= window.shrunkAtMs) return window;
  const successes = window.successes + 1;
  if (successes < window.size) return { ...window, successes };
  return { ...window, size: window.size + 1, successes: 0 };
}

/** A take was taken on: whatever was refused before it is over. */
export function calm(window: AimdWindow): AimdWindow {
  return window.refusals === 0 ? window : { ...window, refusals: 0 };
}

/** How long nothing is sent after a refusal, by our own measure: doubled with each in a row. */
export function pauseAfter(window: AimdWindow): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, Math.min(10, window.refusals - 1)));
}
