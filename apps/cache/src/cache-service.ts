import { events } from '@reelmesh/contracts';
import { Resolve } from '@reelmesh/contracts/cache';
import type { CacheServiceDefinition, ResolvedClip } from '@reelmesh/contracts/cache';
import type { ShotOutcomeEvent } from '@reelmesh/contracts/event';
import { AppError, Code } from '@reelmesh/domain';
import type { Ids } from '@reelmesh/domain';
import type { Bus, Handlers } from '@reelmesh/messaging';
import type { ClipAddress, MadeClip } from './clip-facts.ts';
import { ClipLog } from './clip-log.ts';
import type { ClipLogDeps } from './clip-log.ts';
import type { ClipState } from './clip-state.ts';
import type { Followers } from './followers.ts';
import { checkClip, checkKeys, checkNames } from './requests.ts';

export interface CacheDeps extends ClipLogDeps {
  readonly bus: Pick<Bus, 'publish'>;
  readonly ids: Ids;
  readonly followers: Followers;
}

/** Idempotency keys: tenant + film + shot key for resolving and releasing, tenant + shot key + generation for putting. */
export function cacheService(deps: CacheDeps): Handlers<CacheServiceDefinition> {
  const { followers, accounting, index, clock } = deps;
  const log = new ClipLog(deps);

  async function resolve(
    tenant: string,
    filmId: string,
    shotKeys: readonly string[],
  ): Promise<Map<string, ResolvedClip>> {
    const resolved = new Map<string, ResolvedClip>();
    // before the first look, so that a clip that is put after it finds this film waiting
    const newcomer = new Set(shotKeys.filter((shotKey) => followers.add({ tenant, shotKey }, filmId)));
    const answer = (shotKey: string, clip: ResolvedClip): void => {
      resolved.set(shotKey, clip);
      if (clip.resolve !== Resolve.RESOLVE_FOLLOW) followers.remove({ tenant, shotKey }, filmId);
    };

    let open = shotKeys;
    while (open.length > 0) {
      const vacant: [string, ClipState][] = [];
      for (const [shotKey, state] of await log.settle(tenant, open)) {
        const standing = log.standing(state);
        if (standing.kind === 'vacant') {
          vacant.push([shotKey, state]);
        } else if (standing.kind === 'clip') {
          index.touch({ tenant, shotKey }, standing.made.generation, clock.now());
          accounting.answered(tenant, 'hit', standing.made.costMicros);
          answer(shotKey, hit(shotKey, standing.made));
        } else if (standing.filmId === filmId) {
          answer(shotKey, without(shotKey, Resolve.RESOLVE_LEAD));
        } else {
          if (newcomer.has(shotKey)) accounting.answered(tenant, 'follow', 0);
          answer(shotKey, without(shotKey, Resolve.RESOLVE_FOLLOW));
        }
      }
      const led = vacant.length === 0 ? [] : await log.lead(tenant, filmId, vacant);
      for (const shotKey of led) {
        accounting.answered(tenant, 'miss', 0);
        answer(shotKey, without(shotKey, Resolve.RESOLVE_LEAD));
      }
      // another film was faster for these: look again
      open = vacant.map(([shotKey]) => shotKey).filter((shotKey) => !resolved.has(shotKey));
    }
    return resolved;
  }

  async function peek(tenant: string, shotKeys: readonly string[]): Promise<Map<string, ResolvedClip>> {
    const { states } = await log.look(tenant, shotKeys);
    return new Map(
      [...states].map(([shotKey, state]) => {
        const standing = log.standing(state);
        return [
          shotKey,
          standing.kind === 'clip' ? hit(shotKey, standing.made) : without(shotKey, Resolve.RESOLVE_MISS),
        ];
      }),
    );
  }

  /** News may get lost, for followers ask again: a failure here must not undo what is durable already. */
  async function tell(
    address: ClipAddress,
    from: string,
    outcome: ShotOutcomeEvent['outcome'],
  ): Promise<void> {
    const { tenant, shotKey } = address;
    const told = followers.take(address, from).map(async (filmId) => {
      const event: ShotOutcomeEvent = { tenant, filmId, shotKey, outcome };
      await deps.bus.publish(events.outcome, { tenant, filmId }, event, deps.ids.next('e'));
    });
    for (const result of await Promise.allSettled(told)) {
      if (result.status === 'rejected') {
        deps.log.warn({ tenant, shotKey, err: result.reason as unknown }, 'follower was not told');
      }
    }
  }

  return {
    async resolveClips(request) {
      const { tenant, filmId, shotKeys } = request;
      checkNames(request.peek ? { tenant } : { tenant, film_id: filmId });
      checkKeys(shotKeys);
      const distinct = [...new Set(shotKeys)];
      const resolved = request.peek ? await peek(tenant, distinct) : await resolve(tenant, filmId, distinct);
      return { clips: shotKeys.flatMap((shotKey) => resolved.get(shotKey) ?? []) };
    },

    async putClip({ tenant, filmId, shotKey, takeId, provider, model, costMicros, ...request }) {
      checkNames({ tenant, film_id: filmId, shot_key: shotKey });
      const clip = checkClip(request.clip);
      if (!(await deps.blobs.has(clip.blob.sha256))) {
        throw new AppError(
          Code.FAILED_PRECONDITION,
          `clip ${clip.blob.sha256}: put its file in the blob store first`,
          {
            reason: 'BLOB_MISSING',
          },
        );
      }
      const address = { tenant, shotKey };
      const made = await log.keep(address, { clip, takeId, filmId, provider, model, costMicros });
      await tell(address, filmId, { $case: 'rendered', value: reused(made) });
      return { clip: made.clip };
    },

    async releaseClips({ tenant, filmId, shotKeys }) {
      checkNames({ tenant, film_id: filmId });
      checkKeys(shotKeys);
      const distinct = [...new Set(shotKeys)];
      for (const shotKey of distinct) followers.remove({ tenant, shotKey }, filmId);
      const released = await log.release(tenant, filmId, distinct);
      await Promise.all(
        released.map((shotKey) => tell({ tenant, shotKey }, filmId, { $case: 'abandoned', value: {} })),
      );
      return {};
    },

    async getStats({ tenant }) {
      checkNames({ tenant });
      return { ...index.totalOf(tenant), ...accounting.totalsOf(tenant) };
    },
  };
}

function hit(shotKey: string, { clip, costMicros, provider, model, filmId }: MadeClip): ResolvedClip {
  return { shotKey, resolve: Resolve.RESOLVE_HIT, clip, costMicros, provider, model, filmId };
}

function without(shotKey: string, resolve: Resolve): ResolvedClip {
  return { shotKey, resolve, clip: undefined, costMicros: 0, provider: '', model: '', filmId: '' };
}

/** What a follower is told: the film that led has paid. */
function reused({ clip, takeId, provider, model }: MadeClip) {
  return {
    clip,
    takeId,
    provider,
    model,
    costMicros: 0,
    cached: true,
    takes: 0,
    fallbackReason: '',
    warnings: [],
  };
}
