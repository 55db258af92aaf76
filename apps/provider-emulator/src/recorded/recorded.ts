import { randomUUID } from 'node:crypto';
import { prepaid } from '../core/billing.ts';
import { ClipHost, clipReply, storeRefusal } from '../core/clip-host.ts';
import { defineProvider } from '../core/define-provider.ts';
import { planTask } from '../core/plan.ts';
import type {
  Call,
  JsonReply,
  Operation,
  Provider,
  ProviderDeps,
  Refusals,
  Reply,
} from '../core/provider.ts';
import { textOf } from '../core/pydantic.ts';
import { service, type PathParameters, type Service } from '../core/services.ts';
import { PACE_FIELDS, Settings } from '../core/settings.ts';
import { integer, isObject } from '../core/shape.ts';
import { randomSeed, TaskBook } from '../core/task-book.ts';
import { statusAt, type Task, type TaskStatus } from '../core/tasks.ts';
import { escaped, firstAt, placeIn, placesOf } from './json.ts';
import { RecordedAnswers } from './recorded-answers.ts';
import type { Recorded, RecordedFile } from './recorded-file.ts';

export interface RecordedRequest {
  readonly body: Readonly<Record<string, unknown>>;
  /** The client's own id of it, where the file has one. */
  readonly takeId: unknown;
}

interface RecordedSettings {
  readonly queueMs: number;
  readonly renderMs: number;
  /** Tasks that run at once; more wait. */
  readonly concurrency: number | null;
  readonly outputTtlMs: number;
}

const DEFAULTS: RecordedSettings = {
  queueMs: 1000,
  renderMs: 4000,
  concurrency: null,
  outputTtlMs: 86_400_000,
};
const FIELDS = { ...PACE_FIELDS, outputTtlMs: integer(1) };
const STATES: Readonly<Record<TaskStatus, string>> = {
  THROTTLED: 'queued',
  PENDING: 'queued',
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
};

/** The name in rules and settings, and the first segment of its addresses. */
export const nameOf = ({ provider }: Pick<RecordedFile, 'provider'>): string => `recorded-${provider}`;

