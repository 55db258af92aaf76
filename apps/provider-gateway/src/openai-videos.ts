import type { FailureClass, RenderSpec } from '@reelmesh/contracts/shot';
import { quotedCharge } from '@reelmesh/domain';
import type { Obstacle, TakeIntent, TakeRecord } from '@reelmesh/domain';
import type { OutputSource } from './download.ts';
import { inputOf, promptLengthOf } from './knobs.ts';
import type { ImageSource } from './image-source.ts';
import type { Input, Knobs, ModelRow } from './knobs.ts';
import { readCreate, readVideo } from './openai-videos-answers.ts';
import { ProviderApi } from './provider-api.ts';
import type { CreateRequest, Identity } from './provider-api.ts';
import type { LookupResult, PollResult, PreparedRequest, Provider, SubmitResult } from './provider.ts';

/** How one kind of server speaks the shape. */
interface Profile {
  readonly body: 'json' | 'multipart';
  readonly knobs: Knobs;
  /** What this server calls what the catalogue names in OpenAI's words or SGLang's. */
  readonly names?: Readonly<Record<string, string>>;
  /** Whether DELETE stops a job. Where it only makes the server forget it, the job had better end and be kept. */
  readonly deleteStops: boolean;
}

const shape = { prompt: 'prompt', ratio: 'size', seconds: 'seconds' } as const;

export const profiles = {
  /** Wants a picture in a form, so jobs of text go as JSON; gives every job seed 1024 unless told. */
  sglang: {
    body: 'json',
    knobs: { ...shape, seed: 'seed' },
    // A picture in JSON is an address, and a data URI is one.
    names: { input_reference: 'reference_url' },
    deleteStops: false,
  },
  /** Takes forms only. */
  'vllm-omni': {
    body: 'multipart',
    knobs: { ...shape, secondsAs: 'text', seed: 'seed' },
    names: { diffusers_kwargs: 'extra_params' },
    deleteStops: true,
  },
  /** OpenAI's own shape, which knows no seed. */
  openai: { body: 'multipart', knobs: { ...shape, secondsAs: 'text' }, deleteStops: true },
} as const satisfies Record<string, Profile>;

export interface OpenAiVideosOptions {
  readonly baseUrl: string | undefined;
  readonly apiKey: string | undefined;
  readonly previousKey?: string | undefined;
  readonly images?: ImageSource | undefined;
  readonly profile: keyof typeof profiles;
  /** The one model that the server runs, as the catalogue names it. */
  readonly model: string;
  readonly submitTimeoutMs: number;
  readonly callTimeoutMs: number;
}

/** Where a server would be that nobody has set up; never called. */
const NOWHERE = 'http://127.0.0.1:9';

/**
 * A server with OpenAI's `/v1/videos`, most likely our own. It keeps its jobs in memory and forgets them when it
 * restarts. Where a take costs nothing, a lost one is therefore simply made again; where it does, it is not.
 */
export class OpenAiVideos implements Provider {
  readonly name = 'openai-videos';
  readonly #api: ProviderApi;
  readonly #profile: Profile;
  readonly #model: string | undefined;

  constructor({ baseUrl, apiKey, previousKey, profile, model, ...timeouts }: OpenAiVideosOptions) {
    this.#profile = profiles[profile];
    this.#model = baseUrl === undefined ? undefined : model;
    this.#api = new ProviderApi({
      ...timeouts,
      name: this.name,
      baseUrl: baseUrl ?? NOWHERE,
      secret: apiKey,
      previousSecret: previousKey,
      secretOptional: true,
      variables: { baseUrl: 'OPENAI_VIDEOS_BASE_URL', secret: 'OPENAI_VIDEOS_API_KEY' },
      authorize: (secret) => ({ authorization: `Bearer ${secret}` }),
    });
  }

  get credentialRefs(): readonly string[] {
    return this.#model === undefined ? [] : this.#api.credentialRefs;
  }

  unavailable(model: string): Obstacle | undefined {
    if (this.#model === undefined) return { reason: 'not_configured' };
    return model === this.#model ? undefined : { reason: 'not_served' };
  }

  promptLength(spec: RenderSpec): number {
    return promptLengthOf(spec);
  }

  prepare(row: ModelRow, spec: RenderSpec): PreparedRequest {
    const { input, warnings } = inputOf(row, spec, row.knobs ?? this.#profile.knobs);
    return {
      endpoint: this.#api.baseUrl,
      credentialRef: this.#api.credentialRef,
      request: this.#create({ model: row.remoteId, ...renamed(input, this.#profile.names) }),
      warnings,
    };
  }

  submit(intent: TakeIntent, _takeId: string, signal: AbortSignal): Promise<SubmitResult> {
    return this.#api.create(intent, intent.request as CreateRequest, signal, readCreate);
  }

  /** Nobody tells our jobs from others in the server's list; an unpriced one may be made twice. */
  async lookup({ intent }: TakeRecord): Promise<LookupResult> {
    return { kind: intent.quoteMicros === 0 ? 'not-found' : 'cannot-tell' };
  }

  async poll(take: TakeRecord, signal: AbortSignal): Promise<PollResult> {
    const { endpoint } = take.intent;
    const answer = await this.#api.ask('GET', take.intent, pathOf(take), signal);
    if (answer.status === 404) return gone(take);
    const content = `${endpoint}${pathOf(take)}/content`;
    const result =
      answer.status === 200 ? readVideo(answer.json, content, quotedCharge(take.intent)) : undefined;
    if (result === undefined) throw this.#api.noSense('GET', answer);
    return result;
  }

  async cancel(take: TakeRecord, signal: AbortSignal): Promise<void> {
    if (!this.#profile.deleteStops) return;
    await this.#api.ask('DELETE', take.intent, pathOf(take), signal);
  }

  isOver(_model: string, _failure: FailureClass, signal: AbortSignal): Promise<boolean> {
    return this.#api.letsIn('/v1/videos?limit=1', signal);
  }

  outputSource(identity: Identity): OutputSource {
    const { origin } = new URL(identity.endpoint);
    return { hosts: [], own: { origin, headers: this.#api.credentials(identity) } };
  }

  #create(input: Input): CreateRequest {
    const path = '/v1/videos';
    return this.#profile.body === 'json' ? { path, body: input } : { path, form: input };
  }
}

function renamed(input: Input, names: Readonly<Record<string, string>> = {}): Input {
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [names[name] ?? name, value]));
}

function gone({ cancelRequested, intent }: TakeRecord): PollResult {
  const costMicros = quotedCharge(intent);
  if (cancelRequested) return { kind: 'cancelled', costMicros };
  const message = 'the server no longer knows the job: it has most likely been restarted';
  return costMicros === 0
    ? { kind: 'failed', failure: 'FAILURE_CLASS_TRANSIENT', message, costMicros }
    : { kind: 'expired', message, costMicros };
}

const pathOf = ({ taskId }: TakeRecord): string => `/v1/videos/${encodeURIComponent(taskId)}`;
