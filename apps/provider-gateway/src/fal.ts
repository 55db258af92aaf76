import type { FailureClass, RenderSpec } from '@reelmesh/contracts/shot';
import { quotedCharge } from '@reelmesh/domain';
import type { Obstacle, TakeIntent, TakeRecord } from '@reelmesh/domain';
import { outputSource } from './download.ts';
import type { OutputSource } from './download.ts';
import { readResult, readStatus, readSubmit, requestPath, soleMatch } from './fal-answers.ts';
import { fillSlots, hasSlots } from './image-slots.ts';
import type { ImageSource } from './image-source.ts';
import { inputOf, promptLengthOf } from './knobs.ts';
import type { Knobs, ModelRow } from './knobs.ts';
import { ProviderApi } from './provider-api.ts';
import type { CreateRequest, Identity } from './provider-api.ts';
import type { WebhookAddresses } from './webhooks/addresses.ts';
import type { LookupResult, PollResult, PreparedRequest, Provider, SubmitResult } from './provider.ts';

/** What nearly every text-to-video model at fal takes; a row of the catalogue says what its model takes besides. */
const knobs: Knobs = { prompt: 'prompt', seed: 'seed' };

const HEADERS = {
  // Outputs are fetched at once; how long fal keeps them is an account setting, so we ask for a day.
  'x-fal-object-lifecycle-preference': JSON.stringify({ expiration_duration_seconds: 86_400 }),
  // Nobody but the strategy decides who steps in for a model.
  'x-app-fal-disable-fallback': 'true',
};

/** Room for a list of requests with images of some megabytes each. */
const MAX_LIST_BYTES = 128 * 1024 * 1024;

/** Nobody's request: asking after it tells about the key alone. */
const NOBODY = requestPath('fal-ai/pika', '00000000-0000-0000-0000-000000000000');

export interface FalOptions {
  readonly queueUrl: string;
  readonly platformUrl: string;
  readonly key: string | undefined;
  readonly previousKey?: string | undefined;
  readonly images?: ImageSource | undefined;
  /** Where fal is to say that a take has ended; absent: nowhere. */
  readonly webhooks?: Pick<WebhookAddresses, 'of'> | undefined;
  readonly submitTimeoutMs: number;
  readonly callTimeoutMs: number;
}

interface FalRequest extends CreateRequest {
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Any model behind fal's queue; the catalogue's `remoteId` is fal's endpoint id. Plain HTTP: its client repeats a paid
 * create up to four times. A task id of ours is the path of the result under the queue's URL, as fal returned it: the
 * model's own sub-path is no part of it. Its `/status` and `/cancel` lie beneath.
 */
export class Fal implements Provider {
  readonly name = 'fal';
  readonly #queue: ProviderApi;
  readonly #platform: ProviderApi;
  readonly #images: ImageSource | undefined;
  readonly #webhooks: FalOptions['webhooks'];

  constructor({ key, previousKey, queueUrl, platformUrl, webhooks, ...timeouts }: FalOptions) {
    this.#images = timeouts.images;
    this.#webhooks = webhooks;
    const api = (baseUrl: string, variable: string): ProviderApi =>
      new ProviderApi({
        ...timeouts,
        name: this.name,
        baseUrl,
        secret: key,
        previousSecret: previousKey,
        variables: { baseUrl: variable, secret: 'FAL_KEY' },
        authorize: (secret) => ({ authorization: `Key ${secret}` }),
      });
    this.#queue = api(queueUrl, 'FAL_QUEUE_URL');
    this.#platform = api(platformUrl, 'FAL_PLATFORM_URL');
  }

  get credentialRefs(): readonly string[] {
    return this.#queue.credentialRefs;
  }

  unavailable(): Obstacle | undefined {
    return this.#queue.unavailable();
  }

  promptLength(spec: RenderSpec): number {
    return promptLengthOf(spec);
  }

  prepare(row: ModelRow, spec: RenderSpec): PreparedRequest {
    const { input, warnings } = inputOf(row, spec, row.knobs ?? knobs);
    return {
      endpoint: this.#queue.baseUrl,
      credentialRef: this.#queue.credentialRef,
      request: { path: `/${row.remoteId}`, headers: HEADERS, body: input } satisfies FalRequest,
      warnings,
    };
  }

