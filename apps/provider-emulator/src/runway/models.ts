/** Documented limits and prices of the emulated models (facts of 2026-11); of the partners', see README.md. */
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
  /** UTF-16 units; {@link MAX_PROMPT_UTF16_UNITS} when absent. */
  readonly maxPromptLength?: number;
  /** Whether it may name a seed; it may when absent. */
  readonly takesSeed?: boolean;
  /** Allowed resolutions, where it has that field. */
  readonly resolutions?: readonly string[];
  /** The most images that may show what something looks like; absent where it takes none. */
  readonly references?: number;
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

const KEYFRAMES = { promptTextRequired: false, positions: ['first', 'last'] } as const;

const SEEDANCE_RATIOS = [
  ...['992:432', '864:496', '752:560', '640:640', '560:752', '496:864'],
  ...['1470:630', '1280:720', '1112:834', '960:960', '834:1112', '720:1280'],
];
const seedance = {
  ratios: SEEDANCE_RATIOS,
  seconds: [4, 5, 6, 7, 8, 9, 10, 11, 12],
  defaultSeconds: 5,
  maxPromptLength: 3500,
  extras: ['audio'],
} as const;
const seedanceEndpoints = {
  text_to_video: { ...seedance, promptTextRequired: true, references: 9 },
  image_to_video: { ...seedance, ...KEYFRAMES },
} as const;

const wan = {
  seconds: TWO_TO_TEN,
  defaultSeconds: 5,
  maxPromptLength: 2500,
  takesSeed: false,
  promptTextRequired: true,
  extras: ['audio'],
} as const;
const wanEndpoints = {
  text_to_video: {
    ...wan,
    ratios: [...WIDE_AND_TALL, '1104:832', '960:960', '832:1104', '1920:1080', '1080:1920'],
    references: 9,
  },
  // between keyframes the first one decides the shape
  image_to_video: { ...wan, ratios: ['auto_480p', 'auto_720p', 'auto_1080p'], positions: ['first', 'last'] },
} as const;

const hailuo = {
  ratios: ['21:9', '16:9', '4:3', '1:1', '3:4', '9:16'],
  seconds: [5, 6, 7, 8, 9, 10],
  defaultSeconds: 5,
  maxPromptLength: 2500,
  takesSeed: false,
  promptTextRequired: true,
  resolutions: ['768p', '2k'],
  extras: [],
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
  seedance2: { endpoints: seedanceEndpoints, creditsPerSecond: () => 36 },
  seedance2_fast: { endpoints: seedanceEndpoints, creditsPerSecond: () => 29 },
  seedance2_mini: { endpoints: seedanceEndpoints, creditsPerSecond: () => 20 },
  seedance2_5: {
    endpoints: {
      text_to_video: { ...seedanceEndpoints.text_to_video, maxPromptLength: 15_000, references: 30 },
      image_to_video: { ...seedanceEndpoints.image_to_video, maxPromptLength: 15_000 },
    },
    creditsPerSecond: () => 40,
  },
  wan3: { endpoints: wanEndpoints, creditsPerSecond: () => 20 },
  wan3_prime: { endpoints: wanEndpoints, creditsPerSecond: () => 30 },
  hailuo3: {
    endpoints: {
      text_to_video: { ...hailuo, references: 9 },
      image_to_video: { ...hailuo, ratios: [...hailuo.ratios, 'adaptive'], positions: ['first', 'last'] },
    },
    creditsPerSecond: () => 20,
  },
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
