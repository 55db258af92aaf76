import { createHash } from 'node:crypto';
import { AppError, Code } from '@reelmesh/domain';
import type { FailureClass } from '@reelmesh/contracts/shot';
import type { Obstacle, TakeIntent } from '@reelmesh/domain';
import { isLoopbackHost } from './addresses.ts';
import { contentOf } from './create-request.ts';
import type { Content, CreateRequest, PlaceImage } from './create-request.ts';
import { HttpFailure, httpCall, jsonOf } from './http-call.ts';
import type { HttpCall } from './http-call.ts';
import type { ImageSource } from './image-source.ts';
import type { PollResult, SubmitResult } from './provider.ts';
import { retryAfterMs } from './retry-after.ts';

export type { CreateRequest } from './create-request.ts';

export type Running = Extract<PollResult, { readonly kind: 'running' }>;

export interface ApiOptions {
  /** For messages. */
  readonly name: string;
  readonly baseUrl: string;
  readonly secret: string | undefined;
  /** The secret before it, for takes that were submitted with it. */
  readonly previousSecret?: string | undefined;
  /** The settings' names, for messages and for the take. */
  readonly variables: { readonly baseUrl: string; readonly secret: string };
  /** Headers that carry the secret. */
  readonly authorize: (secret: string) => Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** A server of our own may do without a secret, and then without TLS. */
  readonly secretOptional?: boolean;
  /** Where the images of requests are read from; absent where there are none. */
  readonly images?: ImageSource | undefined;
  readonly submitTimeoutMs: number;
  readonly callTimeoutMs: number;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Undefined when the body is no JSON. Never holds the secret. */
  readonly json: unknown;
}

/** With what identity a take was submitted: it is asked after with the same. */
export type Identity = Pick<TakeIntent, 'endpoint' | 'credentialRef'>;

/** What a call may bring beyond its address. */
type Call = Partial<Content> & Pick<HttpCall, 'maxAnswerBytes'>;

/**
 * What all HTTP providers have in common: one call a method on a connection of its own, to where the take was submitted
 * whatever the settings say now, with the credential, which leaves in no answer and no message.
 */
export class ProviderApi {
  readonly baseUrl: string;
  readonly credentialRef: string;
  readonly #options: ApiOptions;
  readonly #keys = new Map<string, string>();

  /** Throws INVALID_ARGUMENT (CONFIG_INVALID) for a secret that would travel in the clear. */
  constructor(options: ApiOptions) {
    const { baseUrl, variables, secret, secretOptional = false } = options;
    const url = new URL(baseUrl);
    const openAllowed = isLoopbackHost(url.hostname) || (secretOptional && secret === undefined);
    if (url.protocol !== 'https:' && !openAllowed) {
      throw new AppError(
        Code.INVALID_ARGUMENT,
        `${variables.baseUrl} ${baseUrl} must be https off loopback${secretOptional ? ' when there is a key' : ''}`,
        { reason: 'CONFIG_INVALID' },
      );
    }
    this.baseUrl = baseUrl.replace(/\/$/, '');
    this.credentialRef = secretOptional && secret === undefined ? '' : refTo(variables.secret, secret);
    this.#options = options;
    for (const one of [options.previousSecret, secret]) {
      if (one !== undefined) this.#keys.set(refTo(variables.secret, one), one);
    }
  }

  /** The identity of takes that are submitted now. */
  get identity(): Identity {
    return { endpoint: this.baseUrl, credentialRef: this.credentialRef };
  }

