import type { OutcomeAction } from '../core/actions.ts';
import { smallSize, variantOf } from '../core/media.ts';
import type { RunwaySettings } from './settings.ts';
import type { Plan } from './tasks.ts';
import type { Generation } from './validation.ts';

const SUCCESS = { status: 'SUCCEEDED', hasOutput: true } as const;

/** How an accepted generation will go: as asked, unless the script wants otherwise. */
export function planTask(
  generation: Generation,
  seed: number,
  settings: Pick<RunwaySettings, 'queueMs' | 'renderMs'>,
  outcome: OutcomeAction | undefined,
): Plan {
  const { seconds, audio, credits } = generation;
  const pace = outcome?.type === 'pace' ? outcome : undefined;
  const video = outcome?.type === 'wrong_video' ? outcome : undefined;
  return {
    queueMs: pace?.queueMs ?? settings.queueMs,
    renderMs: pace?.renderMs ?? settings.renderMs,
    end: endOf(outcome, credits),
    media: {
      ...smallSize(video?.width ?? generation.width, video?.height ?? generation.height),
      seconds: video?.seconds ?? seconds,
      variant: variantOf(seed),
      audio,
    },
  };
}

function endOf(outcome: OutcomeAction | undefined, credits: number): Plan['end'] {
  switch (outcome?.type) {
    case 'stuck':
      return { status: 'STUCK', at: outcome.at ?? 'RUNNING' };
    case 'succeed_without_output':
      return { status: 'SUCCEEDED', hasOutput: false };
    case 'fail': {
      const { failureCode } = outcome;
      return {
        status: 'FAILED',
        failureCode,
        failure: outcome.failure ?? 'The generation failed.',
        cost: costOfFailure(outcome.cost ?? (isModeration(failureCode) ? 'full' : 'zero'), credits),
      };
    }
    default:
      return SUCCESS;
  }
}

/** Moderated generations are charged like successes; recorded internal failures were not. */
function isModeration(failureCode: string | undefined): boolean {
  return failureCode?.split('.').includes('SAFETY') ?? false;
}

function costOfFailure(cost: 'zero' | 'full' | number, credits: number): number {
  if (typeof cost === 'number') return Math.min(cost, credits);
  return cost === 'full' ? credits : 0;
}
