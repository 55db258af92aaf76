import { field, section } from '@reelmesh/service';

export const config = section('gateway', {
  renderConcurrency: field.int({
    min: 1,
    max: 1000,
    fallback: 64,
    doc: 'work.render messages handled at a time',
  }),
  selfHostedConcurrency: field.int({
    min: 1,
    max: 1000,
    fallback: 32,
    doc: 'takes under way at gpu-inference',
  }),
  runwayConcurrency: field.int({
    min: 1,
    max: 1000,
    fallback: 5,
    doc: "takes under way at Runway; your tier's concurrency",
  }),
  runwayBaseUrl: field.url({
    protocols: ['https', 'http'],
    fallback: 'https://api.dev.runwayml.com',
    env: 'RUNWAYML_BASE_URL',
    doc: 'where Runway is; http only on loopback',
  }),
  runwayApiSecret: field.optional({
    secret: true,
    env: 'RUNWAYML_API_SECRET',
    doc: 'Runway API key; without it no strategy can use Runway',
  }),
  submitTimeoutMs: field.int({
    min: 100,
    max: 600_000,
    fallback: 60_000,
    doc: 'how long a create call may take before its outcome is unknown',
  }),
  callTimeoutMs: field.int({
    min: 100,
    max: 600_000,
    fallback: 20_000,
    doc: 'how long a poll or cancel may take',
  }),
  downloadTimeoutMs: field.int({
    min: 1000,
    max: 3_600_000,
    fallback: 300_000,
    doc: 'how long a download may take',
  }),
  maxClipBytes: field.int({
    min: 1_000_000,
    max: 10_000_000_000,
    fallback: 500_000_000,
    doc: 'largest clip that is downloaded',
  }),
  breakerResetMs: field.int({
    min: 50,
    max: 600_000,
    fallback: 30_000,
    doc: 'how long a circuit breaker stays open after its first trip',
  }),
  holdCheckMs: field.int({
    min: 50,
    max: 3_600_000,
    fallback: 60_000,
    doc: 'pause before the first check whether a hold (key, funds, quota) is over',
  }),
  pollPercent: field.int({
    min: 1,
    max: 1000,
    fallback: 100,
    doc: "per cent of the catalogue's poll pauses; below 100 only against an emulator",
  }),
});
