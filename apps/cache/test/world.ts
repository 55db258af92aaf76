import type { ShotOutcomeEvent } from '@reelmesh/contracts/event';
import type { Clip } from '@reelmesh/contracts/common';
import type { Fact, FactStore } from '@reelmesh/domain';
import { testKit } from '@reelmesh/testing';
import { Accounting } from '../src/accounting.ts';
import { cacheService } from '../src/cache-service.ts';
import { ClipIndex } from '../src/clip-index.ts';
import { Followers } from '../src/followers.ts';
import { sweep } from '../src/sweeper.ts';

export const tenant = 'local';
export const hour = 3_600_000;
export const day = 24 * hour;

/** Holds every call to the store until a test lets it pass. */
export type Gate = <A extends unknown[], R>(call: (...args: A) => Promise<R>) => (...args: A) => Promise<R>;

export class MemoryFacts implements FactStore {
  readonly all = new Map<string, Fact>();
  calls = 0;

  async append(facts: readonly Fact[]): Promise<('inserted' | 'exists')[]> {
    this.calls += 1;
    return facts.map((fact) => {
      if (this.all.has(fact.id)) return 'exists';
      this.all.set(fact.id, JSON.parse(JSON.stringify(fact)) as Fact);
      return 'inserted';
    });
  }

  async readMany(streams: readonly string[]): Promise<Fact[]> {
    this.calls += 1;
    return [...this.all.values()].filter((fact) => streams.includes(fact.stream));
  }

  async get(id: string): Promise<Fact | undefined> {
    return this.all.get(id);
  }

  async read(stream: string): Promise<Fact[]> {
    return [...this.all.values()].filter((fact) => fact.stream === stream);
  }

  async readPrefix(prefix: string): Promise<Fact[]> {
    return [...this.all.values()].filter((fact) => fact.stream.startsWith(prefix));
  }

  async scan(query: { readonly kinds: readonly string[] }): Promise<{ facts: Fact[] }> {
    return { facts: [...this.all.values()].filter((fact) => query.kinds.includes(fact.kind)) };
  }

  async close(): Promise<void> {}
}

/** The cache on a store that outlives it; `restart` forgets what is in memory. */
export class World {
  readonly facts = new MemoryFacts();
  readonly files = new Set<string>();
  readonly told: ShotOutcomeEvent[] = [];
  readonly kit = testKit();
  nowMs = 1_800_000_000_000;
  natsIsUp = true;
  index = new ClipIndex();
  service;
  readonly #gate: Gate;
  #made = 0;

  constructor(gate: Gate = (call) => call) {
    this.#gate = gate;
    this.service = this.#build();
  }

  async restart(): Promise<void> {
    this.index = await ClipIndex.load(this.facts);
    this.service = this.#build();
  }

  clip(name = `file ${(this.#made += 1)}`, sizeBytes = 100): Clip {
    const sha256 = Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64);
    this.files.add(sha256);
    const blob = { sha256, sizeBytes, mediaType: 'video/mp4' };
    return {
      blob,
      width: 1080,
      height: 1920,
      fpsMilli: 24_000,
      frames: 96,
      durationMs: 4_000,
      hasAudio: false,
    };
  }

  async ask(filmId: string, ...shotKeys: string[]): Promise<string[]> {
    const { clips } = await this.service.resolveClips({ tenant, filmId, shotKeys, peek: false }, context);
    return clips.map((clip) => clip.resolve.slice('RESOLVE_'.length));
  }

  async look(...shotKeys: string[]): Promise<string[]> {
    const { clips } = await this.service.resolveClips({ tenant, filmId: '', shotKeys, peek: true }, context);
    return clips.map((clip) => clip.resolve.slice('RESOLVE_'.length));
  }

  async put(filmId: string, shotKey: string, clip = this.clip(), costMicros = 50): Promise<Clip | undefined> {
    const take = { takeId: `${filmId}-take`, provider: 'runway', model: 'gen4', costMicros };
    return (await this.service.putClip({ tenant, filmId, shotKey, clip, ...take }, context)).clip;
  }

  async release(filmId: string, ...shotKeys: string[]): Promise<void> {
    await this.service.releaseClips({ tenant, filmId, shotKeys }, context);
  }

  async stats() {
    return this.service.getStats({ tenant }, context);
  }

  async sweep(limits: { maxBytes?: number; graceMs?: number } = {}): Promise<number> {
    const blobs = { delete: async (sha256: string) => void this.files.delete(sha256) };
    const deps = { ...this.#shared(), blobs };
    return sweep(deps, { maxBytes: limits.maxBytes ?? 0, graceMs: limits.graceMs ?? hour });
  }

  get outcomes(): string[] {
    return this.told.map(({ filmId, shotKey, outcome }) => `${filmId} ${shotKey} ${outcome?.$case}`);
  }

  #shared() {
    return {
      facts: this.facts,
      clock: { now: () => this.nowMs },
      log: this.kit.log,
      index: this.index,
      accounting: new Accounting(this.kit.metrics),
    };
  }

  #build() {
    const { facts } = this;
    const gated: FactStore = Object.assign(Object.create(facts) as FactStore, {
      append: this.#gate((some: readonly Fact[]) => facts.append(some)),
      readMany: this.#gate((streams: readonly string[]) => facts.readMany(streams)),
    });
    return cacheService({
      ...this.#shared(),
      facts: gated,
      blobs: { has: async (sha256) => this.files.has(sha256) },
      bus: {
        publish: async (_event, _film, message) => {
          if (!this.natsIsUp) throw new Error('no connection');
          this.told.push(message as ShotOutcomeEvent);
        },
      },
      ids: { next: (prefix) => `${prefix}${this.told.length}` },
      followers: new Followers(),
      ttlMs: 7 * day,
      leadMs: day,
    });
  }
}

const context = { signal: new AbortController().signal, headers: {} };