/** A provider that answers as it did when its file was recorded, with ids, words and charges of its own. */
export function recorded(file: RecordedFile, deps: ProviderDeps, atStart: unknown): Provider {
  const name = nameOf(file);
  const { recording, paths, key } = file;
  const settings = new Settings<RecordedSettings>(name, FIELDS, DEFAULTS, atStart);
  const clips = new ClipHost(deps.media, `/${name}-media`, storeRefusal);
  const answers = new RecordedAnswers(file);
  const book = new TaskBook<RecordedRequest>({
    provider: name,
    clock: deps.clock,
    ledger: deps.ledger,
    billing: prepaid({ currency: file.currency, micros: 1, isCredit: false }),
    limitOf: () => settings.current.concurrency,
  });
  const promptPlaces = placesOf('prompt', file.body);
  const refusals: Refusals = {
    unavailable: { status: 503, json: {} },
    ...Object.fromEntries(
      Object.entries(recording.refusals).map(([reason, answer]) => [reason, replyOf(answer)]),
    ),
  };
  const refused = (reason: string, status: number): JsonReply => {
    const answer = recording.refusals[reason];
    return answer === undefined ? { status, json: {} } : replyOf(answer);
  };

  function submit(call: Call): JsonReply {
    const body = isObject(call.json) ? call.json : {};
    // What was sent when it was recorded is what the provider wants; at another address it may want less.
    const isRecordedPath = call.url.pathname === `/${name}${pathOnly(paths.create[0] ?? '')}`;
    const wanted = isRecordedPath ? Object.keys(recording.body) : Object.keys(recording.body).slice(0, 1);
    if (!wanted.every((field) => typeof body[field] === typeof recording.body[field]))
      return refused('invalid', 400);
    const seed = randomSeed();
    const price = priceOf(file, body, secondsIn(file, body));
    const task = book.accept(
      {
        id: randomUUID(),
        model: textOf(firstAt(body, placesOf('model', file.body))) ?? file.provider,
        slot: name,
        promptText: promptIn(body) ?? '',
        price,
        seed,
        plan: planTask(
          { width: 720, height: 1280, seconds: secondsIn(file, body), audio: false, seed, price },
          settings.current,
          call.outcome,
          () => !file.failureIsFree,
        ),
        data: { body, takeId: firstAt(body, placesOf('takeId', file.body)) },
      },
      call.now,
    );
    return { ...answers.created(task), taskId: task.id };
  }

  const promptIn = (body: unknown): string | undefined => textOf(firstAt(body, promptPlaces));

  function view(task: Task<RecordedRequest>, call: Call): JsonReply {
    book.countPoll(task, call.now);
    const expiresAt = (task.ended?.at ?? call.now) + settings.current.outputTtlMs;
    const state = STATES[statusAt(task, call.now)];
    return { ...answers.poll(task, state, clips.url(task, call, expiresAt)), taskId: task.id };
  }

  function get(call: Call, { id = '' }: PathParameters): JsonReply {
    // A list may be at the same address as its items.
    if (id === '' && file.list !== undefined) return list(call);
    const task = book.find(decodeURIComponent(id), call.now);
    return task === undefined ? lookUp(call, { id }) : view(task, call);
  }

  async function content(call: Call, { id = '' }: PathParameters): Promise<Reply> {
    const task = book.find(decodeURIComponent(id), call.now);
    if (task?.ended?.status !== 'SUCCEEDED') return replyOf(recording.gone);
    return clipReply(await deps.media.clip(task.plan.media), task.id);
  }

  function lookUp(call: Call, { id = '' }: PathParameters): JsonReply {
    const task = book.at(call.now).find(({ data }) => data.takeId === decodeURIComponent(id));
    if (task === undefined || recording.found === undefined) return replyOf(recording.gone);
    return { ...answers.found(task, recording.found), taskId: task.id };
  }

  function list(call: Call): JsonReply {
    return recording.found === undefined
      ? { status: 404, json: {} }
      : answers.list(book.at(call.now).toReversed(), recording.found);
  }

  function cancel(call: Call, { id = '' }: PathParameters): JsonReply {
    const task = book.find(decodeURIComponent(id), call.now);
    if (task === undefined) return replyOf(recording.gone);
    const isTime = file.cancel.when.includes(STATES[statusAt(task, call.now)]);
    if (!isTime || task.ended !== undefined) return { status: 409, json: {} };
    book.cancel(task, call.now, file.cancel.isFree ? 0 : task.price, call.outcome);
    return { status: 200, json: {}, taskId: task.id };
  }

  const keyed =
    (handle: Service['handle']): Service['handle'] =>
    (call, parameters) =>
      key.form.test(String(call.headers[key.header] ?? '')) ? handle(call, parameters) : refused('auth', 401);
  const about = (
    method: string,
    path: string | undefined,
    operation: Operation,
    handle: Service['handle'],
  ) =>
    path === undefined
      ? []
      : [service(method, `/${name}${patternOf(path, paths.create)}`, operation, keyed(withId(path, handle)))];
  return defineProvider({
    name,
    prefixes: [name, `${name}-media`],
    services: [
      ...paths.create.flatMap((path) => about('POST', path, 'create', submit)),
      ...about('GET', paths.poll, 'get', get),
      ...about('GET', paths.content, 'download', content),
      ...about(file.cancel.method, paths.cancel, 'delete', cancel),
      ...about('GET', paths.lookup, 'list', file.list === undefined ? lookUp : list),
      ...clips.services((id, now) => book.find(id, now)),
    ],
    settings,
    book,
    fields: { status: (placeIn(recording.polls[0]?.body, file.places.status) ?? '').split('/').slice(1) },
    refusals,
    refuse: (status, message) => ({ status, json: { error: message } }),
    promptIn: ({ json }) => promptIn(json),
  });
}

/** `5`, `"5"` and `"5s"` alike. */
function secondsIn(file: RecordedFile, body: unknown): number {
  return Number.parseInt(String(firstAt(body, placesOf('seconds', file.body))), 10) || 5;
}

/** As recorded for the recorded length, else as the file prices the model that the body speaks of. */
function priceOf(file: RecordedFile, body: unknown, seconds: number): number {
  const { recording, models } = file;
  if (seconds === secondsIn(file, recording.body)) return recording.chargedMicros;
  // What a create does not say in its body does not tell models apart.
  const model = models.find(({ marks }) =>
    Object.entries(marks).every(([name, value]) => {
      const places = placesOf(name, file.body);
      return places.length === 0 || firstAt(body, places) === value;
    }),
  );
  if (model === undefined) return recording.chargedMicros;
  return Number(model.priceMicros[seconds] ?? model.microsPerSecond * seconds);
}

const replyOf = ({ status, body }: Recorded): JsonReply => ({ status, json: body });

/** The id of a task or take may stand in the query. */
function withId(path: string, handle: Service['handle']): Service['handle'] {
  const [, name] = /[?&]([^=&]+)=\$\{ta(?:sk|ke)Id\}/.exec(path) ?? [];
  if (name === undefined) return handle;
  return (call, parameters) => handle(call, { ...parameters, id: call.url.searchParams.get(name) ?? '' });
}

const pathOnly = (path: string): string => path.split('?')[0] ?? '';

/** A path of the file as the inside of a regular expression; the id of a task or take is the group `id`. */
function patternOf(path: string, creates: readonly string[]): string {
  const parts = pathOnly(path).split(/\$\{(\w+)\}/);
  return parts
    .map((part, index) => {
      if (index % 2 === 0) return escaped(part);
      if (part === 'submitPath') return `(?:${creates.map((one) => patternOf(one, [])).join('|')})`;
      return part === 'model' ? '.+' : '(?<id>[^/]+)';
    })
    .join('');
}
