import type { Metrics } from '@reelmesh/service';

export interface ComposerMetrics {
  readonly composed: (tookSeconds: number, outputSeconds: number) => void;
  readonly ended: (outcome: 'made' | 'cached' | 'failed') => void;
  readonly clip: (kind: 'copy' | 'encode' | 'reused') => void;
}

export function composerMetrics(metrics: Metrics): ComposerMetrics {
  const seconds = metrics.histogram(
    'reelmesh_compose_seconds',
    'Time to make one cut',
    [0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600],
  );
  const output = metrics.counter('reelmesh_compose_output_seconds_total', 'Seconds of film composed');
  const cuts = metrics.counter(
    'reelmesh_compose_cuts_total',
    'Compose commands by how they ended',
    ['outcome'],
    [{ outcome: 'made' }, { outcome: 'cached' }, { outcome: 'failed' }],
  );
  const clips = metrics.counter(
    'reelmesh_compose_clips_total',
    'Clips brought to the form of the film, by how',
    ['kind'],
    [{ kind: 'copy' }, { kind: 'encode' }, { kind: 'reused' }],
  );
  return {
    composed(tookSeconds, outputSeconds) {
      seconds.observe(tookSeconds);
      output.inc(outputSeconds);
    },
    ended: (outcome) => cuts.inc({ outcome }),
    clip: (kind) => clips.inc({ kind }),
  };
}
