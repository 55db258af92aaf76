import type { BlobRef, Clip } from '@reelmesh/contracts/common';
import type { Cut } from '@reelmesh/contracts/compose';
import type { FilmOptions, FilmScene } from '@reelmesh/contracts/film';
import type { Delivery, Diagnostic } from '@reelmesh/contracts/script';
import type { FailureClass, RenderSpec } from '@reelmesh/contracts/shot';
import type { Fact } from './ports.ts';

export interface PlannedSpeech {
  readonly speaker: string;
  readonly text: string;
  readonly delivery: Delivery;
  /** Offset from the start of the shot. */
  readonly startMs: number;
  readonly durationMs: number;
}

export interface PlannedShot {
  readonly shotId: string;
  /** Several shots may share a key: they share a clip. */
  readonly key: string;
  /** 0-based index into the plan's scenes. */
  readonly scene: number;
  readonly durationMs: number;
  readonly spec: RenderSpec;
  readonly speeches: readonly PlannedSpeech[];
  /** What it is rendered under: the film's strategy, or the stage of it that applies to this shot. */
  readonly strategy: string;
  /** At the first candidate. */
  readonly quoteMicros: number;
  /** At the dearest candidate of the strategy. */
  readonly limitMicros: number;
  /** What of the film's budget is kept for it: the limit, or 0 for a shot that was in the cache when it was planned. */
  readonly reservedMicros: number;
}

export interface Plan {
  readonly title: string;
  /** BCP 47. */
  readonly language: string;
  readonly scenes: readonly FilmScene[];
  readonly shots: readonly PlannedShot[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface ScriptSource {
  readonly script: BlobRef;
  readonly fileName: string;
  readonly requestId: string;
}

export interface FilmBodies {
  'film.created': ScriptSource & { readonly options: FilmOptions; readonly owner: string };
  /** `options` when they are other than before. */
  'film.revised': ScriptSource & { readonly revision: number; readonly options?: FilmOptions };
  'film.planned': { readonly revision: number; readonly plan: Plan };
  /** A scheduler takes the film over; the fact's epoch is the new fencing number. */
  'film.adopted': { readonly owner: string };
  'film.shot': ShotEnd;
  'film.composing': { readonly cutKey: string; readonly timeline: BlobRef };
  'film.completed': { readonly cut: Cut; readonly cutCached: boolean };
  'film.failed': { readonly reason: string; readonly message: string };
  'film.in_doubt': { readonly message: string };
  /** Asked for again while in doubt: look anew at the shots whose charge was unknown. */
  'film.resumed': Record<string, never>;
  'film.cancelled': Record<string, never>;
}

export interface ShotEnd {
  readonly key: string;
  readonly state: 'RENDERED' | 'CACHED' | 'FAILED' | 'IN_DOUBT';
  readonly clip?: Clip;
  readonly costMicros: number;
  readonly provider: string;
  readonly model: string;
  readonly takeId: string;
  readonly fallbackReason: string;
  readonly failure?: FailureClass;
  readonly message: string;
}

export type FilmKind = keyof FilmBodies;
/** A fact of one film's log; discriminated by kind. */
export type FilmFact = { [K in FilmKind]: Fact<FilmBodies[K]> & { readonly kind: K } }[FilmKind];

export const filmStream = (filmId: string): string => `film/${filmId}`;

/**
 * The film's log has one writer: the id holds the place in the log, so of two schedulers that both think they own the
 * film only one can write the next fact, and the other learns that it lost.
 */
export const filmFactId = (filmId: string, seq: number): string =>
  `${filmStream(filmId)}/${String(seq).padStart(6, '0')}`;
