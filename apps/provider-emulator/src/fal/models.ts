import {
  anything,
  flag,
  float,
  integer,
  list,
  literal,
  numberOf,
  optional,
  record,
  required,
  text,
  textOf,
  type Fields,
  type ValueRule,
} from '../core/pydantic.ts';
import { isImageAddress } from '../core/image-address.ts';
import { isObject } from '../core/shape.ts';

type Input = Readonly<Record<string, unknown>>;

export interface FalClip {
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
}

/** One endpoint: what it takes, what it makes and what that costs. */
export interface FalModel {
  readonly fields: Fields;
  /** Rules over several fields: the message of the first that is broken. */
  readonly problem?: (input: Input) => string | undefined;
  readonly clip: (input: Input) => FalClip;
  /** Micro-dollars. */
  readonly price: (input: Input) => number;
}

const DOLLAR = 1_000_000;

/** A wrong address is found out by the download, before anything is rendered. */
const image: ValueRule = (value) =>
  text(1)(value) ??
  (isImageAddress(value) ? undefined : { msg: 'Failed to download the file', type: 'file_download_error' });
const seed = optional(integer());
const negative = optional(text());
const resolution = optional(literal('720p', '1080p'));
const aspect = optional(literal('16:9', '9:16', '1:1', '4:5', '5:4', '3:2', '2:3'));
const prompt = required(text(1));

const textInput = { prompt, negative_prompt: negative, aspect_ratio: aspect, resolution, seed };
const imageInput = { image_url: required(image), prompt, negative_prompt: negative, resolution, seed };

/** Pika 2.2 names lengths in texts, and sells 10 s at twice the price of 5 s. */
const lengthText = { duration: optional(literal('5', '10')) };
const byLength = (input: Input): FalClip => frame(input, Number(input['duration'] ?? 5));
const priceByLength = (input: Input): number =>
  (is1080p(input) ? 0.45 : 0.2) * DOLLAR * (Number(input['duration'] ?? 5) / 5);

/** The older Pikas take a number and sell clips at one price. */
const lengthNumber = { duration: optional(integer(1, 10)) };
const byNumber = (input: Input): FalClip => frame(input, numberOf(input['duration']) ?? 5);

const pika22 = { clip: byLength, price: priceByLength };
const pika21 = { clip: byNumber, price: () => 0.4 * DOLLAR };
const pikaTurbo = { clip: byNumber, price: () => 0.2 * DOLLAR };

const pikaframes: FalModel = {
  fields: {
    image_urls: required(list(image, 2, 5)),
    prompt: optional(text()),
    negative_prompt: negative,
    resolution,
    seed,
    transitions: optional(
      list(record({ duration: optional(integer(1, 25)), prompt: optional(text()) }), 1, 4),
    ),
  },
  problem: (input) => {
    const { image_urls: images, transitions } = input;
    const wanted = Array.isArray(images) ? images.length - 1 : 0;
    if (Array.isArray(transitions) && transitions.length !== wanted) {
      return `transitions must have ${wanted} items, one less than image_urls`;
    }
    return secondsOfFrames(input) > 25 ? 'transitions must last at most 25 seconds together' : undefined;
  },
  clip: (input) => frame(input, secondsOfFrames(input)),
  price: (input) => Math.round((is1080p(input) ? 0.09 : 0.04) * DOLLAR * secondsOfFrames(input)),
};

const cogInput = {
  video_size: optional(anything),
  negative_prompt: negative,
  loras: optional(list(record({ path: required(text(1)), scale: optional(float(0, 4)) }), 0, 1)),
  num_inference_steps: optional(integer(1, 50)),
  guidance_scale: optional(float(0, 20)),
  use_rife: optional(flag),
  export_fps: optional(integer(4, 32)),
  seed,
};
const cog = { clip: () => ({ width: 720, height: 480, seconds: 6 }), price: () => 0.2 * DOLLAR };
const svdInput = { image_url: required(image), motion_bucket_id: optional(integer(1, 255)), seed };
const SVD_FRAMES = 25;

