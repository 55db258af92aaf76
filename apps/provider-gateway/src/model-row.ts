import type { Ratio } from '@reelmesh/domain';
import { z } from 'zod';
import type { ModelRow } from './knobs.ts';

const whole = z.number().int().nonnegative();

const seconds = z.union([
  z.array(whole.positive()).min(1),
  z
    .strictObject({ from: whole.positive(), to: whole.positive() })
    .transform(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index)),
]);

/** `1280:720` or `1280x720` as the provider writes it, or `{ square_hd: '1:1' }` where it has words of its own. */
const ratio = z
  .union([
    z.string().transform((name) => [name, name] as const),
    z.record(z.string(), z.string()).transform(onlyEntry),
  ])
  .transform(([name, shape], context): Ratio => {
    const [, width, height] = /^(\d+)[:x](\d+)$/.exec(shape) ?? [];
    if (width === undefined || height === undefined) {
      context.addIssue({
        code: 'custom',
        message: 'must be WIDTH:HEIGHT, WIDTHxHEIGHT or { NAME: WIDTH:HEIGHT }',
      });
    }
    return { name, width: Number(width), height: Number(height) };
  });

const knobs = z.strictObject({
  prompt: z.string(),
  ratio: z.string().optional(),
  seconds: z.string().optional(),
  secondsAs: z.enum(['number', 'text']).optional(),
  seed: z.string().optional(),
});

/** A row of the table: what a model can do and what it costs. */
export const modelRow = z
  .strictObject({
    provider: z.string(),
    model: z
      .string()
      .regex(/^[^/]+$/, 'must have no slash: the name that the provider uses goes into remoteId'),
    remoteId: z.string().optional(),
    revision: z.string(),
    seconds,
    ratios: z.array(ratio).min(1).optional(),
    knobs: knobs.optional(),
    fps: whole.positive().optional(),
    languages: z.array(z.string()).optional(),
    maxPromptLength: whole.optional(),
    microsPerSecond: whole.optional(),
    priceMicros: z.record(z.string().regex(/^\d+$/), whole).optional(),
    expectedMsPerSecond: whole,
    pollMs: whole.positive(),
    deadlineMs: whole.positive(),
    parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  })
  .refine((row) => (row.microsPerSecond === undefined) !== (row.priceMicros === undefined), {
    message: 'must have either microsPerSecond or priceMicros',
  })
  .refine(
    ({ priceMicros, seconds: offered }) =>
      priceMicros === undefined || offered.every((s) => s in priceMicros),
    {
      path: ['priceMicros'],
      message: 'must price every length that is offered',
    },
  );

/** The row without what is absent. */
export function cardOf({ remoteId, microsPerSecond, ...row }: z.infer<typeof modelRow>): ModelRow {
  const set = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
  return {
    ...(set as Defined<typeof row>),
    remoteId: remoteId ?? row.model,
    microsPerSecond: microsPerSecond ?? 0,
  };
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function onlyEntry(entries: Record<string, string>): readonly [string, string] {
  const [entry = ['', '']] = Object.entries(entries);
  return entry;
}