  /** The webhook's address is no part of the request that is kept: it carries a MAC, and it is not what is rendered. */
  submit(intent: TakeIntent, takeId: string, signal: AbortSignal): Promise<SubmitResult> {
    const request = requestOf(intent);
    const webhook = this.#webhooks?.of(takeId);
    const query = webhook === undefined ? '' : `?${new URLSearchParams({ fal_webhook: webhook }).toString()}`;
    return this.#queue.create(intent, { ...request, path: `${request.path}${query}` }, signal, (answer) =>
      readSubmit(answer, intent.endpoint, request.path),
    );
  }

  /**
   * fal lists a request once it has ended, with its input. One of this input since the take began is ours; none proves
   * nothing, since it may still be running, and several are not told apart.
   */
  async lookup(take: TakeRecord, signal: AbortSignal): Promise<LookupResult> {
    if (take.intent.endpoint !== this.#queue.baseUrl) return { kind: 'cannot-tell' };
    const { path, body } = requestOf(take.intent);
    const query = new URLSearchParams({
      endpoint_id: path.slice(1),
      start: new Date(take.createdAtMs).toISOString(),
      expand: 'payloads',
      limit: '100',
    });
    const at = { ...take.intent, endpoint: this.#platform.baseUrl };
    const list = `/v1/models/requests/by-endpoint?${query.toString()}`;
    // The list repeats every input, images and all.
    const room = hasSlots(body) ? { maxAnswerBytes: MAX_LIST_BYTES } : {};
    const { json } = await this.#platform.ask('GET', at, list, signal, room);
    const images = this.#images;
    const sent = images === undefined ? body : await fillSlots(body, async (image) => images.dataUri(image));
    const id = soleMatch(json, sent);
    return id === undefined ? { kind: 'cannot-tell' } : { kind: 'found', taskId: requestPath(path, id) };
  }

  async poll(take: TakeRecord, signal: AbortSignal): Promise<PollResult> {
    const quoteMicros = quotedCharge(take.intent);
    const status = await this.#queue.ask('GET', take.intent, `${pathOf(take)}/status`, signal);
    if (status.status === 404) return gone(take);
    const seen = status.status === 200 || status.status === 202 ? readStatus(status.json) : undefined;
    if (seen === undefined) throw this.#queue.noSense('GET', status);
    if (seen.kind === 'running') return seen;
    // COMPLETED is not success: only the result tells.
    const answer = await this.#queue.askAnyhow('GET', take.intent, pathOf(take), signal);
    if (answer.status === 404) return gone(take);
    const result = readResult(answer, seen, quoteMicros);
    if (result === undefined) throw this.#queue.noSense('GET', answer);
    return result;
  }

  /** Whatever comes of it (cancelled, asked to, too late, unknown), the next poll tells. */
  async cancel(take: TakeRecord, signal: AbortSignal): Promise<void> {
    await this.#queue.ask('PUT', take.intent, `${pathOf(take)}/cancel`, signal);
  }

  isOver(_model: string, _failure: FailureClass, signal: AbortSignal): Promise<boolean> {
    return this.#queue.letsIn(`/${NOBODY}/status`, signal);
  }

  outputSource({ endpoint }: Identity): OutputSource {
    return outputSource(endpoint, ['.fal.media', '.fal.ai', '.fal.run']);
  }
}

function gone({ cancelRequested, intent }: TakeRecord): PollResult {
  const costMicros = quotedCharge(intent);
  return cancelRequested
    ? { kind: 'cancelled', costMicros }
    : { kind: 'expired', message: 'fal no longer knows the request', costMicros };
}

/** The task of a request, given its id alone. */
export function falTaskId(intent: Pick<TakeIntent, 'request'>, requestId: string): string {
  return requestPath(requestOf(intent).path, requestId);
}

const requestOf = ({ request }: Pick<TakeIntent, 'request'>): FalRequest => request as FalRequest;

/** An operator attaches a bare request id. */
function pathOf({ intent, taskId }: TakeRecord): string {
  return `/${taskId.includes('/') ? taskId : falTaskId(intent, taskId)}`;
}
