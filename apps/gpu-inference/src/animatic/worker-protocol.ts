import type { Code } from '@reelmesh/domain';

/** What a drawing process reads, as JSON, from its standard input. */
export interface WorkerOrder {
  /** A RenderSpec in protobuf's JSON. */
  readonly spec: unknown;
  /** Path of the MP4 to write. */
  readonly output: string;
}

/** What it writes, a line of JSON each: every frame drawn, or why it gives up. */
export type WorkerLine = WorkerProgress | WorkerFailure;

export interface WorkerProgress {
  readonly frame: number;
  readonly frames: number;
}

export interface WorkerFailure {
  readonly failure: {
    readonly code: Code;
    readonly reason: string;
    readonly message: string;
    readonly retryable: boolean;
  };
}
