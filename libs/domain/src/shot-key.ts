import type { FilmImage, FilmOptions } from '@reelmesh/contracts/film';
import type { Scene, Shot } from '@reelmesh/contracts/script';
import { ImageRole } from '@reelmesh/contracts/shot';
import type { Picture, RenderSpec, ShotImage } from '@reelmesh/contracts/shot';
import { digestOf } from './hash.ts';

/** Bump when an equal spec must be rendered anew for every model (the meaning of a field changed). */
const KEY_VERSION = 1;

/** Longest clip that is ever asked for; the parser splits what is longer. */
export const MAX_CLIP_SECONDS = 10;

/** What the camera sees in a shot. Neither dialogue nor the shot's place in the film goes in. */
export function pictureOf(scene: Scene, shot: Shot, language: string): Picture {
  return {
    description: shot.description,
    intExt: scene.intExt,
    location: scene.location,
    timeOfDay: scene.timeOfDay,
    weather: scene.weather,
    flashback: scene.flashback,
    cast: shot.cast,
    size: shot.size,
    angle: shot.angle,
    move: shot.move,
    onScreenText: shot.onScreenText,
    language,
  };
}

/** How long a shot stays on screen: as the film says for all of them, else as the script says for this one. */
export function durationOf(shot: Shot, { shotFrames, fps }: FilmOptions): number {
  return shotFrames === 0 ? shot.durationMs : Math.round((shotFrames * 1000) / fps);
}

/**
 * What a provider is asked for. Seconds are whole and rounded up: providers render and bill whole seconds, the composer
 * trims, and a dialogue edit that stays within the second leaves the key alone.
 * @param number of the shot in the film, from 1: it decides which of the film's images are its own
 */
export function renderSpecOf(
  picture: Picture,
  durationMs: number,
  options: FilmOptions,
  number: number,
): RenderSpec {
  return {
    picture,
    width: options.width,
    height: options.height,
    fps: options.fps,
    seconds: Math.min(MAX_CLIP_SECONDS, Math.max(1, Math.ceil(durationMs / 1000))),
    seed: options.seed,
    motion: options.motion,
    guidance: options.guidance,
    negativePrompt: options.negativePrompt,
    images: imagesOf(options.images, number),
  };
}

const order: readonly ImageRole[] = [
  ImageRole.IMAGE_ROLE_FIRST_FRAME,
  ImageRole.IMAGE_ROLE_LAST_FRAME,
  ImageRole.IMAGE_ROLE_REFERENCE,
];

/** Frames first; references as they were given, for their order may show. */
function imagesOf(images: readonly FilmImage[], number: number): ShotImage[] {
  const own = images.filter(({ shots }) => shots.length === 0 || shots.includes(number));
  return order.flatMap((role) =>
    own.filter((image) => image.role === role).map(({ blob }) => ({ blob, role })),
  );
}

/**
 * The content address of a shot: equal output-affecting inputs give equal keys (I6). The strategy's digest stands for
 * the models that may render it, their revisions and their parameters. What is left open is left out, and of an image
 * its bytes and its role count.
 * @returns 64 hex digits
 */
export function shotKey(spec: RenderSpec, strategyDigest: string): string {
  const { negativePrompt, images, ...rest } = spec;
  const given = {
    ...rest,
    negativePrompt: negativePrompt === '' ? undefined : negativePrompt,
    images:
      images.length === 0 ? undefined : images.map(({ blob, role }) => ({ role, sha256: blob?.sha256 })),
  };
  return digestOf({ version: KEY_VERSION, spec: given, strategyDigest });
}
