import type { Ratio, Strategy } from '@reelmesh/domain';
import { z } from 'zod';
import type { ModelRow } from './knobs.ts';
import { loadStrategies } from './strategies.ts';
import { readTables } from './tables.ts';

export interface Catalogue {
  /** By `provider/model`. */
  readonly models: ReadonlyMap<string, ModelRow>;
  readonly strategies: ReadonlyMap<string, Strategy>;
}

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

const modelRow = z
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

const modelTable = z.strictObject({ models: z.array(modelRow) });

/**
 * Reads the model and strategy tables. FAILED_PRECONDITION (CATALOGUE_BROKEN) names file and field.
 * @param configDir where the operator's own tables are
 */
export async function loadCatalogue(configDir?: string): Promise<Catalogue> {
  const tables = await readTables('catalogue.yaml', modelTable, configDir);
  const rows = tables.flatMap(({ models }) => models);
  const models = new Map(rows.map((row) => [`${row.provider}/${row.model}`, cardOf(row)]));
  return { models, strategies: await loadStrategies(models, configDir) };
}

/** The same with the price of a provider's models set by the settings. */
export function withPrice(catalogue: Catalogue, provider: string, microsPerSecond: number): Catalogue {
  const rows = [...catalogue.models].map(
    ([name, row]) => [name, row.provider === provider ? { ...row, microsPerSecond } : row] as const,
  );
  return { ...catalogue, models: new Map(rows) };
}

function cardOf({ remoteId, microsPerSecond, ...row }: z.infer<typeof modelRow>): ModelRow {
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
