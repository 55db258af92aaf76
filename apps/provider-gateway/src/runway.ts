import type { FailureClass, RenderSpec } from '@reelmesh/contracts/shot';
import { AppError, Code, billedSeconds, nearestRatio } from '@reelmesh/domain';
import type { ModelCard, Obstacle, TakeIntent, TakeRecord } from '@reelmesh/domain';
import { isLoopbackHost } from './download.ts';
import { HttpFailure, httpCall, jsonOf } from './http-call.ts';
import type { HttpAnswer, HttpCall } from './http-call.ts';
import { promptOf } from './prompt.ts';
import type { LookupResult, PollResult, PreparedRequest, Provider, SubmitResult } from './provider.ts';
import { readCreate, readOrganization, readTask } from './runway-answers.ts';

/** The API version that we speak; Runway refuses calls without one. */
const VERSION = '2024-11-06';
const CREDENTIAL = 'env:RUNWAYML_API_SECRET';

/** A width and height that differ from the film's by more than this are worth a warning. */
const RATIO_TOLERANCE = 0.02;

export interface RunwayOptions {
  readonly baseUrl: string;
  readonly apiSecret: string | undefined;
  readonly submitTimeoutMs: number;
  readonly callTimeoutMs: number;
}

/**
 * Runway over plain HTTP, one call a method: its SDK repeats a paid create up to three times when the connection breaks.
 * Runway has no list of tasks, so a create whose answer was lost cannot be looked up.
 */
export class Runway implements Provider {
  readonly name = 'runway';
  readonly #options: RunwayOptions;

  constructor(options: RunwayOptions) {
    const url = new URL(options.baseUrl);
    if (url.protocol !== 'https:' && !isLoopbackHost(url.hostname)) {
      throw new AppError(
        Code.INVALID_ARGUMENT,
        `RUNWAYML_BASE_URL ${options.baseUrl} must be https off loopback`,
        {
          reason: 'CONFIG_INVALID',
        },
      );
    }
    this.#options = options;
  }

  unavailable(): Obstacle | undefined {
    return this.#options.apiSecret === undefined ? { reason: 'not_configured' } : undefined;
  }

  promptLength(spec: RenderSpec): number {
    return spec.picture === undefined ? 0 : promptOf(spec.picture).length;
  }

  prepare(card: ModelCard, spec: RenderSpec): PreparedRequest {
    const warnings: string[] = [];
    const ratio = nearestRatio(card.ratios ?? [], spec.width, spec.height);
    const duration = billedSeconds(card, spec.seconds);
    if (spec.picture === undefined || ratio === undefined || duration === undefined) {
      throw new AppError(Code.INTERNAL, `${card.model} was chosen for a shot that it cannot render`);
    }
    if (Math.abs(Math.log(ratio.width / ratio.height / (spec.width / spec.height))) > RATIO_TOLERANCE) {
      warnings.push(
        `unsupported: size ${spec.width}x${spec.height}; rendered at ${ratio.name}, fitted by the composer`,
      );
    }
    if (duration !== spec.seconds) {
      warnings.push(`unsupported: ${spec.seconds} s; rendered ${duration} s, trimmed by the composer`);
    }
    return {
      endpoint: this.#options.baseUrl,
      credentialRef: CREDENTIAL,
      request: {
        path: '/v1/text_to_video',
        body: {
          model: card.model,
          promptText: promptOf(spec.picture),
          ratio: ratio.name,
          duration,
          seed: spec.seed,
          ...card.parameters,
        },
      },
      warnings,
    };
  }

  async submit(intent: TakeIntent, _takeId: string, signal: AbortSignal): Promise<SubmitResult> {
    const { path, body } = intent.request as { readonly path: string; readonly body: unknown };
    try {
      const answer = await this.#call(
        intent,
        'POST',
        path,
        signal,
        this.#options.submitTimeoutMs,
        JSON.stringify(body),
      );
      return readCreate(answer.status, jsonOf(answer));
    } catch (error) {
      if (error instanceof HttpFailure)
        return { kind: error.sent ? 'unknown' : 'not-sent', message: error.message };
      return { kind: 'not-sent', message: AppError.from(error).message };
    }
  }

  async lookup(): Promise<LookupResult> {
    return { kind: 'cannot-tell' };
  }

  async poll(take: TakeRecord, signal: AbortSignal): Promise<PollResult> {
    const answer = await this.#ask(take, 'GET', signal);
    if (answer.status === 404) {
      // After our own DELETE a cancelled task may be gone altogether; otherwise it was accepted and so charged.
      return take.cancelRequested
        ? { kind: 'cancelled', costMicros: take.intent.quoteMicros }
        : {
            kind: 'expired',
            message: 'runway no longer knows the task',
            costMicros: take.intent.quoteMicros,
          };
    }
    const result = answer.status === 200 ? readTask(jsonOf(answer), take.intent.quoteMicros) : undefined;
    if (result === undefined) throw unavailable(`runway answered a poll with ${answer.status}`);
    return result;
  }

  async cancel(take: TakeRecord, signal: AbortSignal): Promise<void> {
    const answer = await this.#ask(take, 'DELETE', signal);
    if (answer.status >= 500 || answer.status === 429)
      throw unavailable(`runway answered a cancel with ${answer.status}`);
  }

  async isOver(model: string, failure: FailureClass, signal: AbortSignal): Promise<boolean> {
    const endpoint = this.#options.baseUrl;
    const answer = await this.#call(
      { endpoint },
      'GET',
      '/v1/organization',
      signal,
      this.#options.callTimeoutMs,
    );
    return answer.status === 200 && readOrganization(jsonOf(answer), model, failure);
  }

  outputHosts(endpoint: string): readonly string[] {
    const { host, hostname } = new URL(endpoint);
    return isLoopbackHost(hostname) ? [host] : ['.runwayml.com', '.cloudfront.net'];
  }

  async #ask(take: TakeRecord, method: 'GET' | 'DELETE', signal: AbortSignal): Promise<HttpAnswer> {
    const path = `/v1/tasks/${encodeURIComponent(take.taskId)}`;
    try {
      return await this.#call(take.intent, method, path, signal, this.#options.callTimeoutMs);
    } catch (error) {
      throw unavailable(AppError.from(error).message, error);
    }
  }

  /** To where the take was submitted, whatever the configuration says now. */
  #call(
    intent: Pick<TakeIntent, 'endpoint'>,
    method: HttpCall['method'],
    path: string,
    signal: AbortSignal,
    timeoutMs: number,
    body?: string,
  ): Promise<HttpAnswer> {
    const { apiSecret } = this.#options;
    if (apiSecret === undefined)
      throw new AppError(Code.FAILED_PRECONDITION, 'RUNWAYML_API_SECRET is not set');
    return httpCall({
      method,
      url: new URL(`${intent.endpoint.replace(/\/$/, '')}${path}`),
      headers: {
        authorization: `Bearer ${apiSecret}`,
        'x-runway-version': VERSION,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
      timeoutMs,
      signal,
    });
  }
}

const unavailable = (message: string, cause?: unknown): AppError =>
  new AppError(Code.UNAVAILABLE, message, { cause });
