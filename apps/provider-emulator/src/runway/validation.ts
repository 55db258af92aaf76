import { isObject } from '../core/shape.ts';
import type { UploadLookup } from './inputs.ts';
import { choiceIssues, issue, nameOf, notOneOf, quoted, required, wrongType, type Issue } from './issues.ts';
import {
  MAX_PROMPT_UTF16_UNITS,
  MODELS,
  OUTPUT_FORMATS,
  PRORES_PROFILES,
  type Endpoint,
  type InputRules,
} from './models.ts';
import { promptImageIssues, referenceIssues } from './prompt-image.ts';

/** A create that passed. */
export interface Generation {
  readonly model: string;
  readonly promptText: string;
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  /** Undefined: the provider picks one. */
  readonly seed: number | undefined;
  readonly audio: boolean;
  /** The most that it may cost. */
  readonly credits: number;
}

const MAX_SEED = 4_294_967_295;
const COMMON_FIELDS = ['model', 'promptText', 'ratio', 'duration'];

/** All problems of a create body, in field order, or the generation that it asks for. */
export function validateCreate(
  endpoint: Endpoint,
  body: unknown,
  uploads: UploadLookup,
): { readonly issues: readonly Issue[] } | { readonly generation: Generation } {
  if (!isObject(body))
    return { issues: [issue('invalid_type', `Expected object, received ${nameOf(body)}`)] };
  const name = body['model'];
  const model = typeof name === 'string' && Object.hasOwn(MODELS, name) ? MODELS[name] : undefined;
  const rules = model?.endpoints[endpoint];
  if (model === undefined || rules === undefined) {
    const known = Object.keys(MODELS).filter((key) => MODELS[key]?.endpoints[endpoint] !== undefined);
    return {
      issues: [
        issue(
          'invalid_union_discriminator',
          `Invalid discriminator value. Expected ${quoted(known)}`,
          'model',
        ),
      ],
    };
  }

  const issues = [
    ...promptTextIssues(body['promptText'], rules),
    ...promptImageIssues(body['promptImage'], rules, uploads),
    ...referenceIssues(body['references'], rules, uploads),
    ...ratioIssues(body['ratio'], rules),
    ...durationIssues(body['duration'], rules),
    ...seedIssues(body['seed']),
    ...choiceIssues(rules.resolutions ?? [], body['resolution'], 'resolution'),
    ...extraIssues(body),
    ...unknownFieldIssues(body, rules),
  ];
  if (issues.length > 0) return { issues };

  const [width, height] = sizeOf(String(body['ratio']));
  const seconds = typeof body['duration'] === 'number' ? body['duration'] : (rules.defaultSeconds ?? 0);
  const audio = rules.extras.includes('audio') && body['audio'] !== false;
  const outputFormat = typeof body['outputFormat'] === 'string' ? body['outputFormat'] : 'mp4';
  return {
    generation: {
      model: String(name),
      promptText: typeof body['promptText'] === 'string' ? body['promptText'] : '',
      width,
      height,
      seconds,
      seed: typeof body['seed'] === 'number' ? body['seed'] : undefined,
      audio,
      credits: seconds * model.creditsPerSecond({ audio, outputFormat }),
    },
  };
}

/** A ratio that names no size follows an image, which counts as wide here. */
function sizeOf(ratio: string): readonly [number, number] {
  const [, width, height] = /^(\d+):(\d+)$/.exec(ratio) ?? [];
  return width === undefined ? [1280, 720] : [Number(width), Number(height)];
}

function promptTextIssues(value: unknown, rules: InputRules): readonly Issue[] {
  if (value === undefined) return rules.promptTextRequired ? [required('promptText')] : [];
  if (typeof value !== 'string') return [wrongType('string', value, 'promptText')];
  if (value.length === 0)
    return [issue('too_small', 'String must contain at least 1 character(s)', 'promptText')];
  const { maxPromptLength = MAX_PROMPT_UTF16_UNITS } = rules;
  if (value.length <= maxPromptLength) return [];
  return [issue('too_big', `String must contain at most ${maxPromptLength} character(s)`, 'promptText')];
}

