import type { Fact } from '@reelmesh/domain';

/** A fact that differs from others in what the test gives. */
export function makeFact(fields: Partial<Fact> & { readonly id: string }): Fact {
  return {
    stream: 'film/f1',
    seq: 1,
    kind: 'film.created',
    tenant: 'acme',
    atMs: 1_700_000_000_000,
    epoch: 3,
    body: { title: 'last train' },
    ...fields,
  };
}

export function makeFacts(count: number, fields: Partial<Fact> = {}): Fact[] {
  return Array.from({ length: count }, (_, n) => makeFact({ id: `fact/${n}`, seq: n, ...fields }));
}

export const idsOf = (facts: readonly Fact[]): string[] => facts.map((fact) => fact.id);
