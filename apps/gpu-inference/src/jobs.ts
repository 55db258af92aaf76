import { Job, type JobState } from '@reelmesh/contracts/gpu';
import { RenderSpec } from '@reelmesh/contracts/shot';
import { AppError, Code, invalid, type BlobStore, type Clock } from '@reelmesh/domain';
import type { Listing } from './catalogue.ts';

export interface JobRequest {
  readonly id: string;
  readonly listing: Listing;
  readonly spec: RenderSpec;
}

export interface JobsOptions {
  readonly blobs: BlobStore;
  readonly clock: Clock;
  /** Jobs that render at a time, at least 1. */
  readonly workers: number;
  /** Jobs that may wait, at least 1. */
  readonly queueLimit: number;
  /** Called after each change of a job's state. */
  readonly onChange: (job: Job, request: JobRequest) => void;
}

interface Entry {
  readonly request: JobRequest;
  readonly abort: AbortController;
  readonly ended: PromiseWithResolvers<void>;
  job: Job;
  startedMs: number;
}

/** Ended jobs that are remembered; a succeeded one is found in the blob store for ever after. */
const remembered = 1000;
const finalStates: ReadonlySet<JobState> = new Set<JobState>([
  'JOB_STATE_SUCCEEDED',
  'JOB_STATE_FAILED',
  'JOB_STATE_CANCELLED',
]);

/**
 * The jobs of this process. A job is known by the caller's id and renders at most once: while it is remembered, the same
 * id gives the same job; once it has succeeded, its file is linked in the blob store and outlives the process.
 */
export class Jobs {
  readonly #options: JobsOptions;
  readonly #entries = new Map<string, Entry>();
  /** Ids in order of arrival. */
  readonly #waiting: string[] = [];
  readonly #arriving = new Map<string, Promise<Job>>();
  #running = 0;
  #stopped = false;

