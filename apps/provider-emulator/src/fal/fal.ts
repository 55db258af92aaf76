import { randomUUID } from 'node:crypto';
import { prepaid } from '../core/billing.ts';
import { clipReply } from '../core/clip-host.ts';
import { defineProvider } from '../core/define-provider.ts';
import { originOf } from '../core/http.ts';
import { planTask } from '../core/plan.ts';
import type { Call, JsonReply, Provider, ProviderDeps, Reply } from '../core/provider.ts';
import { numberOf } from '../core/pydantic.ts';
import { service, withKey, type PathParameters, type Service } from '../core/services.ts';
import { PACE_FIELDS, Settings } from '../core/settings.ts';
import { choice, either, integer } from '../core/shape.ts';
import { randomSeed, TaskBook } from '../core/task-book.ts';
import { statusAt, type Task } from '../core/tasks.ts';
import { aboutRequest, isWaiting, outputOf, statusReply, submittedReply, webhookBody } from './answers.ts';
import { failureOf, refusal, REFUSALS } from './failures.ts';
import { promptOf } from './models.ts';
import { listRequests } from './request-list.ts';
import { appOf, lifetimeOf, readInput, type FalRequest } from './request.ts';
import { WebhookSigner } from './webhook-signer.ts';

interface FalSettings {
  readonly queueMs: number;
  readonly renderMs: number;
  /** Requests of the account that run at once; more wait in the queue. */
  readonly concurrency: number | null;
  readonly mediaTtlMs: number | null;
  readonly webhookRetries: number;
  readonly webhookRetryMs: number;
}

/** Ten retries within two hours; a new account runs two requests at once. */
const DEFAULTS: FalSettings = {
  queueMs: 1000,
  renderMs: 4000,
  concurrency: 2,
  mediaTtlMs: null,
  webhookRetries: 10,
  webhookRetryMs: 720_000,
};
const FIELDS = {
  ...PACE_FIELDS,
  mediaTtlMs: either(integer(1), choice(null)),
  webhookRetries: integer(0, 100),
  webhookRetryMs: integer(1),
};

const KEY = /^Key [^:\s]+:\S+$/;
const ACCOUNT = 'account';

const keyed = (handle: Service['handle']): Service['handle'] => withKey(KEY, REFUSALS.auth, handle);

