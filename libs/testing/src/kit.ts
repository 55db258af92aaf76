import { createLogger, createMetrics } from '@reelmesh/service';
import type { Kit, MetricsRegistry } from '@reelmesh/service';

/** What a host gives to a service, with nothing said aloud: a silent log and metrics of its own. */
export function testKit(instanceId = 'test-instance'): Kit & { readonly metrics: MetricsRegistry } {
  return {
    log: createLogger({ service: 'test', level: 'silent' }),
    metrics: createMetrics(),
    instanceId,
  };
}
