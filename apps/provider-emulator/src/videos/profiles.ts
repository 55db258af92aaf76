import { isImageAddress } from '../core/image-address.ts';
import type { JsonReply } from '../core/provider.ts';
import {
  anything,
  flag,
  float,
  integer,
  literal,
  optional,
  required,
  text,
  type Fields,
  type ValueRule,
} from '../core/pydantic.ts';

/** How one kind of server speaks the `/v1/videos` shape. */
export interface VideoProfile {
  readonly name: string;
  readonly idPrefix: string;
  /** The one model that the server runs. */
  readonly model: string;
  readonly takesJson: boolean;
  /** A form without a picture is refused. */
  readonly formNeedsPicture: boolean;
  readonly fields: Fields;
  readonly defaults: { readonly size: string; readonly fps: number; readonly seed: number | undefined };
  /** Whether a job is ever seen `in_progress`. */
  readonly showsProgress: boolean;
  /** Whether deleting a job stops it; else it is only forgotten. */
  readonly deleteAborts: boolean;
  /** A refusal in this server's words, with the field that is wrong. */
  readonly refuse: (status: number, message: string, param?: string) => JsonReply;
  /** Fields of finished jobs that the plain shape does not have. */
  readonly extras: (id: string, seconds: number) => object;
  /** The gauge of waiting jobs; absent where the server has no metrics. */
  readonly queueGauge?: string;
  readonly hasLora: boolean;
  /** Whether a bad body is answered with all of its problems. */
  readonly listsProblems: boolean;
}

const PEAK_MEMORY_MB = 24_576;

const clipFields = {
  prompt: required(text(1)),
  model: optional(text()),
  negative_prompt: optional(text()),
  num_frames: optional(integer(1)),
  fps: optional(integer(1)),
  seed: optional(integer()),
  guidance_scale_2: optional(float()),
  true_cfg_scale: optional(float()),
};

/** By address, or as a data URI. */
const picture: ValueRule = (value) =>
  isImageAddress(value) ? undefined : { msg: 'Unsupported image url format', type: 'value_error' };

const jsonText: ValueRule = (value) => {
  try {
    JSON.parse(String(value));
    return undefined;
  } catch {
    return { msg: 'Input should be valid JSON', type: 'json_invalid' };
  }
};

function detailed(status: number, detail: string): JsonReply {
  return { status, json: { detail } };
}

export const SGLANG: VideoProfile = {
  name: 'sglang',
  idPrefix: 'v-',
  model: 'zai-org/CogVideoX-5b',
  takesJson: true,
  formNeedsPicture: true,
  fields: {
    ...clipFields,
    seconds: optional(integer(1)),
    size: optional(text(1)),
    num_inference_steps: optional(integer(1)),
    guidance_scale: optional(float()),
    enable_teacache: optional(flag),
    output_quality: optional(literal('maximum', 'high', 'medium', 'low', 'default')),
    diffusers_kwargs: optional(anything),
    reference_url: optional(picture),
  },
  // without a seed every clip of a prompt is the same
  defaults: { size: '720x480', fps: 24, seed: 1024 },
  showsProgress: false,
  deleteAborts: false,
  refuse: detailed,
  extras: (id, seconds) => ({
    quality: 'standard',
    url: null,
    file_path: `/outputs/${id}.mp4`,
    peak_memory_mb: PEAK_MEMORY_MB,
    inference_time_s: seconds,
  }),
  queueGauge: 'sglang:diffusion_num_queue_reqs{role="unified",replica="0"}',
  hasLora: true,
  listsProblems: true,
};

export const VLLM_OMNI: VideoProfile = {
  name: 'vllm-omni',
  idPrefix: 'video_gen_',
  model: 'Wan-AI/Wan2.2-T2V-A14B-Diffusers',
  takesJson: false,
  formNeedsPicture: false,
  fields: {
    ...clipFields,
    seconds: optional(integer(1)),
    size: optional(text(1)),
    width: optional(integer(1)),
    height: optional(integer(1)),
    num_inference_steps: optional(integer(1, 200)),
    guidance_scale: optional(float(0, 20)),
    boundary_ratio: optional(float()),
    flow_shift: optional(float()),
    generate_sound: optional(flag),
    enable_frame_interpolation: optional(flag),
    frame_interpolation_exp: optional(integer(1)),
    lora: optional(text(2)),
    extra_params: optional(jsonText),
  },
  defaults: { size: '832x480', fps: 24, seed: undefined },
  showsProgress: true,
  deleteAborts: true,
  refuse: detailed,
  extras: (id, seconds) => ({
    inference_time_s: seconds,
    stage_durations: { diffusion: seconds },
    peak_memory_mb: PEAK_MEMORY_MB,
    file_name: `${id}.mp4`,
    media_type: 'video/mp4',
  }),
  queueGauge: 'vllm:num_requests_waiting{model_name="Wan-AI/Wan2.2-T2V-A14B-Diffusers"}',
  hasLora: false,
  listsProblems: true,
};

export const OPENAI: VideoProfile = {
  name: 'openai-videos',
  idPrefix: 'video_',
  model: 'sora-2',
  takesJson: true,
  formNeedsPicture: false,
  fields: {
    prompt: required(text(1)),
    model: optional(text()),
    seconds: optional(literal('4', '8', '12')),
    size: optional(literal('720x1280', '1280x720', '1024x1792', '1792x1024')),
  },
  defaults: { size: '720x1280', fps: 30, seed: undefined },
  showsProgress: true,
  deleteAborts: true,
  refuse: (status, message, param) => ({
    status,
    json: { error: { message, type: 'invalid_request_error', param: param ?? null, code: null } },
  }),
  extras: () => ({}),
  hasLora: false,
  listsProblems: false,
};
