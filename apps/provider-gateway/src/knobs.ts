import type { RenderSpec } from '@reelmesh/contracts/shot';
import { AppError, Code, billedSeconds, nearestRatio } from '@reelmesh/domain';
import type { ImagePlace, ModelCard } from '@reelmesh/domain';
import { imagesFor } from './image-slots.ts';
import { place } from './json-place.ts';
import { promptOf } from './prompt.ts';

/**
 * The names under which a model takes the parameters of a shot: a name, or a JSON pointer (`/options/motion`). What it
 * has no name for, it lacks.
 */
export interface Knobs {
  /** Absent for a model that reads no text. */
  readonly prompt?: string | undefined;
  /** Takes the name of one of the card's ratios. */
  readonly ratio?: string | undefined;
  readonly seconds?: string | undefined;
  /** Whether a length is written `5` or `"5"`; a number unless said otherwise. */
  readonly secondsAs?: 'number' | 'text' | undefined;
  readonly seed?: string | undefined;
  /** Takes Stable Video Diffusion's motion bucket. */
  readonly motion?: RangedKnob | undefined;
  readonly guidance?: RangedKnob | undefined;
  readonly negativePrompt?: string | undefined;
}

export interface RangedKnob {
  readonly name: string;
  /** What the model takes; what is outside goes to the nearer end, with a warning. */
  readonly from: number;
  readonly to: number;
}

/** What only its adapter reads of a way of asking a model. */
export interface Asking {
  /** The provider's own name for the model. */
  readonly remoteId: string;
  /** Where the adapter has several addresses for a create: this one's. */
  readonly path?: string;
  /** Absent: those that the adapter takes for granted. */
  readonly knobs?: Knobs;
  /**
   * Under which name each image goes; a reference needs a pointer with a `-` (`/references/-/uri`), for there may be
   * several.
   */
  readonly images?: ImageNames;
}

export type ImageNames = Readonly<Partial<Record<ImagePlace, string>>>;

/** A model card with what only its adapter reads. */
export interface ModelRow extends ModelCard, Asking {
  /** Frames a second that it renders, where that is known. */
  readonly fps?: number;
  /** Languages (BCP 47, without region) that the model reads; absent when it reads any. */
  readonly languages?: readonly string[];
  readonly images?: ImageNames;
  readonly forms?: readonly ModelForm[];
}

export type ModelForm = Partial<Omit<ModelRow, 'provider' | 'model' | 'revision' | 'forms'>>;

export type Input = Readonly<Record<string, unknown>>;

/** A width and height that differ from the film's by more than this are worth a warning. */
const RATIO_TOLERANCE = 0.02;

/**
 * A shot in the words of a model, and what the model cannot honour. Images are slots (`image-slots.ts`): their bytes come
 * in when the request is sent.
 * Throws for a shot that routing should have kept from it.
 * @param row as `formFor` gives it for the shot's images
 */
export function inputOf(
  row: ModelRow,
  spec: RenderSpec,
  knobs: Knobs,
): { readonly input: Input; readonly warnings: readonly string[] } {
  const duration = billedSeconds(row, spec.seconds);
  const ratio = nearestRatio(row.ratios ?? [], spec.width, spec.height);
  const { slots, left } = imagesFor(row, spec.images);
  if (
    spec.picture === undefined ||
    duration === undefined ||
    (knobs.ratio !== undefined && ratio === undefined) ||
    slots.length < Object.keys(row.images ?? {}).length
  ) {
    throw new AppError(Code.INTERNAL, `${row.model} was chosen for a shot that it cannot render`);
  }
  const motionInWords = knobs.motion === undefined ? spec.motion : undefined;
  const values: readonly (readonly [string | undefined, unknown])[] = [
    ...Object.entries(row.parameters),
    [knobs.prompt, promptOf(spec.picture, motionInWords)],
    [knobs.ratio, ratio?.name],
    [knobs.seconds, knobs.secondsAs === 'text' ? String(duration) : duration],
    [knobs.seed, spec.seed],
    [knobs.motion?.name, within(knobs.motion, spec.motion)],
    [knobs.guidance?.name, within(knobs.guidance, spec.guidance)],
    [knobs.negativePrompt, spec.negativePrompt === '' ? undefined : spec.negativePrompt],
    ...slots,
  ];
  const input: Record<string, unknown> = {};
  for (const [name, value] of values) {
    if (name !== undefined && value !== undefined) place(input, name, value);
  }
  return {
    input,
    warnings: [...shapeWarnings(row, spec, duration), ...knobWarnings(row, spec, knobs), ...left],
  };
}

