import { join } from 'node:path';
import { GpuInferenceServiceDefinition } from '@reelmesh/contracts/gpu';
import type { BlobStore, Clock } from '@reelmesh/domain';
import type { Bus } from '@reelmesh/messaging';
import type { ServiceModule } from '@reelmesh/service';
import { animaticBackend } from './animatic/animatic-backend.ts';
import { catalogueOf } from './catalogue.ts';
import { config, workerEnvironment } from './config.ts';
import { inferenceHandlers } from './inference-service.ts';
import { jobMetrics } from './job-metrics.ts';
import { Jobs } from './jobs.ts';

export interface GpuInferenceDeps {
  readonly bus: Bus;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  /** Half-made files lie here. */
  readonly tempDir: string;
}

export const module: ServiceModule<GpuInferenceDeps, typeof config> = {
  name: 'gpu-inference',
  needs: [],
  config,
  async start({ bus, blobs, clock, tempDir, log, metrics, config: { workers, queue } }) {
    const catalogue = catalogueOf([
      animaticBackend({ tempDir, environment: workerEnvironment(join(tempDir, 'compiled')) }),
    ]);
    const meters = jobMetrics(metrics);
    const jobs = new Jobs({
      blobs,
      clock,
      workers,
      queueLimit: queue,
      onChange(job, { listing }) {
        const model = listing.model.name;
        meters.record(job, model);
        meters.queueDepth(jobs.waiting);
        const fields = { jobId: job.id, model, state: job.state, deviceMs: job.deviceMs };
        if (job.state === 'JOB_STATE_FAILED')
          log.warn({ ...fields, error: job.error, retryable: job.retryable }, 'job failed');
        else log.debug(fields, 'job changed');
        bus.hint('take', job.id);
      },
    });
    const serving = await bus.serve(GpuInferenceServiceDefinition, inferenceHandlers(catalogue, jobs));
    return {
      ready: () => (bus.connected ? { ready: true } : { ready: false, detail: 'not connected to NATS' }),
      async stop() {
        await serving.stop();
        await jobs.stop();
      },
    };
  },
};
