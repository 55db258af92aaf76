import type { ShotImage } from '@reelmesh/contracts/shot';
import { EMULATOR_API_KEY, EMULATOR_BEARER, EMULATOR_FAL_KEY } from '@reelmesh/testing';
import type { TestEmulator } from '@reelmesh/testing';
import { describe } from 'vitest';
import { loadCatalogue } from '../src/catalogue.ts';
import { loadProviderFiles } from '../src/declarative/provider-files.ts';
import { Fal } from '../src/fal.ts';
import type { ModelRow } from '../src/knobs.ts';
import { OpenAiVideos, profiles } from '../src/openai-videos.ts';
import type { Provider } from '../src/provider.ts';
import { Runway } from '../src/runway.ts';
import { Zhipu } from '../src/zhipu.ts';
import { declared } from './declared.ts';
import { firstFrame, images, lastFrame } from './images.ts';
import { conforms } from './provider.conformance.ts';
import type { Subject } from './provider.conformance.ts';

const { models } = await loadCatalogue();
const files = await loadProviderFiles(undefined);
const fileOf = (name: string) => files.find(({ provider }) => provider === name)!;
const rowOf = (name: string): ModelRow => models.get(name)!;
const timeouts = { submitTimeoutMs: 15_000, callTimeoutMs: 15_000, images };
const pace = { queueMs: 0, renderMs: 0, concurrency: null };

const videos = (
  profile: keyof typeof profiles,
  provider: 'sglang' | 'vllm-omni' | 'openai-videos',
  row: ModelRow,
  urlOf: (emulator: TestEmulator) => string,
): Subject => ({
  provider,
  row,
  secret: EMULATOR_BEARER,
  config: { [provider]: pace },
  open: (emulator, { baseUrl, ...more } = {}): Provider =>
    new OpenAiVideos({
      ...timeouts,
      ...more,
      baseUrl: baseUrl ?? urlOf(emulator),
      apiKey: EMULATOR_BEARER,
      profile,
      model: row.model,
    }),
  // A server that is too busy says 503, and of 503 nobody knows whether the job exists.
  refusals: {},
  failures: { '': 'FAILURE_CLASS_TRANSIENT', oom: 'FAILURE_CLASS_INVALID_INPUT' },
  lost: 'not-found',
  namesFile: false,
  gone: 'FAILURE_CLASS_TRANSIENT',
  afterCancel: profiles[profile].deleteStops ? 'cancelled' : 'succeeded',
  forgets: profiles[profile].deleteStops,
});

const plainShape: ModelRow = {
  ...rowOf('openai-videos/cogvideox-5b'),
  model: 'plain',
  remoteId: 'sora-2',
  seconds: [4, 8, 12],
  ratios: [
    { name: '1280x720', width: 1280, height: 720 },
    { name: '720x1280', width: 720, height: 1280 },
  ],
  knobs: profiles.openai.knobs,
  parameters: {},
};

