import { z } from 'zod';

/** One answer of the provider, as it was or as its documentation gives it. */
export const answer = z.strictObject({
  status: z.number().int().min(200).max(599).default(200),
  body: z.unknown(),
});
export type RecordedAnswer = z.infer<typeof answer>;

/** Why a create was refused: the emulator plays it when a test asks for a refusal of that kind. */
export const REFUSALS = {
  auth: 'FAILURE_CLASS_AUTH',
  no_funds: 'FAILURE_CLASS_NO_FUNDS',
  quota: 'FAILURE_CLASS_QUOTA',
  rate_limit: 'FAILURE_CLASS_RATE_LIMIT',
  capacity: 'FAILURE_CLASS_CAPACITY',
  moderation: 'FAILURE_CLASS_MODERATED_INPUT',
  invalid: 'FAILURE_CLASS_INVALID_INPUT',
} as const;
export type Refusal = keyof typeof REFUSALS;

const refusals = z
  .partialRecord(z.enum(Object.keys(REFUSALS) as [Refusal, ...Refusal[]]), answer)
  .refine((given) => given.auth !== undefined, { path: ['auth'], message: 'must be there' })
  .refine((given) => given.invalid !== undefined, { path: ['invalid'], message: 'must be there' });

/**
 * An exchange with the provider about the sample shot (`reelmesh providers check` says which): what was sent, and what came
 * back. The check plays it to the adapter, and the emulator imitates the provider by it.
 */
export const recording = z.strictObject({
  model: z.string().optional().describe('which of the models; the first unless given'),
  chargedMicros: z.number().int().nonnegative().describe('what the provider charged for it'),
  create: z.strictObject({ path: z.string(), body: z.record(z.string(), z.unknown()), answer }),
  polls: z.array(answer).min(2).describe('from the first answer to success'),
  failures: z.array(answer).min(1).describe('answers to polls of tasks that failed'),
  cancelled: answer.optional(),
  gone: answer.describe('the answer to a poll of a task that the provider does not know'),
  found: answer.optional().describe('the answer to a lookup that found the task'),
  refusals,
});
export type Recording = z.infer<typeof recording>;
