import type { ClipFact, MadeClip } from './clip-facts.ts';

/** What the facts of one shot key say. The order in which they were inserted does not matter. */
export interface ClipState {
  /** The newest lead; number 0 before the first. */
  readonly lead: {
    readonly number: number;
    readonly filmId: string;
    readonly atMs: number;
    readonly released: boolean;
  };
  /** Number of the newest clip, 0 before the first. */
  readonly generation: number;
  /** The newest clip, unless it was evicted. */
  readonly made: MadeClip | undefined;
}

/** Who a shot key belongs to at a moment. */
export type Standing =
  | { readonly kind: 'clip'; readonly made: MadeClip }
  | { readonly kind: 'led'; readonly filmId: string }
  | { readonly kind: 'vacant' };

export function foldClip(facts: readonly ClipFact[]): ClipState {
  let lead: ClipState['lead'] = { number: 0, filmId: '', atMs: 0, released: false };
  let newest: MadeClip | undefined;
  const released = new Set<number>();
  const evicted = new Set<number>();
  for (const fact of facts) {
    switch (fact.kind) {
      case 'clip.lead':
        if (fact.body.lead > lead.number) {
          lead = { number: fact.body.lead, filmId: fact.body.filmId, atMs: fact.atMs, released: false };
        }
        break;
      case 'clip.released':
        released.add(fact.body.lead);
        break;
      case 'clip.made':
        if (fact.body.generation > (newest?.generation ?? 0)) newest = fact.body;
        break;
      case 'clip.evicted':
        evicted.add(fact.body.generation);
        break;
    }
  }
  return {
    lead: { ...lead, released: released.has(lead.number) || (newest?.lead ?? 0) >= lead.number },
    generation: newest?.generation ?? 0,
    made: newest !== undefined && !evicted.has(newest.generation) ? newest : undefined,
  };
}

/** A lead that has lasted `leadMs` without a clip counts no longer: whoever held it is not coming back. */
export function standingOf(state: ClipState, nowMs: number, leadMs: number): Standing {
  if (state.made !== undefined && nowMs < state.made.expiresAtMs) return { kind: 'clip', made: state.made };
  if (!state.lead.released && nowMs < state.lead.atMs + leadMs)
    return { kind: 'led', filmId: state.lead.filmId };
  return { kind: 'vacant' };
}
