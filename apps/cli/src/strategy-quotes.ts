import { FilmOptions } from '@reelmesh/contracts/film';
import type { QuotedShot } from '@reelmesh/contracts/film';
import type { Candidate } from '@reelmesh/contracts/shot';
import { AppError, Code } from '@reelmesh/domain';
import type { PricedShot } from './cost-model.ts';
import { nameOf, wordsOf } from './routing-text.ts';
import type { Films } from './session.ts';

export interface EstimatedShot extends PricedShot {
  readonly durationMs: number;
  /** Who would render it: `runway gen4.5`. */
  readonly model: string;
  /** What the provider charges; `micros` has the GPUs of one's own in it too. */
  readonly paidMicros: number;
  readonly gpuMs: number;
}

export interface QuoteWish {
  readonly script: Uint8Array;
  readonly fileName: string;
  readonly strategy: string;
  /** Shots (1 is the first) that may have their final, or all. */
  readonly approved?: readonly number[] | 'all';
  /** Length of every shot, frames of 24 a second; as the script says when absent. */
  readonly shotFrames?: number;
  readonly gpuHourMicros: number;
  /** 1 to 100. */
  readonly gpuBusyPercent: number;
}

/** Its models run on machines that are paid for by the hour, unless the settings put a price on a second of film. */
const OWN_GPUS = 'openai-videos';

/** What each shot would cost at today's prices if every provider were set up and well. Asks the planner; nothing is rendered. */
export async function estimateShots(films: Films, wish: QuoteWish): Promise<readonly EstimatedShot[]> {
  const { quote } = await films.quoteFilm({
    script: wish.script,
    fileName: wish.fileName,
    options: {
      ...FilmOptions.create(),
      strategy: wish.strategy,
      fps: 24,
      shotFrames: wish.shotFrames ?? 0,
      approveAll: wish.approved === 'all',
      approvedShots: wish.approved === 'all' ? [] : [...(wish.approved ?? [])],
    },
    hypothetical: true,
  });
  if (quote === undefined) throw new AppError(Code.INTERNAL, 'the server gave an empty quote');
  return quote.shots.map((shot, index) => {
    const candidate = takenBy(shot, index + 1, wish.strategy);
    const gpuMs = candidate.provider === OWN_GPUS && candidate.quoteMicros === 0 ? candidate.expectedMs : 0;
    const gpuMicros = (gpuMs / 3_600_000) * (wish.gpuHourMicros / (wish.gpuBusyPercent / 100));
    return {
      key: shot.shotKey,
      durationMs: shot.durationMs,
      model: nameOf(candidate),
      paidMicros: candidate.quoteMicros,
      gpuMs,
      micros: candidate.quoteMicros + Math.round(gpuMicros),
    };
  });
}

/** The same once shots are approved; undefined under a strategy that renders no drafts first. */
export async function estimateFinals(
  films: Films,
  wish: QuoteWish & { readonly approved: readonly number[] | 'all' },
): Promise<readonly EstimatedShot[] | undefined> {
  if (wish.approved.length === 0) return undefined;
  try {
    return await estimateShots(films, wish);
  } catch (error) {
    if (error instanceof AppError && error.reason === 'NO_STAGES') return undefined;
    throw error;
  }
}

function takenBy({ decision }: QuotedShot, number: number, strategy: string): Candidate {
  const candidates = decision?.candidates ?? [];
  const taken = candidates.find(({ reason }) => reason === 'chosen');
  if (taken !== undefined) return taken;
  const why = candidates.map((candidate) => `${nameOf(candidate)}: ${wordsOf(candidate.reason)}`).join(', ');
  throw new AppError(
    Code.FAILED_PRECONDITION,
    `no model of strategy ${strategy} can render shot ${number} (${why})`,
    { reason: 'NO_CANDIDATE' },
  );
}
