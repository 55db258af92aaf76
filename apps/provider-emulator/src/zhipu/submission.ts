import { dataUriOf, isImageAddress } from '../core/image-address.ts';
import { isObject } from '../core/shape.ts';
import { textOf } from '../core/pydantic.ts';

/** A request that passed. */
export interface Submission {
  readonly model: string;
  readonly prompt: string;
  readonly requestId: string | undefined;
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  readonly audio: boolean;
  /** Micro-yuan. */
  readonly price: number;
}

interface Model {
  readonly sizes: readonly string[];
  readonly seconds: readonly number[];
  readonly framesPerSecond: readonly number[];
  readonly price: number;
}

const YUAN = 1_000_000;
const MAX_PROMPT_LENGTH = 512;
const MAX_IMAGES = 2;
const MAX_IMAGE_BYTES = 5_000_000;
const SIZES = ['1280x720', '720x1280', '1024x1024', '1920x1080', '1080x1920', '2048x1080', '3840x2160'];

export const MODELS: Readonly<Record<string, Model>> = {
  'cogvideox-3': { sizes: SIZES, seconds: [5, 10], framesPerSecond: [30, 60], price: YUAN },
  'cogvideox-2': { sizes: SIZES, seconds: [5, 10], framesPerSecond: [30, 60], price: YUAN / 2 },
  'cogvideox-flash': { sizes: SIZES, seconds: [5], framesPerSecond: [16, 30, 60], price: 0 },
};

/** What was asked for, or the first problem with its code. */
export function readSubmission(
  body: unknown,
): { readonly submission: Submission } | { readonly code: string; readonly message: string } {
  if (!isObject(body)) return { code: '1210', message: 'the body must be a JSON object' };
  const name = textOf(body['model']);
  const model = name !== undefined && Object.hasOwn(MODELS, name) ? MODELS[name] : undefined;
  if (name === undefined || model === undefined) {
    return { code: '1211', message: `model ${String(body['model'])} does not exist` };
  }
  const wrong = problemOf(body, model);
  if (wrong !== undefined) return { code: '1214', message: wrong };
  const [width = 0, height = 0] = (textOf(body['size']) ?? '1920x1080').split('x').map(Number);
  return {
    submission: {
      model: name,
      prompt: textOf(body['prompt']) ?? '',
      requestId: textOf(body['request_id']),
      width,
      height,
      seconds: body['duration'] === 10 ? 10 : 5,
      audio: body['with_audio'] === true,
      price: model.price,
    },
  };
}

function problemOf(body: Readonly<Record<string, unknown>>, model: Model): string | undefined {
  const { prompt, image_url: image, quality, size, fps, duration, with_audio: audio } = body;
  const images: readonly unknown[] = image === undefined ? [] : Array.isArray(image) ? image : [image];
  const user = body['user_id'];
  const rules: readonly (readonly [boolean, string])[] = [
    [prompt !== undefined || images.length > 0, 'prompt or image_url must be given'],
    [prompt === undefined || isText(prompt, 1, MAX_PROMPT_LENGTH), 'prompt must be 1 to 512 characters'],
    [
      images.length <= MAX_IMAGES && images.every((one) => isText(one, 1)),
      'image_url must be one image, or two for the first and the last frame',
    ],
    [images.every(isImage), 'image_url must be a PNG or JPEG of at most 5 MB'],
    [among(quality, ['speed', 'quality']), 'quality must be speed or quality'],
    [among(size, model.sizes), `size must be one of ${model.sizes.join(', ')}`],
    [among(fps, model.framesPerSecond), `fps must be one of ${model.framesPerSecond.join(', ')}`],
    [among(duration, model.seconds), `duration must be one of ${model.seconds.join(', ')}`],
    [among(audio, [true, false]), 'with_audio must be true or false'],
    [user === undefined || isText(user, 6, 128), 'user_id must be 6 to 128 characters'],
    [body['request_id'] === undefined || isText(body['request_id'], 1), 'request_id must be a text'],
  ];
  return rules.find(([holds]) => !holds)?.[1];
}

/** By address, which is not fetched, or as a data URI. */
function isImage(value: unknown): boolean {
  if (!isImageAddress(value)) return false;
  const data = dataUriOf(String(value));
  return data === undefined || (data.type !== 'image/webp' && data.bytes.length <= MAX_IMAGE_BYTES);
}

function isText(value: unknown, min: number, max = Infinity): boolean {
  return typeof value === 'string' && value.length >= min && value.length <= max;
}

function among(value: unknown, allowed: readonly unknown[]): boolean {
  return value === undefined || allowed.includes(value);
}
