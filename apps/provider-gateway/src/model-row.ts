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

/** A name, or a JSON pointer. */
const name = z.string().regex(/^(\/.+|[^/]+)$/, 'must be a name or a JSON pointer');

/** Its name alone where it takes all that a film may ask for. */
const ranged = (from: number, to: number) =>
  z.union([
    name.transform((own) => ({ name: own, from, to })),
    z.strictObject({ name, from: z.number(), to: z.number() }),
  ]);

const knobs = z.strictObject({
  prompt: name.optional(),
  ratio: name.optional(),
  seconds: name.optional(),
  secondsAs: z.enum(['number', 'text']).optional(),
  seed: name.optional(),
  motion: ranged(0, 255).optional(),
  guidance: ranged(1, 20).optional(),
  negativePrompt: name.optional(),
});

const images = z
  .strictObject({
    first: name.optional(),
    last: name.optional(),
    reference: z
      .string()
      .regex(/^\/.*-/, 'must be a JSON pointer with a - in it: there may be several')
      .optional(),
  })
  .transform(present);

/** What a way of asking a model may say of its own. */
const asking = {
  remoteId: z.string().optional(),
  path: z.string().startsWith('/').optional(),
  images: images.optional(),
  imageTypes: z.array(z.string()).min(1).optional(),
  maxImageBytes: whole.positive().optional(),
  /** None: the size is the model's own, or follows the image. */
  ratios: z.array(ratio).optional(),
  knobs: knobs.optional(),
  fps: whole.positive().optional(),
};

const parameters = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

const form = z
  .strictObject({ ...asking, seconds: seconds.optional(), parameters: parameters.optional() })
  .transform(present);

/** A row of the table: what a model can do, and what it costs unless prices.yaml says that. */
export const modelRow = z
  .strictObject({
    ...asking,
    provider: z.string(),
    model: z
      .string()
      .regex(/^[^/]+$/, 'must have no slash: the name that the provider uses goes into remoteId'),
    revision: z.string(),
    seconds,
    languages: z.array(z.string()).optional(),
    maxPromptLength: whole.optional(),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .optional(),
    microsPerSecond: whole.optional(),
    priceMicros: z.record(z.string().regex(/^\d+$/), whole).optional(),
    expectedMsPerSecond: whole,
    pollMs: whole.positive(),
    deadlineMs: whole.positive(),
    parameters: parameters.default({}),
    /** Other ways of asking, by the images that they need; what they name stands in for the row's own. */
    forms: z.array(form).min(1).optional(),
  })
  .refine((row) => row.microsPerSecond === undefined || row.priceMicros === undefined, {
    message: 'must have microsPerSecond or priceMicros, not both',
  })
  .refine(
    ({ priceMicros, seconds: offered, forms = [] }) =>
      priceMicros === undefined ||
      [offered, ...forms.map((one) => one.seconds ?? [])].flat().every((s) => s in priceMicros),
    {
      path: ['priceMicros'],
      message: 'must price every length that is offered',
    },
  );

/** The row without what is absent. */
export function cardOf({ remoteId, microsPerSecond, ...row }: z.infer<typeof modelRow>): ModelRow {
  return { ...present(row), remoteId: remoteId ?? row.model, microsPerSecond: microsPerSecond ?? 0 };
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function present<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Defined<T>;
}

function onlyEntry(entries: Record<string, string>): readonly [string, string] {
  const [entry = ['', '']] = Object.entries(entries);
  return entry;
}
