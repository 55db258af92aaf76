import {
  anything,
  detailsOf,
  flag,
  integer,
  literal,
  numberOf,
  optional,
  required,
  text,
  textOf,
} from '../core/pydantic.ts';
import { isObject } from '../core/shape.ts';

/** A create that passed. */
export interface ArkSubmission {
  readonly model: string;
  readonly prompt: string;
  readonly resolution: string;
  readonly ratio: string;
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  /** Undefined: the provider picks one. */
  readonly seed: number | undefined;
  readonly audio: boolean;
  readonly tokens: number;
  readonly wantsLastFrame: boolean;
}

export const FRAMES_PER_SECOND = 24;
const SHORT_SIDES: Readonly<Record<string, number>> = { '480p': 480, '720p': 720, '1080p': 1080 };

const INPUT = {
  model: required(text(1)),
  content: required(anything),
  resolution: optional(literal('480p', '720p', '1080p')),
  ratio: optional(literal('16:9', '9:16', '1:1', '4:3', '3:4', '21:9', 'adaptive')),
  duration: optional(integer(2, 12)),
  seed: optional(integer(-1, 2 ** 32 - 1)),
  watermark: optional(flag),
  generate_audio: optional(flag),
  return_last_frame: optional(flag),
  service_tier: optional(literal('default', 'flex')),
};

/** What was asked for, or the first problem with its code. */
export function readSubmission(
  body: unknown,
): { readonly submission: ArkSubmission } | { readonly code: string; readonly message: string } {
  const [problem] = detailsOf(INPUT, body);
  if (problem !== undefined || !isObject(body)) {
    const code = problem?.type === 'missing' ? 'MissingParameter' : 'InvalidParameter';
    return { code, message: `${problem?.loc.slice(1).join('.') ?? 'body'}: ${problem?.msg ?? ''}` };
  }
  const prompt = promptIn(body);
  if (prompt === undefined && !hasImage(body)) return { code: 'MissingParameter', message: 'content' };
  const resolution = textOf(body['resolution']) ?? '720p';
  const ratio = textOf(body['ratio']) ?? '16:9';
  const seconds = numberOf(body['duration']) ?? 5;
  const seed = numberOf(body['seed']) ?? -1;
  const size = sizeOf(resolution, ratio);
  return {
    submission: {
      model: textOf(body['model']) ?? '',
      prompt: prompt ?? '',
      resolution,
      ratio,
      ...size,
      seconds,
      seed: seed < 0 ? undefined : seed,
      audio: body['generate_audio'] === true,
      tokens: Math.round((size.width * size.height * FRAMES_PER_SECOND * seconds) / 1024),
      wantsLastFrame: body['return_last_frame'] === true,
    },
  };
}

function itemsOf(body: Readonly<Record<string, unknown>>): readonly Record<string, unknown>[] {
  const { content } = body;
  return Array.isArray(content) ? content.filter(isObject) : [];
}

/** The text item of the content. */
export function promptIn(body: Readonly<Record<string, unknown>>): string | undefined {
  return textOf(itemsOf(body).find(({ type }) => type === 'text')?.['text']);
}

function hasImage(body: Readonly<Record<string, unknown>>): boolean {
  return itemsOf(body).some(({ type }) => type === 'image_url');
}

function sizeOf(resolution: string, ratio: string): { readonly width: number; readonly height: number } {
  const [across = 16, down = 9] = ratio === 'adaptive' ? [16, 9] : ratio.split(':').map(Number);
  const scale = (SHORT_SIDES[resolution] ?? 720) / Math.min(across, down);
  return { width: 2 * Math.round((across * scale) / 2), height: 2 * Math.round((down * scale) / 2) };
}
