import type { FilmOptions } from '@reelmesh/contracts/film';
import type { Scene, Shot } from '@reelmesh/contracts/script';
import type { Picture, RenderSpec } from '@reelmesh/contracts/shot';
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

/**
 * What a provider is asked for. Seconds are whole and rounded up: providers render and bill whole seconds, the composer
 * trims, and a dialogue edit that stays within the second leaves the key alone.
 */
export function renderSpecOf(picture: Picture, durationMs: number, options: FilmOptions): RenderSpec {
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
    images: [],
  };
}

/**
 * The content address of a shot: equal output-affecting inputs give equal keys (I6). The strategy's digest stands for
 * the models that may render it, their revisions and their parameters.
 * @returns 64 hex digits
 */
export function shotKey(spec: RenderSpec, strategyDigest: string): string {
  return digestOf({ version: KEY_VERSION, spec, strategyDigest });
}
