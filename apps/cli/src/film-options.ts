import { FilmOptions } from '@reelmesh/contracts/film';
import type { FilmImage } from '@reelmesh/contracts/film';
import type { Quality } from '@reelmesh/contracts/shot';
import { parseUsd } from '@reelmesh/domain';
import { InvalidArgumentError } from 'commander';

/** As the command line gives them; what is left out is for the server to choose. */
export interface FilmFlags {
  readonly strategy?: string;
  readonly seed?: number;
  readonly size?: Size;
  readonly fps?: number;
  readonly budget?: number;
  readonly quality?: QualityName;
  readonly approve?: Approvals;
  readonly shotFrames?: number;
  readonly motion?: number;
  readonly guidance?: number;
  readonly negative?: string;
  readonly format?: string;
  readonly image?: readonly ImageFlag[];
  readonly lastFrame?: readonly ImageFlag[];
  readonly reference?: readonly ImageFlag[];
}

/** An image file and the shots that it is for: all when empty. */
export interface ImageFlag {
  readonly path: string;
  readonly shots: readonly number[];
}

/** Shots that may have their final; 1 is the first. */
export interface Approvals {
  readonly shots: readonly number[];
  readonly all: boolean;
}

export const qualityNames = ['medium', 'high', 'ultra'] as const;
type QualityName = (typeof qualityNames)[number];

const qualities: Readonly<Record<QualityName, Quality>> = {
  medium: 'QUALITY_MEDIUM',
  high: 'QUALITY_HIGH',
  ultra: 'QUALITY_ULTRA',
};

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** @param images those that the flags name, as they will lie in the store */
export function toFilmOptions(flags: FilmFlags, images: readonly FilmImage[] = []): FilmOptions {
  return {
    ...FilmOptions.create(),
    strategy: flags.strategy ?? '',
    seed: flags.seed ?? 0,
    width: flags.size?.width ?? 0,
    height: flags.size?.height ?? 0,
    fps: flags.fps ?? 0,
    budgetMicros: flags.budget ?? 0,
    approvedShots: [...(flags.approve?.shots ?? [])],
    approveAll: flags.approve?.all ?? false,
    shotFrames: flags.shotFrames ?? 0,
    motion: flags.motion,
    guidance: flags.guidance,
    negativePrompt: flags.negative ?? '',
    format: flags.format ?? '',
    images: [...images],
    quality: flags.quality === undefined ? 'QUALITY_UNSPECIFIED' : qualities[flags.quality],
  };
}

/** A parser of whole numbers for commander. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,15}$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

/** A parser of decimal numbers for commander. */
export function decimalNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,9}(\.\d{1,6})?$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`);
  };
}

/** `board.png` for all shots, `3=board.png` or `3,5=board.png` for some; several add up. */
export function parseImage(text: string, before: readonly ImageFlag[] = []): readonly ImageFlag[] {
  const [, numbers = '', path = ''] = /^(?:(\d+(?:,\d+)*)=)?(.*)$/s.exec(text) ?? [];
  const shots = numbers === '' ? [] : numbers.split(',').map(Number);
  if (path !== '' && shots.every((shot) => shot >= 1 && shot <= 99_999)) return [...before, { path, shots }];
  throw new InvalidArgumentError('It must be a file, or shots and a file as in 3,5=board.png.');
}

export function parseNegative(text: string): string {
  if (text.length <= 500) return text;
  throw new InvalidArgumentError(`It has ${text.length} characters: at most 500 are taken.`);
}

/** `1080x1920`; both sides even, for 4:2:0 video has one colour sample for two pixels. */
export function parseSize(text: string): Size {
  const [, width, height] = /^(\d{1,4})[x×](\d{1,4})$/.exec(text) ?? [];
  const isSide = (side: number): boolean => side >= 64 && side <= 3840 && side % 2 === 0;
  if (isSide(Number(width)) && isSide(Number(height)))
    return { width: Number(width), height: Number(height) };
  throw new InvalidArgumentError('It must be WIDTHxHEIGHT as in 1080x1920, both even and from 64 to 3840.');
}

/** `all`, `3` or `3,5`; several add up. */
export function parseApprovals(text: string, before?: Approvals): Approvals {
  const numbers = text === 'all' ? [] : text.split(',');
  const all = text === 'all' || before?.all === true;
  const shots = [...(before?.shots ?? []), ...numbers.map(Number)];
  if (numbers.every((number) => /^[1-9]\d{0,4}$/.test(number)) && all === (shots.length === 0))
    return { shots, all };
  throw new InvalidArgumentError('It must be numbers of shots as in 3,5, or all.');
}

/** US dollars, in micros. */
export function parseBudget(text: string): number {
  const micros = parseUsd(text);
  if (micros !== undefined && micros > 0) return micros;
  throw new InvalidArgumentError('It must be an amount of US dollars above 0 as in 2.50.');
}
