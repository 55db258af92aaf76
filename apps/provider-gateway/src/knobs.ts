import type { RenderSpec } from '@reelmesh/contracts/shot';
import { AppError, Code, billedSeconds, nearestRatio } from '@reelmesh/domain';
import type { ModelCard } from '@reelmesh/domain';
import { promptOf } from './prompt.ts';

/** The names under which a model takes the parameters of a shot. What it has no name for, it lacks. */
export interface Knobs {
  readonly prompt: string;
  /** Takes the name of one of the card's ratios. */
  readonly ratio?: string | undefined;
  readonly seconds?: string | undefined;
  /** Whether a length is written `5` or `"5"`; a number unless said otherwise. */
  readonly secondsAs?: 'number' | 'text' | undefined;
  readonly seed?: string | undefined;
}

/** A model card with what only its adapter reads. */
export interface ModelRow extends ModelCard {
  /** The provider's own name for the model. */
  readonly remoteId: string;
  /** Absent: those that the adapter takes for granted. */
  readonly knobs?: Knobs;
  /** Frames a second that it renders, where that is known. */
  readonly fps?: number;
  /** Languages (BCP 47, without region) that the model reads; absent when it reads any. */
  readonly languages?: readonly string[];
}

export type Input = Readonly<Record<string, string | number | boolean>>;

/** A width and height that differ from the film's by more than this are worth a warning. */
const RATIO_TOLERANCE = 0.02;

/**
 * A shot in the words of a model, and what the model cannot honour. Throws for a shot that routing should have kept
 * from it.
 */
export function inputOf(
  row: ModelRow,
  spec: RenderSpec,
  knobs: Knobs,
): { readonly input: Input; readonly warnings: readonly string[] } {
  const duration = billedSeconds(row, spec.seconds);
  const ratio = nearestRatio(row.ratios ?? [], spec.width, spec.height);
  if (
    spec.picture === undefined ||
    duration === undefined ||
    (knobs.ratio !== undefined && ratio === undefined)
  ) {
    throw new AppError(Code.INTERNAL, `${row.model} was chosen for a shot that it cannot render`);
  }
  const input: Record<string, string | number | boolean> = { [knobs.prompt]: promptOf(spec.picture) };
  if (knobs.ratio !== undefined && ratio !== undefined) input[knobs.ratio] = ratio.name;
  if (knobs.seconds !== undefined) {
    input[knobs.seconds] = knobs.secondsAs === 'text' ? String(duration) : duration;
  }
  if (knobs.seed !== undefined) input[knobs.seed] = spec.seed;

  const warnings: string[] = [];
  const shape = ratio === undefined ? undefined : ratio.width / ratio.height;
  if (shape === undefined || Math.abs(Math.log(shape / (spec.width / spec.height))) > RATIO_TOLERANCE) {
    const rendered = ratio === undefined ? "the model's own size" : ratio.name;
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
  if (knobs.seed === undefined) warnings.push(`unsupported: seed ${spec.seed}; another take looks different`);
  const [language = ''] = spec.picture.language.split('-');
  if (language !== '' && row.languages?.includes(language) === false) {
    warnings.push(`unsupported: a prompt in ${language}; the model reads ${row.languages.join(', ')} only`);
  }
  return { input: { ...input, ...row.parameters }, warnings };
}

/** 0 when there is nothing to say. UTF-16 units, as providers count. */
export function promptLengthOf(spec: RenderSpec): number {
  return spec.picture === undefined ? 0 : promptOf(spec.picture).length;
}
