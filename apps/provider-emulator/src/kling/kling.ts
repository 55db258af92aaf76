import { randomUUID } from 'node:crypto';
import { prepaid } from '../core/billing.ts';
import { ClipHost, storeRefusal } from '../core/clip-host.ts';
import { defineProvider } from '../core/define-provider.ts';
import { originOf } from '../core/http.ts';
import { planTask } from '../core/plan.ts';
import type { Call, JsonReply, Provider, ProviderDeps, Refusals } from '../core/provider.ts';
import { detailsOf, float, literal, optional, required, text, textOf } from '../core/pydantic.ts';
import { BEARER, service, withKey, type PathParameters, type Service } from '../core/services.ts';
import { PACE_FIELDS, Settings } from '../core/settings.ts';
import { integer, isObject } from '../core/shape.ts';
import { randomSeed, TaskBook } from '../core/task-book.ts';
import { statusAt, type Task, type TaskStatus } from '../core/tasks.ts';

interface KlingRequest {
  /** `text2video` or one of its siblings: a task is asked for where it was submitted. */
  readonly kind: string;
  readonly seconds: number;
  readonly externalId: string | undefined;
  readonly callbackUrl: string | undefined;
  readonly origin: string;
}

interface KlingSettings {
  readonly queueMs: number;
  readonly renderMs: number;
  /** The resource pack's parallel tasks; more are refused with 1303. */
  readonly concurrency: number | null;
  readonly outputTtlMs: number;
}

const DEFAULTS: KlingSettings = {
  queueMs: 1000,
  renderMs: 4000,
  concurrency: 5,
  outputTtlMs: 30 * 86_400_000,
};
const FIELDS = { ...PACE_FIELDS, outputTtlMs: integer(1) };
/** Micro-dollars of a unit. */
const UNIT_MICROS = 140_000;
const UNITS_PER_5_S = { std: 2, pro: 3.5 };
const SIZES: Readonly<Record<string, readonly [number, number]>> = {
  '16:9': [1280, 720],
  '9:16': [720, 1280],
  '1:1': [960, 960],
};

const INPUT = {
  model_name: optional(text(1)),
  prompt: optional(text(1, 2500)),
  negative_prompt: optional(text(0, 2500)),
  cfg_scale: optional(float(0, 1)),
  mode: optional(literal('std', 'pro')),
  aspect_ratio: optional(literal('16:9', '9:16', '1:1')),
  duration: optional(literal('5', '10')),
  external_task_id: optional(text(1)),
  callback_url: optional(text(1)),
};
const INPUT_OF: Readonly<Record<string, typeof INPUT>> = {
  text2video: { ...INPUT, prompt: required(text(1, 2500)) },
  image2video: { ...INPUT, ...{ image: required(text(1)) } },
};

const STATUS: Readonly<Record<TaskStatus, string>> = {
  THROTTLED: 'submitted',
  PENDING: 'submitted',
  RUNNING: 'processing',
  SUCCEEDED: 'succeed',
  FAILED: 'failed',
  CANCELLED: 'failed',
};

const REFUSALS = {
  auth: refusal(401, 1000, 'Authentication failed'),
  no_funds: refusal(429, 1102, 'Account balance not enough'),
  moderation: refusal(400, 1301, 'The content was rejected by risk control'),
  rate_limit: refusal(429, 1302, 'API request too fast'),
  capacity: refusal(429, 1303, 'parallel task over resource pack limit'),
  unavailable: refusal(503, 5001, 'Service temporarily unavailable'),
} satisfies Refusals;

