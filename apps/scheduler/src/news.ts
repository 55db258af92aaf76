import type { CutEvent, ShotOutcomeEvent } from '@reelmesh/contracts/event';
import type { ShotEnd } from '@reelmesh/domain';
import type { FilmEntry } from './film-log.ts';

/** How a shot ended, for the film's log; undefined when it has not ended and the cache is to be asked again. */
export function shotEndOf({ shotKey: key, outcome }: ShotOutcomeEvent): ShotEnd | undefined {
  switch (outcome?.$case) {
    case 'rendered': {
      const { clip, costMicros, provider, model, takeId, fallbackReason, cached } = outcome.value;
      return {
        key,
        state: cached ? 'CACHED' : 'RENDERED',
        ...(clip === undefined ? {} : { clip }),
        costMicros,
        provider,
        model,
        takeId,
        fallbackReason,
        message: '',
      };
    }
    case 'failed': {
      const { failure, message, takeId, costMicros, inDoubt } = outcome.value;
      return {
        key,
        state: inDoubt ? 'IN_DOUBT' : 'FAILED',
        costMicros,
        provider: '',
        model: '',
        takeId,
        fallbackReason: '',
        failure,
        message,
      };
    }
    default:
      return undefined;
  }
}

/** What the composer's news means for the film; undefined for mere progress. */
export function cutNews({ news }: CutEvent): FilmEntry | undefined {
  switch (news?.$case) {
    case 'made':
      return news.value.cut === undefined
        ? undefined
        : ['film.completed', { cut: news.value.cut, cutCached: news.value.cached }];
    case 'failed':
      return ['film.failed', { reason: news.value.reason, message: news.value.message }];
    default:
      return undefined;
  }
}
