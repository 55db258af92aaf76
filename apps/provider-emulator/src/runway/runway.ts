import type { TaskView } from '../core/task-book.ts';
import type { EmulatorClock } from '../core/clock.ts';
import type { ChargeLedger } from '../core/ledger.ts';
import type { MediaLibrary } from '../core/media.ts';
import type {
  Call,
  JsonReply,
  NoRoute,
  Operation,
  Provider,
  Reply,
  RequestBody,
  Route,
} from '../core/provider.ts';
import { findRoute, type Service } from '../core/services.ts';
import { isObject } from '../core/shape.ts';
import type { Task } from '../core/tasks.ts';
import { Account } from './account.ts';
import { authorize, keyMark } from './authorize.ts';
import { FileHost } from './file-host.ts';
import type { Endpoint } from './models.ts';
import { organizationView, usageReply } from './organization.ts';
import { invalidBody, refusal, REFUSALS, taskNotFound, taskView } from './replies.ts';
import { MAX_UPLOAD_BYTES } from './uploads.ts';
import { validateCreate } from './validation.ts';

/** Two data URIs of 5 MB and the text around them. */
const MAX_CREATE_BYTES = 12 * 1024 * 1024;
const MAX_SMALL_BODY_BYTES = 64 * 1024;
const MAX_FORM_BYTES = MAX_UPLOAD_BYTES + MAX_SMALL_BODY_BYTES;

interface RunwayDeps {
  readonly clock: EmulatorClock;
  readonly ledger: ChargeLedger;
  readonly media: MediaLibrary;
}

type Handler = (call: Call, id: string) => Reply | Promise<Reply>;

/** Runway's developer API under `/runway`, its file hosts under `/runway-cdn`. */
export class Runway implements Provider {
  readonly name = 'runway';
  readonly prefixes = ['runway', 'runway-cdn'];
  readonly fields = { status: ['status'], createdAt: ['createdAt'] };
  readonly refusals = REFUSALS;
  readonly #clock: EmulatorClock;
  readonly #account: Account;
  readonly #files: FileHost;
  readonly #services: readonly Service[];

  /** @throws ShapeError for settings that it does not understand; `reset` comes back to them */
  constructor({ clock, ledger, media }: RunwayDeps, settings: unknown = {}) {
    this.#clock = clock;
    this.#account = new Account(this.name, clock, ledger, settings);
    this.#files = new FileHost(media);
    this.#services = this.#list();
  }

  route(method: string, url: URL): Route | NoRoute {
    const rules = {
      services: this.#services,
      refuse: refusal,
      promptIn,
      promptOf: (id: string) => this.#account.book.promptOf(id),
    };
    return findRoute(rules, method, url);
  }

  refuseLargeBody(limitBytes: number): JsonReply {
    return refusal(413, `Request body is larger than ${limitBytes} bytes`);
  }

  tasks(): readonly TaskView<unknown>[] {
    return this.#account.book.views().map((task) => ({ ...task, estimatedCredits: task.price }));
  }

