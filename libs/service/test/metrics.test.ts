import { expect, test } from 'vitest';
import { createMetrics } from '../src/index.ts';

test('asking for a name again gives the same metric, so services of one process add up', async () => {
  const metrics = createMetrics();

  metrics.counter('reelmesh_hits_total', 'Hits.').inc();
  metrics.counter('reelmesh_hits_total', 'Hits.').inc(2);

  expect(await metrics.text()).toMatch(/^reelmesh_hits_total 3$/m);
});

test('the same name with another kind or other labels is refused', () => {
  const metrics = createMetrics();
  metrics.gauge('reelmesh_bytes', 'Bytes.', ['store']);

  expect(() => metrics.gauge('reelmesh_bytes', 'Bytes.')).toThrow(
    'exists as gauge{store}, asked for as gauge{}',
  );
  expect(() => metrics.histogram('reelmesh_bytes', 'Bytes.', [1], ['store'])).toThrow(
    'asked for as histogram{store}',
  );
});

test.each([
  ['films_total', 'must start with reelmesh_'],
  ['reelmesh_films', 'counters end in _total'],
  ['reelmesh_Films_total', 'must start with reelmesh_'],
])('refuses a counter named %s', (name, rule) => {
  expect(() => createMetrics().counter(name, 'Films.')).toThrow(rule);
});

test('refuses a gauge that is named like a counter', () => {
  expect(() => createMetrics().gauge('reelmesh_films_total', 'Films.')).toThrow('only counters do');
});

test('label sets in zero exist before anything is counted', async () => {
  const metrics = createMetrics();

  metrics.counter('reelmesh_shots_total', 'Shots.', ['outcome'], [{ outcome: 'ok' }, { outcome: 'error' }]);

  expect(await metrics.text()).toMatch(/reelmesh_shots_total\{outcome="ok"\} 0\n.*outcome="error"\} 0/);
});

test('the build is told as labels', async () => {
  const metrics = createMetrics({ service: 'cache', version: '1.2.3' });

  expect(await metrics.text()).toMatch(/^reelmesh_build_info\{version="1\.2\.3",service="cache"\} 1$/m);
});

test('process metrics come without the gauges that promtool refuses', async () => {
  const text = await createMetrics({ processMetrics: true }).text();

  expect(text).toContain('process_cpu_user_seconds_total');
  expect(text).not.toMatch(/nodejs_active_\w+_total/);
});

test('two registries know nothing of each other', async () => {
  createMetrics().counter('reelmesh_hits_total', 'Hits.').inc();

  expect(await createMetrics().text()).not.toContain('reelmesh_hits_total');
});
