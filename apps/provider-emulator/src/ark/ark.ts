import { randomUUID } from 'node:crypto';
import { prepaid } from '../core/billing.ts';
import { ClipHost, storeRefusal } from '../core/clip-host.ts';
import { defineProvider } from '../core/define-provider.ts';
import { planTask } from '../core/plan.ts';
import type { Call, JsonReply, Provider, ProviderDeps, Refusals } from '../core/provider.ts';
import { numberOf } from '../core/pydantic.ts';
import { BEARER, service, withKey, type Service } from '../core/services.ts';
import { PACE_FIELDS, Settings } from '../core/settings.ts';
import { integer, isObject } from '../core/shape.ts';
import { randomSeed, TaskBook } from '../core/task-book.ts';
import { statusAt, type Task, type TaskStatus } from '../core/tasks.ts';
import { FRAMES_PER_SECOND, promptIn, readSubmission, type ArkSubmission } from './submission.ts';

interface ArkSettings {
  readonly queueMs: number;
  readonly renderMs: number;
  /** Tasks that run at once; more are queued. */
  readonly concurrency: number | null;
  readonly outputTtlMs: number;
}

const DEFAULTS: ArkSettings = { queueMs: 1000, renderMs: 4000, concurrency: 10, outputTtlMs: 86_400_000 };
const FIELDS = { ...PACE_FIELDS, outputTtlMs: integer(1) };
/** CNY 15 for a million tokens. */
const MICROS_PER_TOKEN = 15;
const STATUS: Readonly<Record<TaskStatus, string>> = {
  THROTTLED: 'queued',
  PENDING: 'queued',
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
};

const REFUSALS = {
  auth: refusal(401, 'AuthenticationError', 'the API key is missing or invalid'),
  no_funds: refusal(403, 'AccountOverdueError', 'the account has an overdue balance'),
  quota: refusal(429, 'QuotaExceeded', 'the quota is used up'),
  rate_limit: refusal(429, 'RateLimitExceeded', 'too many requests'),
  moderation: refusal(400, 'InputTextSensitiveContentDetected', 'the text may contain sensitive content'),
  unavailable: refusal(500, 'InternalServiceError', 'internal error'),
} satisfies Refusals;