  constructor(options: JobsOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Idempotent by id. RESOURCE_EXHAUSTED (QUEUE_FULL), UNAVAILABLE (STOPPING), ALREADY_EXISTS (JOB_ID_TAKEN) when the id
   * belongs to another spec.
   */
  async start(request: JobRequest): Promise<Job> {
    const known = this.#entries.get(request.id);
    if (known !== undefined) return sameWork(known.request, request, known.job);
    const arriving = this.#arriving.get(request.id);
    if (arriving !== undefined) return arriving;
    const arrival = this.#admit(request).finally(() => this.#arriving.delete(request.id));
    this.#arriving.set(request.id, arrival);
    return arrival;
  }

  /** NOT_FOUND (JOB_UNKNOWN) for an id that was never started, or was lost with a process. */
  async get(id: string): Promise<Job> {
    checkId(id);
    const job =
      this.#entries.get(id)?.job ?? (await this.#arriving.get(id)) ?? (await this.#finishedBefore(id));
    if (job !== undefined) return job;
    throw new AppError(
      Code.NOT_FOUND,
      `job ${id} is not known here: it was never started, or was lost with a process`,
      {
        reason: 'JOB_UNKNOWN',
      },
    );
  }

  /** Ends a job that has not ended, and resolves once it has. An ended job stays what it is. */
  async cancel(id: string): Promise<Job> {
    const job = await this.get(id);
    const entry = this.#entries.get(id);
    if (entry === undefined) return job;
    entry.abort.abort(new AppError(Code.CANCELLED, `job ${id} was cancelled`, { reason: 'JOB_CANCELLED' }));
    const place = this.#waiting.indexOf(id);
    if (place >= 0) {
      this.#waiting.splice(place, 1);
      this.#end(entry, { ...entry.job, state: 'JOB_STATE_CANCELLED', error: 'cancelled before it started' });
    }
    await entry.ended.promise;
    return entry.job;
  }

  /** Ends every job and waits for them. What had not succeeded is forgotten with the process, so the caller starts it again. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.allSettled(this.#arriving.values());
    await Promise.all(
      [...this.#entries].filter(([, entry]) => !hasEnded(entry.job)).map(([id]) => this.cancel(id)),
    );
  }

  async #admit(request: JobRequest): Promise<Job> {
    checkId(request.id);
    const finished = await this.#finishedBefore(request.id);
    if (finished !== undefined) return finished;
    if (this.#stopped) {
      throw new AppError(Code.UNAVAILABLE, 'gpu-inference is stopping: start the job again shortly', {
        reason: 'STOPPING',
      });
    }
    if (this.#running >= this.#options.workers && this.#waiting.length >= this.#options.queueLimit) {
      throw new AppError(
        Code.RESOURCE_EXHAUSTED,
        `queue of gpu-inference is full with ${this.#waiting.length} jobs: start job ${request.id} again later`,
        { reason: 'QUEUE_FULL', retryable: true, retryAfterMs: 2000 },
      );
    }
    const entry: Entry = {
      request,
      abort: new AbortController(),
      ended: Promise.withResolvers(),
      job: Job.fromPartial({ id: request.id, state: 'JOB_STATE_QUEUED' }),
      startedMs: 0,
    };
    this.#entries.set(request.id, entry);
    this.#waiting.push(request.id);
    this.#options.onChange(entry.job, request);
    this.#next();
    return entry.job;
  }

  async #finishedBefore(id: string): Promise<Job | undefined> {
    const output = await this.#options.blobs.resolve(outputName(id));
    if (output === undefined) return undefined;
    return Job.fromPartial({ id, state: 'JOB_STATE_SUCCEEDED', progress: 1, output });
  }

  #next(): void {
    while (this.#running < this.#options.workers) {
      const entry = this.#entries.get(this.#waiting.shift() ?? '');
      if (entry === undefined) return;
      this.#running += 1;
      void this.#run(entry).finally(() => {
        this.#running -= 1;
        this.#next();
      });
    }
  }

  async #run(entry: Entry): Promise<void> {
    const { clock } = this.#options;
    entry.startedMs = clock.now();
    const spent = () => Math.max(0, clock.now() - entry.startedMs);
    this.#change(entry, { ...entry.job, state: 'JOB_STATE_RUNNING' });
    try {
      const output = await this.#render(entry, (progress) => {
        entry.job = { ...entry.job, progress, deviceMs: spent() };
      });
      this.#end(entry, {
        ...entry.job,
        state: 'JOB_STATE_SUCCEEDED',
        progress: 1,
        output,
        deviceMs: spent(),
      });
    } catch (reason) {
      const error = AppError.from(reason);
      const cancelled = entry.abort.signal.aborted;
      this.#end(entry, {
        ...entry.job,
        state: cancelled ? 'JOB_STATE_CANCELLED' : 'JOB_STATE_FAILED',
        error: error.message,
        retryable: error.retryable,
        deviceMs: spent(),
      });
    }
  }

  async #render(entry: Entry, onProgress: (done: number) => void) {
    const { id, listing, spec } = entry.request;
    const { blobs } = this.#options;
    const { signal } = entry.abort;
    const file = await listing.backend.render({
      jobId: id,
      model: listing.model.name,
      spec,
      signal,
      onProgress,
    });
    const output = await blobs.putFile(file.path, file.mediaType, { move: true });
    await blobs.link(outputName(id), output);
    return output;
  }

  #end(entry: Entry, job: Job): void {
    this.#change(entry, job);
    entry.ended.resolve();
    const ended = [...this.#entries].filter(([, other]) => hasEnded(other.job));
    for (const [id] of ended.slice(0, Math.max(0, ended.length - remembered))) this.#entries.delete(id);
  }

  #change(entry: Entry, job: Job): void {
    entry.job = job;
    this.#options.onChange(job, entry.request);
  }
}

/** The blob store's name for a job's file. */
export function outputName(id: string): string {
  return `gpu/${id}`;
}

function hasEnded(job: Job): boolean {
  return finalStates.has(job.state);
}

/** Ids name files and blobs, so they hold only what is safe there. */
function checkId(id: string): void {
  if (/^[a-z0-9][a-z0-9_-]{0,99}$/.test(id)) return;
  throw invalid(
    'JOB_ID',
    `job id "${id.slice(0, 100)}" must be 1 to 100 characters of a-z 0-9 - _ and start with a letter or digit`,
    {
      field: 'job_id',
    },
  );
}

function sameWork(known: JobRequest, asked: JobRequest, job: Job): Job {
  const bytes = (request: JobRequest) => Buffer.from(RenderSpec.encode(request.spec).finish());
  const same = known.listing.model.name === asked.listing.model.name && bytes(known).equals(bytes(asked));
  if (same) return job;
  throw new AppError(
    Code.ALREADY_EXISTS,
    `job ${asked.id} was started with another spec: use a new id for new work`,
    {
      reason: 'JOB_ID_TAKEN',
      details: { field: 'job_id' },
    },
  );
}
