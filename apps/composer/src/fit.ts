import type { VideoForm } from '@reelmesh/media';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * How a picture of another shape fills the frame:
 * - `crop`: shapes differ by less than 5 %: fill it and lose the edge, nobody sees it
 * - `blur`: lying in an upright frame or upright in a lying one: the whole picture over a dark, blurred copy of itself,
 *   as viewers of vertical video know it; black would be two thirds of the frame
 * - `bars`: else the whole picture between black bars
 */
export type Fit = 'crop' | 'blur' | 'bars';

const CROP_BELOW = 0.05;

export function fitOf(picture: Size, frame: Size): Fit {
  const shape = picture.width / picture.height;
  const wanted = frame.width / frame.height;
  if (Math.abs(shape / wanted - 1) < CROP_BELOW) return 'crop';
  return shape > 1 !== wanted > 1 ? 'blur' : 'bars';
}

/** A filter chain from the decoded picture, shown at the size `picture`, to exactly the frame's size. */
export function fitFilter(picture: Size, frame: Pick<VideoForm, 'width' | 'height'>): string {
  switch (fitOf(picture, frame)) {
    case 'crop':
      return cover(picture, frame);
    case 'bars':
      return `${contain(picture, frame)},pad=${frame.width}:${frame.height}:-1:-1`;
    case 'blur':
      return blurred(picture, frame);
  }
}

/** The blur is done at an eighth of the size, where it costs nothing. */
function blurred(picture: Size, frame: Size): string {
  const small = { width: even(frame.width / 8), height: even(frame.height / 8) };
  const dim = "lutyuv=y='16+(val-16)*0.5'";
  const back = `${cover(picture, small)},format=yuv420p,gblur=sigma=3,${dim},${scaleTo(frame)}`;
  return `split[back][front];[back]${back},setsar=1[ground];[front]${contain(picture, frame)},setsar=1[whole];[ground][whole]overlay=(W-w)/2:(H-h)/2`;
}

function cover(picture: Size, frame: Size): string {
  const zoom = Math.max(frame.width / picture.width, frame.height / picture.height);
  const width = Math.max(even(picture.width * zoom), frame.width);
  const height = Math.max(even(picture.height * zoom), frame.height);
  return `${scaleTo({ width, height })},crop=${frame.width}:${frame.height}`;
}

function contain(picture: Size, frame: Size): string {
  const zoom = Math.min(frame.width / picture.width, frame.height / picture.height);
  return scaleTo({
    width: Math.min(even(picture.width * zoom), frame.width),
    height: Math.min(even(picture.height * zoom), frame.height),
  });
}

function scaleTo({ width, height }: Size): string {
  return `scale=${width}:${height}:flags=bicubic`;
}

/** 4:2:0 halves both edges. */
function even(pixels: number): number {
  return Math.max(2, Math.round(pixels / 2) * 2);
}