  config(): object {
    return { ...this.#account.settings, credits: this.#account.creditsAt(this.#clock.now()) };
  }

  configure(values: unknown): () => void {
    return this.#account.prepare(values, this.#clock.now());
  }

  reset(): void {
    this.#account.reset();
    this.#files.reset();
  }

  /** A hosted service loses nothing. */
  restart(): void {}

  #list(): readonly Service[] {
    const download = (call: Call, id: string) =>
      this.#files.download(id, this.#account.book.find(id, call.now), call);
    return [
      api('POST', 'text_to_video', 'create', (call) => this.#create('text_to_video', call), MAX_CREATE_BYTES),
      api(
        'POST',
        'image_to_video',
        'create',
        (call) => this.#create('image_to_video', call),
        MAX_CREATE_BYTES,
      ),
      api('GET', 'tasks/(?<id>[^/]+)', 'get', (call, id) => this.#get(call, id)),
      api('DELETE', 'tasks/(?<id>[^/]+)', 'delete', (call, id) => this.#delete(call, id)),
      api('GET', 'organization', 'organization', (call) => this.#organization(call)),
      api('POST', 'organization/usage', 'organization', (call) =>
        usageReply(this.#account.book.at(call.now), call),
      ),
      api('POST', 'uploads', 'upload', (call) => this.#openUpload(call)),
      files('POST', 'uploads/(?<id>[^/]+)', 'upload', (call, id) => this.#files.receiveUpload(id, call)),
      files('GET', 'outputs/(?<id>[^/]+)\\.mp4', 'download', download),
      files('HEAD', 'outputs/(?<id>[^/]+)\\.mp4', 'download', download),
    ];
  }

  #create(endpoint: Endpoint, call: Call): JsonReply {
    const checked = validateCreate(endpoint, call.json, (uri) => this.#files.findUpload(uri, call.now));
    if ('issues' in checked) return invalidBody(checked.issues);
    const task = this.#account.accept(checked.generation, call.outcome, keyMark(call.headers), call.now);
    if (task === 'quota_exceeded') return REFUSALS.quota;
    if (task === 'insufficient_credits') return REFUSALS.no_funds;
    const { id, price } = task;
    return { status: 200, json: { id, estimatedCost: { credits: price } }, taskId: id };
  }

  #get(call: Call, id: string): JsonReply {
    const { settings } = this.#account;
    const task = this.#find(call, id);
    if (task === undefined) return taskNotFound;
    this.#account.book.countPoll(task, call.now);
    const isHidden = task.ended?.status === 'CANCELLED' && settings.cancelledAnswer === 'not_found';
    if (isHidden) return { ...taskNotFound, taskId: id };
    const output = hasOutput(task) ? [this.#files.outputUrl(task, call, settings.outputTtlMs)] : [];
    return { status: 200, json: taskView(task, call.now, output), taskId: id };
  }

  #delete(call: Call, id: string): JsonReply {
    const task = this.#find(call, id);
    if (task === undefined) return taskNotFound;
    this.#account.remove(task, call.now, call.outcome);
    return { status: 204, json: undefined, taskId: id };
  }

  /** Another organization's task does not exist. */
  #find(call: Call, id: string): Task<string> | undefined {
    const task = this.#account.book.find(id, call.now);
    return task?.data === keyMark(call.headers) ? task : undefined;
  }

  #organization({ now }: Call): JsonReply {
    const { book, settings } = this.#account;
    const credits = this.#account.creditsAt(now);
    return { status: 200, json: organizationView(book.at(now), settings, credits, now) };
  }

  #openUpload(call: Call): JsonReply {
    const { filename, type } = isObject(call.json) ? call.json : {};
    if (typeof filename !== 'string' || filename.length === 0 || filename.length > 255) {
      return invalidBody([{ code: 'invalid_type', message: 'Required', path: ['filename'] }]);
    }
    if (type !== 'ephemeral') {
      const message = "Invalid literal value, expected 'ephemeral'";
      return invalidBody([{ code: 'invalid_literal', message, path: ['type'] }]);
    }
    return { status: 200, json: this.#files.openUpload(filename, call, this.#account.settings.uploadTtlMs) };
  }
}

/** A service of the API proper: asks for key and version first. */
function api(
  method: string,
  path: string,
  operation: Operation,
  handle: (call: Call, id: string) => JsonReply,
  maxBodyBytes = MAX_SMALL_BODY_BYTES,
): Service {
  return {
    method,
    path: new RegExp(`^/runway/v1/${path}$`),
    operation,
    maxBodyBytes,
    handle: (call, { id = '' }) => authorize(call.headers) ?? handle(call, id),
  };
}

/** A service of the file hosts: the signature in the address or the form is the key. */
function files(method: string, path: string, operation: Operation, handle: Handler): Service {
  return {
    method,
    path: new RegExp(`^/runway-cdn/${path}$`),
    operation,
    maxBodyBytes: MAX_FORM_BYTES,
    handle: (call, { id = '' }) => handle(call, id),
  };
}

function hasOutput({ ended, plan: { end } }: Task): boolean {
  return ended?.status === 'SUCCEEDED' && end.status === 'SUCCEEDED' && end.hasOutput;
}

function promptIn({ json }: RequestBody): string | undefined {
  const prompt = isObject(json) ? json['promptText'] : undefined;
  return typeof prompt === 'string' ? prompt : undefined;
}
