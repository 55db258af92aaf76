import type { FilmImage, FilmOptions } from '@reelmesh/contracts/film';
import { ImageRole } from '@reelmesh/contracts/shot';
import { invalid } from '@reelmesh/domain';
import type { AppError } from '@reelmesh/domain';

const maxSeconds = 10;
const maxNegativePrompt = 500;
const maxImages = 100;
const maxReferences = 9;
/** More shots than a film may have. */
const maxShots = 2_000;

type RenderOptions = Pick<FilmOptions, 'shotFrames' | 'motion' | 'guidance' | 'negativePrompt' | 'images'>;

/** How shots are to be rendered, checked; INVALID_ARGUMENT (OUT_OF_BOUNDS, IMAGE_MALFORMED) names the field. */
export function completeRenderOptions(options: Partial<FilmOptions>, fps: number): RenderOptions {
  const { shotFrames = 0, motion, guidance, negativePrompt = '', images = [], format = '' } = options;
  if (shotFrames < 0 || shotFrames > maxSeconds * fps) {
    const rule = `must be 1 to ${maxSeconds * fps} frames, ${maxSeconds} s of ${fps}, or 0 for the script's own lengths`;
    throw outOfBounds('options.shot_frames', `${shotFrames}: ${rule}`);
  }
  if (motion !== undefined && (motion < 0 || motion > 255)) {
    throw outOfBounds('options.motion', `${motion}: must be 0 (hardly anything moves) to 255`);
  }
  if (guidance !== undefined && !(guidance >= 1 && guidance <= 20)) {
    throw outOfBounds('options.guidance', `${guidance}: must be 1 to 20`);
  }
  if (negativePrompt.length > maxNegativePrompt) {
    throw outOfBounds(
      'options.negative_prompt',
      `has ${negativePrompt.length} characters: at most ${maxNegativePrompt} are taken`,
    );
  }
  if (format !== '' && format !== 'mp4') {
    throw outOfBounds(
      'options.format',
      `${JSON.stringify(format.slice(0, 20))}: must be mp4, also when empty`,
    );
  }
  return {
    shotFrames,
    ...(motion === undefined ? {} : { motion }),
    ...(guidance === undefined ? {} : { guidance }),
    negativePrompt: negativePrompt.trim(),
    images: completeImages(images),
  };
}

/** Each with its shots once and in order. */
function completeImages(images: readonly FilmImage[]): FilmImage[] {
  if (images.length > maxImages) {
    throw outOfBounds('options.images', `holds ${images.length}: at most ${maxImages} are taken`);
  }
  const complete = images.map((image, index) => completeImage(image, `options.images[${index}]`));
  checkPlaces(complete);
  return complete;
}

function completeImage({ blob, role, shots }: FilmImage, field: string): FilmImage {
  if (blob === undefined || !/^[0-9a-f]{64}$/.test(blob.sha256)) {
    throw invalid('IMAGE_MALFORMED', `${field}.blob: must be what UploadImage gave out`, {
      field: `${field}.blob`,
    });
  }
  if (role === ImageRole.IMAGE_ROLE_UNSPECIFIED || role === ImageRole.UNRECOGNIZED) {
    throw invalid('IMAGE_MALFORMED', `${field}.role: must be FIRST_FRAME, LAST_FRAME or REFERENCE`, {
      field: `${field}.role`,
    });
  }
  const wrong = shots.find((number) => number < 1 || number > maxShots);
  if (wrong !== undefined || shots.length > maxShots) {
    throw outOfBounds(`${field}.shots`, `${wrong ?? shots.length}: must be numbers of shots, from 1`);
  }
  return { blob, role, shots: [...new Set(shots)].sort((a, b) => a - b) };
}

/** A shot begins and ends once, and what is for all shots is for each. */
function checkPlaces(images: readonly FilmImage[]): void {
  const count = (role: ImageRole, shot: number | undefined): number =>
    images.filter(
      (image) =>
        image.role === role &&
        (image.shots.length === 0 || (shot !== undefined && image.shots.includes(shot))),
    ).length;
  const rules: readonly (readonly [ImageRole, string, number])[] = [
    [ImageRole.IMAGE_ROLE_FIRST_FRAME, 'first frame', 1],
    [ImageRole.IMAGE_ROLE_LAST_FRAME, 'last frame', 1],
    [ImageRole.IMAGE_ROLE_REFERENCE, 'references', maxReferences],
  ];
  for (const shot of [undefined, ...new Set(images.flatMap(({ shots }) => shots))]) {
    for (const [role, name, most] of rules) {
      const found = count(role, shot);
      if (found <= most) continue;
      const whose = shot === undefined ? 'every shot' : `shot ${shot}`;
      throw outOfBounds('options.images', `give ${whose} ${found} as ${name}: at most ${most}`);
    }
  }
}

function outOfBounds(field: string, rule: string): AppError {
  return invalid('OUT_OF_BOUNDS', `${field} ${rule}`, { field });
}
