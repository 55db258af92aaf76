import type { FailureClass, Quality } from '@reelmesh/contracts/shot';
import { AppError, Code, invalid } from '@reelmesh/domain';
import type { ModelCard, Strategy } from '@reelmesh/domain';
import { z } from 'zod';
import type { Catalogue } from './catalogue.ts';
import { broken, readTables } from './tables.ts';

const FILE = 'strategies.yaml';

/** A strategy that renders drafts first, and the final of a shot once it was approved. */
export interface StagedStrategy {
  readonly name: string;
  readonly description: string;
  /** Names of strategies. */
  readonly stages: { readonly draft: string; readonly approved: string };
}

export type StrategyRow = Strategy | StagedStrategy;

/** By name. */
export type StrategyTable = ReadonlyMap<string, StrategyRow>;

export interface Strategies {
  readonly strategies: StrategyTable;
  /** By tenant: what overrides the strategy of the same name for that tenant, and what only that tenant has. */
  readonly tenantStrategies: ReadonlyMap<string, StrategyTable>;
}

/** Which model of a family serves a quality, by the family's name. */
export type Families = ReadonlyMap<string, Readonly<Record<QualityName, string>>>;

export const qualityNames = ['medium', 'high', 'ultra'] as const;
export type QualityName = (typeof qualityNames)[number];

/**
 * Not here: UNKNOWN, which is no failure but a charge in doubt, and CANCELLED, which is somebody's will. The strategies of
 * ours name neither moderation, nor invalid input, nor missing funds (I5); the operator's own may.
 */
const fallbackClass = z
  .enum(
    [
      'INVALID_INPUT',
      'MODERATED_INPUT',
      'MODERATED_OUTPUT',
      'AUTH',
      'NO_FUNDS',
      'QUOTA',
      'RATE_LIMIT',
      'CAPACITY',
      'TRANSIENT',
      'BAD_OUTPUT',
      'TIMEOUT',
      'DOWNLOAD',
      'LOST',
      'BUDGET',
      'UNCLASSIFIED',
    ],
    {
      error: ({ input }) =>
        input === 'UNKNOWN' ? 'a charge in doubt is never a reason to pay somebody else' : undefined,
    },
  )
  .transform((name): FailureClass => `FAILURE_CLASS_${name}`);

/** `@` stands between a name and a quality. */
const strategyName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,40}$/, 'must be lower-case letters, digits, ".", "_" and "-", at most 41');

const strategyRow = z
  .strictObject({
    description: z.string(),
    candidates: z.array(z.string()).min(1).optional(),
    rank: z.enum(['listed', 'price', 'latency']).optional(),
    fallbackOn: z.array(fallbackClass).optional(),
    maxTakes: z.number().int().min(1).max(100).optional(),
    duplicateAllowance: z.number().int().min(0).max(1).optional(),
    stages: z.strictObject({ draft: strategyName, approved: strategyName }).optional(),
  })
  .transform((row, context) => {
    const { description, candidates, rank, fallbackOn, maxTakes, duplicateAllowance, stages } = row;
    if (
      stages !== undefined &&
      (candidates ?? rank ?? fallbackOn ?? maxTakes ?? duplicateAllowance) === undefined
    )
      return { description, stages };
    if (
      candidates !== undefined &&
      fallbackOn !== undefined &&
      maxTakes !== undefined &&
      stages === undefined
    ) {
      const allowance = duplicateAllowance === undefined ? {} : { duplicateAllowance };
      return { description, candidates, rank: rank ?? 'listed', fallbackOn, maxTakes, ...allowance } as const;
    }
    context.addIssue({
      code: 'custom',
      message: 'must have either stages, or candidates with fallbackOn and maxTakes',
    });
    return z.NEVER;
  });

const strategyRows = z.record(strategyName, strategyRow);

const strategyTable = z.strictObject({
  strategies: strategyRows.default({}),
  tenants: z.record(z.string(), strategyRows).default({}),
});

