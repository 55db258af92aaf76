import type { Model } from '@reelmesh/contracts/gpu';
import type { RenderSpec } from '@reelmesh/contracts/shot';

export interface RenderTask {
  readonly jobId: string;
  readonly model: string;
  /** Within the model's rules. */
  readonly spec: RenderSpec;
  /** Aborted by a cancelled job or a stopping service: the render ends soon and leaves nothing behind. */
  readonly signal: AbortSignal;
  /** 0 to 1, never less than before. */
  readonly onProgress: (done: number) => void;
}

export interface Rendering {
  /** A finished file in the service's temporary folder; the caller takes it away. */
  readonly path: string;
  readonly mediaType: string;
}

/**
 * One way to turn a spec into a file. A failure is an AppError whose `retryable` says whether the same task may succeed
 * later; an aborted task rejects.
 */
export interface Backend {
  readonly name: string;
  readonly models: readonly Model[];
  render(task: RenderTask): Promise<Rendering>;
}
