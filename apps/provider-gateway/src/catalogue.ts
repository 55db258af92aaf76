import { readFile } from 'node:fs/promises';
import type { FailureClass } from '@reelmesh/contracts/shot';
import { AppError, Code, invalid } from '@reelmesh/domain';
import type { Ratio, Strategy } from '@reelmesh/domain';
import { parse } from 'yaml';
import { z } from 'zod';
import type { ModelRow } from './knobs.ts';

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

/** Moderation, invalid input and missing funds are not here: no strategy of ours goes elsewhere after them (I5). */
const fallbackClass = z
  .enum(['TRANSIENT', 'CAPACITY', 'RATE_LIMIT', 'QUOTA', 'BAD_OUTPUT', 'DOWNLOAD', 'LOST'])
  .transform((name): FailureClass => `FAILURE_CLASS_${name}`);

const strategyTable = z.strictObject({
  strategies: z.record(
    z.string(),
    z.strictObject({
      description: z.string(),
      candidates: z.array(z.string()).min(1),
      fallbackOn: z.array(fallbackClass),
      maxTakes: whole.positive(),
    }),
  ),
});

/** Reads the model and strategy tables that ship with the gateway. FAILED_PRECONDITION (CATALOGUE_BROKEN) names file and field. */
export async function loadCatalogue(): Promise<Catalogue> {
  const { models } = await readTable('catalogue.yaml', modelTable);
  const { strategies } = await readTable('strategies.yaml', strategyTable);
  const catalogue: Catalogue = {
    models: new Map(models.map((row) => [`${row.provider}/${row.model}`, cardOf(row)])),
    strategies: new Map(Object.entries(strategies).map(([name, row]) => [name, { name, ...row }])),
  };
  for (const { name, candidates } of catalogue.strategies.values()) {
    const stranger = candidates.find((candidate) => !catalogue.models.has(candidate));
    if (stranger !== undefined)
      throw broken('strategies.yaml', `${name}: ${stranger} is not in catalogue.yaml`);
  }
  return catalogue;
}

/** The same with the price of a provider's models set by the settings. */
export function withPrice(catalogue: Catalogue, provider: string, microsPerSecond: number): Catalogue {
  const rows = [...catalogue.models].map(
    ([name, row]) => [name, row.provider === provider ? { ...row, microsPerSecond } : row] as const,
  );
  return { ...catalogue, models: new Map(rows) };
}

/** `draft` when the name is empty. INVALID_ARGUMENT (STRATEGY_UNKNOWN) names those that exist. */
export function strategyNamed(catalogue: Catalogue, name: string): Strategy {
  const strategy = catalogue.strategies.get(name === '' ? 'draft' : name);
  if (strategy !== undefined) return strategy;
  const known = [...catalogue.strategies.keys()].join(', ');
  throw invalid('STRATEGY_UNKNOWN', `unknown strategy "${name}": use one of ${known}`, { field: 'strategy' });
}

async function readTable<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const content: unknown = parse(await readFile(new URL(`../data/${file}`, import.meta.url), 'utf8'));
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  throw broken(file, z.prettifyError(result.error));
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

const broken = (file: string, problem: string): AppError =>
  new AppError(Code.FAILED_PRECONDITION, `${file}: ${problem}`, { reason: 'CATALOGUE_BROKEN' });
