import { isObject } from '../core/shape.ts';
import { detailsOf, numberOf, textOf, type Detail } from '../core/pydantic.ts';
import type { RequestBody } from '../core/provider.ts';
import { progressAt, statusAt, type Task } from '../core/tasks.ts';
import type { VideoProfile } from './profiles.ts';

/** What a server keeps of a job beyond its task. */
export interface VideoJob {
  readonly size: string;
  /** As shown: whole seconds in a text. */
  readonly seconds: string;
}

/** A create that passed. */
export interface VideoWish extends VideoJob {
  readonly model: string;
  readonly prompt: string;
  readonly width: number;
  readonly height: number;
  readonly clipSeconds: number;
  readonly seed: number | undefined;
  readonly audio: boolean;
}

/** The fields of a create, from JSON or a form; files stay out. */
export function fieldsOf({ json, form }: RequestBody): unknown {
  if (form === undefined) return json;
  return Object.fromEntries([...form.entries()].filter(([, value]) => typeof value === 'string'));
}

export function readWish(
  body: RequestBody,
  profile: VideoProfile,
): { readonly wish: VideoWish } | { readonly details: readonly Detail[] } {
  const input = fieldsOf(body);
  const details = [...detailsOf(profile.fields, input), ...sizeDetails(input)];
  if (details.length > 0 || !isObject(input)) return { details };
  const number = (name: string): number | undefined => numberOf(input[name]);
  const [wide = 0, high = 0] = (textOf(input['size']) ?? profile.defaults.size).split('x').map(Number);
  const width = number('width') ?? wide;
  const height = number('height') ?? high;
  const fps = number('fps') ?? profile.defaults.fps;
  const asked = number('seconds') ?? 4;
  const frames = number('num_frames') ?? fps * asked;
  return {
    wish: {
      model: textOf(input['model']) ?? profile.model,
      prompt: textOf(input['prompt']) ?? '',
      size: `${width}x${height}`,
      seconds: String(Math.max(1, Math.round(frames / fps))),
      width,
      height,
      clipSeconds: frames / fps,
      seed: number('seed') ?? profile.defaults.seed,
      audio: input['generate_sound'] === 'true',
    },
  };
}

export function videoOf(task: Task<VideoJob>, profile: VideoProfile, now: number): object {
  const { id, ended, plan } = task;
  const isDone = ended?.status === 'SUCCEEDED';
  const isRunning = statusAt(task, now) === 'RUNNING' && profile.showsProgress;
  return {
    id,
    object: 'video',
    model: task.model,
    status: ended === undefined ? (isRunning ? 'in_progress' : 'queued') : isDone ? 'completed' : 'failed',
    progress: isDone ? 100 : isRunning ? Math.floor(100 * progressAt(task, now)) : 0,
    created_at: Math.floor(task.createdAt / 1000),
    completed_at: isDone ? Math.floor(ended.at / 1000) : null,
    expires_at: null,
    seconds: task.data.seconds,
    size: task.data.size,
    prompt: task.promptText,
    remixed_from_video_id: null,
    error: errorOf(task),
    ...(isDone ? profile.extras(id, plan.renderMs / 1000) : {}),
  };
}

function errorOf({ ended, plan: { end } }: Task): object | null {
  if (ended?.status !== 'FAILED' || end.status !== 'FAILED') return null;
  const isOutOfMemory = end.failureCode === 'oom';
  const message = end.failure ?? (isOutOfMemory ? 'CUDA out of memory' : 'generation failed');
  return { code: isOutOfMemory ? 500 : (end.failureCode ?? 500), message };
}

function sizeDetails(input: unknown): readonly Detail[] {
  const size = isObject(input) ? input['size'] : undefined;
  if (typeof size !== 'string' || /^[1-9]\d*x[1-9]\d*$/.test(size)) return [];
  const msg = "String should match pattern '^\\d+x\\d+$'";
  return [{ loc: ['body', 'size'], msg, type: 'string_pattern_mismatch', input: size }];
}