/** fal's queue under `/fal-queue`, its media, platform API and webhook keys under `/fal-media`, `/fal-api`, `/fal-rest`. */
export function fal(deps: ProviderDeps, atStart: unknown): Provider {
  const settings = new Settings<FalSettings>('fal', FIELDS, DEFAULTS, atStart);
  const signer = new WebhookSigner();
  const book = new TaskBook<FalRequest>({
    provider: 'fal',
    clock: deps.clock,
    ledger: deps.ledger,
    billing: prepaid({ currency: 'USD', micros: 1, isCredit: false }),
    limitOf: () => settings.current.concurrency,
    onEnded: (task) => notify(task),
  });

  const waitingAt = (now: number) => book.at(now).filter((task) => isWaiting(task, now));

  function notify(task: Task<FalRequest>): void {
    const { webhook } = task.data;
    if (webhook === undefined) return;
    deps.deliveries.send({
      provider: 'fal',
      taskId: task.id,
      prompt: task.promptText,
      url: webhook,
      retries: settings.current.webhookRetries,
      retryAfterMs: settings.current.webhookRetryMs,
      compose: async (now, fault) => {
        const body = JSON.stringify(await webhookBody(task, deps.media, fault));
        return { headers: signer.headers(task.id, body, now, fault), body };
      },
    });
  }

  function submit(call: Call, { endpoint = '' }: PathParameters): JsonReply {
    const read = readInput(endpoint, call.json);
    if (read === undefined) return refusal(404, `Application "${endpoint}" not found`);
    if ('details' in read) return { status: 422, json: { detail: read.details } };
    const { model, input } = read;
    const query = call.url.searchParams;
    const waiting = waitingAt(call.now);
    if (waiting.length > (numberOf(query.get('fal_max_queue_length')) ?? Infinity)) return REFUSALS.capacity;
    const seed = numberOf(input['seed']) ?? randomSeed();
    const price = Math.round(model.price(input));
    const wish = { ...model.clip(input), audio: false, seed, price };
    const task = book.accept(
      {
        id: randomUUID(),
        model: endpoint,
        slot: ACCOUNT,
        promptText: promptOf(input) ?? '',
        price,
        seed,
        plan: planTask(wish, settings.current, call.outcome),
        data: {
          app: appOf(endpoint),
          input,
          origin: originOf(call),
          webhook: query.get('fal_webhook') ?? undefined,
          mediaTtlMs: lifetimeOf(call) ?? settings.current.mediaTtlMs,
          hasStartTimeout: call.headers['x-fal-request-timeout'] !== undefined,
        },
      },
      call.now,
    );
    return submittedReply(task, waiting.length);
  }

  function status(task: Task<FalRequest>, call: Call): JsonReply {
    book.countPoll(task, call.now);
    const position = waitingAt(call.now).indexOf(task);
    return statusReply(task, call.now, position, call.url.searchParams.get('logs') === '1');
  }

  async function result(task: Task<FalRequest>): Promise<JsonReply> {
    if (task.ended === undefined) return refusal(400, 'Request is still in progress');
    return failureOf(task) ?? { status: 200, json: await outputOf(task, deps.media) };
  }

  function cancel(task: Task<FalRequest>, call: Call): JsonReply {
    if (task.ended !== undefined) return { status: 400, json: { status: 'ALREADY_COMPLETED' } };
    const isRunning = statusAt(task, call.now) === 'RUNNING';
    book.cancel(task, call.now, 0, call.outcome);
    return isRunning
      ? { status: 202, json: { status: 'CANCELLATION_REQUESTED' } }
      : { status: 200, json: { status: 'OK' } };
  }

  async function media(call: Call, { id = '' }: PathParameters): Promise<Reply> {
    const task = book.find(id, call.now);
    const endsAt = (task?.ended?.at ?? 0) + (task?.data.mediaTtlMs ?? Infinity);
    if (task?.ended?.status !== 'SUCCEEDED' || call.now >= endsAt) return refusal(404, 'Not Found');
    return clipReply(await deps.media.clip(task.plan.media), id);
  }

  /** A call about a request: its app must be the one that it was submitted to. */
  function about(
    method: string,
    rest: string,
    operation: Service['operation'],
    handle: (task: Task<FalRequest>, call: Call) => JsonReply | Promise<JsonReply>,
    missing: JsonReply = refusal(404, 'Request not found'),
  ): Service {
    const path = `/fal-queue/(?<app>[^/]+/[^/]+)/requests/(?<id>[^/]+)${rest}`;
    return service(
      method,
      path,
      operation,
      keyed(async (call, { app, id = '' }) => {
        const task = book.find(id, call.now);
        return task?.data.app === app && task !== undefined
          ? aboutRequest(task, await handle(task, call))
          : missing;
      }),
    );
  }

  const notFound = refusal(404, 'Not Found');
  const services: readonly Service[] = [
    about('GET', '/status', 'get', status),
    about('GET', '', 'result', result),
    about('PUT', '/cancel', 'delete', cancel, { status: 404, json: { status: 'NOT_FOUND' } }),
    // the endpoint's sub-path belongs to the submit alone
    service('GET', '/fal-queue/.+', 'get', () => notFound),
    service('PUT', '/fal-queue/.+', 'delete', () => notFound),
    service('POST', '/fal-queue/(?<endpoint>.+)', 'create', keyed(submit)),
    service('GET', '/fal-media/files/(?<id>[^/]+)\\.mp4', 'download', media),
    service('HEAD', '/fal-media/files/(?<id>[^/]+)\\.mp4', 'download', media),
    service(
      'GET',
      '/fal-api/v1/models/requests/by-endpoint',
      'list',
      keyed((call) => listRequests(book.at(call.now), call.url.searchParams, call.now)),
    ),
    service('GET', '/fal-rest/\\.well-known/jwks\\.json', 'health', () => ({
      status: 200,
      json: signer.jwks(),
    })),
  ];
  return defineProvider({
    name: 'fal',
    prefixes: ['fal-queue', 'fal-media', 'fal-api', 'fal-rest'],
    services,
    settings,
    book,
    fields: { status: ['status'] },
    refusals: REFUSALS,
    refuse: refusal,
    promptIn: ({ json }) => promptOf(json),
  });
}
