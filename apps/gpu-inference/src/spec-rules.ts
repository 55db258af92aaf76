import type { Model } from '@reelmesh/contracts/gpu';
import type { Picture, RenderSpec } from '@reelmesh/contracts/shot';
import { invalid } from '@reelmesh/domain';

/** Pixels of a side, and of a frame (4096 × 2304): what one job may ask of a machine's memory. */
const smallestSide = 64;
const largestSide = 4096;
const mostPixels = 4096 * 2304;
/** Characters of all texts of a picture together, and people in it: far above any script, far below a nuisance. */
const mostText = 20_000;
const mostCast = 100;

/** A spec that is complete. */
export type CompleteSpec = RenderSpec & { readonly picture: Picture };

/** INVALID_ARGUMENT with the reason and the field of the first rule that is broken; otherwise the spec, complete. */
export function checkSpec(spec: RenderSpec | undefined, model: Model): CompleteSpec {
  if (spec?.picture === undefined) throw broken('SPEC_INCOMPLETE', 'spec.picture', 'spec has no picture');
  checkSide('width', spec.width, model);
  checkSide('height', spec.height, model);
  if (spec.width * spec.height > mostPixels) {
    throw broken(
      'SPEC_SIZE',
      'spec.width',
      `size ${spec.width}x${spec.height} is above ${mostPixels} pixels a frame`,
    );
  }
  if (!model.fps.includes(spec.fps)) {
    const range = `${Math.min(...model.fps)} to ${Math.max(...model.fps)}`;
    throw broken(
      'SPEC_FPS',
      'spec.fps',
      `fps ${spec.fps} is not offered by ${model.name}: use one of those from ${range}`,
    );
  }
  if (!Number.isInteger(spec.seconds) || spec.seconds < 1 || spec.seconds > model.maxSeconds) {
    throw broken(
      'SPEC_SECONDS',
      'spec.seconds',
      `seconds is ${spec.seconds}: ${model.name} renders 1 to ${model.maxSeconds}`,
    );
  }
  const { description, location, onScreenText, language, cast } = spec.picture;
  if (cast.length > mostCast) {
    throw broken(
      'SPEC_CAST',
      'spec.picture.cast',
      `cast holds ${cast.length} names: at most ${mostCast} fit in a shot`,
    );
  }
  const length = [description, location, onScreenText, language, ...cast].reduce(
    (sum, text) => sum + text.length,
    0,
  );
  if (length > mostText) {
    throw broken(
      'SPEC_TEXT',
      'spec.picture',
      `texts of the picture hold ${length} characters: at most ${mostText} are taken`,
    );
  }
  return { ...spec, picture: spec.picture };
}

function checkSide(side: 'width' | 'height', pixels: number, model: Model): void {
  const fits =
    Number.isInteger(pixels) &&
    pixels >= smallestSide &&
    pixels <= largestSide &&
    pixels % model.sizeMultiple === 0;
  if (fits) return;
  const rule = `a multiple of ${model.sizeMultiple} from ${smallestSide} to ${largestSide}`;
  throw broken('SPEC_SIZE', `spec.${side}`, `${side} is ${pixels}: ${model.name} takes ${rule}`);
}

function broken(reason: string, field: string, message: string): ReturnType<typeof invalid> {
  return invalid(reason, message, { field });
}
