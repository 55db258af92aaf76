import { createHash } from 'node:crypto';
import type { BlobRef } from '@reelmesh/contracts/common';
import type { FailureClass, RenderSpec } from '@reelmesh/contracts/shot';
import { AppError, Code, quotedCharge } from '@reelmesh/domain';
import type { Obstacle, TakeIntent, TakeRecord } from '@reelmesh/domain';
import { outputSource } from '../download.ts';
import type { OutputSource } from '../download.ts';
import type { ImageSource } from '../image-source.ts';
import { inputOf, promptLengthOf } from '../knobs.ts';
import type { Knobs, ModelRow } from '../knobs.ts';
import { ProviderApi } from '../provider-api.ts';
import type { ApiAnswer, CreateRequest, Identity } from '../provider-api.ts';
import type { LookupResult, PollResult, PreparedRequest, Provider, SubmitResult } from '../provider.ts';
import { authorization } from './credentials.ts';
import { isShutOut, readCreate, readTask, soleMatch, stateOf, taskIdOf } from './declarative-answers.ts';
import { textAt, withValues } from './places.ts';
import type { ProviderFile } from './provider-file.ts';
import { baseUrlVariable } from './provider-settings.ts';
import type { ProviderSettings } from './provider-settings.ts';
import { fillIn, placeholdersIn, placesOf } from './template.ts';

export interface DeclarativeOptions extends ProviderSettings {
  readonly images?: ImageSource | undefined;
  readonly submitTimeoutMs: number;
  readonly callTimeoutMs: number;
}

/** What must be known of a take to ask after it. */
export interface AskedTake extends Pick<TakeRecord, 'id' | 'taskId' | 'cancelRequested'> {
  readonly intent: Pick<TakeIntent, 'endpoint' | 'credentialRef' | 'request' | 'quoteMicros' | 'price'>;
}

/** A create call as it is kept with the take. */
interface DeclarativeRequest extends CreateRequest {
  readonly model: string;
  /** Where in the body the take's id and the seed made of it go, which are known only when it is sent. */
  readonly takeIdAt: readonly string[];
  readonly takeSeedAt: readonly string[];
}

/** All that a film may ask for; a model that takes less says so in its row. */
const RANGES = { motion: { from: 0, to: 255 }, guidance: { from: 1, to: 20 } };

const TAKE_ID = Object.freeze({ late: 'takeId' });
const TAKE_SEED = Object.freeze({ late: 'takeSeed' });

/** A provider as its file describes it. */
export class Declarative implements Provider {
  readonly name: string;
  readonly #file: ProviderFile;
  readonly #api: ProviderApi;
  readonly #knobs: Knobs;
  readonly #images: ImageSource | undefined;

