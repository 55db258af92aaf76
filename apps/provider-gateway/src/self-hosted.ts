import type { RenderSpec } from '@reelmesh/contracts/shot';
import { GpuInferenceServiceDefinition } from '@reelmesh/contracts/gpu';
import type { Job } from '@reelmesh/contracts/gpu';
import { AppError, Code } from '@reelmesh/domain';
import type { ModelCard, Obstacle, TakeIntent, TakeRecord } from '@reelmesh/domain';
import type { Bus, Client } from '@reelmesh/messaging';
import type { OutputSource } from './download.ts';
import { imagesFor } from './image-slots.ts';
import type { ModelRow } from './knobs.ts';
import type { LookupResult, PollResult, PreparedRequest, Provider, SubmitResult } from './provider.ts';

/**
 * Our own gpu-inference over NATS. The take's id is the job's id and starting a job twice renders once, so a submit is
 * never in doubt: asking again is safe. A job that its machine lost is simply started again.
 */
export class SelfHosted implements Provider {
  readonly name = 'self-hosted';
  readonly #gpu: Client<typeof GpuInferenceServiceDefinition>;
  readonly #timeoutMs: number;
  #mismatch: Obstacle | undefined;

  constructor(bus: Bus, timeoutMs: number) {
    this.#gpu = bus.client(GpuInferenceServiceDefinition);
    this.#timeoutMs = timeoutMs;
  }

  unavailable(): Obstacle | undefined {
    return this.#mismatch;
  }

  async isOver(): Promise<boolean> {
    return true;
  }

  /**
   * Compares our catalogue with what the machines say that they run: a clip must not go into the cache under the key of
   * another revision. While no machine answers there is nothing to compare, and nothing is rendered either.
   */
  async verify(cards: Iterable<ModelCard>): Promise<void> {
    const { models } = await this.#gpu.listModels({}, { timeoutMs: this.#timeoutMs });
    for (const card of cards) {
      const model = models.find(({ name }) => card.provider === this.name && name === card.model);
      if (model !== undefined && model.revision !== card.revision)
        this.#mismatch = { reason: 'revision_mismatch' };
    }
  }

  promptLength(): number {
    return 0;
  }

  prepare(row: ModelRow, spec: RenderSpec): PreparedRequest {
    return { endpoint: 'nats', credentialRef: '', request: spec, warnings: ignored(row, spec) };
  }

  async submit(intent: TakeIntent, takeId: string, signal: AbortSignal): Promise<SubmitResult> {
    try {
      const already = readJob(await this.#start(intent, takeId, signal));
      return { kind: 'accepted', taskId: takeId, already };
    } catch (error) {
      const { code, message } = AppError.from(error);
      if (code === Code.INVALID_ARGUMENT)
        return { kind: 'rejected', failure: 'FAILURE_CLASS_INVALID_INPUT', message };
      if (code === Code.RESOURCE_EXHAUSTED)
        return { kind: 'rejected', failure: 'FAILURE_CLASS_CAPACITY', message };
      return { kind: 'not-sent', message };
    }
  }

  async lookup(take: TakeRecord): Promise<LookupResult> {
    return { kind: 'found', taskId: take.id };
  }

  async poll(take: TakeRecord, signal: AbortSignal): Promise<PollResult> {
    try {
      const { job } = await this.#gpu.getJob({ jobId: take.id }, { signal, timeoutMs: this.#timeoutMs });
      return readJob(job);
    } catch (error) {
      if (AppError.from(error).code !== Code.NOT_FOUND) throw error;
      if (take.cancelRequested) return { kind: 'cancelled', costMicros: 0 };
      return readJob(await this.#start(take.intent, take.id, signal));
    }
  }

  async cancel(take: TakeRecord, signal: AbortSignal): Promise<void> {
    await this.#gpu.cancelJob({ jobId: take.id }, { signal, timeoutMs: this.#timeoutMs });
  }

  outputSource(): OutputSource {
    return { hosts: [] };
  }

  async #start(intent: TakeIntent, jobId: string, signal: AbortSignal): Promise<Job | undefined> {
    const spec = intent.request as RenderSpec;
    const { job } = await this.#gpu.startJob(
      { jobId, model: intent.model, spec, tenant: '' },
      { signal, timeoutMs: this.#timeoutMs },
    );
    return job;
  }
}

/** The animatic draws what the picture says, from the seed. */
function ignored(row: ModelRow, { motion, guidance, negativePrompt, images }: RenderSpec): readonly string[] {
  return [
    ...(motion === undefined ? [] : [`unsupported: motion ${motion}`]),
    ...(guidance === undefined ? [] : [`unsupported: guidance ${guidance}`]),
    ...(negativePrompt === '' ? [] : ['unsupported: a negative prompt']),
    ...imagesFor(row, images).left,
  ];
}

function readJob(job: Job | undefined): PollResult {
  switch (job?.state) {
    case 'JOB_STATE_SUCCEEDED':
      return job.output === undefined
        ? failed('the job succeeded without a file', 'FAILURE_CLASS_BAD_OUTPUT')
        : { kind: 'succeeded', costMicros: 0, output: { blob: job.output } };
    case 'JOB_STATE_FAILED':
      return failed(job.error, job.retryable ? 'FAILURE_CLASS_TRANSIENT' : 'FAILURE_CLASS_UNCLASSIFIED');
    case 'JOB_STATE_CANCELLED':
      return { kind: 'cancelled', costMicros: 0 };
    case 'JOB_STATE_RUNNING':
      return { kind: 'running', progress: job.progress, waitingFor: 'render' };
    default:
      return { kind: 'running', progress: 0, waitingFor: 'provider queue' };
  }
}

const failed = (
  message: string,
  failure: 'FAILURE_CLASS_BAD_OUTPUT' | 'FAILURE_CLASS_TRANSIENT' | 'FAILURE_CLASS_UNCLASSIFIED',
): PollResult => ({
  kind: 'failed',
  failure,
  message,
  costMicros: 0,
});
