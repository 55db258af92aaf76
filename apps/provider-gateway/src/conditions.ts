import type { RenderSpec } from '@reelmesh/contracts/shot';
import type { RoutingContext, Strategy } from '@reelmesh/domain';
import type { Provider } from './provider.ts';

/** What the adapters say about a strategy's candidates now. */
export function conditionsOf(
  strategy: Strategy,
  providers: ReadonlyMap<string, Provider>,
  spec: RenderSpec,
): Pick<RoutingContext, 'unavailable' | 'promptLength'> {
  const unavailable = new Map<string, string>();
  let promptLength = 0;
  for (const name of strategy.candidates) {
    const provider = providers.get(name.split('/', 1)[0] ?? '');
    const reason = provider === undefined ? 'no_adapter' : provider.unavailable();
    if (reason !== undefined) unavailable.set(name, reason);
    promptLength = Math.max(promptLength, provider?.promptLength(spec) ?? 0);
  }
  return { unavailable, promptLength };
}