const subjects: readonly Subject[] = [
  {
    provider: 'runway',
    row: rowOf('runway/gen4.5'),
    secret: EMULATOR_API_KEY,
    config: { runway: { ...pace, dailyQuota: null } },
    open: (emulator, { baseUrl, ...more } = {}) =>
      new Runway({
        ...timeouts,
        ...more,
        baseUrl: baseUrl ?? emulator.runwayUrl,
        apiSecret: EMULATOR_API_KEY,
      }),
    refusals: {
      auth: 'FAILURE_CLASS_AUTH',
      no_funds: 'FAILURE_CLASS_NO_FUNDS',
      quota: 'FAILURE_CLASS_QUOTA',
    },
    failures: {
      '': 'FAILURE_CLASS_TRANSIENT',
      'SAFETY.INPUT.TEXT': 'FAILURE_CLASS_MODERATED_INPUT',
      'SAFETY.OUTPUT.VIDEO': 'FAILURE_CLASS_MODERATED_OUTPUT',
      'INTERNAL.BAD_OUTPUT.CODE01': 'FAILURE_CLASS_BAD_OUTPUT',
      'SOMETHING.NEW': 'FAILURE_CLASS_UNCLASSIFIED',
    },
    lost: 'cannot-tell',
    namesFile: true,
    gone: 'expired',
    afterCancel: 'cancelled',
  },
  {
    provider: 'fal',
    row: rowOf('fal/pika-2.2-720p'),
    secret: EMULATOR_FAL_KEY,
    config: { fal: pace },
    open: (emulator, { baseUrl, ...more } = {}) =>
      new Fal({
        ...timeouts,
        ...more,
        queueUrl: baseUrl ?? emulator.falUrl,
        platformUrl: emulator.falApiUrl,
        key: EMULATOR_FAL_KEY,
      }),
    refusals: {
      auth: 'FAILURE_CLASS_AUTH',
      no_funds: 'FAILURE_CLASS_NO_FUNDS',
      rate_limit: 'FAILURE_CLASS_RATE_LIMIT',
    },
    failures: {
      '': 'FAILURE_CLASS_TRANSIENT',
      content_policy_violation: 'FAILURE_CLASS_MODERATED_INPUT',
      no_media_generated: 'FAILURE_CLASS_BAD_OUTPUT',
      generation_timeout: 'FAILURE_CLASS_TRANSIENT',
      downstream_service_error: 'FAILURE_CLASS_TRANSIENT',
      runner_scheduling_failure: 'FAILURE_CLASS_CAPACITY',
      runner_server_error: 'FAILURE_CLASS_TRANSIENT',
      image_too_large: 'FAILURE_CLASS_INVALID_INPUT',
    },
    lost: 'found',
    namesFile: true,
    gone: 'expired',
    afterCancel: 'cancelled',
  },
  {
    provider: 'zhipu',
    row: rowOf('zhipu/cogvideox-3'),
    secret: EMULATOR_BEARER,
    config: { zhipu: pace },
    open: (emulator, { baseUrl, ...more } = {}) =>
      new Zhipu({ ...timeouts, ...more, baseUrl: baseUrl ?? emulator.zhipuUrl, apiKey: EMULATOR_BEARER }),
    refusals: {
      auth: 'FAILURE_CLASS_AUTH',
      no_funds: 'FAILURE_CLASS_NO_FUNDS',
      rate_limit: 'FAILURE_CLASS_RATE_LIMIT',
      moderation: 'FAILURE_CLASS_MODERATED_INPUT',
    },
    failures: { '': 'FAILURE_CLASS_UNCLASSIFIED' },
    lost: 'cannot-tell',
    namesFile: true,
    gone: 'expired',
    afterCancel: 'succeeded',
  },
  videos('sglang', 'sglang', rowOf('openai-videos/cogvideox-5b'), (emulator) => emulator.sglangUrl),
  videos(
    'vllm-omni',
    'vllm-omni',
    rowOf('openai-videos/wan2.2-t2v-a14b'),
    (emulator) => emulator.vllmOmniUrl,
  ),
  videos('openai', 'openai-videos', plainShape, (emulator) => emulator.openaiVideosUrl),
  declared(fileOf('kling'), 'kling', (emulator) => emulator.klingUrl, {}),
  declared(fileOf('ark'), 'ark', (emulator) => emulator.arkUrl, {
    '': 'FAILURE_CLASS_TRANSIENT',
    OutputVideoSensitiveContentDetected: 'FAILURE_CLASS_MODERATED_OUTPUT',
    'Something.New': 'FAILURE_CLASS_UNCLASSIFIED',
  }),
];

/** The same adapter asked with images. */
function illustrated(title: string, row: string, ...shown: readonly ShotImage[]): Subject {
  const [provider] = title.split(',');
  return {
    ...subjects.find((subject) => subject.provider === provider)!,
    title,
    row: rowOf(row),
    images: shown,
  };
}

const runwayImages = illustrated('runway, an image', 'runway/gen4_turbo', firstFrame);

const illustratedSubjects: readonly Subject[] = [
  runwayImages,
  {
    ...runwayImages,
    title: 'runway, uploads',
    row: rowOf('runway/veo3.1_fast'),
    images: [firstFrame, lastFrame],
    open: (emulator, { baseUrl, ...more } = {}) =>
      new Runway({
        ...timeouts,
        ...more,
        uploads: 'all',
        baseUrl: baseUrl ?? emulator.runwayUrl,
        apiSecret: EMULATOR_API_KEY,
      }),
  },
  illustrated('fal, an image', 'fal/pika-2.2-720p', firstFrame),
  illustrated('fal, pikaframes', 'fal/pika-2.2-1080p', firstFrame, lastFrame),
  illustrated('zhipu, two frames', 'zhipu/cogvideox-3', firstFrame, lastFrame),
  illustrated('sglang, an image', 'openai-videos/svd-xt', firstFrame),
  illustrated('vllm-omni, an image', 'openai-videos/wan2.2-i2v-a14b', firstFrame),
];

describe.each(
  [...subjects, ...illustratedSubjects].map(
    (subject) => [subject.title ?? subject.provider, subject] as const,
  ),
)('%s', (_name, subject) => conforms(subject));
