import type { BlobStore, Clock, FactStore } from '@reelmesh/domain';
import type { Logger } from '@reelmesh/service';
import type { Accounting } from './accounting.ts';
import { clipFacts, clipStream } from './clip-facts.ts';
import type { ClipAddress, ClipFact, MadeClip } from './clip-facts.ts';
import type { ClipIndex } from './clip-index.ts';
import { foldClip, standingOf } from './clip-state.ts';
import type { ClipState, Standing } from './clip-state.ts';

export interface ClipLogDeps {
  readonly facts: FactStore;
  readonly blobs: Pick<BlobStore, 'has'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly index: ClipIndex;
  readonly accounting: Accounting;
  readonly ttlMs: number;
  readonly leadMs: number;
}

/** Reads and writes the facts of shot keys, many keys of one tenant at a time. */
export class ClipLog {
  readonly #deps: ClipLogDeps;

  constructor(deps: ClipLogDeps) {
    this.#deps = deps;
  }

  async read(tenant: string, shotKeys: readonly string[]): Promise<Map<string, ClipState>> {
    const streams = new Map(shotKeys.map((shotKey) => [clipStream({ tenant, shotKey }), shotKey]));
    const facts = (await this.#deps.facts.readMany([...streams.keys()])) as readonly ClipFact[];
    const byStream = Map.groupBy(facts, (fact) => fact.stream);
    return new Map([...streams].map(([stream, shotKey]) => [shotKey, foldClip(byStream.get(stream) ?? [])]));
  }

  /** The states, where a clip without its file is none. */
  async look(
    tenant: string,
    shotKeys: readonly string[],
  ): Promise<{ states: Map<string, ClipState>; lost: LostClip[] }> {
    const lost: LostClip[] = [];
    const states = await Promise.all(
      [...(await this.read(tenant, shotKeys))].map(async ([shotKey, state]): Promise<[string, ClipState]> => {
        const sha256 = state.made?.clip.blob.sha256;
        if (sha256 === undefined || (await this.#deps.blobs.has(sha256))) return [shotKey, state];
        lost.push({ address: { tenant, shotKey }, generation: state.generation });
        return [shotKey, { ...state, made: undefined }];
      }),
    );
    return { states: new Map(states), lost };
  }

  /** As `look`, and what is lost is written down, so that the next clip can take its place. */
  async settle(tenant: string, shotKeys: readonly string[]): Promise<Map<string, ClipState>> {
    const { states, lost } = await this.look(tenant, shotKeys);
    if (lost.length === 0) return states;
    const { facts, clock, index, accounting, log } = this.#deps;
    const evicted = lost.map(({ address, generation }) =>
      clipFacts.evicted(address, clock.now(), generation, 'lost'),
    );
    await facts.append(evicted);
    for (const fact of evicted) {
      index.apply(fact);
      accounting.evicted('lost');
      log.warn({ factId: fact.id }, 'clip lost: its file is gone from the blob store');
    }
    accounting.holds(index.bytes);
    return states;
  }

  standing(state: ClipState): Standing {
    return standingOf(state, this.#deps.clock.now(), this.#deps.leadMs);
  }

  /** Takes the lead of vacant keys: those that it got. Of several films that try at a time one succeeds. */
  async lead(
    tenant: string,
    filmId: string,
    vacant: readonly (readonly [string, ClipState])[],
  ): Promise<readonly string[]> {
    const nowMs = this.#deps.clock.now();
    const results = await this.#deps.facts.append(
      vacant.map(([shotKey, { lead }]) =>
        clipFacts.lead({ tenant, shotKey }, nowMs, lead.number + 1, filmId),
      ),
    );
    return vacant.filter((_, at) => results[at] === 'inserted').map(([shotKey]) => shotKey);
  }

  /** Gives back those of the keys that the film leads. */
  async release(tenant: string, filmId: string, shotKeys: readonly string[]): Promise<readonly string[]> {
    const led = [...(await this.read(tenant, shotKeys))].filter(
      ([, { lead }]) => lead.filmId === filmId && !lead.released,
    );
    const nowMs = this.#deps.clock.now();
    if (led.length > 0) {
      await this.#deps.facts.append(
        led.map(([shotKey, { lead }]) => clipFacts.released({ tenant, shotKey }, nowMs, lead.number)),
      );
    }
    return led.map(([shotKey]) => shotKey);
  }

  /** The clip that counts for the key: the given one, unless there was one before. */
  async keep(
    address: ClipAddress,
    clip: Omit<MadeClip, 'generation' | 'lead' | 'expiresAtMs'>,
  ): Promise<MadeClip> {
    const { facts, clock, index, accounting, ttlMs } = this.#deps;
    for (;;) {
      const [state = foldClip([])] = (await this.settle(address.tenant, [address.shotKey])).values();
      const standing = this.standing(state);
      if (standing.kind === 'clip') return standing.made;

      const nowMs = clock.now();
      const fact = clipFacts.made(address, nowMs, {
        ...clip,
        generation: state.generation + 1,
        lead: state.lead.number,
        expiresAtMs: nowMs + ttlMs,
      });
      const [result] = await facts.append([fact]);
      if (result !== 'inserted') continue;
      index.apply(fact);
      accounting.holds(index.bytes);
      return fact.body;
    }
  }
}

interface LostClip {
  readonly address: ClipAddress;
  readonly generation: number;
}