  /** What takes may have been submitted with; empty when there is nothing to submit with. */
  get credentialRefs(): readonly string[] {
    return this.unavailable() === undefined ? [...new Set([this.credentialRef, ...this.#keys.keys()])] : [];
  }

  unavailable(): Obstacle | undefined {
    const { secret, secretOptional = false } = this.#options;
    return secret === undefined && !secretOptional ? { reason: 'not_configured' } : undefined;
  }

  /**
   * The one create call. Never throws. What fails before it (an image that cannot be had or brought to the provider) was
   * not sent; an image that is not there is refused, for no try brings it back.
   * @param placed what stands for an image in the request; a data URI when absent
   */
  async create(
    identity: Identity,
    request: CreateRequest,
    signal: AbortSignal,
    read: (answer: ApiAnswer) => SubmitResult,
    placed?: PlaceImage,
  ): Promise<SubmitResult> {
    let content: Content;
    try {
      content = await contentOf(request, this.#options.images, placed);
    } catch (error) {
      const { code, message } = AppError.from(error);
      return code === Code.INVALID_ARGUMENT
        ? { kind: 'rejected', failure: 'FAILURE_CLASS_INVALID_INPUT', message }
        : { kind: 'not-sent', message };
    }
    let answer: ApiAnswer;
    try {
      answer = await this.#call(
        'POST',
        identity,
        request.path,
        signal,
        this.#options.submitTimeoutMs,
        content,
      );
    } catch (error) {
      const kind = error instanceof HttpFailure && error.sent ? 'unknown' : 'not-sent';
      return { kind, message: AppError.from(error).message };
    }
    try {
      const result = read(answer);
      const waitMs = retryAfterMs(answer.headers, Date.now());
      return result.kind === 'rejected' && waitMs !== undefined
        ? { ...result, retryAfterMs: waitMs }
        : result;
    } catch (error) {
      // A mistake of ours in reading does not undo what was sent.
      return { kind: 'unknown', message: AppError.from(error).message };
    }
  }

  /**
   * A call that creates nothing. What says nothing about the take is thrown: no answer at all, 429 and 5xx as UNAVAILABLE,
   * a key that is not let in as FAILED_PRECONDITION (CREDENTIAL_REFUSED, or CREDENTIAL_MISSING for a take of another key).
   */
  async ask(
    method: 'GET' | 'PUT' | 'DELETE',
    identity: Identity,
    path: string,
    signal: AbortSignal,
    room: Pick<Call, 'maxAnswerBytes'> = {},
  ): Promise<ApiAnswer> {
    const answer = await this.askAnyhow(method, identity, path, signal, room);
    if (answer.status >= 500 || answer.status === 429) throw this.noSense(method, answer);
    return answer;
  }

  /** A question that goes as a POST with a body, and still creates nothing that costs money. */
  async askWith(identity: Identity, path: string, body: unknown, signal: AbortSignal): Promise<ApiAnswer> {
    const answer = await this.askAnyhow('POST', identity, path, signal, { body: JSON.stringify(body) });
    if (answer.status >= 500 || answer.status === 429) throw this.noSense('POST', answer);
    return answer;
  }

  /** The same with 429 and 5xx given back. */
  async askAnyhow(
    method: HttpCall['method'],
    identity: Identity,
    path: string,
    signal: AbortSignal,
    call: Call = {},
  ): Promise<ApiAnswer> {
    let answer: ApiAnswer;
    try {
      answer = await this.#call(method, identity, path, signal, this.#options.callTimeoutMs, call);
    } catch (error) {
      if (error instanceof AppError) throw error;
      throw new AppError(Code.UNAVAILABLE, AppError.from(error).message, { cause: error });
    }
    // Under another account's key a task does not exist, which is no word about how it ended.
    const isOwn = identity.credentialRef === '' || this.#keys.has(identity.credentialRef);
    if (answer.status === 401 || ([403, 404].includes(answer.status) && !isOwn)) {
      throw this.#notLetIn(identity);
    }
    return answer;
  }

  /** For an answer that says nothing about the take. */
  noSense(
    method: string,
    { status, headers = {} }: Pick<ApiAnswer, 'status'> & Partial<ApiAnswer>,
  ): AppError {
    const waitMs = status === 429 || status === 503 ? retryAfterMs(headers, Date.now()) : undefined;
    return new AppError(Code.UNAVAILABLE, `${this.#options.name} answered a ${method} with ${status}`, {
      reason: status === 429 ? 'PROVIDER_BUSY' : 'UNAVAILABLE',
      ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    });
  }

  /** Whether the key is let in again, by a call that costs nothing; throws when it is not. Where there is no way to ask for funds, a create tells. */
  async letsIn(path: string, signal: AbortSignal): Promise<boolean> {
    const { status } = await this.ask('GET', this.identity, path, signal);
    return ![402, 403].includes(status);
  }

  /** The credential, for downloads from the very server that the take was submitted to. */
  credentials(identity: Identity): Readonly<Record<string, string>> {
    const secret = this.#secretOf(identity);
    return secret === undefined ? {} : this.#options.authorize(secret);
  }

  async #call(
    method: HttpCall['method'],
    identity: Identity,
    path: string,
    signal: AbortSignal,
    timeoutMs: number,
    call: Call = {},
  ): Promise<ApiAnswer> {
    const secret = this.#secretOf(identity);
    if (secret === undefined && identity.credentialRef !== '') throw this.#notLetIn(identity);
    const credentials = this.credentials(identity);
    // What was made of the key is a key too.
    const tokens = Object.values(credentials).map((value) => value.split(' ').at(-1));
    const answer = await httpCall({
      ...call,
      method,
      url: urlOf(identity.endpoint, path),
      headers: {
        accept: 'application/json',
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...this.#options.headers,
        ...call.headers,
        ...credentials,
      },
      timeoutMs,
      signal,
    });
    const body = [secret, ...tokens].reduce<string>(masked, answer.body);
    return { status: answer.status, headers: answer.headers, json: jsonOf({ ...answer, body }) };
  }

  /**
   * The secret that a take was submitted with. Where we no longer have it, the present one asks in its stead, but only at
   * the present server: a key goes nowhere that it was not meant for.
   */
  #secretOf({ endpoint, credentialRef }: Identity): string | undefined {
    return this.#keys.get(credentialRef) ?? (endpoint === this.baseUrl ? this.#options.secret : undefined);
  }

  #notLetIn(identity: Identity): AppError {
    const { name, variables } = this.#options;
    const isPresent = identity.credentialRef === this.credentialRef;
    return new AppError(
      Code.FAILED_PRECONDITION,
      isPresent
        ? `${name} does not let the key in ${variables.secret} in`
        : `the key that the take was submitted with is not at hand: set ${variables.secret}_PREVIOUS to it`,
      { reason: isPresent ? 'CREDENTIAL_REFUSED' : 'CREDENTIAL_MISSING' },
    );
  }
}

