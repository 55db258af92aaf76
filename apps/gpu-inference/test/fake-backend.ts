import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { animaticModel } from '../src/animatic/model.ts';
import type { Backend, RenderTask } from '../src/backend.ts';

/** A backend whose renders end when the test says so. */
export class HeldBackend implements Backend {
  readonly name = 'held';
  readonly models = [{ ...animaticModel, name: 'held', backend: 'held' }];
  readonly tasks: RenderTask[] = [];
  readonly #dir: string;
  readonly #ends = new Map<string, PromiseWithResolvers<void>>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  get started(): string[] {
    return this.tasks.map(({ jobId }) => jobId);
  }

  finish(jobId: string): void {
    this.#ends.get(jobId)?.resolve();
  }

  fail(jobId: string, error: Error): void {
    this.#ends.get(jobId)?.reject(error);
  }

  async render(task: RenderTask) {
    this.tasks.push(task);
    const end = Promise.withResolvers<void>();
    this.#ends.set(task.jobId, end);
    task.signal.addEventListener('abort', () => end.reject(task.signal.reason as Error), { once: true });
    await end.promise;
    const path = join(this.#dir, `${task.jobId}.mp4`);
    await writeFile(path, `clip of ${task.jobId}`);
    return { path, mediaType: 'video/mp4' };
  }
}
