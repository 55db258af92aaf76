import type { ShotImage } from '@reelmesh/contracts/shot';
import { placeOf } from '@reelmesh/domain';
import { EMULATOR_API_KEY, EMULATOR_BEARER, EMULATOR_FAL_KEY, startEmulator } from '@reelmesh/testing';
import type { TestEmulator } from '@reelmesh/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadCatalogue } from '../src/catalogue.ts';
import { Fal } from '../src/fal.ts';
import type { ModelRow } from '../src/knobs.ts';
import { OpenAiVideos } from '../src/openai-videos.ts';
import type { Provider } from '../src/provider.ts';
import { Runway } from '../src/runway.ts';
import { Zhipu } from '../src/zhipu.ts';
import { firstFrame, images, lastFrame, reference } from './images.ts';
import { intentFor } from './intent.ts';
import { spec } from './world.ts';

const { models } = await loadCatalogue();
const timeouts = { submitTimeoutMs: 15_000, callTimeoutMs: 15_000, images };
const pace = { queueMs: 0, renderMs: 0, concurrency: null };
const everyImage = [firstFrame, lastFrame, reference, reference];

let emulator: TestEmulator;
beforeAll(async () => {
  const all = { runway: { ...pace, dailyQuota: null }, fal: pace, zhipu: pace, sglang: pace };
  emulator = await startEmulator({ config: { ...all, 'vllm-omni': pace } });
});
afterAll(() => emulator.stop());

const videos = (profile: 'sglang' | 'vllm-omni', row: ModelRow): Provider =>
  new OpenAiVideos({
    ...timeouts,
    baseUrl: profile === 'sglang' ? emulator.sglangUrl : emulator.vllmOmniUrl,
    apiKey: EMULATOR_BEARER,
    profile,
    model: row.model,
  });

const open: Readonly<Record<string, (row: ModelRow) => readonly Provider[]>> = {
  runway: () => [new Runway({ ...timeouts, baseUrl: emulator.runwayUrl, apiSecret: EMULATOR_API_KEY })],
  fal: () => [
    new Fal({
      ...timeouts,
      queueUrl: emulator.falUrl,
      platformUrl: emulator.falApiUrl,
      key: EMULATOR_FAL_KEY,
    }),
  ],
  zhipu: () => [new Zhipu({ ...timeouts, baseUrl: emulator.zhipuUrl, apiKey: EMULATOR_BEARER })],
  'openai-videos': (row) => [videos('sglang', row), videos('vllm-omni', row)],
};

/** The images that each way of asking needs. */
const waysOf = (row: ModelRow): readonly ShotImage[][] =>
  [row, ...(row.forms ?? [])].map(({ images: needed = {} }) =>
    everyImage.filter((image) => Object.keys(needed).includes(placeOf(image)!)),
  );

const rows = [...models.values()].filter(({ provider }) => provider in open);

describe('a model of the catalogue is asked in words that its provider knows', () => {
  test.each(rows.map((row) => [`${row.provider}/${row.model}`, row] as const))('%s', async (_name, row) => {
    const knobs = { motion: 255, guidance: 20, negativePrompt: 'text' };
    for (const provider of open[row.provider]!(row)) {
      for (const shown of waysOf(row)) {
        for (const seconds of new Set([row.seconds.at(0)!, row.seconds.at(-1)!])) {
          const shot = { ...spec, ...knobs, seconds, images: shown };

          const result = await provider.submit(
            intentFor(provider, row, shot),
            `t-${row.model}-${shown.length}-${seconds}`,
            AbortSignal.timeout(15_000),
          );

          expect(result).toMatchObject({ kind: 'accepted' });
        }
      }
    }
  });
});
