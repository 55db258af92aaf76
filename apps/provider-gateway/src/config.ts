import { field, section } from '@reelmesh/service';
import type { Environment, Field } from '@reelmesh/service';
import { profiles } from './openai-videos.ts';
import { NO_LIMIT_OF_ZERO } from './slots.ts';

const openaiVideosBaseUrl: Field<string | undefined> = {
  ...field.url({
    protocols: ['https', 'http'],
    env: 'OPENAI_VIDEOS_BASE_URL',
    doc: 'a /v1/videos server, without the /v1; http only on loopback or without a key; unset: none',
  }),
  fallback: undefined,
};

function concurrency(fallback: number, doc: string): Field<number> {
  const limit = field.int({ min: 1, max: 10_000, fallback, doc });
  return {
    ...limit,
    parse(text) {
      if (/^-?0+$/.test(text)) throw new Error(`must be at least 1: ${NO_LIMIT_OF_ZERO}`);
      return limit.parse(text);
    },
  };
}

const submitsPerMinute = (provider: string): Field<number | undefined> => ({
  ...field.int({ min: 1, max: 100_000, doc: `takes sent to ${provider} in any minute; unset: no limit` }),
  fallback: undefined,
});

const webhookUrl: Field<string | undefined> = {
  ...field.url({
    protocols: ['https', 'http'],
    doc: 'where the internet reaches the webhooks of this gateway, without /webhooks; unset: none are asked for',
  }),
  fallback: undefined,
};

export const config = section('gateway', {
  configDir: field.optional({
    doc: "directory of your own catalogue.yaml, strategies.yaml and so on; each adds to the gateway's and overrides it",
  }),
  renderConcurrency: field.int({
    min: 1,
    max: 1000,
    fallback: 64,
    doc: 'work.render messages handled at a time',
  }),
  selfHostedConcurrency: concurrency(32, 'takes under way at gpu-inference'),
  runwayConcurrency: concurrency(5, "takes under way at Runway; your tier's concurrency"),
  runwaySubmitsPerMinute: submitsPerMinute('Runway'),
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
  runwayPreviousSecret: field.optional({
    secret: true,
    env: 'RUNWAYML_API_SECRET_PREVIOUS',
    doc: 'the key before it, for takes that were submitted with it',
  }),
  runwayUploads: field.choice(['large', 'all'], {
    fallback: 'large',
    doc: 'which images are uploaded to Runway instead of sent along: those above 5 MB, or all',
  }),
  falConcurrency: concurrency(2, 'takes under way at fal; 2 for a new account'),
  falSubmitsPerMinute: submitsPerMinute('fal'),
  falQueueUrl: field.url({
    protocols: ['https', 'http'],
    fallback: 'https://queue.fal.run',
    env: 'FAL_QUEUE_URL',
    doc: "where fal's queue is; http only on loopback",
  }),
  falPlatformUrl: field.url({
    protocols: ['https', 'http'],
    fallback: 'https://api.fal.ai',
    env: 'FAL_PLATFORM_URL',
    doc: 'where fal lists its requests; http only on loopback',
  }),
  falKey: field.optional({
    secret: true,
    env: 'FAL_KEY',
    doc: 'fal API key (id:secret); without it no strategy can use fal',
  }),
  falPreviousKey: field.optional({
    secret: true,
    env: 'FAL_KEY_PREVIOUS',
    doc: 'the key before it, for takes that were submitted with it',
  }),
  zhipuConcurrency: concurrency(5, 'takes under way at Zhipu'),
  zhipuSubmitsPerMinute: submitsPerMinute('Zhipu'),
  zhipuBaseUrl: field.url({
    protocols: ['https', 'http'],
    fallback: 'https://open.bigmodel.cn/api/paas/v4',
    env: 'ZHIPU_BASE_URL',
    doc: 'where Zhipu is; http only on loopback',
  }),
  zhipuApiKey: field.optional({
    secret: true,
    env: 'ZHIPU_API_KEY',
    doc: 'Zhipu API key; without it no strategy can use Zhipu',
  }),
  zhipuPreviousKey: field.optional({
    secret: true,
    env: 'ZHIPU_API_KEY_PREVIOUS',
    doc: 'the key before it, for takes that were submitted with it',
  }),
  openaiVideosConcurrency: concurrency(1, 'takes under way at the /v1/videos server'),
  openaiVideosSubmitsPerMinute: submitsPerMinute('the /v1/videos server'),
  openaiVideosBaseUrl,
  openaiVideosApiKey: field.optional({
    secret: true,
    env: 'OPENAI_VIDEOS_API_KEY',
    doc: 'its key, if it wants one',
  }),
  openaiVideosPreviousKey: field.optional({
    secret: true,
    env: 'OPENAI_VIDEOS_API_KEY_PREVIOUS',
    doc: 'the key before it, for takes that were submitted with it',
  }),
  openaiVideosProfile: field.choice(Object.keys(profiles) as (keyof typeof profiles)[], {
    fallback: 'vllm-omni',
    doc: 'what kind of server it is: sglang, vllm-omni or openai',
  }),
  openaiVideosModel: field.text({
    fallback: 'wan2.2-t2v-a14b',
    doc: 'the model that it runs, by its name in the catalogue',
  }),
  openaiVideosMicrosPerSecond: field.int({
    min: 0,
    max: 100_000_000,
    fallback: 0,
    doc: 'what a second of its film costs, millionths of a dollar; 0: your own machine, and lost takes are made again',
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
  takeOverMs: field.int({
    min: 50,
    max: 600_000,
    fallback: 5_000,
    doc: 'pause between two looks for gateways that are gone; their takes are taken over at the second look',
  }),
  moneyWatchMs: field.int({
    min: 50,
    max: 600_000,
    fallback: 15_000,
    doc: 'pause between two looks at what is spent, reserved and in doubt, for metrics and the alert',
  }),
  spendAlertFactor: field.int({
    min: 1,
    max: 1000,
    fallback: 3,
    doc: 'the last hour may cost so many times the median of the 24 hours before it; more is logged as an error',
  }),
  spendAlertFloorMicros: field.int({
    min: 0,
    max: 1_000_000_000_000,
    fallback: 10_000_000,
    doc: 'millionths of a dollar: an hour that cost no more is never remarkable',
  }),
  accountCheckMs: field.int({
    min: 0,
    max: 3_600_000,
    fallback: 60_000,
    doc: "pause between looks at a provider's account (funds, quota, key), the first at the start; 0: never",
  }),
  pollPercent: field.int({
    min: 1,
    max: 1000,
    fallback: 100,
    doc: "per cent of the catalogue's poll pauses; below 100 only against an emulator",
  }),
  webhookUrl,
  webhookSecret: field.optional({
    secret: true,
    doc: 'makes the addresses of webhooks: 32 characters or more, the same for all replicas',
  }),
  webhookHost: field.text({ fallback: '127.0.0.1', doc: 'address that webhooks are listened for on' }),
  webhookPort: field.int({ min: 0, max: 65_535, fallback: 8480, doc: 'its port' }),
  falJwksUrl: field.url({
    protocols: ['https', 'http'],
    fallback: 'https://rest.fal.ai/.well-known/jwks.json',
    env: 'FAL_JWKS_URL',
    doc: "where fal publishes the keys of its webhooks' signatures; http only on loopback",
  }),
});

/** The process's own environment: providers that are files name the variables of their keys. */
export const environment = (): Environment => process.env;