/** Kling's text and image to video under `/kling`, its clips under `/kling-media`. */
export function kling(deps: ProviderDeps, atStart: unknown): Provider {
  const settings = new Settings<KlingSettings>('kling', FIELDS, DEFAULTS, atStart);
  const clips = new ClipHost(deps.media, '/kling-media', storeRefusal);
  const book = new TaskBook<KlingRequest>({
    provider: 'kling',
    clock: deps.clock,
    ledger: deps.ledger,
    billing: prepaid({ currency: 'USD', micros: UNIT_MICROS, isCredit: false }),
    limitOf: () => null,
    onEnded: (task) => notify(task),
  });

  function view(task: Task<KlingRequest>, now: number): object {
    const { ended, plan } = task;
    const { origin, externalId, seconds } = task.data;
    const base = {
      task_id: task.id,
      task_status: STATUS[statusAt(task, now)],
      task_info: { external_task_id: externalId ?? null },
      created_at: task.createdAt,
      updated_at: ended?.at ?? task.createdAt,
    };
    if (ended === undefined) return base;
    const deducted = { ...base, final_unit_deduction: String(ended.cost) };
    if (plan.end.status !== 'SUCCEEDED') {
      const failure = plan.end.status === 'FAILED' ? plan.end.failure : undefined;
      return { ...deducted, task_status_msg: failure ?? 'risk control' };
    }
    const url = clips.url(task, { headers: { host: origin } }, ended.at + settings.current.outputTtlMs);
    const videos = plan.end.hasOutput ? [{ id: `${task.id}-1`, url, duration: String(seconds) }] : [];
    return { ...deducted, task_result: { videos } };
  }

  function notify(task: Task<KlingRequest>): void {
    const { callbackUrl } = task.data;
    if (callbackUrl === undefined) return;
    deps.deliveries.send({
      provider: 'kling',
      taskId: task.id,
      prompt: task.promptText,
      url: callbackUrl,
      retries: 0,
      retryAfterMs: 0,
      compose: async (now) => ({
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(view(task, now)),
      }),
    });
  }

  function submit(call: Call, { kind = '' }: PathParameters): JsonReply {
    const [problem] = detailsOf(INPUT_OF[kind] ?? INPUT, call.json);
    if (problem !== undefined || !isObject(call.json)) {
      return refusal(
        400,
        1201,
        `${problem?.loc.join('.') ?? 'body'}: ${problem?.msg ?? 'must be an object'}`,
      );
    }
    const body = call.json;
    const externalId = textOf(body['external_task_id']);
    const tasks = book.at(call.now);
    if (externalId !== undefined && tasks.some(({ data }) => data.externalId === externalId)) {
      return refusal(400, 1201, 'external_task_id must be unique');
    }
    const underWay = book.underWayAt(call.now);
    if (underWay >= (settings.current.concurrency ?? Infinity)) return REFUSALS.capacity;
    const seconds = Number(body['duration'] ?? 5);
    const price = UNITS_PER_5_S[body['mode'] === 'pro' ? 'pro' : 'std'] * (seconds / 5);
    const [width, height] = SIZES[textOf(body['aspect_ratio']) ?? '16:9'] ?? [1280, 720];
    const seed = randomSeed();
    const model = textOf(body['model_name']) ?? 'kling-v1';
    const task = book.accept(
      {
        id: randomUUID(),
        model,
        slot: model,
        promptText: textOf(body['prompt']) ?? '',
        price,
        seed,
        plan: planTask({ width, height, seconds, audio: false, seed, price }, settings.current, call.outcome),
        data: { kind, seconds, externalId, callbackUrl: textOf(body['callback_url']), origin: hostOf(call) },
      },
      call.now,
    );
    return success(view(task, call.now), task.id);
  }

  function get(call: Call, { kind, id = '' }: PathParameters): JsonReply {
    const byExternalId = book.at(call.now).find(({ data }) => data.externalId === id);
    const task = book.find(id, call.now) ?? byExternalId;
    if (task?.data.kind !== kind || task === undefined) return refusal(404, 1203, `task ${id} not found`);
    book.countPoll(task, call.now);
    return success(view(task, call.now), task.id);
  }

  const keyed = (handle: Service['handle']): Service['handle'] => withKey(BEARER, REFUSALS.auth, handle);
  const kinds = '/kling/v1/videos/(?<kind>text2video|image2video)';
  return defineProvider({
    name: 'kling',
    prefixes: ['kling', 'kling-media'],
    services: [
      service('POST', kinds, 'create', keyed(submit)),
      service('GET', `${kinds}/(?<id>[^/]+)`, 'get', keyed(get)),
      ...clips.services((id, now) => book.find(id, now)),
    ],
    settings,
    book,
    fields: { status: ['data', 'task_status'], createdAt: ['data', 'created_at'] },
    refusals: REFUSALS,
    refuse: (status, message) => refusal(status, 1200, message),
    promptIn: ({ json }) => (isObject(json) ? textOf(json['prompt']) : undefined),
  });
}

function success(data: object, taskId: string): JsonReply {
  return { status: 200, json: { code: 0, message: 'SUCCEED', request_id: randomUUID(), data }, taskId };
}

function refusal(status: number, code: number, message: string): JsonReply {
  return { status, json: { code, message, request_id: 'emulator' } };
}

function hostOf(call: Call): string {
  return new URL(originOf(call)).host;
}