/** 0 when there is nothing to say. UTF-16 units, as providers count; motion counts, for most models are told of it in words. */
export function promptLengthOf(spec: RenderSpec): number {
  return spec.picture === undefined ? 0 : promptOf(spec.picture, spec.motion).length;
}

function shapeWarnings(row: ModelRow, spec: RenderSpec, duration: number): readonly string[] {
  const warnings: string[] = [];
  const ratio = nearestRatio(row.ratios ?? [], spec.width, spec.height);
  const shape = ratio === undefined ? undefined : ratio.width / ratio.height;
  if (shape === undefined || Math.abs(Math.log(shape / (spec.width / spec.height))) > RATIO_TOLERANCE) {
    const own = row.images === undefined ? "the model's own size" : "the image's own shape";
    const rendered = ratio === undefined ? own : ratio.name;
    warnings.push(
      `unsupported: size ${spec.width}x${spec.height}; rendered at ${rendered}, fitted by the composer`,
    );
  }
  if (duration !== spec.seconds) {
    warnings.push(`unsupported: ${spec.seconds} s; rendered ${duration} s, trimmed by the composer`);
  }
  if (row.fps !== spec.fps) {
    const rate = row.fps === undefined ? "the model's own rate" : `${row.fps} fps`;
    warnings.push(`unsupported: ${spec.fps} fps; rendered at ${rate}, evened out by the composer`);
  }
  return warnings;
}

function knobWarnings(row: ModelRow, spec: RenderSpec, knobs: Knobs): readonly string[] {
  const { seed, motion, guidance, negativePrompt } = spec;
  const warnings: string[] = [];
  if (knobs.seed === undefined) warnings.push(`unsupported: seed ${seed}; another take looks different`);
  if (motion !== undefined && knobs.motion === undefined) {
    const instead = knobs.prompt === undefined ? '' : '; said in words';
    warnings.push(`unsupported: motion ${motion}${instead}`);
  }
  if (guidance !== undefined && knobs.guidance === undefined)
    warnings.push(`unsupported: guidance ${guidance}`);
  for (const [name, knob, value] of [
    ['motion', knobs.motion, motion],
    ['guidance', knobs.guidance, guidance],
  ] as const) {
    const taken = within(knob, value);
    if (taken !== undefined && taken !== value) {
      warnings.push(
        `unsupported: ${name} ${value}; the model takes ${knob?.from} to ${knob?.to}, sent ${taken}`,
      );
    }
  }
  if (negativePrompt !== '' && knobs.negativePrompt === undefined) {
    warnings.push('unsupported: a negative prompt');
  }
  if (knobs.prompt === undefined) {
    warnings.push('unsupported: a prompt; the model goes by the image alone');
    return warnings;
  }
  const [language = ''] = spec.picture?.language.split('-') ?? [];
  if (language !== '' && row.languages?.includes(language) === false) {
    warnings.push(`unsupported: a prompt in ${language}; the model reads ${row.languages.join(', ')} only`);
  }
  return warnings;
}

function within(knob: RangedKnob | undefined, value: number | undefined): number | undefined {
  return knob === undefined || value === undefined
    ? undefined
    : Math.min(knob.to, Math.max(knob.from, value));
}
