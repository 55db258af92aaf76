import { Cut } from '@reelmesh/contracts/compose';
import type { Fact } from '@reelmesh/domain';

/** `cut.made`: the film file of this key is stored and verified. The only fact of its stream. */
export interface CutMadeBody {
  readonly cut: unknown;
}

export function cutMadeId(tenant: string, cutKey: string): string {
  return `cut/${tenant}/${cutKey}/made`;
}

export function cutMade(tenant: string, cutKey: string, cut: Cut, atMs: number): Fact<CutMadeBody> {
  return {
    id: cutMadeId(tenant, cutKey),
    stream: `cut/${tenant}/${cutKey}`,
    seq: 1,
    kind: 'cut.made',
    tenant,
    atMs,
    epoch: 0,
    body: { cut: Cut.toJSON(cut) },
  };
}

export function cutOf(fact: Fact): Cut {
  return Cut.fromJSON((fact.body as CutMadeBody).cut);
}
