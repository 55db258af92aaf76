import type { FailureClass } from '@reelmesh/contracts/shot';
import { z } from 'zod';
import { modelRow } from '../model-row.ts';
import { isLoopbackHost } from '../addresses.ts';
import { NO_LIMIT_OF_ZERO } from '../slots.ts';
import { checkAcross } from './provider-file-rules.ts';
import { recording } from './recording.ts';
import { placeholdersIn } from './template.ts';
import type { Template } from './template.ts';

/** They have adapters of their own. */
const builtIn: readonly string[] = ['self-hosted', 'runway', 'fal', 'zhipu', 'openai-videos'];

const pointer = z
  .string()
  .regex(/^(\/([^~/]|~[01])*)+$/, 'must be a JSON Pointer (RFC 6901), such as /data/task_id');

/** Where something stands in an answer: the first place that holds anything counts. */
const places = z
  .union([pointer, z.array(pointer).min(1)])
  .transform((one): readonly string[] => (typeof one === 'string' ? [one] : one));

const variable = z
  .string()
  .regex(
    /^(?!REELMESH_)[A-Z][A-Z0-9_]*$/,
    'must be the name of an environment variable, not one of REELMESH_*',
  );

const baseUrl = z.string().refine((text) => {
  const url = URL.parse(text);
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname));
}, 'must be an https URL; http only on loopback');

const path = (...known: readonly string[]) =>
  z
    .string()
    .regex(/^[/$]/, 'must begin with a slash')
    .superRefine((text, context) => {
      for (const name of placeholdersIn(text).filter((one) => !known.includes(one))) {
        const choice = known.length === 0 ? 'none may be used here' : `known here: ${known.join(', ')}`;
        context.addIssue({ code: 'custom', message: `unknown placeholder \${${name}}; ${choice}` });
      }
    });

const failure = z
  .enum([
    ...(['INVALID_INPUT', 'MODERATED_INPUT', 'MODERATED_OUTPUT', 'AUTH', 'NO_FUNDS', 'QUOTA'] as const),
    ...(['RATE_LIMIT', 'CAPACITY', 'TRANSIENT', 'BAD_OUTPUT', 'UNCLASSIFIED'] as const),
  ])
  .transform((name): FailureClass => `FAILURE_CLASS_${name}`);

const template: z.ZodType<Template> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(template), z.record(z.string(), template)]),
);

const word = z.union([z.string(), z.number()]).transform((one) => String(one).trim().toLowerCase());
const code = z.union([z.string(), z.number()]).transform(String);
const words = z.array(word).default([]);
const charge = z.enum(['free', 'full']);

const auth = z.strictObject({
  secretEnv: variable.describe('the variable that holds the key; <NAME>_FILE names a file with it'),
  header: z.string().default('authorization'),
  template: z
    .string()
    .refine((text) => text.includes('${secret}'), 'must hold ${secret}')
    .default('Bearer ${secret}'),
  jwtFromPair: z
    .boolean()
    .default(false)
    .describe('a key of the form ACCESS:SECRET is turned into a JWT (HS256) for each call'),
});

const submit = z.strictObject({
  path: path('model'),
  body: z.record(z.string(), template),
  taskId: places,
  imagesAs: z.enum(['data-uri', 'base64']).default('data-uri'),
  maxSeed: z.number().int().positive().default(4_294_967_295),
});

const states = z
  .strictObject({
    queued: words,
    held: words,
    running: words,
    succeeded: words,
    failed: words,
    cancelled: words,
    expired: words,
  })
  .refine(({ succeeded }) => succeeded.length > 0, { path: ['succeeded'], message: 'must name a word' })
  .refine(({ failed }) => failed.length > 0, { path: ['failed'], message: 'must name a word' })
  .superRefine((all, context) => {
    const every = Object.values(all).flat();
    const twice = every.find((one, index) => every.indexOf(one) !== index);
    if (twice !== undefined) context.addIssue({ code: 'custom', message: `"${twice}" is in two states` });
  });

const poll = z.strictObject({
  path: path('taskId', 'submitPath'),
  status: places,
  states,
  progress: z.strictObject({ at: places, of: z.number().positive() }).optional(),
  output: places.optional().describe('where the address of the clip is'),
  content: path('taskId', 'submitPath')
    .optional()
    .describe('where the provider itself serves the clip, to nobody without the key; instead of output'),
});

const errors = z.strictObject({
  code: places.optional(),
  message: places.optional(),
  success: z.array(code).default([]).describe('codes that mean that all is well'),
  codes: z.record(z.string(), failure).default({}),
  statuses: z.record(z.string().regex(/^[45]\d\d$/), failure).default({}),
  doubtful: z
    .array(code)
    .default([])
    .describe('codes of a refused create after which a task may exist all the same'),
  gone: z.array(code).default([]).describe('codes of a poll that mean that the task is not known'),
  failed: failure
    .default('FAILURE_CLASS_UNCLASSIFIED')
    .describe('of a task that failed without a code that is listed'),
});

const cost = z.strictObject({
  at: places.optional(),
  microsPerUnit: z.number().positive().optional(),
  failed: charge.default('free'),
  cancelled: charge.default('full'),
});

const cancel = z.strictObject({
  method: z.enum(['DELETE', 'PUT', 'POST']),
  path: path('taskId', 'submitPath'),
  when: z.array(z.enum(['queued', 'held', 'running'])).default(['queued', 'held', 'running']),
});

const lookup = z.union([
  z.strictObject({
    path: path('takeId', 'submitPath', 'model'),
    echo: places.describe('where the answer repeats the take id'),
    taskId: places,
  }),
  z.strictObject({
    path: path('submitPath', 'model'),
    items: pointer,
    taskId: places.describe('within an item'),
    match: z.record(pointer, z.string()).describe('places within an item, and what must stand there'),
  }),
]);

const fields = z.strictObject({
  provider: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be a name of small letters, digits and hyphens')
    .refine((name) => !builtIn.includes(name), 'is the name of a provider that is built in'),
  baseUrl,
  baseUrlEnv: variable.optional().describe('the variable that overrides baseUrl'),
  auth,
  headers: z.record(z.string(), z.string()).default({}),
  concurrency: z
    .number()
    .int()
    .min(1, `must be at least 1: ${NO_LIMIT_OF_ZERO}`)
    .max(1000)
    .default(5)
    .describe('takes under way, on all gateways'),
  submitsPerMinute: z.number().int().min(1).max(100_000).optional().describe('takes sent in any minute'),
  outputHosts: z
    .array(
      z
        .string()
        .regex(
          /^\.?[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?$/,
          'must be a host; a leading dot allows its subdomains',
        ),
    )
    .default([]),
  submit,
  poll,
  cancel: cancel.optional(),
  lookup: lookup.optional(),
  errors,
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be a currency code of three capitals')
    .default('USD')
    .describe('of all prices and costs in this file; rates.yaml says what it is worth'),
  cost: cost.prefault({}),
  models: z.array(modelRow).min(1),
  recording,
});

/** Any asynchronous video API as data. Everything that the schema cannot say about a field is in the README. */
export const providerFile = fields.superRefine(checkAcross);

export type ProviderFields = z.infer<typeof fields>;
export type ProviderFile = z.infer<typeof providerFile>;
