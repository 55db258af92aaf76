import type { Clock } from '@reelmesh/domain';
import type { Stage } from './maker.ts';

type Tell = (progress: number, stage: Stage) => void;

const EVERY_MS = 250;

/** Passes progress on at most four times a second, and never backwards. */
export function progressTeller(clock: Clock, tell: Tell): Tell {
  let toldAtMs = -Infinity;
  let told = 0;
  return (progress, stage) => {
    const nowMs = clock.now();
    if (nowMs - toldAtMs < EVERY_MS || progress < told) return;
    toldAtMs = nowMs;
    told = progress;
    tell(progress, stage);
  };
}
