/** Documented limits and prices of the emulated models (facts of 2026-11). */
export const MAX_PROMPT_UTF16_UNITS = 1000;
/** A credit is $0.01. */
export const MICROS_PER_CREDIT = 10_000;

export type Endpoint = 'text_to_video' | 'image_to_video';

export interface InputRules {
  readonly ratios: readonly string[];
  /** Allowed lengths, s. */
  readonly seconds: readonly number[];
  /** Length when the request names none; a model without one requires it. */
  readonly defaultSeconds?: number;
  readonly promptTextRequired: boolean;
  /** Where promptImage may stand; absent where the endpoint takes no image. */
  readonly positions?: readonly ('first' | 'last')[];
  /** Fields beyond model, promptText, promptImage, ratio, duration and seed. */
  readonly extras: readonly (
    'contentModeration' | 'outputFormat' | 'proresProfile' | 'audio' | 'negativePrompt'
  )[];
}

export interface Model {
  readonly endpoints: Readonly<Partial<Record<Endpoint, InputRules>>>;
  creditsPerSecond(options: { readonly audio: boolean; readonly outputFormat: string }): number;
}

const TWO_TO_TEN = [2, 3, 4, 5, 6, 7, 8, 9, 10];
const WIDE_AND_TALL = ['1280:720', '720:1280'];
const GEN4_IMAGE_RATIOS = [...WIDE_AND_TALL, '1104:832', '960:960', '832:1104', '1584:672'];
const GEN45_EXTRAS = ['contentModeration', 'outputFormat', 'proresProfile'] as const;

const veo = {
  ratios: [...WIDE_AND_TALL, '1920:1080', '1080:1920'],
  seconds: [4, 6, 8],
  defaultSeconds: 8,
  extras: ['audio', 'negativePrompt'],
} as const;
const veoEndpoints = {
  text_to_video: { ...veo, promptTextRequired: true },
  image_to_video: { ...veo, promptTextRequired: false, positions: ['first', 'last'] },
} as const;

export const MODELS: Readonly<Record<string, Model>> = {
  'gen4.5': {
    endpoints: {
      text_to_video: {
        ratios: WIDE_AND_TALL,
        seconds: TWO_TO_TEN,
        promptTextRequired: true,
        extras: GEN45_EXTRAS,
      },
      image_to_video: {
        ratios: GEN4_IMAGE_RATIOS,
        seconds: TWO_TO_TEN,
        promptTextRequired: true,
        positions: ['first'],
        extras: GEN45_EXTRAS,
      },
    },
    creditsPerSecond: ({ outputFormat }) => 12 + formatSurcharge(outputFormat),
  },
  gen4_turbo: {
    endpoints: {
      image_to_video: {
        ratios: GEN4_IMAGE_RATIOS,
        seconds: TWO_TO_TEN,
        defaultSeconds: 10,
        promptTextRequired: false,
        positions: ['first'],
        extras: ['contentModeration'],
      },
    },
    creditsPerSecond: () => 5,
  },
  'veo3.1': { endpoints: veoEndpoints, creditsPerSecond: ({ audio }) => (audio ? 40 : 20) },
  'veo3.1_fast': { endpoints: veoEndpoints, creditsPerSecond: ({ audio }) => (audio ? 15 : 10) },
};

export const OUTPUT_FORMATS = [
  ...[
    'mp4',
    'prores',
    'png_sequence',
    'hdr10',
    'hlg',
    'sdr_rec709_10bit',
    'hdr_pq_12bit_master',
    'hdr_prores',
  ],
  ...['hdr_png_sequence', 'hdr_exr_sequence', 'hdr_exr_acescg_sequence_1_3', 'hdr_exr_acescg_sequence_2_0'],
];
export const PRORES_PROFILES = ['422', '4444', '422 Proxy', '422 LT', '422 HQ', '4444 XQ'];

/** Every gen4.5 ratio is below 4 megapixels, so the 40-credit step of the deep formats never applies. */
function formatSurcharge(outputFormat: string): number {
  if (outputFormat === 'mp4') return 0;
  return outputFormat === 'prores' || outputFormat === 'png_sequence' ? 5 : 20;
}