/** Reads the strategy tables. A candidate that is no model, or a stage that is no strategy, is a CATALOGUE_BROKEN. */
export async function loadStrategies(
  models: ReadonlyMap<string, ModelCard>,
  families: Families,
  configDir: string | undefined,
): Promise<Strategies> {
  const tables = await readTables(FILE, strategyTable, configDir);
  const strategies = tableOf(tables.flatMap((table) => Object.entries(table.strategies)));
  const tenants = new Map<string, StrategyTable>();
  for (const [tenant, rows] of tables.flatMap((table) => Object.entries(table.tenants))) {
    tenants.set(tenant, new Map([...(tenants.get(tenant) ?? []), ...tableOf(Object.entries(rows))]));
  }
  const known = (name: string): boolean => models.has(name) || families.has(name);
  check(strategies, strategies, known);
  for (const own of tenants.values()) check(own, new Map([...strategies, ...own]), known);
  return { strategies, tenantStrategies: tenants };
}

/**
 * What a reference stands for: `cheapest`, or `cheapest@ultra` for another quality than high. Its name is the reference
 * under which later commands find the same models: of a staged strategy that of the stage.
 * @param reference `draft` when empty
 * @param approved whether the shot's final was approved, for staged strategies
 * @throws INVALID_ARGUMENT (STRATEGY_UNKNOWN) names those that exist
 */
export function strategyNamed(
  { strategies, tenantStrategies, families }: Catalogue,
  reference: string,
  tenant: string,
  approved = false,
): Strategy {
  const own = tenantStrategies.get(tenant);
  const [name = '', quality = 'high', ...rest] = reference.split('@');
  const named = (one: string): StrategyRow | undefined => own?.get(one) ?? strategies.get(one);
  const row = named(name === '' ? 'draft' : name);
  const strategy =
    row === undefined || !('stages' in row) ? row : named(row.stages[approved ? 'approved' : 'draft']);
  if (strategy === undefined || 'stages' in strategy || !isQuality(quality) || rest.length > 0) {
    const known = [...new Set([...strategies.keys(), ...(own?.keys() ?? [])])].join(', ');
    throw invalid('STRATEGY_UNKNOWN', `unknown strategy "${reference}": use one of ${known}`, {
      field: 'strategy',
    });
  }
  const members = strategy.candidates.map((candidate) => families.get(candidate)?.[quality] ?? candidate);
  return {
    ...strategy,
    name: quality === 'high' ? strategy.name : `${strategy.name}@${quality}`,
    candidates: [...new Set(members)],
  };
}

/** Whether a strategy renders drafts first. Also false when there is none of that name. */
export function isStaged(
  { strategies, tenantStrategies }: Catalogue,
  reference: string,
  tenant: string,
): boolean {
  const [name = ''] = reference.split('@');
  const row = tenantStrategies.get(tenant)?.get(name) ?? strategies.get(name);
  return row !== undefined && 'stages' in row;
}

/** Approvals mean nothing under a strategy that renders every shot once. */
export const noStages = (reference: string): AppError =>
  new AppError(
    Code.FAILED_PRECONDITION,
    `strategy ${reference} has no stages: there are no drafts of shots to approve`,
    { reason: 'NO_STAGES' },
  );

/** The reference to a strategy at a quality, unless the reference has one; high goes without saying. */
export function referenceOf(strategy: string, quality: Quality): string {
  const name = quality.slice('QUALITY_'.length).toLowerCase();
  return strategy.includes('@') || name === 'high' || !isQuality(name) ? strategy : `${strategy}@${name}`;
}

function isQuality(text: string): text is QualityName {
  return (qualityNames as readonly string[]).includes(text);
}

function tableOf(rows: readonly (readonly [string, z.infer<typeof strategyRow>])[]): StrategyTable {
  return new Map(rows.map(([name, row]) => [name, { name, ...row }]));
}

function check(table: StrategyTable, all: StrategyTable, known: (candidate: string) => boolean): void {
  for (const row of table.values()) {
    if ('stages' in row) {
      for (const stage of Object.values(row.stages)) {
        const strategy = all.get(stage);
        if (strategy === undefined || 'stages' in strategy) {
          throw broken(FILE, `${row.name}: stage ${stage} must be a strategy with candidates`);
        }
      }
    } else {
      const stranger = row.candidates.find((candidate) => !known(candidate));
      if (stranger !== undefined) {
        throw broken(FILE, `${row.name}: ${stranger} is neither a model nor a family of catalogue.yaml`);
      }
    }
  }
}
