import type { GpuInferenceServiceDefinition } from '@reelmesh/contracts/gpu';
import type { Handlers } from '@reelmesh/messaging';
import type { Catalogue } from './catalogue.ts';
import type { Jobs } from './jobs.ts';
import { checkSpec } from './spec-rules.ts';

/** The service's methods over its catalogue and its jobs. Idempotency key of StartJob and CancelJob: job_id. */
export function inferenceHandlers(catalogue: Catalogue, jobs: Jobs): Handlers<GpuInferenceServiceDefinition> {
  return {
    async listModels() {
      return { models: catalogue.models };
    },
    async startJob({ jobId, model, spec }) {
      const listing = catalogue.find(model);
      return { job: await jobs.start({ id: jobId, listing, spec: checkSpec(spec, listing.model) }) };
    },
    async getJob({ jobId }) {
      return { job: await jobs.get(jobId) };
    },
    async cancelJob({ jobId }) {
      return { job: await jobs.cancel(jobId) };
    },
  };
}
