import type { FailureClass, RenderSpec } from '@reelmesh/contracts/shot';
import { quotedCharge } from '@reelmesh/domain';
import type { Obstacle, TakeIntent, TakeRecord } from '@reelmesh/domain';
import { outputSource } from './download.ts';
import type { OutputSource } from './download.ts';
import type { ImageSource } from './image-source.ts';
import { inputOf, promptLengthOf } from './knobs.ts';
import type { Knobs, ModelRow } from './knobs.ts';
import { ProviderApi } from './provider-api.ts';
import type { CreateRequest, Identity } from './provider-api.ts';
import type { LookupResult, PollResult, PreparedRequest, Provider, SubmitResult } from './provider.ts';
import { readCreate, readEcho, readTask } from './zhipu-answers.ts';

const knobs: Knobs = { prompt: 'prompt', ratio: 'size', seconds: 'duration' };

export interface ZhipuOptions {
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly previousKey?: string | undefined;
  readonly images?: ImageSource | undefined;
  readonly submitTimeoutMs: number;
  readonly callTimeoutMs: number;
}

interface ZhipuRequest extends CreateRequest {
  readonly body: Readonly<Record<string, unknown>>;
}

/** CogVideoX as Zhipu hosts it; it reads Chinese and English. Zhipu has no cancel: what is accepted is rendered. */
export class Zhipu implements Provider {
  readonly name = 'zhipu';
  readonly #api: ProviderApi;

  constructor({ apiKey, previousKey, ...options }: ZhipuOptions) {
    this.#api = new ProviderApi({
      ...options,
      name: this.name,
      secret: apiKey,
      previousSecret: previousKey,
      variables: { baseUrl: 'ZHIPU_BASE_URL', secret: 'ZHIPU_API_KEY' },
      authorize: (secret) => ({ authorization: `Bearer ${secret}` }),
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
    const body = { model: row.remoteId, ...input };
    return {
      endpoint: this.#api.baseUrl,
      credentialRef: this.#api.credentialRef,
      request: { path: '/videos/generations', body } satisfies ZhipuRequest,
      warnings,
    };
  }

  /** The take's id goes along as Zhipu's `request_id`: a second create under it is refused, whoever makes it. */
  submit(intent: TakeIntent, takeId: string, signal: AbortSignal): Promise<SubmitResult> {
    const { path, body } = intent.request as ZhipuRequest;
    return this.#api.create(intent, { path, body: { ...body, request_id: takeId } }, signal, readCreate);
  }

  /** Zhipu's task of our request id; only an answer that repeats the id is one. */
  async lookup(take: TakeRecord, signal: AbortSignal): Promise<LookupResult> {
    const { status, json } = await this.#api.ask('GET', take.intent, resultPath(take.id), signal);
    const taskId = status === 200 ? readEcho(json, take.id) : undefined;
    return taskId === undefined ? { kind: 'cannot-tell' } : { kind: 'found', taskId };
  }

  async poll(take: TakeRecord, signal: AbortSignal): Promise<PollResult> {
    const answer = await this.#api.ask('GET', take.intent, resultPath(take.taskId), signal);
    const result = readTask(answer, quotedCharge(take.intent));
    if (result === undefined) throw this.#api.noSense('GET', answer);
    return result;
  }

  async cancel(): Promise<void> {
    // Nothing to call: the task goes on and is settled like any other.
  }

  isOver(_model: string, _failure: FailureClass, signal: AbortSignal): Promise<boolean> {
    return this.#api.letsIn(resultPath('0'), signal);
  }

  outputSource({ endpoint }: Identity): OutputSource {
    return outputSource(endpoint, ['.bigmodel.cn', '.chatglm.cn']);
  }
}

const resultPath = (id: string): string => `/async-result/${encodeURIComponent(id)}`;
