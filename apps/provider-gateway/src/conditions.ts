import type { RenderSpec } from '@reelmesh/contracts/shot';
import type { Obstacle, RoutingContext, Strategy } from '@reelmesh/domain';
import type { Provider } from './provider.ts';
import type { ProviderSwitches } from './provider-switches.ts';

/** What the adapters and the switches say about a strategy's candidates now. */
export function conditionsOf(
  strategy: Strategy,
  providers: ReadonlyMap<string, Provider>,
  switches: Pick<ProviderSwitches, 'obstacleOf'>,
  spec: RenderSpec,
): Pick<RoutingContext, 'unavailable' | 'promptLength'> {
  const unavailable = new Map<string, Obstacle>();
  let promptLength = 0;
  for (const name of strategy.candidates) {
    const [providerName = '', model = ''] = name.split('/', 2);
    const provider = providers.get(providerName);
    const obstacle =
      provider === undefined
        ? { reason: 'no_adapter' }
        : (provider.unavailable(model) ?? switches.obstacleOf(providerName));
    if (obstacle !== undefined) unavailable.set(name, obstacle);
    promptLength = Math.max(promptLength, provider?.promptLength(spec) ?? 0);
  }
  return { unavailable, promptLength };
}
