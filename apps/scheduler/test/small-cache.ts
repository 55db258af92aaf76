import type { CacheServiceDefinition, ResolveClipsRequest, ResolvedClip } from '@reelmesh/contracts/cache';
import type { Clip } from '@reelmesh/contracts/common';
import type { ShotOutcomeEvent } from '@reelmesh/contracts/event';
import { AppError } from '@reelmesh/domain';
import type { Handlers } from '@reelmesh/messaging';

interface Entry {
  clip?: Clip;
  /** The film that put the clip. */
  filmId?: string;
  lead?: string;
  readonly followers: Set<string>;
}

/** The cache's contract in its smallest form: the first film to ask leads, the others follow until it puts or releases. */
export class SmallCache {
  readonly released: { readonly filmId: string; readonly keys: readonly string[] }[] = [];
  /** News for followers gets lost. */
  silent = false;
  /** Calls fail as if nobody answered. */
  down = false;
  /** Calls that failed so. */
  refused = 0;
  /** Clips go away between the look and the question. */
  forgetAfterPeek = false;
  readonly #entries = new Map<string, Entry>();
  readonly #tell: (outcome: ShotOutcomeEvent) => Promise<void>;

  constructor(tell: (outcome: ShotOutcomeEvent) => Promise<void>) {
    this.#tell = tell;
  }

  get handlers(): Handlers<typeof CacheServiceDefinition> {
    return {
      resolveClips: async (request) => {
        this.#refuseWhenDown();
        const clips = request.shotKeys.map((shotKey) => this.#resolve(shotKey, request));
        if (request.peek && this.forgetAfterPeek) this.forgetClips();
        return { clips };
      },
      releaseClips: async ({ tenant, filmId, shotKeys }) => {
        this.#refuseWhenDown();
        this.released.push({ filmId, keys: shotKeys });
        for (const shotKey of shotKeys) {
          const entry = this.#entry(tenant, shotKey);
          entry.followers.delete(filmId);
          if (entry.lead !== filmId) continue;
          delete entry.lead;
          await this.#tellFollowers(tenant, shotKey, { $case: 'abandoned', value: {} });
        }
        return {};
      },
      putClip: refuse,
      getStats: refuse,
    };
  }

  /** As the gateway does when a film's clip is there. */
  async put(tenant: string, filmId: string, shotKey: string, clip: Clip): Promise<void> {
    const entry = this.#entry(tenant, shotKey);
    Object.assign(entry, { clip, filmId });
    delete entry.lead;
    const value = { clip, takeId: '', provider: 'stub', model: 'm', costMicros: 0, cached: true, takes: 0 };
    const rendered = { ...value, fallbackReason: '', warnings: [] };
    await this.#tellFollowers(tenant, shotKey, { $case: 'rendered', value: rendered });
  }

  /** Films that have leave to render. */
  leads(): readonly string[] {
    return [...this.#entries.values()].flatMap(({ lead }) => lead ?? []);
  }

  followersOf(tenant: string, shotKey: string): number {
    return this.#entry(tenant, shotKey).followers.size;
  }

  forgetClips(): void {
    this.#entries.clear();
  }

  #resolve(shotKey: string, { tenant, filmId, peek }: ResolveClipsRequest): ResolvedClip {
    const entry = this.#entry(tenant, shotKey);
    const answer = { shotKey, clip: undefined, costMicros: 0, provider: 'stub', model: 'm', filmId: '' };
    if (entry.clip !== undefined) {
      return { ...answer, resolve: 'RESOLVE_HIT', clip: entry.clip, filmId: entry.filmId ?? '' };
    }
    if (peek) return { ...answer, resolve: 'RESOLVE_MISS' };
    entry.lead ??= filmId;
    if (entry.lead === filmId) return { ...answer, resolve: 'RESOLVE_LEAD' };
    entry.followers.add(filmId);
    return { ...answer, resolve: 'RESOLVE_FOLLOW' };
  }

  async #tellFollowers(tenant: string, shotKey: string, outcome: ShotOutcomeEvent['outcome']): Promise<void> {
    const { followers } = this.#entry(tenant, shotKey);
    const told = [...followers];
    followers.clear();
    if (this.silent) return;
    await Promise.all(told.map((filmId) => this.#tell({ tenant, filmId, shotKey, outcome })));
  }

  #entry(tenant: string, shotKey: string): Entry {
    const name = `${tenant}/${shotKey}`;
    const entry = this.#entries.get(name) ?? { followers: new Set() };
    this.#entries.set(name, entry);
    return entry;
  }

  #refuseWhenDown(): void {
    if (!this.down) return;
    this.refused += 1;
    throw new AppError('UNAVAILABLE', 'the cache is down');
  }
}

async function refuse(): Promise<never> {
  throw new AppError('UNIMPLEMENTED', 'not part of this test');
}
