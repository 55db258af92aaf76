import type { FactStore } from '@reelmesh/domain';
import { clipFactIds, clipStream } from './clip-facts.ts';
import type { ClipAddress, ClipFact, EvictionReason } from './clip-facts.ts';

export interface IndexedClip {
  /** Id of its `clip.made`. */
  readonly id: string;
  readonly address: ClipAddress;
  readonly generation: number;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly expiresAtMs: number;
  /** When it was made or last handed out, as far as this process knows. */
  usedAtMs: number;
}

export interface EvictionLimits {
  /** 0 for no limit. */
  readonly maxBytes: number;
  readonly graceMs: number;
}

/** All clips that were not evicted, for sweeping and counting. A cache of facts: built at start, kept up by what this process writes. */
export class ClipIndex {
  readonly #clips = new Map<string, IndexedClip>();
  readonly #uses = new Map<string, number>();
  #bytes = 0;

  static async load(facts: FactStore): Promise<ClipIndex> {
    const index = new ClipIndex();
    let cursor: string | undefined;
    do {
      const page = await facts.scan({
        kinds: ['clip.made', 'clip.evicted'],
        limit: 1_000,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const fact of page.facts as readonly ClipFact<'clip.made' | 'clip.evicted'>[]) index.apply(fact);
      cursor = page.cursor;
    } while (cursor !== undefined);
    return index;
  }

  /** Facts come in the order of their insertion; one that is known changes nothing. */
  apply(fact: ClipFact<'clip.made' | 'clip.evicted'>): void {
    const address = addressOf(fact);
    if (fact.kind === 'clip.evicted') {
      this.#remove(clipFactIds.made(address, fact.body.generation));
      return;
    }
    if (this.#clips.has(fact.id)) return;
    const { sha256, sizeBytes } = fact.body.clip.blob;
    this.#clips.set(fact.id, {
      id: fact.id,
      address,
      generation: fact.body.generation,
      sha256,
      sizeBytes,
      expiresAtMs: fact.body.expiresAtMs,
      usedAtMs: fact.atMs,
    });
    const uses = this.#uses.get(sha256) ?? 0;
    this.#uses.set(sha256, uses + 1);
    if (uses === 0) this.#bytes += sizeBytes;
  }

  touch(address: ClipAddress, generation: number, nowMs: number): void {
    const clip = this.#clips.get(clipFactIds.made(address, generation));
    if (clip !== undefined) clip.usedAtMs = nowMs;
  }

  /** Of files, not of clips: several clips may share a file. */
  get bytes(): number {
    return this.#bytes;
  }

  isUsed(sha256: string): boolean {
    return this.#uses.has(sha256);
  }

  /** Clips of one tenant, and the bytes of their files. */
  totalOf(tenant: string): { readonly clips: number; readonly bytes: number } {
    const clips = [...this.#clips.values()].filter((clip) => clip.address.tenant === tenant);
    const files = new Map(clips.map((clip) => [clip.sha256, clip.sizeBytes]));
    return { clips: clips.length, bytes: [...files.values()].reduce((sum, size) => sum + size, 0) };
  }

  /** What has expired, and then the longest unused until the rest fits. What was used within the grace time stays. */
  dueForEviction(
    nowMs: number,
    limits: EvictionLimits,
  ): readonly { clip: IndexedClip; reason: EvictionReason }[] {
    const idle = [...this.#clips.values()]
      .filter((clip) => clip.usedAtMs + limits.graceMs <= nowMs)
      .sort((a, b) => a.usedAtMs - b.usedAtMs);
    const uses = new Map(this.#uses);
    let excess = limits.maxBytes === 0 ? 0 : this.#bytes - limits.maxBytes;
    const drop = (clip: IndexedClip): void => {
      const left = (uses.get(clip.sha256) ?? 1) - 1;
      uses.set(clip.sha256, left);
      if (left === 0) excess -= clip.sizeBytes;
    };

    const expired = idle.filter((clip) => clip.expiresAtMs <= nowMs);
    expired.forEach(drop);
    const surplus: IndexedClip[] = [];
    for (const clip of idle) {
      if (excess <= 0) break;
      if (clip.expiresAtMs <= nowMs) continue;
      drop(clip);
      surplus.push(clip);
    }
    return [
      ...expired.map((clip) => ({ clip, reason: 'ttl' as const })),
      ...surplus.map((clip) => ({ clip, reason: 'size' as const })),
    ];
  }

  #remove(id: string): void {
    const clip = this.#clips.get(id);
    if (clip === undefined) return;
    this.#clips.delete(id);
    const uses = (this.#uses.get(clip.sha256) ?? 1) - 1;
    if (uses > 0) {
      this.#uses.set(clip.sha256, uses);
      return;
    }
    this.#uses.delete(clip.sha256);
    this.#bytes -= clip.sizeBytes;
  }
}

function addressOf(fact: ClipFact): ClipAddress {
  const prefix = clipStream({ tenant: fact.tenant, shotKey: '' });
  return { tenant: fact.tenant, shotKey: fact.stream.slice(prefix.length) };
}
