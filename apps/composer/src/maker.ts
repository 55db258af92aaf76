import type { Cut } from '@reelmesh/contracts/compose';
import type { Film } from './film.ts';

export type Stage = 'normalise' | 'join' | 'verify';

export interface MakeOptions {
  /** The timeline's content address: equal keys, equal films. */
  readonly cutKey: string;
  readonly signal: AbortSignal;
  /** 0 to 1, never going back. */
  readonly onProgress: (progress: number, stage: Stage) => void;
}

/** Makes the file of a film: stored and verified once it resolves. */
export interface Maker {
  make(film: Film, options: MakeOptions): Promise<Cut>;
}