function ratioIssues(value: unknown, { ratios }: InputRules): readonly Issue[] {
  if (value === undefined) return [required('ratio')];
  return typeof value === 'string' && ratios.includes(value) ? [] : [notOneOf(ratios, value, 'ratio')];
}

function durationIssues(value: unknown, { seconds, defaultSeconds }: InputRules): readonly Issue[] {
  if (value === undefined) return defaultSeconds === undefined ? [required('duration')] : [];
  if (typeof value !== 'number') return [wrongType('number', value, 'duration')];
  if (seconds.includes(value)) return [];
  const [min = 0, max = 0] = [seconds.at(0), seconds.at(-1)];
  const isRange = seconds.length === max - min + 1;
  if (!isRange) {
    return [
      issue(
        'invalid_union',
        `Invalid duration. Expected ${seconds.join(' | ')}, received ${value}`,
        'duration',
      ),
    ];
  }
  if (value < min) return [issue('too_small', `Number must be greater than or equal to ${min}`, 'duration')];
  if (value > max) return [issue('too_big', `Number must be less than or equal to ${max}`, 'duration')];
  return [issue('invalid_type', 'Expected integer, received float', 'duration')];
}

function seedIssues(value: unknown): readonly Issue[] {
  if (value === undefined) return [];
  if (typeof value !== 'number' || !Number.isInteger(value)) return [wrongType('integer', value, 'seed')];
  if (value < 0) return [issue('too_small', 'Number must be greater than or equal to 0', 'seed')];
  if (value > MAX_SEED) return [issue('too_big', `Number must be less than or equal to ${MAX_SEED}`, 'seed')];
  return [];
}

function extraIssues(body: Readonly<Record<string, unknown>>): readonly Issue[] {
  const { audio, negativePrompt, outputFormat, proresProfile, contentModeration } = body;
  const threshold = isObject(contentModeration) ? contentModeration['publicFigureThreshold'] : undefined;
  return [
    ...(audio === undefined || typeof audio === 'boolean' ? [] : [wrongType('boolean', audio, 'audio')]),
    ...(negativePrompt === undefined || typeof negativePrompt === 'string'
      ? []
      : [wrongType('string', negativePrompt, 'negativePrompt')]),
    ...choiceIssues(OUTPUT_FORMATS, outputFormat, 'outputFormat'),
    ...choiceIssues(PRORES_PROFILES, proresProfile, 'proresProfile'),
    ...(proresProfile === undefined || outputFormat === 'prores' || outputFormat === 'hdr_prores'
      ? []
      : [issue('custom', 'proresProfile requires outputFormat prores or hdr_prores', 'proresProfile')]),
    ...(contentModeration === undefined || isObject(contentModeration)
      ? []
      : [wrongType('object', contentModeration, 'contentModeration')]),
    ...choiceIssues(['auto', 'low'], threshold, 'contentModeration', 'publicFigureThreshold'),
  ];
}

function unknownFieldIssues(body: Readonly<Record<string, unknown>>, rules: InputRules): readonly Issue[] {
  const known = [
    ...COMMON_FIELDS,
    ...(rules.takesSeed === false ? [] : ['seed']),
    ...(rules.positions === undefined ? [] : ['promptImage']),
    ...(rules.references === undefined ? [] : ['references']),
    ...(rules.resolutions === undefined ? [] : ['resolution']),
    ...rules.extras,
  ];
  const unknown = Object.keys(body).filter((key) => !known.includes(key));
  if (unknown.length === 0) return [];
  const names = unknown.map((key) => `'${key}'`).join(', ');
  return [issue('unrecognized_keys', `Unrecognized key(s) in object: ${names}`)];
}