export const MODELS: Readonly<Record<string, FalModel>> = {
  'fal-ai/pika/v2.2/text-to-video': { fields: { ...textInput, ...lengthText }, ...pika22 },
  'fal-ai/pika/v2.2/image-to-video': { fields: { ...imageInput, ...lengthText }, ...pika22 },
  'fal-ai/pika/v2.2/pikascenes': {
    fields: {
      ...textInput,
      ...lengthText,
      images: required(list(record({ image_url: required(image) }), 1, 10)),
    },
    ...pika22,
  },
  'fal-ai/pika/v2.2/pikaframes': pikaframes,
  'fal-ai/pika/v2.1/text-to-video': { fields: { ...textInput, ...lengthNumber }, ...pika21 },
  'fal-ai/pika/v2.1/image-to-video': { fields: { ...imageInput, ...lengthNumber }, ...pika21 },
  'fal-ai/pika/v2/turbo/text-to-video': { fields: { ...textInput, ...lengthNumber }, ...pikaTurbo },
  'fal-ai/pika/v2/turbo/image-to-video': { fields: { ...imageInput, ...lengthNumber }, ...pikaTurbo },
  'fal-ai/cogvideox-5b': { fields: { prompt, ...cogInput }, ...cog },
  'fal-ai/cogvideox-5b/image-to-video': {
    fields: { prompt, image_url: required(image), ...cogInput },
    ...cog,
  },
  'fal-ai/stable-video': {
    fields: { ...svdInput, cond_aug: optional(float(0, 10)), fps: optional(integer(10, 100)) },
    clip: (input) => ({ width: 1024, height: 576, seconds: SVD_FRAMES / (numberOf(input['fps']) ?? 25) }),
    price: () => 0.075 * DOLLAR,
  },
  'fal-ai/fast-svd-lcm': {
    fields: { ...svdInput, steps: optional(integer(1, 20)), fps: optional(integer(1, 25)) },
    clip: (input) => ({ width: 1024, height: 576, seconds: SVD_FRAMES / (numberOf(input['fps']) ?? 10) }),
    price: () => 0.02 * DOLLAR,
  },
  'fal-ai/rife': {
    fields: {
      start_image_url: required(image),
      end_image_url: required(image),
      output_type: optional(literal('images', 'video')),
      num_frames: optional(integer(1, 64)),
      fps: optional(integer(1, 60)),
      include_start: optional(flag),
      include_end: optional(flag),
    },
    problem: (input) =>
      input['output_type'] === 'video' ? undefined : 'images are not emulated: output_type must be video',
    clip: (input) => ({
      width: 1280,
      height: 720,
      seconds: ((numberOf(input['num_frames']) ?? 1) + 2) / (numberOf(input['fps']) ?? 8),
    }),
    price: () => 0.0104 * DOLLAR,
  },
  'fal-ai/rife/video': {
    fields: {
      video_url: required(text(1)),
      num_frames: optional(integer(1, 4)),
      use_calculated_fps: optional(flag),
    },
    clip: () => ({ width: 1280, height: 720, seconds: 5 }),
    price: () => 0.02 * DOLLAR,
  },
};

export function promptOf(input: unknown): string | undefined {
  return isObject(input) ? textOf(input['prompt']) : undefined;
}

function is1080p(input: Input): boolean {
  return input['resolution'] === '1080p';
}

function secondsOfFrames(input: Input): number {
  const { image_urls: images, transitions } = input;
  if (!Array.isArray(transitions)) return 5 * (Array.isArray(images) ? images.length - 1 : 1);
  return transitions.reduce<number>(
    (sum, one) => sum + ((isObject(one) ? numberOf(one['duration']) : undefined) ?? 5),
    0,
  );
}

/** The resolution is the short side. An image decides the aspect in reality; here it counts as 16:9. */
function frame(input: Input, seconds: number): FalClip {
  const [across = 16, down = 9] = (textOf(input['aspect_ratio']) ?? '16:9').split(':').map(Number);
  const scale = (is1080p(input) ? 1080 : 720) / Math.min(across, down);
  return { width: Math.round(across * scale), height: Math.round(down * scale), seconds };
}
