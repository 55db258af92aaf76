import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Distinct looks: takes with seeds that differ modulo this can be told apart by eye and by hash. */
export const VARIANTS = 8;
const FRAMES_PER_SECOND = 24;
const LONG_SIDE_PX = 480;
const ENCODE_TIMEOUT_MS = 60_000;

/** What decides a clip's bytes. */
export interface MediaSpec {
  /** Even, px. */
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  /** 0 to {@link VARIANTS} − 1. */
  readonly variant: number;
  readonly audio: boolean;
}

/** The aspect of `width` × `height`, small: the long side 480 px, both sides even. */
export function smallSize(
  width: number,
  height: number,
): { readonly width: number; readonly height: number } {
  const scale = LONG_SIDE_PX / Math.max(width, height);
  return { width: 2 * Math.round((width * scale) / 2), height: 2 * Math.round((height * scale) / 2) };
}

export function variantOf(seed: number): number {
  return ((seed % VARIANTS) + VARIANTS) % VARIANTS;
}

/** Small real MP4s (H.264, faststart) and their last frames, made when first asked for and kept in memory. */
export class MediaLibrary {
  readonly #files = new Map<string, Promise<Buffer>>();
  /** One encoder at a time: the emulator must not take the cores from what is being tested. */
  #queue: Promise<unknown> = Promise.resolve();

  clip(spec: MediaSpec): Promise<Buffer> {
    return this.#made(keyOf('clip', spec), () => inFolder((file) => encode(spec, file)));
  }

  /** The clip's last frame as a PNG: what the next shot may start from. */
  async lastFrame(spec: MediaSpec): Promise<Buffer> {
    const clip = await this.clip(spec);
    return this.#made(keyOf('last frame', spec), () => inFolder((file) => lastFrame(clip, file)));
  }

  #made(key: string, make: () => Promise<Buffer>): Promise<Buffer> {
    const known = this.#files.get(key);
    if (known !== undefined) return known;
    const made = this.#queue.then(make);
    this.#queue = made.catch(() => undefined);
    this.#files.set(key, made);
    made.catch(() => this.#files.delete(key));
    return made;
  }
}

/** @throws Error that names the way out when there is no usable ffmpeg. */
export async function requireFfmpeg(): Promise<void> {
  try {
    await run('ffmpeg', ['-version'], { timeout: 10_000 });
  } catch (cause) {
    throw new Error(
      'ffmpeg: cannot be run; install it (apt-get install ffmpeg, brew install ffmpeg) and put it on PATH',
      {
        cause,
      },
    );
  }
}

/** ffmpeg's argument list for a clip. */
export function encodeArguments(spec: MediaSpec, output: string): readonly string[] {
  const tone = ['-f', 'lavfi', '-i', `sine=frequency=${220 + 40 * spec.variant}:sample_rate=48000`];
  const sound = ['-c:a', 'aac', '-b:a', '64k'];
  return [
    ...['-v', 'error', '-nostdin', '-y'],
    ...['-f', 'lavfi', '-i', picture(spec)],
    ...(spec.audio ? tone : []),
    ...['-t', String(spec.seconds)],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '30', '-g', String(FRAMES_PER_SECOND)],
    ...['-pix_fmt', 'yuv420p', '-threads', '1'],
    ...(spec.audio ? sound : []),
    ...['-fflags', '+bitexact', '-flags:v', '+bitexact', '-movflags', '+faststart', output],
  ];
}

/** Even variants are a test pattern in another hue, odd ones a moving gradient in other colours. */
function picture({ width, height, variant }: MediaSpec): string {
  const size = `size=${width}x${height}:rate=${FRAMES_PER_SECOND}`;
  if (variant % 2 === 0) return `testsrc2=${size},hue=h=${variant * 45}`;
  const colours = [
    'c0=0x102040:c1=0xe0a040',
    'c0=0x401020:c1=0x40c0e0',
    'c0=0x104020:c1=0xe060c0',
    'c0=0x302040:c1=0xa0e060',
  ];
  return `gradients=${size}:${colours[(variant - 1) / 2]}:nb_colors=2:seed=${variant}:speed=0.05`;
}

function keyOf(kind: string, spec: MediaSpec): string {
  return JSON.stringify([kind, spec.width, spec.height, spec.seconds, spec.variant, spec.audio]);
}

async function encode(spec: MediaSpec, file: (name: string) => string): Promise<Buffer> {
  const output = file('clip.mp4');
  await run('ffmpeg', encodeArguments(spec, output), { timeout: ENCODE_TIMEOUT_MS });
  return await readFile(output);
}

async function lastFrame(clip: Buffer, file: (name: string) => string): Promise<Buffer> {
  const [input, output] = [file('clip.mp4'), file('frame.png')];
  await writeFile(input, clip);
  const tail = ['-v', 'error', '-nostdin', '-sseof', '-1', '-i', input];
  await run('ffmpeg', [...tail, '-update', '1', '-y', output], { timeout: ENCODE_TIMEOUT_MS });
  return await readFile(output);
}

async function inFolder(make: (file: (name: string) => string) => Promise<Buffer>): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'provider-emulator-'));
  try {
    return await make((name) => join(folder, name));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
