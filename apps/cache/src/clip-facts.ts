import type { Clip } from '@reelmesh/contracts/common';
import type { Fact } from '@reelmesh/domain';

/** Leads are numbered from 1 and so are generations: a number is only taken when the one before it is. */
export interface ClipBodies {
  /** A film has leave to render the shot. */
  'clip.lead': { readonly lead: number; readonly filmId: string };
  /** It gave the leave back without a clip. */
  'clip.released': { readonly lead: number };
  'clip.made': MadeClip;
  /** The clip may no longer be used; its file goes when no other clip needs it. */
  'clip.evicted': { readonly generation: number; readonly reason: EvictionReason };
}

export interface MadeClip {
  readonly generation: number;
  /** Every lead up to this one ended with the clip. */
  readonly lead: number;
  readonly clip: Clip & { readonly blob: NonNullable<Clip['blob']> };
  readonly takeId: string;
  readonly filmId: string;
  readonly provider: string;
  readonly model: string;
  readonly costMicros: number;
  readonly expiresAtMs: number;
}

/** `lost`: the blob store no longer has the file. */
export type EvictionReason = 'ttl' | 'size' | 'lost';

export type ClipKind = keyof ClipBodies;
export type ClipFact<K extends ClipKind = ClipKind> = {
  [One in K]: Fact<ClipBodies[One]> & { readonly kind: One };
}[K];

export interface ClipAddress {
  readonly tenant: string;
  readonly shotKey: string;
}

export const clipStream = ({ tenant, shotKey }: ClipAddress): string => `clip/${tenant}/${shotKey}`;

/** The id holds the number, so of two writers that take the same step only one succeeds. */
export const clipFactIds = {
  lead: (address: ClipAddress, lead: number): string => `${clipStream(address)}/lead/${lead}`,
  released: (address: ClipAddress, lead: number): string => `${clipStream(address)}/lead/${lead}/released`,
  made: (address: ClipAddress, generation: number): string => `${clipStream(address)}/made/${generation}`,
  evicted: (address: ClipAddress, generation: number): string =>
    `${clipStream(address)}/made/${generation}/evicted`,
};

export const clipFacts = {
  lead: (address: ClipAddress, atMs: number, lead: number, filmId: string): ClipFact<'clip.lead'> => ({
    ...common(address, atMs, lead, clipFactIds.lead(address, lead)),
    kind: 'clip.lead',
    body: { lead, filmId },
  }),
  released: (address: ClipAddress, atMs: number, lead: number): ClipFact<'clip.released'> => ({
    ...common(address, atMs, lead, clipFactIds.released(address, lead)),
    kind: 'clip.released',
    body: { lead },
  }),
  made: (address: ClipAddress, atMs: number, made: MadeClip): ClipFact<'clip.made'> => ({
    ...common(address, atMs, made.generation, clipFactIds.made(address, made.generation)),
    kind: 'clip.made',
    body: made,
  }),
  evicted: (
    address: ClipAddress,
    atMs: number,
    generation: number,
    reason: EvictionReason,
  ): ClipFact<'clip.evicted'> => ({
    ...common(address, atMs, generation, clipFactIds.evicted(address, generation)),
    kind: 'clip.evicted',
    body: { generation, reason },
  }),
};

/** Facts may share a place in the stream: their fold does not depend on the order. */
function common(
  address: ClipAddress,
  atMs: number,
  seq: number,
  id: string,
): Omit<Fact<never>, 'kind' | 'body'> {
  return { id, stream: clipStream(address), seq, tenant: address.tenant, atMs, epoch: 0 };
}
