import type { OutcomeAction } from './actions.ts';
import { smallSize, variantOf } from './media.ts';
import type { Plan } from './tasks.ts';

/** The clip that was asked for, and the most it may cost. */
export interface ClipWish {
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  readonly audio: boolean;
  readonly seed: number;
  readonly price: number;
}

export interface Pace {
  /** From slot to start, ms. */
  readonly queueMs: number;
  /** From start to end, ms. */
  readonly renderMs: number;
}

const SUCCESS = { status: 'SUCCEEDED', hasOutput: true } as const;

/**
 * How an accepted task will go: as asked, unless the script wants otherwise.
 * @param isCharged whether a failure of this code costs the full price when the script does not say
 */
export function planTask(
  wish: ClipWish,
  pace: Pace,
  outcome: OutcomeAction | undefined,
  isCharged: (failureCode: string | undefined) => boolean = () => false,
): Plan {
  const scripted = outcome?.type === 'pace' ? outcome : undefined;
  const video = outcome?.type === 'wrong_video' ? outcome : undefined;
  return {
    queueMs: scripted?.queueMs ?? pace.queueMs,
    renderMs: scripted?.renderMs ?? pace.renderMs,
    end: endOf(outcome, wish.price, isCharged),
    media: {
      ...smallSize(video?.width ?? wish.width, video?.height ?? wish.height),
      seconds: video?.seconds ?? wish.seconds,
      variant: variantOf(wish.seed),
      audio: wish.audio,
    },
  };
}

function endOf(
  outcome: OutcomeAction | undefined,
  price: number,
  isCharged: (failureCode: string | undefined) => boolean,
): Plan['end'] {
  switch (outcome?.type) {
    case 'stuck':
      return { status: 'STUCK', at: outcome.at ?? 'RUNNING' };
    case 'succeed_without_output':
      return { status: 'SUCCEEDED', hasOutput: false };
    case 'fail': {
      const { failureCode, failure } = outcome;
      const cost = outcome.cost ?? (isCharged(failureCode) ? 'full' : 'zero');
      return { status: 'FAILED', failureCode, failure, cost: costOfFailure(cost, price) };
    }
    default:
      return SUCCESS;
  }
}

function costOfFailure(cost: 'zero' | 'full' | number, price: number): number {
  if (typeof cost === 'number') return Math.min(cost, price);
  return cost === 'full' ? price : 0;
}
