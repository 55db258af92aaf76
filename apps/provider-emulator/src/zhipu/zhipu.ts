import { randomUUID } from 'node:crypto';
import { prepaid } from '../core/billing.ts';
import { ClipHost, storeRefusal } from '../core/clip-host.ts';
import { defineProvider } from '../core/define-provider.ts';
import { planTask } from '../core/plan.ts';
import type { Call, JsonReply, Provider, ProviderDeps, Refusals } from '../core/provider.ts';
import { textOf } from '../core/pydantic.ts';
import { BEARER, service, withKey, type PathParameters, type Service } from '../core/services.ts';
import { PACE_FIELDS, Settings } from '../core/settings.ts';
import { choice, flag, integer, isObject } from '../core/shape.ts';
import { randomSeed, TaskBook } from '../core/task-book.ts';
import type { Task } from '../core/tasks.ts';
import { readSubmission } from './submission.ts';

interface ZhipuRequest {
  readonly requestId: string;
}

interface ZhipuSettings {
  readonly queueMs: number;
  readonly renderMs: number;
  /** Tasks under way at once; more are refused, there is no queue. */
  readonly concurrency: number | null;
  readonly outputTtlMs: number;
  /** What a second submit with a known request_id does: the documentation only calls it unique. */
  readonly duplicateRequestId: 'refuse' | 'same_task' | 'new_task';
  /** Whether a task can be asked for by its request_id: not documented, so not by default. */
  readonly lookupByRequestId: boolean;
}

const DEFAULTS: ZhipuSettings = {
  queueMs: 1000,
  renderMs: 4000,
  concurrency: 5,
  outputTtlMs: 86_400_000,
  duplicateRequestId: 'refuse',
  lookupByRequestId: false,
};
const FIELDS = {
  ...PACE_FIELDS,
  outputTtlMs: integer(1),
  duplicateRequestId: choice('refuse', 'same_task', 'new_task'),
  lookupByRequestId: flag,
};

const API = '/zhipu/api/paas/v4';

const REFUSALS = {
  auth: refusal(401, '1001', 'no authentication in the header'),
  no_funds: refusal(429, '1113', 'the account is in arrears'),
  rate_limit: refusal(429, '1302', 'too many concurrent requests'),
  capacity: refusal(429, '1305', 'too many requests to this model'),
  moderation: refusal(400, '1301', 'sensitive content'),
  unavailable: refusal(500, '1234', 'network error'),
} satisfies Refusals;

/** Zhipu's hosted CogVideoX under `/zhipu`, its clips under `/zhipu-media`. */
export function zhipu(deps: ProviderDeps, atStart: unknown): Provider {
  const settings = new Settings<ZhipuSettings>('zhipu', FIELDS, DEFAULTS, atStart);
  const clips = new ClipHost(deps.media, '/zhipu-media', storeRefusal);
  const book = new TaskBook<ZhipuRequest>({
    provider: 'zhipu',
    clock: deps.clock,
    ledger: deps.ledger,
    billing: prepaid({ currency: 'CNY', micros: 1, isCredit: false }),
    limitOf: () => null,
  });

  const byRequestId = (requestId: string, now: number): Task<ZhipuRequest> | undefined =>
    book.at(now).find(({ data }) => data.requestId === requestId);

  function submit(call: Call): JsonReply {
    const checked = readSubmission(call.json);
    if ('code' in checked) return refusal(400, checked.code, checked.message);
    const { submission } = checked;
    const { concurrency, duplicateRequestId } = settings.current;
    const known = byRequestId(submission.requestId ?? '', call.now);
    if (known !== undefined && duplicateRequestId === 'same_task') return submitted(known);
    if (known !== undefined && duplicateRequestId === 'refuse') {
      return refusal(400, '1214', 'request_id must be unique');
    }
    const underWay = book.underWayAt(call.now);
    if (underWay >= (concurrency ?? Infinity)) return REFUSALS.rate_limit;
    const seed = randomSeed();
    const { model, prompt, price } = submission;
    const task = book.accept(
      {
        id: randomUUID(),
        model,
        slot: model,
        promptText: prompt,
        price,
        seed,
        plan: planTask({ ...submission, seed }, settings.current, call.outcome),
        data: { requestId: submission.requestId ?? randomUUID() },
      },
      call.now,
    );
    return submitted(task);
  }

  function result(call: Call, { id = '' }: PathParameters): JsonReply {
    const byOwnId = settings.current.lookupByRequestId ? byRequestId(id, call.now) : undefined;
    const task = book.find(id, call.now) ?? byOwnId;
    if (task === undefined) return refusal(404, '1214', `task ${id} does not exist`);
    book.countPoll(task, call.now);
    const base = { id: task.id, request_id: task.data.requestId, model: task.model };
    if (task.ended === undefined) return about(task, { ...base, task_status: 'PROCESSING' });
    const { end } = task.plan;
    // a failure says nothing of its cause
    if (end.status !== 'SUCCEEDED') return about(task, { ...base, task_status: 'FAIL' });
    const expiresAt = task.ended.at + settings.current.outputTtlMs;
    const url = clips.url(task, call, expiresAt);
    const picture = clips.url(task, call, expiresAt, 'png');
    const video_result = end.hasOutput ? [{ url, cover_image_url: picture }] : [];
    return about(task, { ...base, task_status: 'SUCCESS', video_result });
  }

  const services: readonly Service[] = [
    service('POST', `${API}/videos/generations`, 'create', withKey(BEARER, REFUSALS.auth, submit)),
    service('GET', `${API}/async-result/(?<id>[^/]+)`, 'get', withKey(BEARER, REFUSALS.auth, result)),
    ...clips.services((id, now) => book.find(id, now)),
  ];
  return defineProvider({
    name: 'zhipu',
    prefixes: ['zhipu', 'zhipu-media'],
    services,
    settings,
    book,
    fields: { status: ['task_status'] },
    refusals: REFUSALS,
    refuse: (status, message) => refusal(status, '1210', message),
    promptIn: ({ json }) => (isObject(json) ? textOf(json['prompt']) : undefined),
  });
}

function submitted(task: Task<ZhipuRequest>): JsonReply {
  const { id, model, data } = task;
  return about(task, { id, request_id: data.requestId, model, task_status: 'PROCESSING' });
}

function about({ id }: Task, json: object): JsonReply {
  return { status: 200, json, taskId: id };
}

function refusal(status: number, code: string, message: string): JsonReply {
  return { status, json: { error: { code, message } } };
}
