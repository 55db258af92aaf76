import { readFile } from 'node:fs/promises';
import type { FailureClass } from '@reelmesh/contracts/shot';
import { AppError, Code, invalid } from '@reelmesh/domain';
import type { ModelCard, Strategy } from '@reelmesh/domain';
import { parse } from 'yaml';
import { z } from 'zod';

export interface Catalogue {
  /** By `provider/model`. */
  readonly models: ReadonlyMap<string, ModelCard>;
  readonly strategies: ReadonlyMap<string, Strategy>;
}

const whole = z.number().int().nonnegative();

const seconds = z.union([
  z.array(whole.positive()).min(1),
  z
    .strictObject({ from: whole.positive(), to: whole.positive() })
    .transform(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index)),
]);

const ratio = z
  .string()
  .regex(/^\d+:\d+$/, 'must be WIDTH:HEIGHT')
  .transform((name) => {
    const [width = 1, height = 1] = name.split(':').map(Number);
    return { name, width, height };
  });

const modelTable = z.strictObject({
  models: z.array(
    z.strictObject({
      provider: z.string(),
      model: z.string(),
      revision: z.string(),
      seconds,
      ratios: z.array(ratio).min(1).optional(),
      maxPromptLength: whole.optional(),
      microsPerSecond: whole,
      expectedMsPerSecond: whole,
      pollMs: whole.positive(),
      deadlineMs: whole.positive(),
      parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
    }),
  ),
});

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
    models: new Map(models.map((row) => [`${row.provider}/${row.model}`, withoutUndefined(row)])),
    strategies: new Map(Object.entries(strategies).map(([name, row]) => [name, { name, ...row }])),
  };
  for (const { name, candidates } of catalogue.strategies.values()) {
    const stranger = candidates.find((candidate) => !catalogue.models.has(candidate));
    if (stranger !== undefined)
      throw broken('strategies.yaml', `${name}: ${stranger} is not in catalogue.yaml`);
  }
  return catalogue;
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

function withoutUndefined(row: z.infer<typeof modelTable>['models'][number]): ModelCard {
  const { ratios, maxPromptLength, ...rest } = row;
  return {
    ...rest,
    ...(ratios === undefined ? {} : { ratios }),
    ...(maxPromptLength === undefined ? {} : { maxPromptLength }),
  };
}

const broken = (file: string, problem: string): AppError =>
  new AppError(Code.FAILED_PRECONDITION, `${file}: ${problem}`, { reason: 'CATALOGUE_BROKEN' });