/** Volcengine Ark's video tasks under `/ark`, their clips under `/ark-media`. */
export function ark(deps: ProviderDeps, atStart: unknown): Provider {
  const settings = new Settings<ArkSettings>('ark', FIELDS, DEFAULTS, atStart);
  const clips = new ClipHost(deps.media, '/ark-media', storeRefusal);
  const book = new TaskBook<ArkSubmission>({
    provider: 'ark',
    clock: deps.clock,
    ledger: deps.ledger,
    billing: prepaid({ currency: 'CNY', micros: 1, isCredit: false }),
    limitOf: () => settings.current.concurrency,
  });

  function submit(call: Call): JsonReply {
    const read = readSubmission(call.json);
    if ('code' in read) return refusal(400, read.code, read.message);
    const { submission } = read;
    const { model, prompt, tokens } = submission;
    const seed = submission.seed ?? randomSeed();
    const price = tokens * MICROS_PER_TOKEN;
    const task = book.accept(
      {
        id: `cgt-${randomUUID()}`,
        model,
        slot: model,
        promptText: prompt,
        price,
        seed,
        plan: planTask({ ...submission, seed, price }, settings.current, call.outcome),
        data: submission,
      },
      call.now,
    );
    return { status: 200, json: { id: task.id }, taskId: task.id };
  }

  function view(task: Task<ArkSubmission>, call: Call): object {
    const { ended, plan, data } = task;
    const base = {
      id: task.id,
      model: task.model,
      status: STATUS[statusAt(task, call.now)],
      created_at: Math.floor(task.createdAt / 1000),
      updated_at: Math.floor((ended?.at ?? call.now) / 1000),
      seed: task.seed,
      resolution: data.resolution,
      ratio: data.ratio,
      duration: data.seconds,
      framespersecond: FRAMES_PER_SECOND,
    };
    if (ended?.status === 'FAILED' && plan.end.status === 'FAILED') {
      const { failureCode, failure } = plan.end;
      const error = { code: failureCode ?? 'InternalServiceError', message: failure ?? 'the task failed' };
      return { ...base, error };
    }
    if (ended?.status !== 'SUCCEEDED' || plan.end.status !== 'SUCCEEDED') return base;
    const expiresAt = ended.at + settings.current.outputTtlMs;
    const url = clips.url(task, call, expiresAt);
    const lastFrame = data.wantsLastFrame ? { last_frame_url: clips.url(task, call, expiresAt, 'png') } : {};
    return {
      ...base,
      content: plan.end.hasOutput ? { video_url: url, ...lastFrame } : {},
      usage: { completion_tokens: data.tokens, total_tokens: data.tokens },
    };
  }

  function list(call: Call): JsonReply {
    const query = call.url.searchParams;
    const ids = query.getAll('filter.task_ids');
    const found = book
      .at(call.now)
      .filter(({ deletedAt }) => deletedAt === undefined)
      .filter((task) => [null, STATUS[statusAt(task, call.now)]].includes(query.get('filter.status')))
      .filter((task) => [null, task.model].includes(query.get('filter.model')))
      .filter((task) => ids.length === 0 || ids.includes(task.id))
      .toReversed();
    const size = numberOf(query.get('page_size')) ?? 10;
    const from = ((numberOf(query.get('page_num')) ?? 1) - 1) * size;
    const items = found.slice(from, from + size).map((task) => view(task, call));
    return { status: 200, json: { items, total: found.length } };
  }

  /** Takes a queued task back, forgets one that has ended; one that runs goes on. */
  function remove(task: Task<ArkSubmission>, call: Call): JsonReply {
    if (statusAt(task, call.now) === 'RUNNING') {
      return refusal(409, 'InvalidAction.RunningTaskDeletion', 'a running task cannot be deleted');
    }
    if (task.ended === undefined) book.cancel(task, call.now, 0, call.outcome);
    else book.forget(task, call.now);
    return { status: 200, json: {}, taskId: task.id };
  }

  const keyed = (handle: Service['handle']): Service['handle'] => withKey(BEARER, REFUSALS.auth, handle);
  const about = (handle: (task: Task<ArkSubmission>, call: Call) => JsonReply): Service['handle'] =>
    keyed((call, { id = '' }) => {
      const task = book.find(id, call.now);
      return task === undefined
        ? refusal(404, 'ResourceNotFound', `task ${id} not found`)
        : handle(task, call);
    });
  const get = about((task, call) => {
    book.countPoll(task, call.now);
    return { status: 200, json: view(task, call), taskId: task.id };
  });
  const tasks = '/ark/api/v3/contents/generations/tasks';
  return defineProvider({
    name: 'ark',
    prefixes: ['ark', 'ark-media'],
    services: [
      service('POST', tasks, 'create', keyed(submit)),
      service('GET', tasks, 'list', keyed(list)),
      service('GET', `${tasks}/(?<id>[^/]+)`, 'get', get),
      service('DELETE', `${tasks}/(?<id>[^/]+)`, 'delete', about(remove)),
      ...clips.services((id, now) => book.find(id, now)),
    ],
    settings,
    book,
    fields: { status: ['status'], createdAt: ['created_at'] },
    refusals: REFUSALS,
    refuse: (status, message) => refusal(status, 'InvalidParameter', message),
    promptIn: ({ json }) => (isObject(json) ? promptIn(json) : undefined),
  });
}

function refusal(status: number, code: string, message: string): JsonReply {
  return {
    status,
    json: { error: { code, message, type: status < 500 ? 'BadRequest' : 'InternalServerError' } },
  };
}
