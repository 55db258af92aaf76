import type { Job } from '@reelmesh/contracts/gpu';
import type { Metrics } from '@reelmesh/service';

export interface JobMetrics {
  /** Counts a job that has ended; other states change nothing. */
  record(job: Job, model: string): void;
  queueDepth(waiting: number): void;
}

const outcomes: Readonly<Partial<Record<Job['state'], string>>> = {
  JOB_STATE_SUCCEEDED: 'succeeded',
  JOB_STATE_FAILED: 'failed',
  JOB_STATE_CANCELLED: 'cancelled',
};

export function jobMetrics(metrics: Metrics): JobMetrics {
  const zero = Object.values(outcomes).map((outcome) => ({ outcome }));
  const jobs = metrics.counter(
    'reelmesh_gpu_jobs_total',
    'Jobs that have ended, by outcome.',
    ['outcome'],
    zero,
  );
  const depth = metrics.gauge('reelmesh_gpu_queue_jobs', 'Jobs that wait for a worker.');
  const seconds = metrics.histogram(
    'reelmesh_gpu_render_seconds',
    'Time that a worker spent on a job that succeeded.',
    [0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 900],
    ['model'],
  );
  return {
    record(job, model) {
      const outcome = outcomes[job.state];
      if (outcome === undefined) return;
      jobs.inc({ outcome });
      if (outcome === 'succeeded') seconds.observe({ model }, job.deviceMs / 1000);
    },
    queueDepth: (waiting) => depth.set(waiting),
  };
}
