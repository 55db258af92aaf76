import { randomUUID } from 'node:crypto';
import { machineTime } from '../core/billing.ts';
import { clipReply } from '../core/clip-host.ts';
import { defineProvider } from '../core/define-provider.ts';
import { planTask } from '../core/plan.ts';
import type { Call, JsonReply, Provider, ProviderDeps, Refusals, Reply } from '../core/provider.ts';
import { numberOf, textOf, type Detail } from '../core/pydantic.ts';
import { service, type PathParameters, type Service } from '../core/services.ts';
import { PACE_FIELDS, Settings } from '../core/settings.ts';
import { choice, flag, integer, isObject } from '../core/shape.ts';
import { randomSeed, TaskBook } from '../core/task-book.ts';
import { statusAt, type Task } from '../core/tasks.ts';
import { fieldsOf, readWish, videoOf, type VideoJob } from './job.ts';
import { MergedLora } from './lora.ts';
import type { VideoProfile } from './profiles.ts';

interface VideoSettings {
  readonly queueMs: number;
  readonly renderMs: number;
  readonly concurrency: number | null;
  /** How long the model loads after a start: nothing but 503 until then. */
  readonly loadMs: number;
  readonly deleteAborts: boolean;
  readonly showsProgress: boolean;
  /** The refusal of JSON where only forms are taken: both have been seen. */
  readonly jsonStatus: 415 | 422;
}

const FIELDS = {
  ...PACE_FIELDS,
  loadMs: integer(0),
  deleteAborts: flag,
  showsProgress: flag,
  jsonStatus: choice(415, 422),
};
const DEFAULT_PAGE = 20;
/** Everything on a server competes for its one machine. */
const MACHINE = 'gpu';

