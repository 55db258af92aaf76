import type { Call } from '../core/provider.ts';
import { detailsOf, numberOf, type Detail } from '../core/pydantic.ts';
import { isObject } from '../core/shape.ts';
import { MODELS, type FalModel } from './models.ts';

/** What fal keeps of a request beyond its task. */
export interface FalRequest {
  /** Owner and name: all that polling addresses carry of the endpoint. */
  readonly app: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The address at which the customer reached us. */
  readonly origin: string;
  readonly webhook: string | undefined;
  /** How long the clip can be fetched, ms; null for ever. */
  readonly mediaTtlMs: number | null;
  readonly hasStartTimeout: boolean;
}

/** The model of an endpoint and an input that fits it, or what is wrong with the input. */
export function readInput(
  endpoint: string,
  body: unknown,
):
  | { readonly model: FalModel; readonly input: FalRequest['input'] }
  | { readonly details: readonly Detail[] }
  | undefined {
  const model = Object.hasOwn(MODELS, endpoint) ? MODELS[endpoint] : undefined;
  if (model === undefined) return undefined;
  const details = detailsOf(model.fields, body);
  if (details.length > 0 || !isObject(body)) return { details };
  const problem = model.problem?.(body);
  if (problem !== undefined) return { details: [{ loc: ['body'], msg: problem, type: 'value_error' }] };
  return { model, input: body };
}

/** `fal-ai/pika` of `fal-ai/pika/v2.2/text-to-video`. */
export function appOf(endpoint: string): string {
  return endpoint.split('/').slice(0, 2).join('/');
}

/** How long the request wants its media kept, ms. */
export function lifetimeOf({ headers }: Call): number | undefined {
  try {
    const wish: unknown = JSON.parse(String(headers['x-fal-object-lifecycle-preference']));
    const seconds = isObject(wish) ? numberOf(wish['expiration_duration_seconds']) : undefined;
    return seconds === undefined ? undefined : seconds * 1000;
  } catch {
    return undefined;
  }
}
