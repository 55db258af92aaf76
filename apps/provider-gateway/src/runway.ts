import type { BlobRef } from '@reelmesh/contracts/common';
import type { FailureClass, RenderSpec } from '@reelmesh/contracts/shot';
import { AppError, Code, quotedCharge } from '@reelmesh/domain';
import type { Obstacle, TakeIntent, TakeRecord } from '@reelmesh/domain';
import { outputSource } from './download.ts';
import type { OutputSource } from './download.ts';
import type { ImageSource } from './image-source.ts';
import { inputOf, promptLengthOf } from './knobs.ts';
import type { Knobs, ModelRow } from './knobs.ts';
import { ProviderApi } from './provider-api.ts';
import type { CreateRequest, Identity } from './provider-api.ts';
import type {
  DayUsage,
  LookupResult,
  PollResult,
  PreparedRequest,
  Provider,
  SubmitResult,
} from './provider.ts';
import { readCreate, readOrganization, readTask, readUsage } from './runway-answers.ts';
import { uploadImage } from './runway-uploads.ts';

/** The API version that we speak; Runway refuses calls without one. */
const VERSION = '2024-11-06';

const knobs: Knobs = { prompt: 'promptText', ratio: 'ratio', seconds: 'duration', seed: 'seed' };

/** Runway's limit for data URIs, in characters as in bytes. */
const MAX_DATA_URI_LENGTH = 5_000_000;

export interface RunwayOptions {
  readonly images?: ImageSource | undefined;
  /** Which images are uploaded: those that are too large for a data URI, or all. `large` when absent. */
  readonly uploads?: 'large' | 'all';
  readonly baseUrl: string;
  readonly apiSecret: string | undefined;
  readonly previousSecret?: string | undefined;
  readonly submitTimeoutMs: number;
  readonly callTimeoutMs: number;
}

/**
 * Runway over plain HTTP: its SDK repeats a paid create up to three times when the connection breaks.
 * Runway has no list of tasks, so a create whose answer was lost cannot be looked up.
 */
export class Runway implements Provider {
  readonly name = 'runway';
  readonly #api: ProviderApi;
  readonly #options: Pick<RunwayOptions, 'images' | 'uploads' | 'submitTimeoutMs'>;

  constructor({ apiSecret, uploads = 'large', ...options }: RunwayOptions) {
    this.#options = { ...options, uploads };
    this.#api = new ProviderApi({
      ...options,
      name: this.name,
      secret: apiSecret,
      variables: { baseUrl: 'RUNWAYML_BASE_URL', secret: 'RUNWAYML_API_SECRET' },
      authorize: (secret) => ({ authorization: `Bearer ${secret}` }),
      headers: { 'x-runway-version': VERSION },
    });
  }

  get credentialRefs(): readonly string[] {
    return this.#api.credentialRefs;
  }

  unavailable(): Obstacle | undefined {
    return this.#api.unavailable();
  }

  promptLength(spec: RenderSpec): number {
    return promptLengthOf(spec);
  }

  prepare(row: ModelRow, spec: RenderSpec): PreparedRequest {
    const { input, warnings } = inputOf(row, spec, row.knobs ?? knobs);
    return {
      endpoint: this.#api.baseUrl,
      credentialRef: this.#api.credentialRef,
      request: {
        path: row.path ?? pathFor(row),
        body: { model: row.remoteId, ...input },
      } satisfies CreateRequest,
      warnings,
    };
  }

  submit(intent: TakeIntent, _takeId: string, signal: AbortSignal): Promise<SubmitResult> {
    const { images, uploads, submitTimeoutMs: timeoutMs } = this.#options;
    const placed = async (image: BlobRef): Promise<string> => {
      if (images === undefined) throw new AppError(Code.INTERNAL, 'nobody said where images are read from');
      const inline = await images.dataUri(image);
      if (uploads === 'large' && inline.length < MAX_DATA_URI_LENGTH) return inline;
      return uploadImage(image, { api: this.#api, identity: intent, images, timeoutMs, signal });
    };
    return this.#api.create(intent, intent.request as CreateRequest, signal, readCreate, placed);
  }

  async lookup(): Promise<LookupResult> {
    return { kind: 'cannot-tell' };
  }

  async poll(take: TakeRecord, signal: AbortSignal): Promise<PollResult> {
    const answer = await this.#api.ask('GET', take.intent, pathOf(take), signal);
    if (answer.status === 404) {
      // After our own DELETE a cancelled task may be gone altogether; otherwise it was accepted and so charged.
      const costMicros = quotedCharge(take.intent);
      return take.cancelRequested
        ? { kind: 'cancelled', costMicros }
        : { kind: 'expired', message: 'runway no longer knows the task', costMicros };
    }
    const result = answer.status === 200 ? readTask(answer.json, quotedCharge(take.intent)) : undefined;
    if (result === undefined) throw this.#api.noSense('GET', answer);
    return result;
  }

  async cancel(take: TakeRecord, signal: AbortSignal): Promise<void> {
    await this.#api.ask('DELETE', take.intent, pathOf(take), signal);
  }

  async isOver(model: string, failure: FailureClass, signal: AbortSignal): Promise<boolean> {
    const answer = await this.#api.ask('GET', this.#api.identity, '/v1/organization', signal);
    return answer.status === 200 && readOrganization(answer.json, model, failure);
  }

  outputSource({ endpoint }: Identity): OutputSource {
    return outputSource(endpoint, ['.runwayml.com', '.cloudfront.net']);
  }

  async usage(fromDay: string, toDay: string, signal: AbortSignal): Promise<readonly DayUsage[]> {
    const days = { startDate: fromDay, beforeDate: dayAfter(toDay) };
    const answer = await this.#api.askWith(this.#api.identity, '/v1/organization/usage', days, signal);
    const usage = answer.status === 200 ? readUsage(answer.json) : undefined;
    if (usage === undefined) throw this.#api.noSense('POST', answer);
    return usage;
  }
}

function pathFor({ images }: ModelRow): string {
  return images === undefined ? '/v1/text_to_video' : '/v1/image_to_video';
}

function dayAfter(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
}

const pathOf = ({ taskId }: TakeRecord): string => `/v1/tasks/${encodeURIComponent(taskId)}`;