/** Names a key without giving it away: its variable, and enough of its hash to know it again. */
function refTo(variable: string, secret: string | undefined): string {
  const mark = secret === undefined ? '' : createHash('sha256').update(secret).digest('hex').slice(0, 8);
  return `env:${variable}#${mark}`;
}

const masked = (text: string, secret: string | undefined): string =>
  secret === undefined || secret === '' ? text : text.replaceAll(secret, '***');

const urlOf = (endpoint: string, path: string): URL => new URL(`${endpoint.replace(/\/$/, '')}${path}`);

/** A task under way. A word that we do not know is shown as it is: taking it for a failure would pay twice. */
export function underWay(word: string, isKnown: boolean, progress = 0): Running {
  return {
    kind: 'running',
    progress: Math.min(1, Math.max(0, progress)),
    ...(isKnown ? { waitingFor: 'render' } : { waitingFor: `provider: ${word.slice(0, 40)}`, isGuess: true }),
  };
}

/** A success that names no file: never "still running", and looked at once more before it counts. */
export function namesNoFile(name: string, costMicros: number): PollResult {
  const message = `${name} says that it succeeded but names no file`;
  return { kind: 'failed', failure: 'FAILURE_CLASS_BAD_OUTPUT', message, costMicros, lookAgain: true };
}

/** What the status alone says about a refused create; undefined when it leaves the charge in doubt. */
export function refusalByStatus(status: number): FailureClass | undefined {
  if (status === 401 || status === 403) return 'FAILURE_CLASS_AUTH';
  if (status === 402) return 'FAILURE_CLASS_NO_FUNDS';
  if (status === 429) return 'FAILURE_CLASS_RATE_LIMIT';
  if (status < 400 || status === 408 || status >= 500) return undefined;
  return 'FAILURE_CLASS_INVALID_INPUT';
}

/**
 * How a create ended, from what its answer holds.
 * @param failure of a refusal; undefined leaves the charge in doubt
 */
export function createdOr(
  name: string,
  status: number,
  taskId: string | undefined,
  failure: FailureClass | undefined,
  text = '',
): SubmitResult {
  const message = `${name} answered ${status}${text === '' ? '' : `: ${text.slice(0, 300)}`}`;
  if (status >= 200 && status < 300) {
    return taskId === undefined
      ? { kind: 'unknown', message: `${message} without a readable task id` }
      : { kind: 'accepted', taskId };
  }
  return failure === undefined ? { kind: 'unknown', message } : { kind: 'rejected', failure, message };
}