/** A `/v1/videos` server of one's own under `/<profile>`: it charges nothing and forgets everything when it restarts. */
export function videoServer(baseProfile: VideoProfile, deps: ProviderDeps, atStart: unknown): Provider {
  const { name } = baseProfile;
  const { deleteAborts, showsProgress } = baseProfile;
  const pace = { queueMs: 0, renderMs: 4000, concurrency: 1 };
  const defaults: VideoSettings = { ...pace, loadMs: 0, deleteAborts, showsProgress, jsonStatus: 422 };
  const settings = new Settings<VideoSettings>(name, FIELDS, defaults, atStart);
  const lora = new MergedLora();
  const refusal = baseProfile.refuse;
  const refusals: Refusals = {
    unavailable: refusal(503, 'Service unavailable'),
    capacity: refusal(503, 'Server is busy'),
  };
  const book = new TaskBook<VideoJob>({
    provider: name,
    clock: deps.clock,
    ledger: deps.ledger,
    billing: machineTime,
    limitOf: () => settings.current.concurrency,
  });
  let startedAt = deps.clock.now();

  const show = (task: Task<VideoJob>, now: number): JsonReply => {
    const profile = { ...baseProfile, showsProgress: settings.current.showsProgress };
    return { status: 200, json: videoOf(task, profile, now), taskId: task.id };
  };

  /** FastAPI lists every problem, the plain shape names the first. */
  function invalid(details: readonly Detail[]): JsonReply {
    const [first] = details;
    const param = first?.loc.slice(1).join('.');
    return baseProfile.listsProblems
      ? { status: 422, json: { detail: details } }
      : refusal(400, `Invalid value for '${param ?? ''}': ${first?.msg ?? ''}`, param);
  }

  function create(call: Call): JsonReply {
    const { form } = call;
    if (form === undefined && !baseProfile.takesJson) {
      return settings.current.jsonStatus === 415
        ? refusal(415, 'Unsupported Media Type: expected multipart/form-data')
        : invalid([{ loc: ['body', 'prompt'], msg: 'Field required', type: 'missing' }]);
    }
    const hasPicture = form?.has('input_reference') === true || form?.has('reference_url') === true;
    if (form !== undefined && baseProfile.formNeedsPicture && !hasPicture) {
      return refusal(400, 'input_reference or reference_url is required');
    }
    const read = readWish(call, baseProfile);
    if ('details' in read) return invalid(read.details);
    const { wish } = read;
    const { model, prompt, size, seconds } = wish;
    const seed = wish.seed ?? randomSeed();
    const clip = { ...wish, seconds: wish.clipSeconds, seed, price: 0 };
    const task = book.accept(
      {
        id: `${baseProfile.idPrefix}${randomUUID()}`,
        model,
        slot: MACHINE,
        promptText: prompt,
        price: 0,
        seed,
        plan: planTask(clip, settings.current, call.outcome),
        data: { size, seconds },
      },
      call.now,
    );
    return { ...show(task, call.now), json: { ...videoOf(task, baseProfile, call.now), status: 'queued' } };
  }

  function remove(task: Task<VideoJob>, call: Call): JsonReply {
    if (settings.current.deleteAborts) book.cancel(task, call.now, 0, call.outcome);
    book.forget(task, call.now);
    const json = { id: task.id, object: 'video.deleted', deleted: true, status: 'deleted' };
    return { status: 200, json, taskId: task.id };
  }

  async function content(task: Task<VideoJob>, call: Call): Promise<Reply> {
    const variant = call.url.searchParams.get('variant') ?? 'video';
    if (variant !== 'video') return refusal(400, `variant ${variant} is not supported`);
    if (task.ended === undefined) return refusal(404, 'Generation is still in-progress');
    const { end, media } = task.plan;
    if (end.status !== 'SUCCEEDED' || !end.hasOutput) return refusal(404, 'Video not found');
    return clipReply(await deps.media.clip(media), task.id);
  }

  function list({ url: { searchParams: query }, now }: Call): JsonReply {
    const oldestFirst = book.at(now).filter(({ deletedAt }) => deletedAt === undefined);
    const all = query.get('order') === 'asc' ? oldestFirst : oldestFirst.toReversed();
    const from = all.findIndex(({ id }) => id === query.get('after')) + 1;
    const limit = numberOf(query.get('limit')) ?? DEFAULT_PAGE;
    const data = all.slice(from, from + limit).map((task) => show(task, now).json);
    const ids = all.slice(from, from + limit).map(({ id }) => id);
    const ends = { first_id: ids[0] ?? null, last_id: ids.at(-1) ?? null };
    return { status: 200, json: { object: 'list', data, ...ends, has_more: from + limit < all.length } };
  }

  function metrics({ now }: Call): Reply {
    const waiting = book
      .at(now)
      .filter((task) => statusAt(task, now) !== 'RUNNING' && task.ended === undefined);
    const gauge = baseProfile.queueGauge ?? '';
    const [metric = ''] = gauge.split('{');
    const text = `# TYPE ${metric} gauge\n${gauge} ${waiting.length}\n`;
    const headers = { 'content-type': 'text/plain; version=0.0.4' };
    return { status: 200, headers, bytes: Buffer.from(text), ranges: false };
  }

  /** Nothing answers while the model loads. */
  const here = (
    method: string,
    path: string,
    operation: Service['operation'],
    handle: Service['handle'],
  ): Service =>
    service(method, `/${name}${path}`, operation, (call, parameters) =>
      call.now < startedAt + settings.current.loadMs
        ? refusal(503, 'The model is loading')
        : handle(call, parameters),
    );
  const about =
    (handle: (task: Task<VideoJob>, call: Call) => Reply | Promise<Reply>) =>
    (call: Call, { id = '' }: PathParameters): Reply | Promise<Reply> => {
      const task = book.find(id, call.now);
      return task === undefined ? refusal(404, 'Video not found') : handle(task, call);
    };
  const get = about((task, call) => {
    book.countPoll(task, call.now);
    return show(task, call.now);
  });
  const model = { id: baseProfile.model, object: 'model', owned_by: name };

  const services: readonly Service[] = [
    here('POST', '/v1/videos', 'create', create),
    here('GET', '/v1/videos', 'list', list),
    here('GET', '/v1/videos/(?<id>[^/]+)', 'get', get),
    here('DELETE', '/v1/videos/(?<id>[^/]+)', 'delete', about(remove)),
    here('GET', '/v1/videos/(?<id>[^/]+)/content', 'download', about(content)),
    here('GET', '/(v1/)?models', 'health', () => ({ status: 200, json: { object: 'list', data: [model] } })),
    here('GET', '/health', 'health', () => ({ status: 200, json: { status: 'ok' } })),
    ...(baseProfile.queueGauge === undefined ? [] : [here('GET', '/metrics', 'health', metrics)]),
    ...(baseProfile.hasLora
      ? [
          here('POST', '/v1/set_lora', 'lora', (call) => lora.set(call)),
          here('POST', '/v1/unmerge_lora_weights', 'lora', () => lora.unmerge()),
          here('GET', '/v1/list_loras', 'lora', () => lora.list()),
        ]
      : []),
  ];
  return defineProvider({
    name,
    prefixes: [name],
    services,
    settings,
    book,
    fields: { status: ['status'], createdAt: ['created_at'] },
    refusals,
    refuse: refusal,
    promptIn: (body) => {
      const fields = fieldsOf(body);
      return isObject(fields) ? textOf(fields['prompt']) : undefined;
    },
    reset() {
      lora.clear();
      startedAt = deps.clock.now();
    },
    restart() {
      const now = deps.clock.now();
      for (const task of book.at(now)) {
        book.cancel(task, now, 0, undefined);
        book.forget(task, now);
      }
      lora.clear();
      startedAt = now;
    },
  });
}
