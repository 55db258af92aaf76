import { AppError } from '@reelmesh/domain';
import type { CallContext, Handlers, ServiceDefinition } from '@reelmesh/messaging';
import type { Metrics } from '@reelmesh/service';

type Unary = (request: unknown, context: CallContext) => Promise<unknown>;
type Stream = (request: unknown, context: CallContext) => AsyncIterable<unknown>;

const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Gives any service's handlers back as ones that also count their calls and time. */
export function measure(
  metrics: Metrics,
): <D extends ServiceDefinition>(definition: D, handlers: Handlers<D>) => Handlers<D> {
  const durations = metrics.histogram(
    'reelmesh_api_request_duration_seconds',
    'From the call of a unary method to its answer.',
    buckets,
    ['method', 'code'],
  );
  const streams = metrics.gauge('reelmesh_api_streams', 'Server streams that are open.', ['method']);

  const unary =
    (method: string, handle: Unary): Unary =>
    async (request, context) => {
      const stop = durations.startTimer({ method });
      try {
        const answer = await handle(request, context);
        stop({ code: 'OK' });
        return answer;
      } catch (error) {
        stop({ code: AppError.from(error).code });
        throw error;
      }
    };
  const stream = (method: string, handle: Stream): Stream => {
    streams.set({ method }, 0);
    return async function* (request, context) {
      streams.inc({ method });
      try {
        yield* handle(request, context);
      } finally {
        streams.dec({ method });
      }
    };
  };

  return <D extends ServiceDefinition>(definition: D, handlers: Handlers<D>) => {
    const wrapped = Object.entries(definition.methods).map(([key, { name, responseStream }]) => {
      const handle = handlers[key] as unknown;
      return [key, responseStream ? stream(name, handle as Stream) : unary(name, handle as Unary)];
    });
    return Object.fromEntries(wrapped) as Handlers<D>;
  };
}
