import { setTimeout as pause } from 'node:timers/promises';
import type { Provider } from './provider.ts';

/**
 * Looks at the account of each provider that can be asked, at once and again and again until stopped, so that an empty
 * account or a used up quota is known before a create is refused for it.
 */
export async function watchAccounts(
  providers: Iterable<Provider>,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  const asked = [...providers].filter((provider) => provider.lookAtAccount !== undefined);
  while (everyMs > 0 && asked.length > 0 && !signal.aborted) {
    await Promise.all(asked.map(async (provider) => provider.lookAtAccount?.(signal)));
    await pause(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
