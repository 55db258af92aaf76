import type { RenderSpec } from '@reelmesh/contracts/shot';
import { billedSeconds, digestOf, formFor, priceOf, quoteOf } from '@reelmesh/domain';
import type { TakeIntent } from '@reelmesh/domain';
import type { ModelRow } from '../src/knobs.ts';
import type { Provider } from '../src/provider.ts';

/** What a take of this shot at this model would be sent with. */
export function intentFor(
  provider: Pick<Provider, 'name' | 'prepare'>,
  listed: ModelRow,
  spec: RenderSpec,
): TakeIntent {
  const row = formFor(listed, spec.images);
  if (row === undefined) throw new Error(`${listed.model} needs an image`);
  const seconds = billedSeconds(row, spec.seconds) ?? Number.NaN;
  const { endpoint, credentialRef, request, warnings } = provider.prepare(row, spec);
  return {
    filmId: 'f1',
    shotId: 's1',
    shotKey: 'a'.repeat(64),
    attempt: 1,
    provider: provider.name,
    model: row.model,
    endpoint,
    credentialRef,
    request,
    requestDigest: digestOf(request),
    quoteMicros: priceOf(row, seconds),
    price: quoteOf(row, seconds),
    spec,
    strategy: 'test',
    decision: { strategy: 'test', candidates: [] },
    warnings,
    reservedMicros: 10_000_000,
    fallbackReason: '',
  };
}
