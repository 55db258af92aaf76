import type { BlobRef } from '@reelmesh/contracts/common';
import type { FailureClass, RenderSpec } from '@reelmesh/contracts/shot';
import { AppError, Code, quotedCharge, sumMicros } from '@reelmesh/domain';
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
  ModelCount,
  PollResult,
  PreparedRequest,
  Provider,
  SubmitResult,
} from './provider.ts';
import {
  readCreate,
  readGenerations,
  readOrganization,
  readStanding,
  readTask,
  readUsage,
} from './runway-answers.ts';
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

interface RunwayRequest extends CreateRequest {
  readonly body: Readonly<Record<string, unknown>> & { readonly model: string };
}

/**
 * Runway over plain HTTP: its SDK repeats a paid create up to three times when the connection breaks.
 * Runway has no list of tasks, so a create whose answer was lost cannot be looked up; what the organization's own figures
 * say is told to the operator.
 */
export class Runway implements Provider {
  readonly name = 'runway';
  readonly #api: ProviderApi;
  /** As it was when it was last looked at. */
  #standing: (model: string) => Obstacle | undefined = () => undefined;
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

  unavailable(model: string): Obstacle | undefined {
    return this.#api.unavailable() ?? this.#standing(model);
  }

  async lookAtAccount(signal: AbortSignal): Promise<void> {
    if (this.#api.unavailable() !== undefined) return;
    try {
      const { json } = await this.#api.ask('GET', this.#api.identity, '/v1/organization', signal);
      this.#standing = readStanding(json);
    } catch (error) {
      const isShutOut = AppError.from(error).reason === 'CREDENTIAL_REFUSED';
      this.#standing = () =>
        isShutOut ? { reason: 'account_auth', failure: 'FAILURE_CLASS_AUTH' } : undefined;
    }
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
      } satisfies RunwayRequest,
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

  usage(fromDay: string, toDay: string, signal: AbortSignal): Promise<readonly DayUsage[]> {
    const days = { startDate: fromDay, beforeDate: dayAfter(toDay) };
    return this.#usage(this.#api.identity, days, signal);
  }

  async count(take: TakeRecord, signal: AbortSignal): Promise<ModelCount> {
    const { model } = (take.intent.request as RunwayRequest).body;
    const answer = await this.#api.ask('GET', take.intent, '/v1/organization', signal);
    const generations = answer.status === 200 ? readGenerations(answer.json, model) : undefined;
    if (generations === undefined) throw this.#api.noSense('GET', answer);
    const startDate = new Date(take.createdAtMs).toISOString().slice(0, 10);
    const usage = await this.#usage(take.intent, { startDate }, signal);
    const ofModel = usage.filter((day) => day.model === model).map(({ micros }) => micros);
    return { model, generations, micros: sumMicros(ofModel) };
  }

  async #usage(identity: Identity, days: object, signal: AbortSignal): Promise<readonly DayUsage[]> {
    const answer = await this.#api.askWith(identity, '/v1/organization/usage', days, signal);
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
