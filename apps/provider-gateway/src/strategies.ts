import type { FailureClass } from '@reelmesh/contracts/shot';
import { invalid } from '@reelmesh/domain';
import type { ModelCard, Strategy } from '@reelmesh/domain';
import { z } from 'zod';
import type { Catalogue } from './catalogue.ts';
import { broken, readTables } from './tables.ts';

const FILE = 'strategies.yaml';

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
      maxTakes: z.number().int().positive(),
    }),
  ),
});

/** Reads the strategy tables. A candidate that is no model is a CATALOGUE_BROKEN. */
export async function loadStrategies(
  models: ReadonlyMap<string, ModelCard>,
  configDir: string | undefined,
): Promise<ReadonlyMap<string, Strategy>> {
  const tables = await readTables(FILE, strategyTable, configDir);
  const rows = tables.flatMap(({ strategies }) => Object.entries(strategies));
  const strategies = new Map(rows.map(([name, row]) => [name, { name, ...row }]));
  for (const { name, candidates } of strategies.values()) {
    const stranger = candidates.find((candidate) => !models.has(candidate));
    if (stranger !== undefined) throw broken(FILE, `${name}: ${stranger} is not in catalogue.yaml`);
  }
  return strategies;
}

/** `draft` when the name is empty. INVALID_ARGUMENT (STRATEGY_UNKNOWN) names those that exist. */
export function strategyNamed(catalogue: Catalogue, name: string): Strategy {
  const strategy = catalogue.strategies.get(name === '' ? 'draft' : name);
  if (strategy !== undefined) return strategy;
  const known = [...catalogue.strategies.keys()].join(', ');
  throw invalid('STRATEGY_UNKNOWN', `unknown strategy "${name}": use one of ${known}`, { field: 'strategy' });
}