  constructor(file: ProviderFile, { baseUrl, ...options }: DeclarativeOptions) {
    this.#images = options.images;
    this.name = file.provider;
    this.#file = file;
    this.#api = new ProviderApi({
      ...options,
      name: this.name,
      baseUrl: baseUrl ?? file.baseUrl,
      variables: {
        baseUrl: baseUrlVariable(file),
        secret: file.auth.secretEnv,
      },
      authorize: authorization(file.auth, Date.now),
      headers: file.headers,
    });
    this.#knobs = knobsOf(file);
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
    const { submit } = this.#file;
    const { input, warnings } = inputOf(row, spec, row.knobs ?? knobsFor(row, this.#knobs));
    const { seed } = input;
    const values = {
      ...input,
      ...(typeof seed === 'number' ? { seed: seed % (submit.maxSeed + 1) } : {}),
      model: row.remoteId,
      takeId: TAKE_ID,
      takeSeed: TAKE_SEED,
    };
    const filled = fillIn(submit.body, values);
    const takeIdAt = placesOf(TAKE_ID, filled);
    const takeSeedAt = placesOf(TAKE_SEED, filled);
    const none = Object.fromEntries([...takeIdAt, ...takeSeedAt].map((place) => [place, null]));
    const request: DeclarativeRequest = {
      path: pathOf(row.path ?? submit.path, { model: row.remoteId }),
      body: withValues(filled, none),
      model: row.remoteId,
      takeIdAt,
      takeSeedAt,
    };
    const { baseUrl: endpoint, credentialRef } = this.#api;
    return { endpoint, credentialRef, request, warnings };
  }

  submit(intent: AskedTake['intent'], takeId: string, signal: AbortSignal): Promise<SubmitResult> {
    const { path, body, takeIdAt, takeSeedAt } = requestOf(intent);
    const seed = takeSeedOf(this.#file, takeId);
    const late = [
      ...(takeIdAt ?? []).map((place) => [place, takeId] as const),
      ...(takeSeedAt ?? []).map((place) => [place, seed] as const),
    ];
    const values = Object.fromEntries<unknown>(late);
    const request = { path, body: withValues(body, values) };
    const read = (answer: ApiAnswer): SubmitResult => readCreate(this.#file, answer);
    return this.#api.create(intent, request, signal, read, (image) => this.#placed(image));
  }

  /** By the take's own id, or by a seed that no other take has: whatever else tells shots apart, two may share. */
  async lookup(take: AskedTake, signal: AbortSignal): Promise<LookupResult> {
    const { lookup } = this.#file;
    if (lookup === undefined) return { kind: 'cannot-tell' };
    const { path: submitPath, model } = requestOf(take.intent);
    const values = { takeId: take.id, takeSeed: takeSeedOf(this.#file, take.id), model, submitPath };
    const path = pathOf(lookup.path, values);
    const { status, json } = await this.#api.ask('GET', take.intent, path, signal);
    if (status !== 200) return { kind: 'cannot-tell' };
    const taskId =
      'match' in lookup
        ? soleMatch(
            json,
            lookup.items,
            lookup.taskId,
            fillIn(lookup.match, values) as Record<string, unknown>,
          )
        : textAt(json, lookup.echo) === take.id
          ? taskIdOf(textAt(json, lookup.taskId))
          : undefined;
    return taskId === undefined ? { kind: 'cannot-tell' } : { kind: 'found', taskId };
  }

  async poll(take: AskedTake, signal: AbortSignal): Promise<PollResult> {
    const answer = await this.#api.ask('GET', take.intent, this.#pathOf(this.#file.poll.path, take), signal);
    const result = readTask(this.#file, answer, quotedCharge(take.intent), this.#contentUrl(take));
    if (result === undefined) throw this.#api.noSense('GET', answer);
    return result.kind === 'expired' && take.cancelRequested
      ? { kind: 'cancelled', costMicros: result.costMicros }
      : result;
  }

  async cancel(take: AskedTake, signal: AbortSignal): Promise<void> {
    const { cancel } = this.#file;
    if (cancel === undefined) return;
    const { method, path, when } = cancel;
    // Some delete a task that has ended, and its file with it: a look first.
    const seen = await this.#api.ask('GET', take.intent, this.#pathOf(this.#file.poll.path, take), signal);
    const state = stateOf(this.#file, seen.json);
    if (!when.some((one) => one === state)) return;
    await this.#api.askAnyhow(method, take.intent, this.#pathOf(path, take), signal);
  }

  async isOver(_model: string, _failure: FailureClass, signal: AbortSignal): Promise<boolean> {
    const path = pathOf(this.#file.poll.path, { taskId: '0', submitPath: this.#file.submit.path });
    return !isShutOut(this.#file, await this.#api.ask('GET', this.#api.identity, path, signal));
  }

  outputSource(identity: Identity): OutputSource {
    const { outputHosts, poll } = this.#file;
    if (poll.content === undefined) return outputSource(identity.endpoint, outputHosts);
    const { origin } = new URL(identity.endpoint);
    return { hosts: outputHosts, own: { origin, headers: this.#api.credentials(identity) } };
  }

  #contentUrl(take: AskedTake): string | undefined {
    const { content } = this.#file.poll;
    return content === undefined
      ? undefined
      : `${take.intent.endpoint.replace(/\/$/, '')}${this.#pathOf(content, take)}`;
  }

  async #placed(image: BlobRef): Promise<string> {
    if (this.#images === undefined)
      throw new AppError(Code.INTERNAL, 'nobody said where images are read from');
    const inline = await this.#images.dataUri(image);
    return this.#file.submit.imagesAs === 'base64' ? inline.slice(inline.indexOf(',') + 1) : inline;
  }

  #pathOf(path: string, { taskId, intent }: AskedTake): string {
    return pathOf(path, { taskId, submitPath: requestOf(intent).path });
  }
}

/** The same for the same take, another for every other one. */
export function takeSeedOf({ submit }: ProviderFile, takeId: string): number {
  return createHash('sha256').update(takeId).digest().readUInt32BE() % (submit.maxSeed + 1);
}

/** A model has what the body has a place for, unless its row says otherwise. */
function knobsOf({ submit }: ProviderFile): Knobs {
  const used = placeholdersIn(submit.body);
  const known = ['ratio', 'seconds', 'seed', 'negativePrompt'].filter((name) => used.includes(name));
  const ranged = Object.entries(RANGES).filter(([name]) => used.includes(name));
  return {
    prompt: 'prompt',
    ...Object.fromEntries(known.map((name) => [name, name])),
    ...Object.fromEntries(ranged.map(([name, range]) => [name, { name, ...range }])),
  };
}

/** Where the size is the model's own, or the image's, there is no ratio to ask for. */
function knobsFor({ ratios = [] }: ModelRow, { ratio, ...knobs }: Knobs): Knobs {
  return ratios.length === 0 ? knobs : { ...knobs, ratio };
}

/** A path with its placeholders filled in; a model's own slashes stay. */
function pathOf(path: string, values: Readonly<Record<string, string | number>>): string {
  const encoded = Object.entries(values).map(([name, value]) => {
    if (name === 'submitPath') return [name, value];
    const safe = encodeURIComponent(value);
    return [name, name === 'model' ? safe.replaceAll('%2F', '/') : safe];
  });
  return String(fillIn(path, Object.fromEntries(encoded) as Record<string, string>));
}

const requestOf = ({ request }: Pick<TakeIntent, 'request'>): DeclarativeRequest =>
  request as DeclarativeRequest;
